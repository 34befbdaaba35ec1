import { MarginProofError } from "../errors.ts";
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
function needOf({ statements, policy, snapshot }: ProvingRequest): TierParameters {
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
