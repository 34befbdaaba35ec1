import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { babyjubjub } from "@noble/curves/misc.js";
import { MarginProofError } from "../errors.ts";
import { FIELD } from "../units.ts";

/**
 * Baby Jubjub, 168700 x² + y² = 1 + 168696 x² y² over the field of the circuits: the same curve, base point and subgroup as
 * circomlib's. Points are affine at every border; sums run in noble's extended coordinates and are normalised together.
 */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

const Curve = babyjubjub.Point;
const { a, d } = Curve.CURVE();

/** A point in extended coordinates, for long sums. */
export type ExtendedPoint = InstanceType<typeof Curve>;

export const COFACTOR = 8n;
/** Order of the prime-order subgroup that every commitment, generator and key lies in. */
export const SUBGROUP_ORDER: bigint = Curve.Fn.ORDER;
export const IDENTITY: Point = { x: 0n, y: 1n };
/** circomlib's Base8. */
export const BASE: Point = toAffine(Curve.BASE);
export const EXTENDED_IDENTITY: ExtendedPoint = Curve.ZERO;

export function toExtended(point: Point): ExtendedPoint {
  return Curve.fromAffine({ x: point.x, y: point.y });
}

export function toAffine(point: ExtendedPoint): Point {
  const { x, y } = point.toAffine();
  return { x, y };
}

/** Many points at the price of one field inversion. */
export function toAffineAll(points: readonly ExtendedPoint[]): Point[] {
  return normalizeZ(Curve, [...points]).map(toAffine);
}

export function add(a: Point, b: Point): Point {
  return toAffine(toExtended(a).add(toExtended(b)));
}

export function negate(point: Point): Point {
  return { x: point.x === 0n ? 0n : FIELD - point.x, y: point.y };
}

export function equals(a: Point, b: Point): boolean {
  return a.x === b.x && a.y === b.y;
}

/** scalar · point for any signed scalar. Requires a point of the prime-order subgroup. Not constant-time: public data only. */
export function multiply(point: Point, scalar: bigint): Point {
  const reduced = ((scalar % SUBGROUP_ORDER) + SUBGROUP_ORDER) % SUBGROUP_ORDER;
  return toAffine(toExtended(point).multiplyUnsafe(reduced));
}

/** True for reduced coordinates that satisfy the curve equation. */
export function isOnCurve({ x, y }: Point): boolean {
  if (x < 0n || x >= FIELD || y < 0n || y >= FIELD) return false;
  const x2 = (x * x) % FIELD;
  const y2 = (y * y) % FIELD;
  return (a * x2 + y2 - 1n - d * ((x2 * y2) % FIELD)) % FIELD === 0n;
}

/** True for points of the prime-order subgroup, the identity included. */
export function isInSubgroup(point: Point): boolean {
  return isOnCurve(point) && toExtended(point).isTorsionFree();
}

/**
 * Returns the point if it may be used as a key or a commitment.
 *
 * @throws InvalidPoint when it is off the curve or has a small-order component, naming `path`
 */
export function requireSubgroup(point: Point, path: string): Point {
  if (!isOnCurve(point)) throw new MarginProofError("InvalidPoint", "not on the Baby Jubjub curve", { path, hint: "ask for the object again from its publisher" });
  if (!isInSubgroup(point)) throw new MarginProofError("InvalidPoint", "not in the prime-order subgroup", { path, hint: "refuse this object: an honest publisher cannot produce it" });
  return point;
}

/** As `requireSubgroup`, and not the identity: for keys, where the identity would let anybody sign. */
export function requireGenerator(point: Point, path: string): Point {
  if (equals(requireSubgroup(point, path), IDENTITY)) throw new MarginProofError("InvalidPoint", "the identity is not a usable key", { path, hint: "generate a key; anybody can sign for this one" });
  return point;
}
