/**
 * Whether excess is concave in the quantities traded, whatever the book: then the quantities that reach a target are one interval, and a
 * tangent never undershoots. Roundings of 1e-8 per contract aside.
 *
 * Totals are concave in a quantity: linear on each side of zero, and both sides are rounded against the holder. Scenario losses, floors,
 * charges (naked shorts included), rising tiers, the worse of two basis moves and expected shortfall are convex and non-decreasing in losses;
 * so are their sums, maxima (the worst set of a tail), and the root of a positive semi-definite form with entries that are not negative. Not
 * convex are value at risk, spread charges (a negative line), the worse sign of a skew rotation around a discounted value, and roots of other forms.
 */
import { SCALE } from "../../units.ts";
import type { MarginRules, Matrix } from "../margin-rules.ts";

export function isConcave({ shape, tail, exposures, correlations, sensitivities }: MarginRules): boolean {
  if (shape.tails > 0 && tail.flags > 0) return false;
  if (exposures.some(({ line }) => line.MM < 0n || line.IM < 0n)) return false;
  if (shape.skews > 0 && shape.cellValues) return false;
  const rises = correlations.every((matrix) => matrix.every((row) => row.every((entry) => entry >= 0n)));
  return rises && [...correlations, ...sensitivities].every(isSemiDefinite);
}

/** All ones, or positive definite but for names that are all zeros: by its leading minors, exactly (Sylvester, Bareiss). */
function isSemiDefinite(matrix: Matrix): boolean {
  if (matrix.every((row) => row.every((entry) => entry === SCALE.factor))) return true;
  const kept = matrix.flatMap((row, i) => (row.some((entry) => entry !== 0n) ? [i] : []));
  let left: readonly (readonly bigint[])[] = kept.map((i) => kept.map((j) => matrix[i]![j]!));
  for (let before = 1n; left.length > 0;) {
    const [[minor, ...across], ...below] = left as readonly [readonly [bigint, ...bigint[]], ...(readonly bigint[])[]];
    if (minor <= 0n) return false;
    const divisor = before;
    left = below.map(([first, ...rest]) => rest.map((entry, j) => (entry * minor - first! * across[j]!) / divisor));
    before = minor;
  }
  return true;
}
