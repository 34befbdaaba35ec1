import { shapeOf } from "../../prover/commitment/padded-rules.ts";
import { buildSnapshot } from "../../prover/commitment/snapshot.ts";
import { claimFor } from "../../prover/proof/claim.ts";
import type { ProvingRequest } from "../../prover/proof/proving-request.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import type { Account } from "../../prover/risk/book.ts";
import { marginReport } from "../../prover/risk/margin-report.ts";
import type { Policy } from "../../prover/risk/policy.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { AttesterKey } from "../../prover/statement/attester-key.ts";
import { buildRegistry } from "../../prover/statement/attester-registry.ts";
import { scopeOf } from "../../prover/statement/scope.ts";
import { signStatement } from "../../prover/statement/signed-statement.ts";
import { randomSalt } from "../../prover/statement/statement.ts";
import { SCALE, type Bps, type Quantity, type Usd } from "../../prover/units.ts";
import { readDemoBook } from "../demo/book.ts";

export const AS_OF = 1_790_000_000;

/** Where a proof would be submitted, and for whom. */
export interface Place {
  readonly chainId: bigint;
  readonly registry: string;
  readonly subject: string;
}

export const NOWHERE: Place = { chainId: 31337n, registry: `0x${"11".repeat(20)}`, subject: `0x${"22".repeat(20)}` };

/** What stands in for parts of the shipped world. */
interface Other {
  readonly policy?: Policy;
  readonly accountsOf?: (shipped: readonly Account[]) => readonly Account[];
}

/**
 * The shipped book with ether bought at the venue until it gains where bitcoin loses: offsets between coins and credits for spreads between
 * them change what is required only then. As many positions, as much work for a prover.
 */
export const hedged = (shipped: readonly Account[]): readonly Account[] =>
  shipped.map((account, a) => (a > 0 ? account : { ...account, positions: account.positions.map((each) => (each.instrument === "ETH" ? { ...each, quantity: (500n * SCALE.quantity) as Quantity } : each)) }));

/** The shipped book under the shipped policy, or others, signed and ready to prove. */
export function demoRequest(tier: string, { chainId, registry, subject }: Place, { policy: other, accountsOf = (shipped) => shipped }: Other = {}): ProvingRequest {
  const parameters = tierParameters(tier);
  const { market, policy: shipped, accounts: shippedAccounts } = readDemoBook(AS_OF);
  const [policy, accounts] = [other ?? shipped, accountsOf(shippedAccounts)];
  const snapshot = buildSnapshot(market, policy, { treeParents: parameters.treeParents, shape: shapeOf(parameters) });
  const keys = accounts.map(() => AttesterKey.generate());
  const attesters = accounts.map(({ venue }, v) => ({ venue, key: keys[v]!.publicKey, assurance: "venue-signed" as const, validFrom: 0, validUntil: 2 ** 32 - 1 }));
  const scope = scopeOf({ chainId, registry: parseAddress(registry), policyHash: snapshot.policyHash });
  const address = parseAddress(subject);
  const statements = accounts.map((account, v) => signStatement({ ...account, subject: address, scope, sequence: 1, salt: randomSalt() }, keys[v]!));
  const claim = claimFor(statements.map(({ statement }) => statement), { subject: address, level: "IM", minRatioBps: 11_000n as Bps, minAssurance: "venue-signed" });
  return {
    tier: parameters, snapshot, policy, risks: marketRisk(market, policy), statements, registry: buildRegistry(attesters),
    accountSetSalt: randomSalt(), claim, scope, onChainCollateral: 0n as Usd,
  };
}

/**
 * The request with the first ratio that the book does not cover by itself, and the least collateral that then suffices; in a tier that
 * states breaches, with one unit less. Both sides of the boundary are proved at it, whatever a policy makes of the book.
 */
export function atTheBoundary(request: ProvingRequest): ProvingRequest {
  const { statements, risks, policy, claim, tier } = request;
  const reportAt = (minRatioBps: bigint) =>
    marginReport(statements.map(({ statement }) => statement), risks, policy, { level: claim.level, minRatioBps: minRatioBps as Bps, onChainCollateral: 0n as Usd });
  const { equity, requirement } = reportAt(claim.minRatioBps);
  if (requirement[claim.level] === 0n) throw new RangeError("nothing is required of this book: there is no boundary");
  const minRatioBps = (equity * SCALE.bps) / requirement[claim.level] + 1n;
  const unit = SCALE.value / SCALE.usd;
  const least = (-reportAt(minRatioBps).excess + unit - 1n) / unit;
  return { ...request, claim: { ...claim, minRatioBps: minRatioBps as Bps }, onChainCollateral: (tier.breach ? least - 1n : least) as Usd };
}
