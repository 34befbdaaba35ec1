import type { Snapshot } from "../commitment/snapshot.ts";
import type { Policy } from "../risk/policy.ts";
import type { MarketRisk } from "../risk/risk-array.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import type { SignedStatement } from "../statement/signed-statement.ts";
import type { Usd } from "../units.ts";
import type { Claim } from "./claim.ts";
import type { TierParameters } from "./tiers.ts";

/** Everything a proof is made from. */
export interface ProvingRequest {
  readonly tier: TierParameters;
  readonly snapshot: Snapshot;
  /** The policy behind the snapshot, and the risk of its market under it (`marketRisk`). */
  readonly policy: Policy;
  readonly risks: MarketRisk;
  /** Of every account of the registered set, in its order. */
  readonly statements: readonly SignedStatement[];
  readonly registry: AttesterRegistry;
  /** The salt under which the account set was registered. */
  readonly accountSetSalt: bigint;
  /** The set as it is registered, if known: a forgotten account or another order then shows before proving, not on chain. */
  readonly registeredAccountSet?: bigint | undefined;
  readonly claim: Claim;
  /** Where the proof will be used, see `scopeOf`. */
  readonly scope: bigint;
  /** Collateral that the contract itself sees; below 2^64 at 1e-8. */
  readonly onChainCollateral: Usd;
}
