import { treeCapacity } from "../commitment/instrument-tree.ts";
import { MarginProofError } from "../errors.ts";
import type { Market } from "../risk/market.ts";
import type { Policy } from "../risk/policy.ts";
import type { ProvingRequest } from "./proving-request.ts";
import { readTiers } from "./tiers.ts";
import type { TierParameters } from "./tiers.ts";

type Size = keyof TierParameters;

const MEANINGS: Readonly<Record<Exclude<Size, "treeParents">, { readonly path: string; readonly noun: string }>> = {
  positions: { path: "statements", noun: "positions" },
  venues: { path: "statements", noun: "accounts" },
  nettingSets: { path: "policy.nettingSets", noun: "netting sets" },
  scenarios: { path: "policy.scenarios", noun: "scenarios" },
};

/** What a request needs of its tier. */
function needOf({ statements, policy, snapshot }: Omit<ProvingRequest, "tier">): TierParameters {
  return {
    positions: statements.reduce((sum, { statement }) => sum + statement.positions.length, 0),
    venues: statements.length,
    nettingSets: policy.nettingSets.length,
    scenarios: policy.scenarios.length,
    treeParents: snapshot.tree.treeParents,
  };
}

const BOUNDS = Object.entries(MEANINGS) as [keyof typeof MEANINGS, (typeof MEANINGS)["positions"]][];

const isLargeEnough = (need: TierParameters, tier: TierParameters): boolean => BOUNDS.every(([size]) => need[size] <= tier[size]);

/** The tier that would do. The tree's size is no bound: it is part of the snapshot's root. */
function advice(need: TierParameters): string {
  const large = Object.entries(readTiers()).filter(([, tier]) => isLargeEnough(need, tier));
  const [name, tier] = large.find(([, { treeParents }]) => treeParents === need.treeParents) ?? large[0] ?? [];
  if (name === undefined || tier === undefined) return "no tier is large enough: net or close positions, or add a tier to circuits/sizes.json";
  return tier.treeParents === need.treeParents ? `use tier ${name}` : `use tier ${name}, with a snapshot built for it (treeParents ${tier.treeParents})`;
}

/**
 * @throws BookTooLarge naming what does not fit the tier and, if there is one, the tier that would do; SnapshotMismatch when the
 *   snapshot's tree has another size than the tier opens
 */
export function requireFit(request: ProvingRequest): void {
  const need = needOf(request);
  for (const [size, { path, noun }] of BOUNDS) {
    if (need[size] > request.tier[size]) throw new MarginProofError("BookTooLarge", `${need[size]} ${noun}, and this tier takes ${request.tier[size]}`, { path, hint: advice(need) });
  }
  if (need.treeParents !== request.tier.treeParents) {
    throw new MarginProofError("SnapshotMismatch", `the tree has ${need.treeParents} parents, and this tier opens trees of ${request.tier.treeParents}`, { path: "snapshot.treeParents", hint: advice(need) });
  }
}

/** Every tier, smallest first. */
function tiersBySize(): [name: string, tier: TierParameters][] {
  return Object.entries(readTiers()).sort(([, a], [, b]) => a.positions - b.positions || a.treeParents - b.treeParents);
}

/** The smallest tier that takes a request. @throws as `requireFit`, about the largest tier, when none does */
export function tierFor(request: Omit<ProvingRequest, "tier">): string {
  const need = needOf(request);
  const tiers = tiersBySize();
  const found = tiers.find(([, tier]) => isLargeEnough(need, tier) && tier.treeParents === need.treeParents);
  if (found !== undefined) return found[0];
  const [name, tier] = tiers.at(-1)!;
  requireFit({ ...request, tier });
  return name;
}

/** The smallest tier for books in this market under this policy. @throws BookTooLarge, TreeFull when none is large enough */
export function tierForMarket({ listings }: Pick<Market, "listings">, { nettingSets, scenarios }: Pick<Policy, "nettingSets" | "scenarios">): string {
  const need = { positions: 0, venues: 0, nettingSets: nettingSets.length, scenarios: scenarios.length, treeParents: 0 };
  const tiers = tiersBySize().filter(([, tier]) => isLargeEnough(need, tier));
  const found = tiers.find(([, { treeParents }]) => listings.length <= treeCapacity(treeParents));
  if (found !== undefined) return found[0];
  const largest = tiers.at(-1)?.[1];
  if (largest === undefined) throw new MarginProofError("BookTooLarge", "the policy has more netting sets or scenarios than any tier takes", { path: "policy", hint: advice(need) });
  throw new MarginProofError("TreeFull", `${listings.length} instruments, and the largest tree takes ${treeCapacity(largest.treeParents)}`, { path: "instruments", hint: "leave instruments that nobody holds out of the market" });
}
