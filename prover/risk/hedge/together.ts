/** Several trades at once: the first leg's lots on a grid that narrows, the last leg's by leastLots. */
import type { Quantity } from "../../units.ts";
import type { Candidate } from "./candidates.ts";
import type { HedgeMeasure } from "./hedge.ts";
import { leastLots } from "./least-lots.ts";
import { lotSize, sizeOf, slopeStep } from "./size.ts";
import type { Leg } from "./trial.ts";

export interface Joint {
  readonly score: (legs: readonly Leg[]) => bigint;
  readonly lot: Quantity;
  readonly measure: HedgeMeasure;
}

/** Up to so many lots of a leg are all tried. */
export const EXHAUSTIVE = 32n;
const HALVINGS = 12n;
const PARTS = 8n;

/**
 * The smallest trade of all of `candidates` together that measures less than `budget` (null for any); null when none was found. Where the
 * score is concave, the least size is convex in each leg's lots, so narrowing around the best point of a grid does not lose it; a set
 * that is enough only between two points of the first grid is not seen.
 */
export function leastTogether(joint: Joint, candidates: readonly Candidate[], budget: bigint | null): readonly Leg[] | null {
  const found = narrowed(joint, candidates, [], budget === null ? null : budget - 1n);
  return found === null ? null : trimmed(joint, found);
}

/** `fixed` and the least of the rest, of at most `budget`. */
function narrowed(joint: Joint, candidates: readonly Candidate[], fixed: readonly Leg[], budget: bigint | null): readonly Leg[] | null {
  const [candidate, ...rest] = candidates;
  const most = lotsWithin(candidate!, budget, joint.measure);
  if (rest.length === 0) {
    const score = (lots: bigint): bigint => joint.score([...fixed, { candidate: candidate!, lots }]);
    const lots = most < 1n ? null : leastLots({ score, at0: joint.score(fixed), most, step: slopeStep(joint.lot), probe: false });
    return lots === null ? null : [...fixed, { candidate: candidate!, lots }];
  }
  let left = budget;
  let best: readonly Leg[] | null = null;
  let bestLots = 0n;
  const tried = new Set<bigint>();
  const tryAt = (lots: bigint): void => {
    if (tried.has(lots)) return;
    tried.add(lots);
    const own = lots * lotSize(candidate!, joint.measure);
    if (left !== null && own > left) return;
    const legs = narrowed(joint, rest, [...fixed, { candidate: candidate!, lots }], left === null ? null : left - own);
    if (legs === null) return;
    [best, bestLots, left] = [legs, lots, sizeOf(legs, joint.measure) - sizeOf(fixed, joint.measure) - 1n];
  };
  let points = grid(most);
  for (;;) {
    points.forEach(tryAt);
    if (best === null) return null;
    const low = points.findLast((lots) => lots < bestLots) ?? 0n;
    const high = points.find((lots) => lots > bestLots) ?? most;
    const next = between(low, high);
    if (next.every((lots) => tried.has(lots))) return best;
    points = next;
  }
}

function lotsWithin(candidate: Candidate, budget: bigint | null, measure: HedgeMeasure): bigint {
  const size = lotSize(candidate, measure);
  if (budget === null || size === 0n) return candidate.mostLots;
  return budget < 0n ? 0n : minimum(candidate.mostLots, budget / size);
}

/** All if they are few; else halves of halves, for what is small, and eighths, for what is not. */
function grid(most: bigint): readonly bigint[] {
  if (most <= EXHAUSTIVE) return range(1n, most);
  const halves = range(0n, HALVINGS).map((k) => most >> k);
  const parts = range(1n, PARTS).map((k) => (most * k) / PARTS);
  return ascending([...halves, ...parts]);
}

function between(low: bigint, high: bigint): readonly bigint[] {
  if (high - low <= EXHAUSTIVE) return range(low < 1n ? 1n : low, high);
  return ascending(range(0n, PARTS).map((k) => low + ((high - low) * k) / PARTS));
}

/** Each leg's least lots with the others as they are, until no leg has less: nowhere is one lot less enough. */
function trimmed(joint: Joint, legs: readonly Leg[]): readonly Leg[] {
  const next = legs.reduce<readonly Leg[]>((sofar, leg, i) => {
    const withLots = (lots: bigint): readonly Leg[] => sofar.map((each, k) => (k === i ? { ...leg, lots } : each));
    const slope = { at0: joint.score(sofar.filter((_, k) => k !== i)), most: leg.lots, step: slopeStep(joint.lot), probe: false };
    return withLots(leastLots({ ...slope, score: (lots) => joint.score(withLots(lots)) }) ?? leg.lots);
  }, legs);
  return next.every(({ lots }, i) => lots === legs[i]!.lots) ? next : trimmed(joint, next);
}

const range = (low: bigint, high: bigint): bigint[] =>
  Array.from({ length: high < low ? 0 : Number(high - low) + 1 }, (_, i) => low + BigInt(i));
const ascending = (lots: readonly bigint[]): readonly bigint[] =>
  [...new Set(lots.filter((n) => n > 0n))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const minimum = (a: bigint, b: bigint): bigint => (a < b ? a : b);
