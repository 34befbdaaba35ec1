import { neededShape, shapeNumbers } from "../commitment/padded-rules.ts";
import { treeCapacity } from "../commitment/instrument-tree.ts";
import { MarginProofError } from "../errors.ts";
import type { Market } from "../risk/market.ts";
import type { MarginRules } from "../risk/margin-rules.ts";
import type { ProvingRequest } from "./proving-request.ts";
import { readTiers } from "./tiers.ts";
import type { TierParameters } from "./tiers.ts";

interface Meaning {
  readonly path: string;
  readonly noun: string;
}

type Sizes = Omit<TierParameters, "breach">;
/** What a request needs of its tier. */
interface Need extends Omit<Sizes, keyof MarginRules["shape"]> {
  readonly rules: Pick<MarginRules, "shape" | "cells">;
}

/** Sizes that a request may need more of than a tier has, with where that comes from. */
const MEANINGS: Readonly<Record<Exclude<keyof Sizes, "treeParents">, Meaning>> = {
  positions: { path: "statements", noun: "positions" },
  venues: { path: "statements", noun: "accounts" },
  cells: { path: "policy", noun: "netting cells" },
  groups: { path: "policy", noun: "offset groups" },
  nettingSets: { path: "policy.nettingSets", noun: "netting sets" },
  scenarios: { path: "policy.scenarios", noun: "scenarios" },
  skews: { path: "policy.scenarios", noun: "skew scenarios" },
  bases: { path: "policy", noun: "basis moves" },
  tails: { path: "policy", noun: "tail scenarios" },
  tailSets: { path: "policy", noun: "sets of tail scenarios" },
  exposures: { path: "policy", noun: "exposures" },
  tiers: { path: "policy", noun: "pieces of a tiered charge" },
  correlations: { path: "policy", noun: "correlation matrices of netting sets" },
  sensitivities: { path: "policy", noun: "correlation matrices of exposures" },
  cellValues: { path: "policy", noun: "static discounts" },
  floors: { path: "policy", noun: "floors of netting sets" },
  pairing: { path: "policy", noun: "pairing of short options" },
};
const BOUNDS = Object.entries(MEANINGS) as [keyof typeof MEANINGS, Meaning][];

/** The sizes that a need takes up in a tier. */
const sizesIn = ({ rules, ...rest }: Need, tier: Sizes): Sizes => ({ ...rest, ...neededShape(rules, tier) });

function needOf({ statements, risks, snapshot }: Omit<ProvingRequest, "tier">): Need {
  return {
    rules: risks.rules,
    positions: statements.reduce((sum, { statement }) => sum + statement.positions.length, 0),
    venues: statements.length,
    treeParents: snapshot.tree.treeParents,
  };
}

function isLargeEnough(need: Need, tier: Sizes): boolean {
  const needed = sizesIn(need, tier);
  return BOUNDS.every(([size]) => Number(needed[size]) <= Number(tier[size]));
}

/** The tier that would do. The tree's size is no bound: it is part of the snapshot's root. */
function advice(need: Need, breach = false): string {
  const large = Object.entries(readTiers()).filter(([, tier]) => tier.breach === breach && isLargeEnough(need, tier));
  const [name, tier] = large.find(([, { treeParents }]) => treeParents === need.treeParents) ?? large[0] ?? [];
  if (name === undefined || tier === undefined) return "no tier is large enough: net or close positions, or add a tier to circuits/sizes.json";
  return tier.treeParents === need.treeParents ? `use tier ${name}` : `use tier ${name}, with a snapshot built for it (treeParents ${tier.treeParents})`;
}

/** In words: how many, or that there are any. */
function refusalOf(need: number | boolean, has: number | boolean, noun: string): string {
  return typeof need === "boolean" ? `the policy has ${noun}, and this tier takes none` : `${need} ${noun}, and this tier takes ${has}`;
}

/**
 * @throws BookTooLarge naming what does not fit the tier and, if there is one, the tier that would do; SnapshotMismatch when the
 *   snapshot's tree has another size than the tier opens
 */
export function requireFit(request: ProvingRequest): void {
  const need = needOf(request);
  const sizes = sizesIn(need, request.tier);
  for (const [size, { path, noun }] of BOUNDS) {
    const [needed, has] = [sizes[size], request.tier[size]];
    if (Number(needed) > Number(has)) throw new MarginProofError("BookTooLarge", refusalOf(needed, has, noun), { path, hint: advice(need, request.tier.breach) });
  }
  if (need.treeParents !== request.tier.treeParents) {
    throw new MarginProofError("SnapshotMismatch", `the tree has ${need.treeParents} parents, and this tier opens trees of ${request.tier.treeParents}`, { path: "snapshot.treeParents", hint: advice(need, request.tier.breach) });
  }
  if (!isMadeFor(request.snapshot, request.tier)) {
    throw new MarginProofError("SnapshotMismatch", "the snapshot was made for another tier: its rules are padded to another shape", { path: "snapshot.shape", hint: "prove in the tier that the snapshot was built for, or build it again" });
  }
}

/** A snapshot's root binds the size of its tree and the shape that its rules are padded to. */
function isMadeFor({ tree, shape }: ProvingRequest["snapshot"], tier: TierParameters): boolean {
  return tree.treeParents === tier.treeParents && shapeNumbers(shape).join() === shapeNumbers(tier).join();
}

/** Every tier that states health, smallest first. */
function tiersBySize(): [name: string, tier: TierParameters][] {
  return Object.entries(readTiers()).filter(([, { breach }]) => !breach).sort(([, a], [, b]) => a.positions - b.positions || a.treeParents - b.treeParents);
}

/** The smallest tier that takes a request. @throws as `requireFit`, about the largest tier, when none does */
export function tierFor(request: Omit<ProvingRequest, "tier">): string {
  const need = needOf(request);
  const tiers = tiersBySize();
  const found = tiers.find(([, tier]) => isLargeEnough(need, tier) && isMadeFor(request.snapshot, tier));
  if (found !== undefined) return found[0];
  const [name, tier] = tiers.at(-1)!;
  requireFit({ ...request, tier });
  return name;
}

/** What the tier lacks that lacks the fewest sizes; of several the largest. */
function nearestLack(need: Need): string {
  const lacks = tiersBySize().map(([name, tier]) => {
    const sizes = sizesIn(need, tier);
    return { name, missing: BOUNDS.filter(([size]) => Number(sizes[size]) > Number(tier[size])).map(([size, { noun }]) => refusalOf(sizes[size], tier[size], noun)) };
  });
  const { name, missing } = lacks.reduce((least, next) => (next.missing.length <= least.missing.length ? next : least));
  return `for tier ${name}, ${missing.join("; ")}`;
}

/** The smallest tier for books in this market under its margin program. @throws BookTooLarge, TreeFull when none is large enough */
export function tierForMarket({ listings }: Pick<Market, "listings">, rules: Pick<MarginRules, "shape" | "cells">): string {
  const need = { rules, positions: 0, venues: 0, treeParents: 0 };
  const tiers = tiersBySize().filter(([, tier]) => isLargeEnough(need, tier));
  const found = tiers.find(([, { treeParents }]) => listings.length <= treeCapacity(treeParents));
  if (found !== undefined) return found[0];
  const largest = tiers.at(-1)?.[1];
  if (largest === undefined) throw new MarginProofError("BookTooLarge", `the policy's margin program is larger than any tier takes: ${nearestLack(need)}`, { path: "policy", hint: advice(need) });
  throw new MarginProofError("TreeFull", `${listings.length} instruments, and the largest tree takes ${treeCapacity(largest.treeParents)}`, { path: "instruments", hint: "leave instruments that nobody holds out of the market" });
}
