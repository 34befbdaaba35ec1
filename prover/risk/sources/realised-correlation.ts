/** How a list of scenarios moves together: the correlation of its log moves, to hold against the one that was asked for. */
import { lnRatio } from "../../numeric/ln.ts";
import { fromFactor } from "../../numeric/real.ts";
import { ceilSqrt, divDown } from "../../numeric/rounding.ts";
import { SCALE, type Factor } from "../../units.ts";

const ONE = fromFactor(SCALE.factor as Factor);

/**
 * [factor][factor] Pearson's correlation of ln(move), at 1e-9, to the nearest: Σ(n·x − Σx)(n·y − Σy) over the root of the same sums of squares,
 * in exact integers up to that root. Null where a factor does not move.
 *
 * @param moves [factor][scenario] multipliers above 0
 */
export function realisedCorrelation(moves: readonly (readonly Factor[])[]): readonly (readonly (Factor | null)[])[] {
  const centred = moves.map((row) => {
    const logs = row.map((move): bigint => lnRatio(fromFactor(move), ONE));
    const total = logs.reduce((sum, x) => sum + x, 0n);
    return logs.map((x) => BigInt(logs.length) * x - total);
  });
  const product = (a: readonly bigint[], b: readonly bigint[]): bigint => a.reduce((sum, x, i) => sum + x * b[i]!, 0n);
  const squares = centred.map((row) => product(row, row));
  return centred.map((a, i) =>
    centred.map((b, j) => {
      const size = ceilSqrt(squares[i]! * squares[j]!);
      return size === 0n ? null : (divDown(2n * SCALE.factor * product(a, b) + size, 2n * size) as Factor);
    }),
  );
}
