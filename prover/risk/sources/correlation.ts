/** Correlation matrices: what makes one valid, and the sets in which supervisors have it stressed. */
import { MarginProofError } from "../../errors.ts";
import { SCALE, type Factor } from "../../units.ts";
import type { Matrix } from "../margin-rules.ts";
import { factorText } from "../schema.ts";

const ONE = SCALE.factor;

/** Which correlations: as given, pushed up, pulled down, or all names as one. */
export const CORRELATION_SETS = ["medium", "high", "low", "one"] as const;
export type CorrelationSet = (typeof CORRELATION_SETS)[number];

/**
 * Every matrix of `names.length` rows that is symmetric, has ones on the diagonal, and entries in [−1, 1]. Whether it is
 * positive definite is `cholesky`'s matter.
 *
 * @throws InvalidPolicy with the path of the entry, `path[i][j]`
 */
export function requireCorrelation(matrix: Matrix, names: readonly string[], path: string): void {
  const refuse = (at: string, message: string, hint: string): never => {
    throw new MarginProofError("InvalidPolicy", message, { path: at, hint });
  };
  if (matrix.length !== names.length) {
    refuse(path, `${matrix.length} rows for ${names.length} names`, `give one row for each of ${names.join(", ")}`);
  }
  matrix.forEach((row, i) => {
    if (row.length !== names.length)
      refuse(`${path}[${i}]`, `${row.length} entries for ${names.length} names`, "a correlation matrix is square");
    row.forEach((entry, j) => {
      const at = `${path}[${i}][${j}]`;
      const pair = `${names[i]} and ${names[j]}`;
      if (i === j && entry !== ONE) refuse(at, `${names[i]} has correlation ${factorText(entry)} with itself`, "the diagonal is 1");
      if (entry > ONE || entry < -ONE) refuse(at, `${pair}: ${factorText(entry)}`, "a correlation lies between -1 and 1");
      if (j < i && entry !== matrix[j]![i]) {
        refuse(at, `${pair}: ${factorText(entry)} here and ${factorText(matrix[j]![i]!)} at [${j}][${i}]`, "the matrix is symmetric");
      }
    });
  });
}

/**
 * A matrix in one of the sets. High is min(1, 1.25·ρ) and low max(2·ρ − 1, 0.75·ρ), off the diagonal (Basel MAR21.6); one is 1.
 * Rounded away from zero in high and up in low, by less than 1e-9. High and low need not be positive definite: aggregation takes
 * the root of max(0, ·), and simulation refuses what it cannot use.
 */
export function correlationSet(matrix: Matrix, set: CorrelationSet): Matrix {
  const stressed = { medium: (entry: bigint) => entry, high, low, one: () => ONE }[set];
  return matrix.map((row, i) => row.map((entry, j) => (i === j ? entry : (stressed(entry) as Factor))));
}

function high(entry: bigint): bigint {
  const size = ((entry < 0n ? -entry : entry) * 5n + 3n) / 4n;
  const capped = size < ONE ? size : ONE;
  return entry < 0n ? -capped : capped;
}

/** For ρ ≥ 0 the quotient rounds up; for ρ < 0 truncation is up as well. */
function low(entry: bigint): bigint {
  const shifted = 2n * entry - ONE;
  const scaled = entry < 0n ? (entry * 3n) / 4n : (entry * 3n + 3n) / 4n;
  return shifted > scaled ? shifted : scaled;
}
