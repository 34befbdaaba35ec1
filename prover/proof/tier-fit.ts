import { neededShape, shapeNumbers } from "../commitment/padded-rules.ts";
import { treeCapacity } from "../commitment/instrument-tree.ts";
import { MarginProofError } from "../errors.ts";
import type { Market } from "../risk/market.ts";
import type { MarginRules } from "../risk/margin-rules.ts";
import type { ProvingRequest } from "./proving-request.ts";
import { publishedConstraints, readTiers } from "./tiers.ts";
import type { TierParameters } from "./tiers.ts";

/** A tier, and in words why it and no other. */
export interface TierChoice {
  readonly tier: string;
  readonly why: string;
}

interface Meaning {
  readonly path: string;
  readonly noun: string;
}

type Sizes = Omit<TierParameters, "breach" | "treeParents">;
/** What a request needs of its tier. */
interface Need extends Omit<Sizes, keyof MarginRules["shape"]> {
  readonly rules: Pick<MarginRules, "shape" | "cells">;
}

/** Sizes that a request may need more of than a tier has, with where that comes from. */
const MEANINGS: Readonly<Record<keyof Sizes, Meaning>> = {
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

function needOf({ statements, risks }: Omit<ProvingRequest, "tier">): Need {
  return {
    rules: risks.rules,
    positions: statements.reduce((sum, { statement }) => sum + statement.positions.length, 0),
    venues: statements.length,
  };
}

interface Lack extends Meaning {
  readonly needed: number | boolean;
  readonly has: number | boolean;
}

/** The sizes that a need has and a tier has not. The tree's size is none of them: it is part of the snapshot's root. */
function lacksOf(need: Need, tier: Sizes): Lack[] {
  const sizes = sizesIn(need, tier);
  return BOUNDS.map(([size, meaning]) => ({ ...meaning, needed: sizes[size], has: tier[size] })).filter(({ needed, has }) => Number(needed) > Number(has));
}

interface Priced {
  readonly name: string;
  readonly tier: TierParameters;
  /** Undefined where nobody has published what it compiles to. */
  readonly constraints: number | undefined;
}

/** Cheapest first: fewest constraints. What has no count comes last. */
export function byCost(tiers: Readonly<Record<string, TierParameters>>, constraints: ReadonlyMap<string, number>): Priced[] {
  const priced = Object.entries(tiers).map(([name, tier]): Priced => ({ name, tier, constraints: constraints.get(name) }));
  return priced.sort((a, b) => (a.constraints ?? Infinity) - (b.constraints ?? Infinity) || 0);
}

/** Every tier of one kind of statement. */
const tiersByCost = (breach = false): Priced[] => byCost(readTiers(), publishedConstraints()).filter(({ tier }) => tier.breach === breach);

const costText = ({ constraints }: Priced): string => (constraints === undefined ? "constraints not published" : `${constraints.toLocaleString("en")} constraints`);

/** What the first of some tiers has over the others, all of which would do. */
function reasonFor([chosen, ...others]: readonly [Priced, ...Priced[]]): string {
  const rivals = others.map((each) => `${each.name} ${costText(each)}`).join(", ");
  return `${costText(chosen)}, ${isEmpty(others) ? "and no other tier would do" : `the fewest of the tiers that would do: ${rivals}`}`;
}

const isEmpty = <T>(list: readonly T[]): list is readonly [] => list.length === 0;

/** The tier that would do: the one that the snapshot was made for, or the cheapest with a snapshot of its own. */
function advice(need: Need, snapshot: ProvingRequest["snapshot"] | undefined, breach = false): string {
  const large = tiersByCost(breach).filter(({ tier }) => isEmpty(lacksOf(need, tier)));
  const own = snapshot === undefined ? undefined : large.find(({ tier }) => isMadeFor(snapshot, tier));
  if (own !== undefined) return `use tier ${own.name}`;
  const [cheapest] = large;
  if (cheapest === undefined) return "no tier is large enough: net or close positions, or add a tier to circuits/sizes.json";
  return `use tier ${cheapest.name} (${reasonFor([cheapest, ...large.slice(1)])}), with a snapshot built for it (treeParents ${cheapest.tier.treeParents})`;
}

/** In words: how many, or that there are any. */
function refusalOf({ needed, has, noun }: Lack): string {
  return typeof needed === "boolean" ? `the policy has ${noun}, and this tier takes none` : `${needed} ${noun}, and this tier takes ${has}`;
}

/**
 * @throws BookTooLarge naming what does not fit the tier and, if there is one, the tier that would do; SnapshotMismatch when the
 *   snapshot's tree has another size than the tier opens
 */
export function requireFit(request: ProvingRequest): void {
  const { tier, snapshot } = request;
  const need = needOf(request);
  const [lack] = lacksOf(need, tier);
  const hint = (): string => advice(need, snapshot, tier.breach);
  if (lack !== undefined) throw new MarginProofError("BookTooLarge", refusalOf(lack), { path: lack.path, hint: hint() });
  if (snapshot.tree.treeParents !== tier.treeParents) {
    throw new MarginProofError("SnapshotMismatch", `the tree has ${snapshot.tree.treeParents} parents, and this tier opens trees of ${tier.treeParents}`, { path: "snapshot.treeParents", hint: hint() });
  }
  if (!isMadeFor(snapshot, tier)) {
    throw new MarginProofError("SnapshotMismatch", "the snapshot was made for another tier: its rules are padded to another shape", { path: "snapshot.shape", hint: "prove in the tier that the snapshot was built for, or build it again" });
  }
}

/** A snapshot's root binds the size of its tree and the shape that its rules are padded to. */
function isMadeFor({ tree, shape }: ProvingRequest["snapshot"], tier: TierParameters): boolean {
  return tree.treeParents === tier.treeParents && shapeNumbers(shape).join() === shapeNumbers(tier).join();
}

/**
 * The tier that takes a request: of those that its snapshot was made for, the cheapest.
 * @throws as `requireFit`, about a tier that the snapshot was made for, else about the one that lacks least
 */
export function tierFor(request: Omit<ProvingRequest, "tier">): string {
  const need = needOf(request);
  const tiers = tiersByCost();
  const made = tiers.filter(({ tier }) => isMadeFor(request.snapshot, tier));
  const found = made.find(({ tier }) => isEmpty(lacksOf(need, tier)));
  if (found !== undefined) return found.name;
  const { name, tier } = nearest(need, made.length > 0 ? made : tiers);
  requireFit({ ...request, tier });
  return name;
}

/** The tier that lacks the fewest sizes; of several the one that lacks least of them. */
function nearest(need: Need, tiers: readonly Priced[]): Priced {
  const missing = (lacks: readonly Lack[]): number => lacks.reduce((sum, { needed, has }) => sum + Number(needed) - Number(has), 0);
  const ranked = tiers.map((priced) => ({ priced, lacks: lacksOf(need, priced.tier) }));
  return ranked.toSorted((a, b) => a.lacks.length - b.lacks.length || missing(a.lacks) - missing(b.lacks))[0]!.priced;
}

/**
 * The cheapest tier for books in this market under its margin program, by constraints: what takes fewer positions may well cost more.
 * @throws BookTooLarge, TreeFull when none is large enough
 */
export function tierForMarket({ listings }: Pick<Market, "listings">, rules: Pick<MarginRules, "shape" | "cells">): TierChoice {
  const need = { rules, positions: 0, venues: 0 };
  const tiers = tiersByCost();
  const large = tiers.filter(({ tier }) => isEmpty(lacksOf(need, tier)));
  if (isEmpty(large)) {
    const { name, tier } = nearest(need, tiers);
    const lacks = lacksOf(need, tier).map(refusalOf).join("; ");
    throw new MarginProofError("BookTooLarge", `the policy's margin program is larger than any tier takes: for tier ${name}, ${lacks}`, { path: "policy", hint: advice(need, undefined) });
  }
  const [cheapest, ...others] = large.filter(({ tier }) => listings.length <= treeCapacity(tier.treeParents));
  if (cheapest !== undefined) {
    const { positions, venues } = cheapest.tier;
    return { tier: cheapest.name, why: `${reasonFor([cheapest, ...others])}; it takes ${positions} positions in ${venues} ${venues === 1 ? "account" : "accounts"}` };
  }
  const most = Math.max(...large.map(({ tier }) => treeCapacity(tier.treeParents)));
  throw new MarginProofError("TreeFull", `${listings.length} instruments, and the largest tree takes ${most}`, { path: "instruments", hint: "leave instruments that nobody holds out of the market" });
}
