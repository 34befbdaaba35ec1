/** The search for small trades: every candidate alone, then a shortlist together. */
import type { Progress } from "../../progress.ts";
import type { Candidate, Desk } from "./candidates.ts";
import type { HedgeMeasure } from "./hedge.ts";
import { exchanged } from "./exchange.ts";
import { leastLots } from "./least-lots.ts";
import { sharpen, trackBest, tryAlone, type Tracked } from "./nearest.ts";
import { shortlisted } from "./shortlist.ts";
import { lotSize, sizeOf, slopeStep } from "./size.ts";
import { leastTogether } from "./together.ts";
import type { Leg, Trial } from "./trial.ts";

export interface SearchPlan {
  readonly desk: Desk;
  readonly trial: Trial;
  readonly isConcave: boolean;
  readonly measure: HedgeMeasure;
  readonly maxTrades: number;
  readonly maxProposals: number;
  readonly progress: Progress;
}

export interface SearchResult {
  /** Smallest first. */
  readonly found: readonly (readonly Leg[])[];
  /** The best that was tried where nothing was found; null when nothing was better than no trade. */
  readonly best: readonly Leg[] | null;
  readonly shortlist: readonly Candidate[];
  readonly triples: readonly Candidate[];
}

/** Candidates that are tried in pairs, and those of them in threes. */
const PAIRED = 12;
const TRIPLED = 6;

export function searchHedges(plan: SearchPlan): SearchResult {
  const { desk, trial, measure, maxTrades, progress } = plan;
  const tracked = trackBest(trial);
  const step = slopeStep(desk.lot);
  const kept = keepSmallest(plan);
  const ranked = byPromise(plan, tracked, step);
  tryEach(plan, tracked, ranked, step, kept);
  if (kept.found.length === 0) tryAlone(tracked, ranked, step, progress);
  // One trade is fewer than two, and no notional makes up for that.
  const isEnough = (): boolean => measure === "trades" && kept.found.length > 0;
  const shortlist = maxTrades > 1 && !isEnough() ? shortlisted(plan, ranked, kept.found, PAIRED) : [];
  if (shortlist.length > 0) combine(plan, tracked, kept, "pairs of trades", 2, shortlist, ranked);
  const triples = maxTrades > 2 && !isEnough() ? shortlist.slice(0, TRIPLED) : [];
  if (triples.length > 0) combine(plan, tracked, kept, "triples of trades", 3, triples, shortlist);
  if (kept.found.length === 0) sharpen(tracked, step);
  return { found: kept.found, best: tracked.best(), shortlist, triples };
}

interface Kept {
  /** Smallest first, each set of candidates once, at most as many as will be proposed. */
  readonly found: readonly (readonly Leg[])[];
  readonly keep: (legs: readonly Leg[]) => void;
}

function keepSmallest({ measure, maxProposals }: SearchPlan): Kept {
  const found: (readonly Leg[])[] = [];
  const isSame = (a: readonly Leg[], b: readonly Leg[]): boolean =>
    a.length === b.length && a.every(({ candidate }) => b.some((leg) => leg.candidate === candidate));
  return {
    found,
    keep: (legs) => {
      const same = found.findIndex((known) => isSame(known, legs));
      if (same >= 0) found.splice(same, 1);
      found.push(legs);
      found.sort((a, b) => compare(a, b, measure));
      found.splice(maxProposals);
    },
  };
}

/** Each candidate alone, the least of its lots; no more of them than the last proposal that would be shown measures. */
function tryEach(
  { measure, maxProposals, progress, isConcave }: SearchPlan,
  { score }: Tracked,
  ranked: readonly Candidate[],
  step: bigint,
  { found, keep }: Kept,
): void {
  const at0 = score([]);
  const mostOf = (candidate: Candidate): bigint => {
    const last = found.length < maxProposals ? undefined : found.at(-1);
    const size = lotSize(candidate, measure);
    return last === undefined || size === 0n ? candidate.mostLots : minimum(candidate.mostLots, sizeOf(last, measure) / size);
  };
  ranked.forEach((candidate, i) => {
    const lots = leastLots({ score: (n) => score([{ candidate, lots: n }]), at0, most: mostOf(candidate), step, probe: !isConcave });
    if (lots !== null) keep([{ candidate, lots }]);
    progress("single trades", i + 1, ranked.length);
  });
}

/** All sets of `size` among some, and what exchanging their trades for any of `all` makes better; kept where smaller than all before. */
function combine(
  { desk, measure, progress }: SearchPlan,
  { score, best }: Tracked,
  { found, keep }: Kept,
  stage: string,
  size: number,
  among: readonly Candidate[],
  all: readonly Candidate[],
): void {
  const tryTogether = (set: readonly Candidate[]): boolean => {
    const smallest = found[0];
    const budget = smallest === undefined ? null : sizeOf(smallest, measure);
    const legs = leastTogether({ score, lot: desk.lot, measure }, set, budget);
    if (legs !== null) keep(legs);
    return legs !== null;
  };
  const sets = combinations(among, size);
  sets.forEach((set, i) => {
    tryTogether(set);
    progress(stage, i + 1, sets.length);
  });
  exchanged({ best: () => found[0] ?? best() ?? [], size, candidates: all, tryTogether, progress });
}

/** Candidates by what the first of their lots gains for its size, the most first. */
function byPromise({ desk: { candidates }, measure }: SearchPlan, { score }: Tracked, step: bigint): readonly Candidate[] {
  const at0 = score([]);
  const promised = candidates.map((candidate) => {
    const lots = minimum(step, candidate.mostLots);
    return { candidate, gain: score([{ candidate, lots }]) - at0, size: lots * lotSize(candidate, measure) };
  });
  return promised.sort((a, b) => -sign(a.gain * b.size - b.gain * a.size)).map(({ candidate }) => candidate);
}

/** By the measure, then by number of trades, notional and name: the order never depends on the order of the search. */
function compare(a: readonly Leg[], b: readonly Leg[], measure: HedgeMeasure): number {
  const count = a.length - b.length;
  const bySize = sign(sizeOf(a, measure) - sizeOf(b, measure));
  const byNotional = sign(sizeOf(a, "notional") - sizeOf(b, "notional"));
  const name = (legs: readonly Leg[]): string => legs.map(({ candidate }) => candidate.risk.instrument.name).join(" ");
  return (measure === "trades" ? count || bySize : bySize || count) || byNotional || (name(a) < name(b) ? -1 : 1);
}

/** Sets of `size` of different instruments. */
function combinations(candidates: readonly Candidate[], size: number): readonly (readonly Candidate[])[] {
  if (size === 0) return [[]];
  return candidates.flatMap((first, i) =>
    combinations(candidates.slice(i + 1), size - 1)
      .filter((rest) => rest.every(({ risk }) => risk !== first.risk))
      .map((rest) => [first, ...rest]),
  );
}

const sign = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);
const minimum = (a: bigint, b: bigint): bigint => (a < b ? a : b);
