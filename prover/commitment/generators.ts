import type { Point } from "./curve.ts";
import { hashToCurve } from "./hash-to-curve.ts";

/** One entry of a risk vector, as a generator's label tells it. Scenario entries differ by netting set. */
export type Entry = `scenario/${number}/${number}` | "value" | "chargeMM" | "chargeIM";

const cache = new Map<Entry, Point>();

/** The generator of one vector entry: hash-to-curve of `margin-health/v1/{entry}`. */
export function generatorOf(entry: Entry): Point {
  let point = cache.get(entry);
  if (point === undefined) {
    point = hashToCurve(`margin-health/v1/${entry}`);
    cache.set(entry, point);
  }
  return point;
}

/** G[u][s], the generator of scenario `s` in netting set `u`. */
export function generator(nettingSet: number, scenario: number): Point {
  return generatorOf(`scenario/${nettingSet}/${scenario}`);
}
