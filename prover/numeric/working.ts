/**
 * Working precision of exp, ln and the normal distribution: binary fixed point with 128 fractional bits (3e-39), where a
 * division by the scale is a shift. Eleven digits finer than `Real`, so the only visible error is the final rounding.
 */
import { ONE } from "./real.ts";
import type { Real } from "./real.ts";

export const FRACTION = 128n;
export const UNIT = 1n << FRACTION;

/** Published decimal expansions, cut after 50 digits. */
export const LN_2 = fromDigits("69314718055994530941723212145817656807550013436025");
export const INV_SQRT_2_PI = fromDigits("39894228040143267793994605993438186847585863116493");

/** Truncated to the working precision. */
export function toWorking(x: Real): bigint {
  return (x << FRACTION) / ONE;
}

/** w·2^exponent as the nearest Real, ties upwards. */
export function fromWorking(w: bigint, exponent = 0n): Real {
  const shift = FRACTION - exponent;
  const scaled = w * ONE;
  return (shift > 0n ? (scaled + (1n << (shift - 1n))) >> shift : scaled << -shift) as Real;
}

/** 0.d₁d₂… */
function fromDigits(digits: string): bigint {
  return (BigInt(digits) << FRACTION) / 10n ** BigInt(digits.length);
}
