/** What every source of scenarios makes: a list of joint moves of all underlyings. */
import { toFactorNearest, type Real } from "../../numeric/real.ts";
import type { Factor } from "../../units.ts";

/** One joint move. Underlyings that are not named do not move. */
export interface SourcedScenario {
  /** Unique in its list; a date, a number, or the name of an event. */
  readonly id: string;
  /** Spot multiplier by underlying at 1e-9, above 0: 0.93 is a fall of 7 %. */
  readonly moves: ReadonlyMap<string, Factor>;
  /** Multiplier of implied volatilities by underlying at 1e-9, not negative; missing means unchanged. */
  readonly vols: ReadonlyMap<string, Factor>;
}

/** `x` as a spot multiplier, to the nearest 1e-9. It is never 0: a price that has fallen to nothing stops at 1e-9. */
export function multiplier(x: Real): Factor {
  const nearest = toFactorNearest(x);
  return nearest > 0n ? nearest : (1n as Factor);
}

/** What a risk factor that is an implied volatility is called among prices: no underlying's name has a blank in it. */
export const volFactorName = (underlying: string): string => `${underlying} vol`;
