/** The inverse of the normal distribution, for simulation. */
import { MarginProofError } from "../errors.ts";
import { lnRatio } from "./ln.ts";
import { normalCdf, normalPdf } from "./normal.ts";
import { ONE, ZERO, add, div, fromScaled, mul, sqrt, sub, type Real } from "./real.ts";

/** A step below this leaves an error of its square: far below 1e-18. */
const SETTLED = fromScaled(1n, 14);
const TWO = fromScaled(2n, 0);
/** Φ has 27 digits: nearer to 0 the density divides by too few of them. */
const LEAST = fromScaled(1n, 12);

/**
 * x with Φ(x) = p, for 1e-12 ≤ p ≤ 1 − 1e-12. Error at most 1e-14. Odd around one half, bit for bit.
 * @throws OutOfRange outside
 */
export function normalQuantile(p: Real): Real {
  if (p < LEAST || p > ONE - LEAST) {
    throw new MarginProofError("OutOfRange", "a probability too close to 0 or 1 for a normal quantile", { hint: "stay between 1e-12 and 1 - 1e-12" });
  }
  return p * 2n > ONE ? upper(sub(ONE, p)) : (-upper(p) as Real);
}

/**
 * x ≥ 0 with 1 − Φ(x) = q, q ≤ 1/2, by Newton's method. 1 − Φ(x) ≤ e^{−x²/2}/2 puts the start √(2·ln(1/2q)) at or above x. The
 * tail is convex and falls, so the first tangent meets zero at or below x, and from there the steps climb without passing it.
 */
function upper(q: Real): Real {
  let x = sqrt(mul(TWO, lnRatio(ONE, mul(TWO, q))));
  for (let steps = 0; steps < 64; steps++) {
    const step = div(sub(normalCdf(-x as Real), q), normalPdf(x));
    x = add(x, step);
    if (x < ZERO) x = ZERO;
    if (step < SETTLED && step > -SETTLED) return x;
  }
  throw new MarginProofError("OutOfRange", "a normal quantile did not settle", { hint: "this is a defect of the library: please report the probability" });
}
