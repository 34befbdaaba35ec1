import { MarginProofError } from "../errors.ts";
import type { ColumnTotals } from "../risk/margin-rules.ts";
import { BITS } from "../units.ts";
import type { Entry } from "./columns.ts";
import { EXTENDED_IDENTITY, toAffine, toAffineAll } from "./curve.ts";
import type { ExtendedPoint, Point } from "./curve.ts";
import { FixedBase } from "./fixed-base.ts";
import { generatorOf } from "./generators.ts";

/** The linear risk of one side of one instrument, per unit held; all entries signed at 1e-8. A `RiskVector` is one. */
export interface VectorEntries {
  readonly scenarioPnl: readonly bigint[];
  readonly skewPnl: readonly bigint[];
  readonly basisPnl: readonly (readonly [bigint, bigint])[];
  readonly cellValue: bigint;
  readonly tailPnl: readonly bigint[];
  readonly exposure: readonly bigint[];
  readonly floor: bigint;
  readonly value: bigint;
  readonly chargeMM: bigint;
  readonly chargeIM: bigint;
}

/** Which columns an instrument's own entries are in: those of its cell, and the floor of its netting set. */
export interface Columns {
  readonly cell: number;
  readonly nettingSet: number;
}

/** Both sides of one instrument; an `InstrumentRisk` is one. */
export interface TwoSidedVector extends Columns {
  readonly instrument: { readonly name: string };
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

type Term = readonly [entry: Entry, value: bigint];

/** Every entry of a vector with its column's label. */
function termsOf({ cell, nettingSet }: Columns, vector: VectorEntries): Term[] {
  return [
    ...vector.scenarioPnl.map((pnl, s): Term => [`scenario/${cell}/${s}`, pnl]),
    ...vector.skewPnl.map((pnl, a): Term => [`skew/${cell}/${a}`, pnl]),
    ...vector.basisPnl.flatMap(([first, second], b): Term[] => [[`basis/${cell}/${b}/0`, first], [`basis/${cell}/${b}/1`, second]]),
    [`cellValue/${cell}`, vector.cellValue],
    ...vector.tailPnl.map((pnl, t): Term => [`tail/${t}`, pnl]),
    ...vector.exposure.map((size, k): Term => [`exposure/${k}`, size]),
    [`floor/${nettingSet}`, vector.floor],
    ["value", vector.value],
    ["chargeMM", vector.chargeMM],
    ["chargeIM", vector.chargeIM],
  ];
}

/** Σ value·G_entry; negative entries negate in the group. */
function commitTerms(terms: readonly Term[]): ExtendedPoint {
  return terms.reduce((sum, [entry, value]) => (value === 0n ? sum : tableOf(entry).addMultiple(sum, value)), EXTENDED_IDENTITY);
}

/** C = Σ entry·G_label over the columns of a vector. */
export function commitVector(columns: Columns, vector: VectorEntries): Point {
  return toAffine(commitTerms(termsOf(columns, vector)));
}

/** The commitment to a book's totals. The map is additive: Σ_i |q_i|·commitVector(row_i) = commitTotals(Σ_i |q_i|·row_i). twin: circuits CommittedRisk */
export function commitTotals(totals: ColumnTotals): Point {
  const { scenario, skew, basis } = totals;
  return toAffine(commitTerms([
    ...scenario.flatMap((row, u) => row.map((pnl, s): Term => [`scenario/${u}/${s}`, pnl])),
    ...skew.flatMap((row, u) => row.map((pnl, a): Term => [`skew/${u}/${a}`, pnl])),
    ...basis.flatMap((row, u) => row.flatMap(([first, second], b): Term[] => [[`basis/${u}/${b}/0`, first], [`basis/${u}/${b}/1`, second]])),
    ...totals.cellValue.map((value, u): Term => [`cellValue/${u}`, value]),
    ...totals.tail.map((pnl, t): Term => [`tail/${t}`, pnl]),
    ...totals.exposure.map((size, k): Term => [`exposure/${k}`, size]),
    ...totals.floor.map((floor, n): Term => [`floor/${n}`, floor]),
    ["value", totals.value],
    ["chargeMM", totals.charge.MM],
    ["chargeIM", totals.charge.IM],
  ]));
}

function requireRange(entry: bigint, path: string): void {
  if (entry >= 1n << BigInt(BITS.entry) || entry <= -(1n << BigInt(BITS.entry))) {
    throw new MarginProofError("OutOfRange", `magnitude is not below 2^${BITS.entry} units of 1e-8`, { path, hint: "quote this instrument in a smaller contract" });
  }
}

/** @throws OutOfRange when an entry does not fit its 64-bit magnitude, or a charge or a floor is negative */
function requireRow(vector: VectorEntries, path: string): void {
  for (const [entry, value] of termsOf({ cell: 0, nettingSet: 0 }, vector)) requireRange(value, `${path}.${entry}`);
  for (const field of ["chargeMM", "chargeIM", "floor"] as const) {
    if (vector[field] < 0n) throw new MarginProofError("OutOfRange", `a ${field === "floor" ? "floor" : "charge"} is negative`, { path: `${path}.${field}` });
  }
}

/** The two sides' terms, summed entry by entry. */
function summed(long: readonly Term[], short: readonly Term[]): Term[] {
  return long.map(([entry, value], k) => [entry, value + short[k]![1]]);
}

/**
 * Commitments to both sides of each row. A short row is the negated long row but for roundings and charges, so only their
 * (small) sum is multiplied out: C(short) = C(long + short) − C(long).
 *
 * @throws OutOfRange naming the instrument, side and entry
 */
export function commitRows(rows: readonly TwoSidedVector[], onRow: (done: number) => void = () => {}): SidedCommitments[] {
  const points = rows.flatMap((row, i) => {
    const { name } = row.instrument;
    requireRow(row.long, `${name}.long`);
    requireRow(row.short, `${name}.short`);
    const [long, short] = [termsOf(row, row.long), termsOf(row, row.short)];
    if (long.length !== short.length) throw new MarginProofError("OutOfRange", "the two sides have different numbers of entries", { path: name });
    const longPoint = commitTerms(long);
    const shortPoint = commitTerms(summed(long, short)).subtract(longPoint);
    onRow(i + 1);
    return [longPoint, shortPoint];
  });
  const affine = toAffineAll(points);
  return rows.map((_, i) => ({ long: affine[2 * i]!, short: affine[2 * i + 1]! }));
}
