/** Whether correlations can be those of anything: a matrix that is not positive semi-definite gives some hedge less than no risk. */
import { MarginProofError } from "../errors.ts";
import type { Matrix } from "./margin-rules.ts";

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
