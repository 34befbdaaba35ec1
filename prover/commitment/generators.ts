import type { Entry } from "./columns.ts";
import type { Point } from "./curve.ts";
import { hashToCurve } from "./hash-to-curve.ts";

const cache = new Map<Entry, Point>();

/** The generator of one column: hash-to-curve of `margin-health/v1/{entry}`. */
export function generatorOf(entry: Entry): Point {
  let point = cache.get(entry);
  if (point === undefined) {
    point = hashToCurve(`margin-health/v1/${entry}`);
    cache.set(entry, point);
  }
  return point;
}
