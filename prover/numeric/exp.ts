import { MarginProofError } from "../errors.ts";
import { ZERO, fromScaled } from "./real.ts";
import type { Real } from "./real.ts";
import { FRACTION, LN_2, UNIT, fromWorking, toWorking } from "./working.ts";

/** e^x is served up to here (about 3.9e55). */
export const EXP_MAX = fromScaled(128n, 0);
/** Below here e^x is nearer to 0 than to 1e-27. */
const EXP_MIN = fromScaled(-64n, 0);
const HALVINGS = 8n;

/**
 * e^x, rounded to nearest. Error at most 0.51e-27 + 1e-33·e^x; 0 below x = −64.
 * @throws OutOfRange when x > 128
 */
export function exp(x: Real): Real {
  if (x > EXP_MAX) throw new MarginProofError("OutOfRange", "exponential of a number above 128");
  if (x < EXP_MIN) return ZERO;
  const { mantissa, exponent } = expWorking(toWorking(x));
  return fromWorking(mantissa, exponent);
}

/**
 * e^w = mantissa·2^exponent with mantissa in [1, 2) and relative error below 2^−110 for |w| < 2^10, both numbers in
 * working precision. Keeping the exponent apart is what preserves relative accuracy when e^w is tiny.
 */
export function expWorking(w: bigint): { mantissa: bigint; exponent: bigint } {
  let exponent = w / LN_2;
  let rest = w % LN_2;
  if (rest < 0n) {
    rest += LN_2;
    exponent -= 1n;
  }
  // e^rest = (e^(rest / 2^8))^(2^8): twelve terms of the series and eight squarings.
  const small = rest >> HALVINGS;
  let mantissa = UNIT;
  let term = UNIT;
  for (let n = 1n; term > 0n; n += 1n) {
    term = ((term * small) >> FRACTION) / n;
    mantissa += term;
  }
  for (let i = 0n; i < HALVINGS; i += 1n) mantissa = (mantissa * mantissa) >> FRACTION;
  return { mantissa, exponent };
}
