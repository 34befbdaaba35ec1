/** A hedge of several trades made better, candidate by candidate. */
import type { Progress } from "../../progress.ts";
import type { Candidate } from "./candidates.ts";
import type { Leg } from "./trial.ts";

export interface Exchange {
  /** The best there is so far; what comes nearest where nothing is enough. */
  readonly best: () => readonly Leg[];
  /** How many trades a set has. */
  readonly size: number;
  readonly candidates: readonly Candidate[];
  /** Looks for the least quantities of a set; whether they are enough, and better than the best. */
  readonly tryTogether: (set: readonly Candidate[]) => boolean;
  readonly progress: Progress;
}

const PASSES = 4;

/**
 * Adds each candidate to a best that has a trade less; then exchanges each trade of a best of this size for each candidate, quantities
 * found anew every time, until a pass makes nothing better. A better hedge that differs in two trades is not seen.
 */
export function exchanged({ best, size, candidates, tryTogether, progress }: Exchange): void {
  const pass = (stage: string, setWith: (candidate: Candidate, best: readonly Candidate[]) => readonly Candidate[]): boolean => {
    let isBetter = false;
    candidates.forEach((candidate, i) => {
      const set = setWith(
        candidate,
        best().map((leg) => leg.candidate),
      );
      if (set.length === size && new Set(set.map(({ risk }) => risk)).size === size && tryTogether(set)) isBetter = true;
      progress(stage, i + 1, candidates.length);
    });
    return isBetter;
  };
  if (best().length === size - 1) pass("additions to the best", (candidate, legs) => [...legs, candidate]);
  for (let n = 1, isBetter = true; isBetter && n <= PASSES && best().length === size; n++) {
    isBetter = false;
    for (let leg = 0; leg < size; leg++) {
      if (pass(`exchanges of trade ${leg + 1}, pass ${n}`, (candidate, legs) => legs.map((each, k) => (k === leg ? candidate : each))))
        isBetter = true;
    }
  }
}
