/**
 * Signed integer division with the direction in the name: Down is towards −∞, Up is towards +∞.
 * Never towards zero: that would favour the prover on one side of zero. All throw `OutOfRange` on a zero divisor.
 */
import { MarginProofError } from "../errors.ts";

/** ⌊a / b⌋ */
export function divDown(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new MarginProofError("OutOfRange", "division by zero");
  const quotient = a / b;
  const exact = quotient * b === a;
  return exact || a < 0n === b < 0n ? quotient : quotient - 1n;
}

/** ⌈a / b⌉ */
export function divUp(a: bigint, b: bigint): bigint {
  return -divDown(-a, b);
}

/** ⌊a·b / c⌋ */
export function mulDivDown(a: bigint, b: bigint, c: bigint): bigint {
  return divDown(a * b, c);
}

/** ⌈a·b / c⌉ */
export function mulDivUp(a: bigint, b: bigint, c: bigint): bigint {
  return divUp(a * b, c);
}

/** ⌈√n⌉ for n ≥ 0: the smallest integer whose square is not below n. Throws `OutOfRange` for a negative n. */
export function ceilSqrt(n: bigint): bigint {
  if (n < 0n) throw new MarginProofError("OutOfRange", "root of a negative number");
  if (n < 2n) return n;
  // Newton from above: falls until it is ⌊√n⌋, and then stops falling.
  let root = 1n << ((BigInt(n.toString(2).length) + 1n) / 2n);
  for (let next = (root + n / root) / 2n; next < root; next = (root + n / root) / 2n) root = next;
  return root * root === n ? root : root + 1n;
}
