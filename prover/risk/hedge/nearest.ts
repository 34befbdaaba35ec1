/** What comes nearest where nothing is enough: for the refusal to name, and for other trades to be added to. */
import type { Progress } from "../../progress.ts";
import type { Candidate } from "./candidates.ts";
import { peakLots } from "./least-lots.ts";
import type { Leg, Trial } from "./trial.ts";

/** A trial that remembers its best. */
export interface Tracked {
  readonly score: (legs: readonly Leg[]) => bigint;
  /** Null while nothing was better than no trade. */
  readonly best: () => readonly Leg[] | null;
}

export function trackBest(trial: Pick<Trial, "score">): Tracked {
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

/** Every candidate alone, as far as it helps. */
export function tryAlone({ score }: Tracked, candidates: readonly Candidate[], step: bigint, progress: Progress): void {
  candidates.forEach((candidate, i) => {
    peakLots({ score: (lots) => score(lots === 0n ? [] : [{ candidate, lots }]), most: candidate.mostLots, step });
    progress("nearest misses", i + 1, candidates.length);
  });
}

/** The best of what missed, trade by trade as far as each helps. */
export function sharpen({ score, best }: Tracked, step: bigint): void {
  for (let i = 0; i < (best()?.length ?? 0); i++) {
    const { candidate } = best()![i]!;
    const others = best()!.filter((_, k) => k !== i);
    peakLots({ score: (lots) => score(lots === 0n ? others : [...others, { candidate, lots }]), most: candidate.mostLots, step });
  }
}
