/** Exponentially weighted volatility, and rescaling to today's: what makes a historical simulation a filtered one. */
import { MarginProofError } from "../../errors.ts";
import { lnRatio } from "../../numeric/ln.ts";
import { ONE, ZERO, add, div, fromFactor, fromScaled, max, mul, sqrt, sub, type Real } from "../../numeric/real.ts";
import type { Factor } from "../../units.ts";

export interface Ewma {
  /** λ in (0, 1): how much of yesterday's variance is kept. */
  readonly lambda: Factor;
  /** The first so many one-day returns give the first variance, as their mean square. */
  readonly seedReturns: number;
  /** The least rescaling σ_now/σ_t, at 1e-9: 1 never shrinks a historical move (against procyclicality), 0 is no floor. */
  readonly floor: Factor;
}

/** What a history tells of one risk factor: the price of an underlying, or its implied volatility. */
export interface Series {
  /** `BTC`, or `BTC vol`. */
  readonly name: string;
  /** [row], all above 0. */
  readonly values: readonly Real[];
  /** Where a row's value stands, for refusals: `closes[0]`. */
  readonly place: string;
}

/** One-day volatilities below this, a millionth, are no market. */
const LEAST_VOLATILITY = fromScaled(1n, 6);

/**
 * [row] max(floor, σ_now/σ_row); rows within the seed have the first variance. `used` are the rows that are scaled from. A volatility that has
 * died out (a price that stands still for long) is refused on either side: then, it cannot be scaled from; now, it would scale every move to
 * nothing and show a tail without risk.
 *
 * @throws InvalidPolicy
 */
export function rescaling({ name, values, place }: Series, ewma: Ewma, used: readonly number[], dates: readonly string[], path: string): readonly Real[] {
  if (values.slice(1, ewma.seedReturns + 1).every((value) => value === values[0])) {
    throw new MarginProofError("InvalidPolicy", `${name} does not move in the first ${ewma.seedReturns} returns`, {
      path: `${path}.ewma.seedReturns`,
      hint: "seed with more returns: a volatility of 0 cannot be rescaled",
    });
  }
  const sigma = ewmaVolatility(values, ewma.lambda, ewma.seedReturns);
  const last = values.length - 1;
  const dead = [...used, last].find((row) => sigma[row]! < LEAST_VOLATILITY);
  if (dead !== undefined) {
    throw new MarginProofError("InvalidPolicy", `the volatility of ${name} has died out by ${dates[dead]}`, {
      path: `${path}.rows[${dead}].${place}`,
      hint: "leave out the time in which it did not trade, or use no rescaling",
    });
  }
  const now = sigma[last]!;
  return sigma.map((then) => (then === ZERO ? ONE : max(fromFactor(ewma.floor), div(now, then))));
}

/**
 * [row] one-day volatility known after that row: σ² ← λ·σ² + (1 − λ)·r², r the log return. Up to row `seedReturns` it is the
 * mean square of the first `seedReturns` returns.
 */
export function ewmaVolatility(values: readonly Real[], lambda: Factor, seedReturns: number): readonly Real[] {
  const squares = values.slice(1).map((value, t) => {
    const r = lnRatio(value, values[t]!);
    return mul(r, r);
  });
  const seed = (squares.slice(0, seedReturns).reduce(add, ZERO) / BigInt(seedReturns)) as Real;
  const keep = fromFactor(lambda);
  let variance = seed;
  return values.map((_, row) => {
    if (row > seedReturns) variance = add(mul(keep, variance), mul(sub(ONE, keep), squares[row - 1]!));
    return sqrt(variance);
  });
}
