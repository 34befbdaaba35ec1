import { FIELD } from "../../prover/units.ts";
import type { Point } from "../../prover/commitment/curve.ts";

/** Adds the point of order 2, without any curve code: (x, y) + (0, −1) = (−x, −y). */
export function addTorsion({ x, y }: Point): Point {
  return { x: (FIELD - x) % FIELD, y: (FIELD - y) % FIELD };
}
