import { expWorking } from "./exp.ts";
import { ONE, ZERO, fromScaled } from "./real.ts";
import type { Real } from "./real.ts";
import { FRACTION, INV_SQRT_2_PI, UNIT, fromWorking, toWorking } from "./working.ts";

/** From here on φ(x) < 2.2e-32 and Φ(−x) < 1.8e-33: both round to 0, so clamping is what rounding would give. */
const FAR = fromScaled(12n, 0);

/** Standard normal density φ(x), rounded to nearest. Error at most 0.51e-27 everywhere. */
export function normalPdf(x: Real): Real {
  if (x >= FAR || x <= -FAR) return ZERO;
  const { mantissa, exponent } = density(toWorking(x));
  return fromWorking(mantissa, exponent);
}

/** Standard normal distribution Φ(x). Error at most 0.51e-27 everywhere; Φ(x) + Φ(−x) is exactly 1; 0 and 1 from |x| = 12 on. */
export function normalCdf(x: Real): Real {
  if (x >= FAR) return ONE;
  if (x <= -FAR) return ZERO;
  const upper = fromWorking(UNIT / 2n + centralMass(toWorking((x < 0n ? -x : x) as Real)));
  return (x < 0n ? ONE - upper : upper) as Real;
}

/**
 * Φ(x) − 1/2 = φ(x)·(x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + …) for x ≥ 0. All terms are positive, so nothing cancels.
 */
function centralMass(x: bigint): bigint {
  const square = (x * x) >> FRACTION;
  let sum = 0n;
  let term = x;
  for (let n = 3n; term > 0n; n += 2n) {
    sum += term;
    term = ((term * square) >> FRACTION) / n;
  }
  const { mantissa, exponent } = density(x);
  return (sum * mantissa) >> (FRACTION - exponent);
}

/** φ(x) = mantissa·2^exponent with exponent ≤ 0. */
function density(x: bigint): { mantissa: bigint; exponent: bigint } {
  const { mantissa, exponent } = expWorking(-((x * x) >> (FRACTION + 1n)));
  return { mantissa: (mantissa * INV_SQRT_2_PI) >> FRACTION, exponent };
}
