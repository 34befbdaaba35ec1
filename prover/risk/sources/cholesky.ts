/** Correlation matrices that can be simulated: Cholesky factors in fixed point, and the direction in which a matrix fails. */
import { MarginProofError } from "../../errors.ts";
import { formatDecimal } from "../../numeric/decimal.ts";
import { ONE, REAL_DECIMALS, ZERO, div, fromFactor, fromScaled, mul, sqrt, sub, type Real } from "../../numeric/real.ts";
import type { Matrix } from "../margin-rules.ts";
import type { CorrelationSet } from "./correlation.ts";

/**
 * The least variance that a name must keep when all names before it are known. Below it the factor would divide by what
 * rounding has left of zero: two names are then one, and should be listed as one.
 */
const LEAST_VARIANCE: Real = fromScaled(1n, 6);

/** Half of the last digit shown: rounding down after adding it is rounding to nearest. */
const HALF_SHOWN = 5n * 10n ** 20n;

/**
 * The lower triangle L with L·Lᵀ = R; entries at 1e-27, each within n·1e-24 of the exact factor (n names, pivots ≥ 1e-6).
 * Rows have the length of their index + 1.
 *
 * @param matrix valid by `requireCorrelation`
 * @param set the set that the matrix is in, for the refusal: a publisher wrote the unstressed one
 * @throws InvalidPolicy with `path` when R is not positive definite by at least 1e-6, naming the combination of names that
 *   would have no variance, or a negative one
 */
export function cholesky(
  matrix: Matrix,
  names: readonly string[],
  path: string,
  set: CorrelationSet = "medium",
): readonly (readonly Real[])[] {
  const factor: Real[][] = [];
  matrix.forEach((entries, i) => {
    const row: Real[] = [];
    for (let j = 0; j < i; j++) row.push(div(remainder(fromFactor(entries[j]!), row, factor[j]!, j), factor[j]![j]!));
    const variance = remainder(ONE, row, row, i);
    if (variance < LEAST_VARIANCE) throw notDefinite(direction(factor, row), variance, names, path, set);
    factor.push([...row, sqrt(variance)]);
  });
  return factor;
}

/** `start` − Σ_{k<count} a_k·b_k */
function remainder(start: Real, a: readonly Real[], b: readonly Real[], count: number): Real {
  let left = start;
  for (let k = 0; k < count; k++) left = sub(left, mul(a[k]!, b[k]!));
  return left;
}

/**
 * x with x_i = 1 and xᵀRx = the variance that is left of name i: what it is after hedging it as well as possible with those before.
 * Solves Lᵀ·w = row backwards; x = (−w, 1).
 */
function direction(factor: readonly (readonly Real[])[], row: readonly Real[]): readonly Real[] {
  const hedge: Real[] = [...row];
  for (let j = row.length - 1; j >= 0; j--) {
    for (let k = j + 1; k < row.length; k++) hedge[j] = sub(hedge[j]!, mul(factor[k]![j]!, hedge[k]!));
    hedge[j] = div(hedge[j]!, factor[j]![j]!);
  }
  return [...hedge.map((weight) => -weight as Real), ONE];
}

function notDefinite(weights: readonly Real[], variance: Real, names: readonly string[], path: string, set: CorrelationSet): MarginProofError {
  const show = (value: bigint): string => formatDecimal(value + HALF_SHOWN, REAL_DECIMALS, { digits: 6, round: "down" });
  const terms = weights.flatMap((weight, i) => (weight === ZERO ? [] : [`${show(weight)} ${names[i]}`]));
  const kind = variance < -LEAST_VARIANCE ? "not positive semi-definite" : "near-singular";
  const which = set === "medium" ? "the correlations" : `the correlations of set ${set}`;
  const remedy =
    terms.length === 2
      ? "a correlation this close to 1 or -1 makes two names one: list them as one, or lower the correlation"
      : "lower the correlations among these names until every combination keeps a variance of at least 0.000001";
  return new MarginProofError("InvalidPolicy", `${which} are ${kind}: ${terms.join(" + ")} would have variance ${show(variance)}`, {
    path,
    hint: set === "medium" ? remedy : `leave the set out, take "one" in its place, or lower the given correlations of these names`,
  });
}
