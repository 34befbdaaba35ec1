/** Whether correlations can be those of anything: a matrix that is not positive semi-definite gives some hedge less than no risk. */
import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { divDown } from "../numeric/rounding.ts";
import { SCALE } from "../units.ts";
import type { Matrix } from "./margin-rules.ts";
import { correlationSet, type CorrelationSet } from "./sources/correlation.ts";

/**
 * Exact elimination on integers (Bareiss): each pivot is a principal minor over the one before, and none may be negative. Where a pivot is 0
 * the rest of its row must be, or a 2×2 minor is negative. Beside the matrix stands a unit matrix, which ends up holding the combinations that
 * its rows have become: that of a wrong pivot is the hedge that would have less than no risk. The names are in the order given; a refusal names
 * the first that fits none before it, and that hedge.
 *
 * @throws InvalidPolicy with the path of that name's row
 */
export function requireSemidefinite(matrix: Matrix, names: readonly string[], path: string): void {
  const size = matrix.length;
  const left: bigint[][] = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  let before = 1n;
  left.forEach((row, k) => {
    const pivot = row[k]!;
    const other = k + 1 + row.slice(k + 1, size).findIndex((entry) => entry !== 0n);
    if (pivot < 0n) throw contradiction(row.slice(size), k, matrix, names, path);
    if (pivot === 0n && other > k) throw contradiction(tilted(left, k, other, size), other, matrix, names, path);
    if (pivot === 0n) return;
    for (let i = k + 1; i < size; i++) {
      const lead = left[i]![k]!;
      for (let j = k + 1; j < 2 * size; j++) left[i]![j] = (pivot * left[i]![j]! - lead * row[j]!) / before;
    }
    before = pivot;
  });
}

/**
 * Of a hedge x without variance and a y that covaries with it by c ≠ 0 and has variance d: y − t·x has d − 2·t·c, which is below 0 for a t
 * of the sign of c that is large enough. Elimination has made both c and d larger by one factor.
 */
function tilted(left: readonly (readonly bigint[])[], k: number, other: number, size: number): bigint[] {
  const [c, d] = [left[k]![other]!, left[other]![other]!];
  const [x, y] = [left[k]!.slice(size), left[other]!.slice(size)];
  const sign = c > 0n ? 1n : -1n;
  const times = sign * (d > 0n ? d : sign * c);
  return y.map((weight, i) => sign * c * weight - times * x[i]!);
}

const SHOWN = 6;

/** Weights are shown of one unit of the last name, whose weight is above 0, and the variance of that. */
function contradiction(weights: readonly bigint[], last: number, matrix: Matrix, names: readonly string[], path: string): MarginProofError {
  const unit = weights[last]!;
  const variance = weights.reduce((sum, x, i) => weights.reduce((inner, y, j) => inner + matrix[i]![j]! * x * y, sum), 0n);
  const show = (numerator: bigint, denominator: bigint): string => {
    const scale = 10n ** BigInt(SHOWN);
    return formatDecimal(divDown(2n * numerator * scale + denominator, 2n * denominator), SHOWN, { trim: true });
  };
  const terms = weights.flatMap((weight, i) => (weight === 0n ? [] : [`${show(weight, unit)} ${names[i]}`]));
  const found = show(variance, unit * unit * SCALE.factor);
  return new MarginProofError("InvalidPolicy", `the correlations of ${names.slice(0, last + 1).join(", ")} contradict each other: ${terms.join(" + ")} would have variance ${found}`, {
    path: `${path}[${last}]`,
    hint: "some hedge would have less than no risk: use correlations estimated together, or move them towards 0",
  });
}

/**
 * Stressed sets need not be semi-definite, and a sum below 0 under one of them counts as 0. So one of the sets that count must be: the largest
 * counts, and that one is never below 0. The given correlations are.
 *
 * @throws InvalidPolicy
 */
export function requireOneSound(correlation: Matrix, sets: readonly CorrelationSet[], names: readonly string[], path: string): void {
  if (sets.some((set) => isSound(correlation, set, names))) return;
  throw new MarginProofError("InvalidPolicy", `${sets.join(" and ")} correlations alone would give some hedge less than no risk`, {
    path,
    hint: 'add "medium": the largest of the sets counts',
  });
}

/** Whether the correlations are semi-definite in a set. */
export function isSound(correlation: Matrix, set: CorrelationSet, names: readonly string[]): boolean {
  try {
    requireSemidefinite(correlationSet(correlation, set), names, set);
    return true;
  } catch (error) {
    if (error instanceof MarginProofError) return false;
    throw error;
  }
}
