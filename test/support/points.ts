import fc from "fast-check";
import { add, BASE, IDENTITY, multiply, SUBGROUP_ORDER, toAffine, toExtended, type Point } from "../../prover/commitment/curve.ts";
import { FIELD } from "../../prover/units.ts";

/** Points of the prime-order subgroup, the identity included. */
export const subgroupPoint = (): fc.Arbitrary<Point> => fc.bigInt({ min: 0n, max: SUBGROUP_ORDER - 1n }).map((scalar) => multiply(BASE, scalar));

/** scalar · point for a point of any order, |scalar| below the subgroup order. */
export function multiplyAny(point: Point, scalar: bigint): Point {
  const magnitude = toExtended(point).multiplyUnsafe(scalar < 0n ? -scalar : scalar);
  return toAffine(scalar < 0n ? magnitude.negate() : magnitude);
}

/** A point of order 8, which generates the torsion of the curve. */
export const ORDER_EIGHT: Point = {
  x: 4342719913949491028786768530115087822524712248835451589697801404893164183326n,
  y: 4826523245007015323400664741523384119579596407052839571721035538011798951543n,
};
export const ORDER_FOUR: Point = add(ORDER_EIGHT, ORDER_EIGHT);
export const ORDER_TWO: Point = { x: 0n, y: FIELD - 1n };

/** Not on the curve: the base point, moved. */
export const OFF_CURVE: Point = { x: BASE.x, y: BASE.y + 1n };

export const sumOf = (points: readonly Point[]): Point => points.reduce(add, IDENTITY);
