import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, BASE, EXTENDED_IDENTITY, IDENTITY, isInSubgroup, multiply, negate, toAffine } from "../prover/commitment/curve.ts";
import type { Point } from "../prover/commitment/curve.ts";
import { FixedBase } from "../prover/commitment/fixed-base.ts";
import { generator, generatorOf } from "../prover/commitment/generators.ts";
import { commitRows, commitTotals, commitVector } from "../prover/commitment/vector-commitment.ts";
import type { TwoSidedVector, VectorEntries } from "../prover/commitment/vector-commitment.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const SCENARIOS = 4;
const MAX = (1n << 64n) - 1n;
const entries = fc.bigInt({ min: -MAX, max: MAX });
const charges = fc.bigInt({ min: 0n, max: MAX });
const vectors = fc.record({ scenarioPnl: fc.array(entries, { minLength: SCENARIOS, maxLength: SCENARIOS }), value: entries, chargeMM: charges, chargeIM: charges });

/** The definition, term by term. */
function byDefinition(u: number, { scenarioPnl, value, chargeMM, chargeIM }: VectorEntries): Point {
  const terms = scenarioPnl.map((pnl, s) => multiply(generator(u, s), pnl));
  return [...terms, multiply(generatorOf("value"), value), multiply(generatorOf("chargeMM"), chargeMM), multiply(generatorOf("chargeIM"), chargeIM)].reduce(add, IDENTITY);
}

const row = (nettingSet: number, long: VectorEntries, short: VectorEntries): TwoSidedVector => ({ instrument: { name: "BTC" }, nettingSet, long, short });

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
    fc.property(fc.nat({ max: 3 }), vectors, vectors, (u, long, short) => {
      expect(commitRows([row(u, long, short)])).toEqual([{ long: byDefinition(u, long), short: byDefinition(u, short) }]);
    }),
    10,
  );

  it("an instrument without risk commits to the identity", () => {
    const nothing = { scenarioPnl: [0n, 0n], value: 0n, chargeMM: 0n, chargeIM: 0n };
    expect(commitRows([row(0, nothing, nothing)])).toEqual([{ long: IDENTITY, short: IDENTITY }]);
  });

  law("ends in the prime-order subgroup", fc.property(vectors, (vector) => isInSubgroup(commitVector(1, vector))), 5);
});

describe("is additive", () => {
  const positions = fc.array(fc.record({ magnitude: charges, nettingSet: fc.nat({ max: 1 }), vector: vectors }), { minLength: 1, maxLength: 4 });

  law(
    "a book's totals commit to the sum of its rows' commitments, each times its magnitude",
    fc.property(positions, (book) => {
      const total = (pick: (vector: VectorEntries) => bigint, u?: number): bigint =>
        book.reduce((sum, { magnitude, nettingSet, vector }) => (u === undefined || u === nettingSet ? sum + magnitude * pick(vector) : sum), 0n);
      const scenarioPnl = [0, 1].map((u) => Array.from({ length: SCENARIOS }, (_, s) => total((vector) => vector.scenarioPnl[s]!, u)));
      const totals = { scenarioPnl, value: total((v) => v.value), chargeMM: total((v) => v.chargeMM), chargeIM: total((v) => v.chargeIM) };
      const points = book.map(({ magnitude, nettingSet, vector }) => multiply(commitVector(nettingSet, vector), magnitude));
      expect(commitTotals(totals)).toEqual(points.reduce(add, IDENTITY));
    }),
    10,
  );

  it("a negated vector commits to the negated point", () => {
    const vector = { scenarioPnl: [5n, -7n], value: 3n, chargeMM: 0n, chargeIM: 0n };
    const negated = { scenarioPnl: [-5n, 7n], value: -3n, chargeMM: 0n, chargeIM: 0n };
    expect(commitVector(0, negated)).toEqual(negate(commitVector(0, vector)));
  });
});

describe("binds every entry to its place", () => {
  const vector = { scenarioPnl: [1n, 2n], value: 3n, chargeMM: 4n, chargeIM: 5n };
  it.each([
    ["two scenarios swapped", 0, { ...vector, scenarioPnl: [2n, 1n] }],
    ["value and charge swapped", 0, { ...vector, value: 4n, chargeMM: 3n }],
    ["the two charges swapped", 0, { ...vector, chargeMM: 5n, chargeIM: 4n }],
    ["another netting set", 1, vector],
    ["one unit more in one scenario", 0, { ...vector, scenarioPnl: [1n, 3n] }],
  ])("%s", (_, u, changed) => {
    expect(commitVector(u, changed)).not.toEqual(commitVector(0, vector));
  });
});

describe("refuses what does not fit", () => {
  const zero = { scenarioPnl: [0n, 0n], value: 0n, chargeMM: 0n, chargeIM: 0n };
  it.each([
    ["BTC.long.scenarioPnl[1]", { ...zero, scenarioPnl: [0n, MAX + 1n] }, zero],
    ["BTC.short.scenarioPnl[0]", zero, { ...zero, scenarioPnl: [-MAX - 1n, 0n] }],
    ["BTC.long.value", { ...zero, value: MAX + 1n }, zero],
    ["BTC.short.chargeIM", zero, { ...zero, chargeIM: MAX + 1n }],
    ["BTC.long.chargeMM", { ...zero, chargeMM: -1n }, zero],
    ["BTC", zero, { ...zero, scenarioPnl: [0n] }],
  ])("%s", (path, long, short) => {
    expect(refusal(() => commitRows([row(0, long, short)]))).toEqual({ code: "OutOfRange", path });
  });
});
