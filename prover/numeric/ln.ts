import { MarginProofError } from "../errors.ts";
import { ONE, bitLength } from "./real.ts";
import type { Real } from "./real.ts";
import { FRACTION, LN_2, UNIT, fromWorking } from "./working.ts";

/**
 * Natural logarithm, rounded to nearest. Error at most 0.51e-27 for every x from 1e-27 to 1e100.
 * @throws OutOfRange when x ≤ 0
 */
export function ln(x: Real): Real {
  return lnRatio(x, ONE);
}

/**
 * ln(a / b) with the accuracy of `ln`: the quotient is never rounded to a Real, so extreme ratios lose nothing.
 * Exactly 0 when a = b. @throws OutOfRange when a ≤ 0 or b ≤ 0
 */
export function lnRatio(a: Real, b: Real): Real {
  return fromWorking(lnRatioWorking(a, b));
}

/** ln(a / b) in working precision; absolute error below 2^−115. */
export function lnRatioWorking(a: Real, b: Real): bigint {
  if (a <= 0n || b <= 0n) throw new MarginProofError("OutOfRange", "logarithm of a number that is not positive");
  // a / b = mantissa·2^exponent, first with mantissa in (1/2, 2), then in [3/4, 3/2) where the series is short.
  let exponent = bitLength(a) - bitLength(b);
  const shift = FRACTION - exponent;
  let mantissa = shift >= 0n ? (a << shift) / b : a / (b << -shift);
  if (2n * mantissa >= 3n * UNIT) {
    mantissa >>= 1n;
    exponent += 1n;
  } else if (4n * mantissa < 3n * UNIT) {
    mantissa <<= 1n;
    exponent -= 1n;
  }
  return exponent * LN_2 + lnNearOne(mantissa);
}

/** ln m = 2·artanh z = 2·(z + z³/3 + z⁵/5 + …) with z = (m − 1) / (m + 1), |z| ≤ 1/5. */
function lnNearOne(mantissa: bigint): bigint {
  const z = ((mantissa - UNIT) << FRACTION) / (mantissa + UNIT);
  const square = (z * z) >> FRACTION;
  let power = z < 0n ? -z : z;
  let sum = 0n;
  for (let n = 1n; power > 0n; n += 2n) {
    sum += power / n;
    power = (power * square) >> FRACTION;
  }
  return z < 0n ? -2n * sum : 2n * sum;
}
