/** Which candidates are tried together: the smallest alone, those that relieve what presses, and those that close what is held, in turn. */
import type { RiskVector } from "../risk-array.ts";
import type { Candidate, Desk } from "./candidates.ts";
import type { HedgeMeasure } from "./hedge.ts";
import type { SearchPlan } from "./search.ts";
import { lotSize } from "./size.ts";
import type { Leg } from "./trial.ts";

/**
 * At most `size`: by turns the next of the smallest single trades (where there are none, of the most promising), the one that gains most for
 * its size in the next of the losing scenarios, worst first, and the one that closes the next of the account's positions, largest first.
 * A hedge of several legs needs what a single one cannot show: two scenarios that bind at once are relieved by two trades, neither of
 * which helps alone.
 */
export function shortlisted(
  { trial, measure, desk }: SearchPlan,
  ranked: readonly Candidate[],
  found: readonly (readonly Leg[])[],
  size: number,
): readonly Candidate[] {
  const alone = [...found.map(([leg]) => leg!.candidate), ...ranked];
  const relieving = pressures(trial.working([])).flatMap((gain) => most(desk.candidates, gain, measure));
  const closers = closing(desk);
  const turns = alone.flatMap((candidate, i) => [[candidate], relieving.slice(i, i + 1), closers.slice(i, i + 1)].flat());
  return [...new Set(turns)].slice(0, size);
}

function closing({ account, candidates }: Desk): readonly Candidate[] {
  const closers = account.positions.flatMap(({ instrument, quantity }) =>
    candidates
      .filter(({ risk, side }) => risk.instrument.name === instrument && (side === "buy") === quantity < 0n)
      .map((candidate) => ({ candidate, size: (quantity < 0n ? -quantity : quantity) * candidate.notional })),
  );
  return closers.sort((a, b) => (a.size > b.size ? -1 : a.size < b.size ? 1 : 0)).map(({ candidate }) => candidate);
}

type Gain = (candidate: Candidate) => bigint;

const vectorOf = ({ risk, side }: Candidate): RiskVector => (side === "buy" ? risk.long : risk.short);

/** What a contract gains in each losing scenario of each netting set, in each tail scenario that makes its set's measure, and on each broken limit. */
function pressures({ nettingSets, tail, exposures }: ReturnType<SearchPlan["trial"]["working"]>): readonly Gain[] {
  const scenarios = nettingSets.flatMap(({ pnl }, n) =>
    pnl.map((value, s) => ({
      value,
      gain: (candidate: Candidate) => (candidate.risk.nettingSet === n ? vectorOf(candidate).scenarioPnl[s]! : 0n),
    })),
  );
  const losing = scenarios.filter(({ value }) => value < 0n).sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  const tails = tail.sets.flatMap(({ chosen }) => chosen).map((t) => (candidate: Candidate) => vectorOf(candidate).tailPnl[t]!);
  const limits = exposures.flatMap(({ withinLimits, total }, k) =>
    withinLimits ? [] : [(candidate: Candidate) => (total < 0n ? 1n : -1n) * vectorOf(candidate).exposure[k]!],
  );
  return [...limits, ...losing.map(({ gain }) => gain), ...tails];
}

/** The candidate that gains most for its size, if one gains. */
function most(candidates: readonly Candidate[], gain: Gain, measure: HedgeMeasure): readonly Candidate[] {
  const gains = candidates
    .map((candidate) => ({ candidate, gain: gain(candidate), size: lotSize(candidate, measure) }))
    .filter((each) => each.gain > 0n);
  if (gains.length === 0) return [];
  return [gains.reduce((best, next) => (next.gain * best.size > best.gain * next.size ? next : best)).candidate];
}
