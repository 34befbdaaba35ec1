/** Whether correlations can be those of anything: a matrix that is not positive semi-definite gives some hedge less than no risk. */
import { MarginProofError } from "../errors.ts";
import type { Matrix } from "./margin-rules.ts";
import { correlationSet, type CorrelationSet } from "./sources/correlation.ts";

/**
 * Exact elimination on integers (Bareiss): each pivot is a principal minor over the one before, and none may be negative. Where a pivot is 0
 * the rest of its row must be, or a 2×2 minor is negative. The names in the order given; a refusal names the first that fits none before it.
 *
 * @throws InvalidPolicy with the path of that name's row
 */
export function requireSemidefinite(matrix: Matrix, names: readonly string[], path: string): void {
  const left: bigint[][] = matrix.map((row) => [...row]);
  let before = 1n;
  left.forEach((row, k) => {
    const pivot = row[k]!;
    const rest = row.slice(k + 1);
    const wrong = pivot < 0n ? k : pivot === 0n ? k + 1 + rest.findIndex((entry) => entry !== 0n) : -1;
    if (pivot < 0n || (pivot === 0n && wrong > k)) {
      throw new MarginProofError("InvalidPolicy", `the correlations of ${names.slice(0, wrong + 1).join(", ")} contradict each other`, {
        path: `${path}[${wrong}]`,
        hint: "some hedge would have less than no risk: use correlations estimated together, or move them towards 0",
      });
    }
    if (pivot === 0n) return;
    for (let i = k + 1; i < left.length; i++)
      for (let j = k + 1; j < left.length; j++) left[i]![j] = (pivot * left[i]![j]! - left[i]![k]! * row[j]!) / before;
    before = pivot;
  });
}

/**
 * Stressed sets need not be semi-definite, and a sum below 0 under one of them counts as 0. So one of the sets that count must be: the largest
 * counts, and that one is never below 0. The given correlations are.
 *
 * @throws InvalidPolicy
 */
export function requireOneSound(correlation: Matrix, sets: readonly CorrelationSet[], names: readonly string[], path: string): void {
  const isSound = (set: CorrelationSet): boolean => {
    try {
      requireSemidefinite(correlationSet(correlation, set), names, path);
      return true;
    } catch (error) {
      if (error instanceof MarginProofError) return false;
      throw error;
    }
  };
  if (sets.some(isSound)) return;
  throw new MarginProofError("InvalidPolicy", `${sets.join(" and ")} correlations alone would give some hedge less than no risk`, {
    path,
    hint: 'add "medium": the largest of the sets counts',
  });
}
