import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, BASE, EXTENDED_IDENTITY, IDENTITY, isInSubgroup, multiply, negate, toAffine } from "../prover/commitment/curve.ts";
import type { Point } from "../prover/commitment/curve.ts";
import { FixedBase } from "../prover/commitment/fixed-base.ts";
import type { Entry } from "../prover/commitment/columns.ts";
import { generatorOf } from "../prover/commitment/generators.ts";
import { commitRows, commitTotals, commitVector } from "../prover/commitment/vector-commitment.ts";
import type { Columns, TwoSidedVector, VectorEntries } from "../prover/commitment/vector-commitment.ts";
import type { ColumnTotals } from "../prover/risk/margin-rules.ts";
import type { Value } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const MAX = (1n << 64n) - 1n;
const entries = fc.bigInt({ min: -MAX, max: MAX });
const charges = fc.bigInt({ min: 0n, max: MAX });
const several = <T>(each: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> => fc.array(each, { minLength: length, maxLength: length });
const vectors: fc.Arbitrary<VectorEntries> = fc.record({
  scenarioPnl: several(entries, 3), skewPnl: several(entries, 1), basisPnl: several(fc.tuple(entries, entries), 1), cellValue: entries, tailPnl: several(entries, 2),
  exposure: several(entries, 2), floor: charges, value: entries, chargeMM: charges, chargeIM: charges,
});
const NOTHING: VectorEntries = {
  scenarioPnl: [0n, 0n, 0n], skewPnl: [0n], basisPnl: [[0n, 0n]], cellValue: 0n, tailPnl: [0n, 0n], exposure: [0n, 0n], floor: 0n, value: 0n, chargeMM: 0n, chargeIM: 0n,
};

/** Every column of a vector with its label, written out: the specification that commitments are checked against. */
function labelled({ cell, nettingSet }: Columns, v: VectorEntries): [Entry, bigint][] {
  return [
    [`scenario/${cell}/0`, v.scenarioPnl[0]!], [`scenario/${cell}/1`, v.scenarioPnl[1]!], [`scenario/${cell}/2`, v.scenarioPnl[2]!],
    [`skew/${cell}/0`, v.skewPnl[0]!], [`basis/${cell}/0/0`, v.basisPnl[0]![0]], [`basis/${cell}/0/1`, v.basisPnl[0]![1]], [`cellValue/${cell}`, v.cellValue],
    ["tail/0", v.tailPnl[0]!], ["tail/1", v.tailPnl[1]!], ["exposure/0", v.exposure[0]!], ["exposure/1", v.exposure[1]!],
    [`floor/${nettingSet}`, v.floor], ["value", v.value], ["chargeMM", v.chargeMM], ["chargeIM", v.chargeIM],
  ];
}

/** The definition, term by term. */
const byDefinition = (columns: Columns, vector: VectorEntries): Point =>
  labelled(columns, vector).map(([label, value]) => multiply(generatorOf(label), value)).reduce(add, IDENTITY);

const row = (columns: Columns, long: VectorEntries, short: VectorEntries): TwoSidedVector => ({ instrument: { name: "BTC" }, ...columns, long, short });
const places = fc.record({ cell: fc.nat({ max: 2 }), nettingSet: fc.nat({ max: 1 }) });
const HERE = { cell: 0, nettingSet: 0 };

describe("windowed multiplication", () => {
  const base = new FixedBase(BASE);
  const check = (scalar: bigint): void => {
    expect(toAffine(base.addMultiple(EXTENDED_IDENTITY, scalar))).toEqual(multiply(BASE, scalar));
  };

  it("equals plain multiplication at the edges of windows", () => {
    [0n, 1n, -1n, 31n, 32n, 33n, 63n, 64n, -32n, 2047n, 2048n, MAX, -MAX].forEach(check);
  });

  law("equals plain multiplication for any signed scalar", fc.property(fc.bigInt({ min: -(1n << 150n), max: 1n << 150n }), check), 50);
});

describe("agrees with the definition", () => {
  law(
    "for both sides, related or not",
    fc.property(places, vectors, vectors, (columns, long, short) => {
      expect(commitRows([row(columns, long, short)])).toEqual([{ long: byDefinition(columns, long), short: byDefinition(columns, short) }]);
    }),
    10,
  );

  it("an instrument without risk commits to the identity", () => {
    expect(commitRows([row(HERE, NOTHING, NOTHING)])).toEqual([{ long: IDENTITY, short: IDENTITY }]);
  });

  law("ends in the prime-order subgroup", fc.property(vectors, (vector) => isInSubgroup(commitVector(HERE, vector))), 5);
});

describe("is additive", () => {
  const positions = fc.array(fc.record({ magnitude: charges, columns: places, vector: vectors }), { minLength: 1, maxLength: 4 });

  law(
    "a book's totals commit to the sum of its rows' commitments, each times its magnitude",
    fc.property(positions, (book) => {
      const sums = new Map<string, bigint>();
      for (const { magnitude, columns, vector } of book) {
        for (const [label, value] of labelled(columns, vector)) sums.set(label, (sums.get(label) ?? 0n) + magnitude * value);
      }
      const at = (label: string): Value => (sums.get(label) ?? 0n) as Value;
      const cells = [0, 1, 2];
      const totals: ColumnTotals = {
        scenario: cells.map((u) => [0, 1, 2].map((s) => at(`scenario/${u}/${s}`))),
        skew: cells.map((u) => [at(`skew/${u}/0`)]),
        basis: cells.map((u) => [[at(`basis/${u}/0/0`), at(`basis/${u}/0/1`)]]),
        cellValue: cells.map((u) => at(`cellValue/${u}`)),
        tail: [at("tail/0"), at("tail/1")],
        exposure: [at("exposure/0"), at("exposure/1")],
        floor: [at("floor/0"), at("floor/1")],
        value: at("value"),
        charge: { MM: at("chargeMM"), IM: at("chargeIM") },
        pairCredit: { MM: 7n as Value, IM: 8n as Value },
      };
      const points = book.map(({ magnitude, columns, vector }) => multiply(commitVector(columns, vector), magnitude));
      expect(commitTotals(totals)).toEqual(points.reduce(add, IDENTITY));
    }),
    10,
  );

  law(
    "a negated vector commits to the negated point",
    fc.property(entries, entries, (pnl, value) => {
      const vector = { ...NOTHING, scenarioPnl: [pnl, 5n, -7n], value };
      const negated = { ...NOTHING, scenarioPnl: [-pnl, -5n, 7n], value: -value };
      expect(commitVector(HERE, negated)).toEqual(negate(commitVector(HERE, vector)));
    }),
    5,
  );
});

describe("binds every entry to its place", () => {
  const vector: VectorEntries = {
    scenarioPnl: [1n, 2n, 3n], skewPnl: [4n], basisPnl: [[5n, 6n]], cellValue: 7n, tailPnl: [8n, 9n], exposure: [10n, 11n], floor: 12n, value: 13n, chargeMM: 14n, chargeIM: 15n,
  };
  const fields = Object.keys(vector) as (keyof VectorEntries)[];
  it.each<[string, Columns, VectorEntries]>([
    ["two scenarios swapped", HERE, { ...vector, scenarioPnl: [2n, 1n, 3n] }],
    ["the moves of a basis swapped", HERE, { ...vector, basisPnl: [[6n, 5n]] }],
    ["two tail scenarios swapped", HERE, { ...vector, tailPnl: [9n, 8n] }],
    ["two exposures swapped", HERE, { ...vector, exposure: [11n, 10n] }],
    ["value and charge swapped", HERE, { ...vector, value: 14n, chargeMM: 13n }],
    ["the two charges swapped", HERE, { ...vector, chargeMM: 15n, chargeIM: 14n }],
    ["another cell", { cell: 1, nettingSet: 0 }, vector],
    ["another netting set", { cell: 0, nettingSet: 1 }, vector],
    ...fields.map((field): [string, Columns, VectorEntries] => {
      const more = (value: unknown): unknown => (Array.isArray(value) ? [more(value[0]), ...value.slice(1)] : (value as bigint) + 1n);
      return [`one unit more of ${field}`, HERE, { ...vector, [field]: more(vector[field]) }];
    }),
  ])("%s", (_, columns, changed) => {
    expect(commitVector(columns, changed)).not.toEqual(commitVector(HERE, vector));
  });
});

describe("refuses what does not fit", () => {
  it.each<[string, Partial<VectorEntries>, Partial<VectorEntries>]>([
    ["BTC.long.scenario/0/1", { scenarioPnl: [0n, MAX + 1n, 0n] }, {}],
    ["BTC.short.scenario/0/0", {}, { scenarioPnl: [-MAX - 1n, 0n, 0n] }],
    ["BTC.long.tail/1", { tailPnl: [0n, MAX + 1n] }, {}],
    ["BTC.long.exposure/0", { exposure: [-MAX - 1n, 0n] }, {}],
    ["BTC.long.value", { value: MAX + 1n }, {}],
    ["BTC.short.chargeIM", {}, { chargeIM: MAX + 1n }],
    ["BTC.long.chargeMM", { chargeMM: -1n }, {}],
    ["BTC.short.floor", {}, { floor: -1n }],
  ])("%s", (path, long, short) => {
    expect(refusal(() => commitRows([row(HERE, { ...NOTHING, ...long }, { ...NOTHING, ...short })]))).toEqual({ code: "OutOfRange", path });
  });
  it("two sides that are not of one shape", () => {
    expect(refusal(() => commitRows([row(HERE, NOTHING, { ...NOTHING, scenarioPnl: [0n] })])).code).toBe("OutOfRange");
  });
});
