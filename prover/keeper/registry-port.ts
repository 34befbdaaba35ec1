import type { Provider } from "ethers";
import { submitArguments } from "../chain/calldata.ts";
import { contractAt, namingRefusals } from "../chain/contracts.ts";
import { readHealth } from "../chain/status.ts";
import { ASSURANCES } from "../statement/attester-registry.ts";
import type { Address } from "../statement/address.ts";
import type { Bps, Usd } from "../units.ts";
import type { RegistryPort } from "./ports.ts";

/**
 * What the keeper reads of a deployment, found from the registry's address. Accepted snapshots are asked for by root, not
 * collected from SnapshotAccepted events: an answer of now needs no repair after a reorganisation or a gap.
 * @throws ChainError when there is no registry at the address
 */
export async function registryPort(registry: Address, provider: Provider): Promise<RegistryPort> {
  const contract = contractAt("MarginHealthRegistry", registry, provider);
  const ask = <T>(method: string, ...args: unknown[]): Promise<T> => namingRefusals(contract, () => contract.getFunction(method).staticCall(...args));
  const [oracleAt, attestersAt, escrowAt] = await Promise.all([ask<string>("oracle"), ask<string>("attesters"), ask<string>("escrow")]);
  const oracle = contractAt("SnapshotOracle", oracleAt, provider);
  const attesters = contractAt("AttesterRegistry", attestersAt, provider);
  const escrow = contractAt("CollateralEscrow", escrowAt, provider);
  return {
    demands: async (policy) => {
      const { minRatioBps, minLevel, minAssurance, maxStatementAge, retired } = await ask<any>("requirementsOf", policy);
      if (maxStatementAge === 0n) return null;
      return { minRatioBps: minRatioBps as Bps, level: minLevel === 0n ? "MM" : "IM", minAssurance: ASSURANCES[Number(minAssurance)]!, maxStatementAge: Number(maxStatementAge), retired };
    },
    snapshot: async (policy, root) => {
      const [number, expiresAt, current] = await namingRefusals(oracle, () => oracle.getFunction("lookup").staticCall(policy, root));
      return { number: Number(number), expiresAt: Number(expiresAt), current };
    },
    latestSnapshot: async (policy) => {
      const [root, { asOf }] = await namingRefusals(oracle, () => oracle.getFunction("latest").staticCall(policy));
      return root === 0n ? null : { root, asOf: Number(asOf) };
    },
    attesterRoot: async (root) => {
      const [number, current] = await namingRefusals(attesters, () => attesters.getFunction("lookup").staticCall(root));
      return { number: Number(number), current };
    },
    health: (subject) => readHealth({ registry, subject, provider }),
    accountSet: (subject) => ask<bigint>("accountSetOf", subject),
    collateral: async (subject) => (await namingRefusals(escrow, () => escrow.getFunction("collateralOf").staticCall(subject))) as Usd,
    submission: (bundle) => ({ contract, method: "submit", args: submitArguments(bundle) }),
  };
}

