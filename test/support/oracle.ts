/**
 * Independent evaluation for tests of the numeric code: plain series in decimal fixed point with 100 fractional digits.
 * Chosen to differ from the shipped methods (no argument reduction, Halley for ln, the alternating series for Φ).
 */
const DIGITS = 100n;
export const ORACLE_ONE = 10n ** DIGITS;
const PI = 31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679n;

/** Any scale of at most 100 decimals, as an oracle number. */
export function oracle(value: bigint, decimals: number): bigint {
  return value * 10n ** (DIGITS - BigInt(decimals));
}

export function multiply(a: bigint, b: bigint): bigint {
  return (a * b) / ORACLE_ONE;
}

export function divide(a: bigint, b: bigint): bigint {
  return (a * ORACLE_ONE) / b;
}

/** 1 + x + x²/2 + …, as far as it goes; the reciprocal for x < 0. */
export function exponential(x: bigint): bigint {
  if (x < 0n) return divide(ORACLE_ONE, exponential(-x));
  let sum = 0n;
  for (let term = ORACLE_ONE, n = 1n; term > 0n; n += 1n) {
    sum += term;
    term = multiply(term, x) / n;
  }
  return sum;
}

/** y ← y + 2·(x − e^y) / (x + e^y), starting from the number of digits. Below 1 by the reciprocal, which keeps the digits. */
export function logarithm(x: bigint): bigint {
  if (x < ORACLE_ONE) return -logarithm(divide(ORACLE_ONE, x));
  let y = (BigInt(x.toString().length) - DIGITS - 1n) * 23n * (ORACLE_ONE / 10n);
  for (let step = ORACLE_ONE; magnitude(step) > 10n ** 5n; y += step) {
    const e = exponential(y);
    step = divide(2n * (x - e), x + e);
  }
  return y;
}

/** √x by bisection on the digits. */
export function squareRoot(x: bigint): bigint {
  let root = 0n;
  for (let bit = 1n << BigInt((x * ORACLE_ONE).toString(2).length); bit > 0n; bit >>= 1n) {
    if ((root + bit) ** 2n <= x * ORACLE_ONE) root += bit;
  }
  return root;
}

const ROOT_2_PI = squareRoot(2n * PI);

export function density(x: bigint): bigint {
  return divide(exponential(-multiply(x, x) / 2n), ROOT_2_PI);
}

/** 1/2 + (x − x³/(2·3) + x⁵/(2²·2!·5) − …) / √(2π); cancels 43 digits at |x| = 14, of the 100 carried. Beyond, 0 or 1 to 44 digits. */
export function distribution(x: bigint): bigint {
  if (magnitude(x) > 14n * ORACLE_ONE) return x < 0n ? 0n : ORACLE_ONE;
  const square = multiply(x, x);
  let sum = 0n;
  for (let term = x, n = 0n; term !== 0n; ) {
    sum += term / (2n * n + 1n);
    n += 1n;
    term = -multiply(term, square) / (2n * n);
  }
  return ORACLE_ONE / 2n + divide(sum, ROOT_2_PI);
}

/** D·(F·Φ(d₁) − K·Φ(d₂)) */
export function blackCall(forward: bigint, strike: bigint, totalVol: bigint, discount: bigint): bigint {
  const d1 = divide(logarithm(divide(forward, strike)), totalVol) + totalVol / 2n;
  const d2 = d1 - totalVol;
  return multiply(discount, multiply(forward, distribution(d1)) - multiply(strike, distribution(d2)));
}

export function magnitude(x: bigint): bigint {
  return x < 0n ? -x : x;
}
