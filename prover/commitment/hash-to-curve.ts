import { babyjubjub } from "@noble/curves/misc.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { FIELD } from "../units.ts";
import { equals, IDENTITY, toAffine, toExtended } from "./curve.ts";
import type { Point } from "./curve.ts";
import { keccakInteger } from "./domain.ts";

const { Fp } = babyjubjub.Point;
const { a, d } = babyjubjub.Point.CURVE();

/** The smaller of the two x with a x² + y² = 1 + d x² y², or nothing when y is on no point. */
function smallerX(y: bigint): bigint | undefined {
  const y2 = Fp.sqr(y);
  const x2 = Fp.div(Fp.sub(1n, y2), Fp.sub(a, Fp.mul(d, y2)));
  // Euler's criterion; zero counts as a square.
  if (x2 !== 0n && Fp.pow(x2, (FIELD - 1n) / 2n) !== 1n) return undefined;
  const x = Fp.sqrt(x2);
  return x < FIELD - x ? x : FIELD - x;
}

/**
 * A subgroup point nobody knows a discrete logarithm of, from a public label, by try and increment: for counter = 0, 1, …
 * y = keccak256(utf8(label "/" counter)) mod p, big-endian; if some x completes y to a curve point, take the smaller x, multiply
 * by the cofactor 8, and accept unless that is the identity. Not constant-time: labels are public.
 */
export function hashToCurve(label: string): Point {
  for (let counter = 0; ; counter++) {
    const y = keccakInteger(utf8ToBytes(`${label}/${counter}`)) % FIELD;
    const x = smallerX(y);
    if (x === undefined) continue;
    const point = toAffine(toExtended({ x, y }).clearCofactor());
    if (!equals(point, IDENTITY)) return point;
  }
}
