import type { Provider } from "ethers";
import { ASSURANCES } from "../statement/attester-registry.ts";
import type { Assurance } from "../statement/attester-registry.ts";
import type { Bps, Level, Usd } from "../units.ts";
import { contractAt } from "./contracts.ts";
import { ask } from "./refusals.ts";

/** What the chain knows about a subject. twin: `Health` in verifier-contracts/IMarginHealth.sol */
export interface Health {
  /** Whether the last accepted proof counts now. */
  readonly healthy: boolean;
  /** Unix seconds at which a newer breach proof ended this health; 0 when none did. */
  readonly breachedAt: number;
  /** Unix seconds; 0 when nothing was ever proved. */
  readonly healthyUntil: number;
  readonly asOf: number;
  readonly sequence: number;
  readonly minRatioBps: Bps;
  readonly level: Level;
  readonly minAssurance: Assurance;
  readonly policyId: string;
  readonly snapshotRoot: bigint;
  readonly attesterRoot: bigint;
  readonly accountSet: bigint;
  readonly onChainCollateral: Usd;
}

export interface StatusOptions {
  /** Address of the MarginHealthRegistry. */
  readonly registry: string;
  readonly subject: string;
  readonly provider: Provider;
}

/** Reads a subject's health. @throws ChainError when there is no registry at the address */
export async function readHealth({ registry, subject, provider }: StatusOptions): Promise<Health> {
  const contract = contractAt("IMarginHealth", registry, provider);
  const health = await ask(contract, "health", subject);
  return {
    healthy: health.healthy,
    breachedAt: Number(health.breachedAt),
    healthyUntil: Number(health.healthyUntil),
    asOf: Number(health.asOf),
    sequence: Number(health.sequence),
    minRatioBps: health.minRatioBps as Bps,
    level: health.level === 0n ? "MM" : "IM",
    minAssurance: ASSURANCES[Number(health.minAssurance)]!,
    policyId: health.policyId,
    snapshotRoot: health.snapshotRoot,
    attesterRoot: health.attesterRoot,
    accountSet: health.accountSet,
    onChainCollateral: health.onChainCollateral as Usd,
  };
}
