/** The search for small trades: every candidate alone, then a shortlist together. */
import type { Progress } from "../../progress.ts";
import type { Candidate, Desk } from "./candidates.ts";
import type { HedgeMeasure } from "./hedge.ts";
import { exchanged } from "./exchange.ts";
import { leastLots, peakLots } from "./least-lots.ts";
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
  const { desk, trial, measure, maxTrades, maxProposals, progress, isConcave } = plan;
  const tracked = trackBest(trial);
  const at0 = trial.score([]);
  const step = slopeStep(desk.lot);
  const found: (readonly Leg[])[] = [];
  const keep = (legs: readonly Leg[]): void => {
    const same = found.findIndex((known) => known.length === legs.length && known.every(({ candidate }) => legs.some((leg) => leg.candidate === candidate)));
    if (same >= 0) found.splice(same, 1);
    found.push(legs);
    found.sort((a, b) => compare(a, b, measure));
    found.splice(maxProposals);
  };
  /** What one more proposal may measure at most: no more than the last that would be shown. */
  const budget = (candidate: Candidate): bigint => {
    const last = found.length < maxProposals ? undefined : found.at(-1);
    const size = lotSize(candidate, measure);
    if (last === undefined || size === 0n || measure === "trades") return candidate.mostLots;
    return minimum(candidate.mostLots, sizeOf(last, measure) / size);
  };
  const ranked = byPromise(plan, tracked, at0, step);
  ranked.forEach((candidate, i) => {
    const score = (lots: bigint): bigint => tracked.score([{ candidate, lots }]);
    const lots = leastLots({ score, at0, most: budget(candidate), step, probe: !isConcave });
    if (lots !== null) keep([{ candidate, lots }]);
    progress("single trades", i + 1, ranked.length);
  });
  if (found.length === 0) alone(tracked, ranked, step, progress);
  const isMore = maxTrades > 1 && !(measure === "trades" && found.length > 0);
  const shortlist = isMore ? shortlisted(plan, ranked, found, PAIRED) : [];
  const joint = { score: tracked.score, lot: desk.lot, measure };
  const combine = (stage: string, size: number, among: readonly Candidate[], all: readonly Candidate[]): void => {
    const sets = combinations(among, size);
    const tryTogether = (set: readonly Candidate[]): boolean => {
      const legs = leastTogether(joint, set, found[0] === undefined ? null : sizeOf(found[0], measure));
      if (legs !== null) keep(legs);
      return legs !== null;
    };
    sets.forEach((set, i) => {
      tryTogether(set);
      progress(stage, i + 1, sets.length);
    });
    exchanged({ best: () => found[0] ?? tracked.best() ?? [], size, candidates: all, tryTogether, progress });
  };
  if (isMore) combine("pairs of trades", 2, shortlist, ranked);
  const triples = isMore && maxTrades > 2 && !(measure === "trades" && found.length > 0) ? shortlist.slice(0, TRIPLED) : [];
  if (triples.length > 0) combine("triples of trades", 3, triples, shortlist);
  if (found.length === 0) sharpen(tracked, step);
  return { found, best: tracked.best(), shortlist, triples };
}

interface Tracked {
  readonly score: (legs: readonly Leg[]) => bigint;
  /** Null while nothing was better than no trade. */
  readonly best: () => readonly Leg[] | null;
}

function trackBest(trial: Trial): Tracked {
  let [most, best]: [bigint, readonly Leg[] | null] = [trial.score([]), null];
  return {
    best: () => best,
    score: (legs) => {
      const score = trial.score(legs);
      if (score > most) [most, best] = [score, legs];
      return score;
    },
  };
}

/** Where no single trade is enough: how far each one helps, for the refusal to name the best and for others to be added to it. */
function alone({ score }: Tracked, ranked: readonly Candidate[], step: bigint, progress: Progress): void {
  ranked.forEach((candidate, i) => {
    peakLots({ score: (lots) => score(lots === 0n ? [] : [{ candidate, lots }]), most: candidate.mostLots, step });
    progress("nearest misses", i + 1, ranked.length);
  });
}

/** The best of what missed, trade by trade as far as each helps. */
function sharpen({ score, best }: Tracked, step: bigint): void {
  for (let i = 0; i < (best()?.length ?? 0); i++) {
    const { candidate } = best()![i]!;
    const others = best()!.filter((_, k) => k !== i);
    peakLots({ score: (lots) => score(lots === 0n ? others : [...others, { candidate, lots }]), most: candidate.mostLots, step });
  }
}

/** Candidates by what the first of their lots gains for its size, the most first. */
function byPromise({ desk: { candidates }, measure }: SearchPlan, { score }: Tracked, at0: bigint, step: bigint): readonly Candidate[] {
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
