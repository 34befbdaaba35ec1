/**
 * Signed fixed-point reals at scale 1e27 for pricing. Everything is a bigint, so results are the same bits on every machine.
 * Values have no upper limit; a function that has no result throws `OutOfRange`.
 * `mul`, `div` and `sqrt` round down (towards −∞), by less than one unit of 1e-27; sums and scale conversions upwards are exact.
 */
import { MarginProofError } from "../errors.ts";
import { DECIMALS } from "../units.ts";
import type { Factor, Price } from "../units.ts";
import { divDown, divUp } from "./rounding.ts";

declare const real: unique symbol;
export type Real = bigint & { readonly [real]: true };

export const REAL_DECIMALS = 27;
export const ZERO = 0n as Real;
export const ONE = (10n ** 27n) as Real;

/** `value` units of 10^−decimals, exactly; `decimals` ≤ 27. */
export function fromScaled(value: bigint, decimals: number): Real {
  return (value * 10n ** BigInt(REAL_DECIMALS - decimals)) as Real;
}

export const fromPrice = (price: Price): Real => fromScaled(price, DECIMALS.price);
export const fromFactor = (factor: Factor): Real => fromScaled(factor, DECIMALS.factor);

/** The nearest price not above `x`: for values and P&L. */
export const toPriceDown = (x: Real): Price => divDown(x, unitOf(DECIMALS.price)) as Price;
/** The nearest price not below `x`: for charges. */
export const toPriceUp = (x: Real): Price => divUp(x, unitOf(DECIMALS.price)) as Price;

/** The nearest factor, halves up: for parameters that are derived once and then published. */
export const toFactorNearest = (x: Real): Factor => divDown(2n * x + unitOf(DECIMALS.factor), 2n * unitOf(DECIMALS.factor)) as Factor;

/** The quotient of two integers (seconds, counts, prices of one scale), rounded down. */
export const ratio = (a: bigint, b: bigint): Real => divDown(a * ONE, b) as Real;

export const add = (a: Real, b: Real): Real => (a + b) as Real;
export const sub = (a: Real, b: Real): Real => (a - b) as Real;
export const mul = (a: Real, b: Real): Real => divDown(a * b, ONE) as Real;
export const div = (a: Real, b: Real): Real => divDown(a * ONE, b) as Real;
export const min = (a: Real, b: Real): Real => (a < b ? a : b);
export const max = (a: Real, b: Real): Real => (a > b ? a : b);
/** `x` limited to [low, high]; `low` wins when the bounds cross. */
export const clamp = (x: Real, low: Real, high: Real): Real => max(low, min(x, high));

/** √x rounded down. @throws OutOfRange when x < 0 */
export function sqrt(x: Real): Real {
  if (x < 0n) throw new MarginProofError("OutOfRange", "square root of a negative number");
  return integerSqrt(x * ONE) as Real;
}

/** Number of binary digits of n ≥ 0; 0 for 0. */
export function bitLength(n: bigint): bigint {
  const hex = n.toString(16);
  return BigInt(hex.length * 4 - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28));
}

/** ⌊√n⌋ by Newton's iteration from above, which descends strictly until it has arrived. */
function integerSqrt(n: bigint): bigint {
  if (n === 0n) return 0n;
  let root = 1n << ((bitLength(n) + 1n) / 2n);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

const unitOf = (decimals: number): bigint => 10n ** BigInt(REAL_DECIMALS - decimals);
