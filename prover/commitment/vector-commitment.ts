import { MarginProofError } from "../errors.ts";
import { BITS } from "../units.ts";
import { EXTENDED_IDENTITY, toAffine, toAffineAll } from "./curve.ts";
import type { ExtendedPoint, Point } from "./curve.ts";
import { FixedBase } from "./fixed-base.ts";
import { generatorOf } from "./generators.ts";
import type { Entry } from "./generators.ts";

/** The linear risk of one side of one instrument, per unit held; all entries signed at 1e-8. */
export interface VectorEntries {
  readonly scenarioPnl: readonly bigint[];
  readonly value: bigint;
  readonly chargeMM: bigint;
  readonly chargeIM: bigint;
}

/** Both sides of one instrument, in the netting set with this index; an `InstrumentRisk` is one. */
export interface TwoSidedVector {
  readonly instrument: { readonly name: string };
  readonly nettingSet: number;
  readonly long: VectorEntries;
  readonly short: VectorEntries;
}

export interface SidedCommitments {
  readonly long: Point;
  readonly short: Point;
}

const tables = new Map<Entry, FixedBase>();

function tableOf(entry: Entry): FixedBase {
  let table = tables.get(entry);
  if (table === undefined) {
    table = new FixedBase(generatorOf(entry));
    tables.set(entry, table);
  }
  return table;
}

/** total + Σ_s pnl_s·G[u][s] */
function addScenarios(total: ExtendedPoint, nettingSet: number, scenarioPnl: readonly bigint[]): ExtendedPoint {
  return scenarioPnl.reduce((sum, pnl, s) => tableOf(`scenario/${nettingSet}/${s}`).addMultiple(sum, pnl), total);
}

/** total + value·G_value + chargeMM·G_chargeMM + chargeIM·G_chargeIM */
function addScalars(total: ExtendedPoint, { value, chargeMM, chargeIM }: Omit<VectorEntries, "scenarioPnl">): ExtendedPoint {
  const withValue = tableOf("value").addMultiple(total, value);
  return tableOf("chargeIM").addMultiple(tableOf("chargeMM").addMultiple(withValue, chargeMM), chargeIM);
}

function commitExtended(nettingSet: number, vector: VectorEntries): ExtendedPoint {
  return addScalars(addScenarios(EXTENDED_IDENTITY, nettingSet, vector.scenarioPnl), vector);
}

/** C = Σ_s pnl_s·G[u][s] + value·G_value + chargeMM·G_chargeMM + chargeIM·G_chargeIM; negative entries negate in the group. */
export function commitVector(nettingSet: number, vector: VectorEntries): Point {
  return toAffine(commitExtended(nettingSet, vector));
}

/** The totals of a book, at 1e-16: `scenarioPnl[u][s]` for each netting set, and what is summed over all of them. */
export interface BookTotals {
  readonly scenarioPnl: readonly (readonly bigint[])[];
  readonly value: bigint;
  readonly chargeMM: bigint;
  readonly chargeIM: bigint;
}

/** The commitment to a book's totals. The map is additive: Σ_i |q_i|·commitVector(row_i) = commitTotals(Σ_i |q_i|·row_i). */
export function commitTotals(totals: BookTotals): Point {
  const scenarios = totals.scenarioPnl.reduce((sum, pnl, u) => addScenarios(sum, u, pnl), EXTENDED_IDENTITY);
  return toAffine(addScalars(scenarios, totals));
}

function requireRange(entry: bigint, path: string): void {
  if (entry >= 1n << BigInt(BITS.entry) || entry <= -(1n << BigInt(BITS.entry))) {
    throw new MarginProofError("OutOfRange", `magnitude is not below 2^${BITS.entry} units of 1e-8`, { path, hint: "quote this instrument in a smaller contract" });
  }
}

/** @throws OutOfRange when an entry does not fit its 64-bit magnitude, or a charge is negative */
function requireRow(vector: VectorEntries, path: string): void {
  vector.scenarioPnl.forEach((pnl, s) => requireRange(pnl, `${path}.scenarioPnl[${s}]`));
  for (const field of ["value", "chargeMM", "chargeIM"] as const) requireRange(vector[field], `${path}.${field}`);
  for (const field of ["chargeMM", "chargeIM"] as const) {
    if (vector[field] < 0n) throw new MarginProofError("OutOfRange", "a charge is negative", { path: `${path}.${field}` });
  }
}

function plus(a: VectorEntries, b: VectorEntries): VectorEntries {
  return {
    scenarioPnl: a.scenarioPnl.map((pnl, s) => pnl + b.scenarioPnl[s]!),
    value: a.value + b.value,
    chargeMM: a.chargeMM + b.chargeMM,
    chargeIM: a.chargeIM + b.chargeIM,
  };
}

/**
 * Commitments to both sides of each row. A short row is the negated long row but for roundings and charges, so only their
 * (small) sum is multiplied out: C(short) = C(long + short) − C(long).
 *
 * @throws OutOfRange naming the instrument, side and entry
 */
export function commitRows(rows: readonly TwoSidedVector[], onRow: (done: number) => void = () => {}): SidedCommitments[] {
  const points = rows.flatMap(({ instrument: { name }, nettingSet, long, short }, i) => {
    requireRow(long, `${name}.long`);
    requireRow(short, `${name}.short`);
    if (long.scenarioPnl.length !== short.scenarioPnl.length) throw new MarginProofError("OutOfRange", "the two sides have different numbers of scenarios", { path: name });
    const longPoint = commitExtended(nettingSet, long);
    const shortPoint = commitExtended(nettingSet, plus(long, short)).subtract(longPoint);
    onRow(i + 1);
    return [longPoint, shortPoint];
  });
  const affine = toAffineAll(points);
  return rows.map((_, i) => ({ long: affine[2 * i]!, short: affine[2 * i + 1]! }));
}
