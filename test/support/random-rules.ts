/** Margin programs and totals of a shape at random, with edges preferred: nothing is 0 by construction. */
import fc from "fast-check";
import type { ColumnTotals, ExposureRule, MarginRules, Matrix, RiskShape } from "../../prover/risk/margin-rules.ts";
import { BITS, SCALE, type Factor, type Value } from "../../prover/units.ts";

const ONE = SCALE.factor;
const bigints = <T extends bigint>(min: bigint, max: bigint) => fc.oneof(fc.constantFrom(min, max), fc.bigInt({ min, max })) as fc.Arbitrary<T>;
const list = <T>(item: fc.Arbitrary<T>, count: number) => fc.array(item, { minLength: count, maxLength: count });
const index = (count: number) => fc.nat({ max: Math.max(0, count - 1) });

/** Amounts of every size: a book of 2^80 has no room for errors of scale, one of 3 none for roundings. */
const amount = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(1n << 40n), max: 1n << 40n }), fc.bigInt({ min: -(1n << 80n), max: 1n << 80n })) as fc.Arbitrary<Value>;
const positive = amount.map((x) => (x < 0n ? -x : x) as Value);
const perLevel = (min: bigint, max: bigint) => fc.record({ MM: bigints<Factor>(min, max), IM: bigints<Factor>(min, max) });

function matrix(size: number, min: bigint, max: bigint, diagonal?: Factor): fc.Arbitrary<Matrix> {
  return list(list(bigints<Factor>(min, max), size), size).map((rows) => rows.map((row, i) => row.map((_, j) => (i === j ? (diagonal ?? row[i]!) : rows[Math.min(i, j)]![Math.max(i, j)]!))));
}

function exposure(shape: RiskShape): fc.Arbitrary<ExposureRule> {
  const bound = 1n << BigInt(BITS.total - 1);
  // A credit has a netting set, whose requirement it cannot take below 0.
  return fc.nat({ max: shape.nettingSets }).chain((target) => fc.record({
    id: fc.constant("exposure"), line: perLevel(target === shape.nettingSets ? 0n : -2n * ONE, 2n * ONE), target: fc.constant(target),
    pieces: list(fc.record({ slope: perLevel(0n, 2n * ONE), cut: positive }), shape.tiers),
    low: fc.constant(-bound as Value), high: fc.constant((bound - 1n) as Value),
  }));
}

/** Tails are dealt to any number of sets there is room for, all of one length. */
export function randomRules(room: RiskShape): fc.Arbitrary<MarginRules> {
  const { tails } = room;
  const numbers = Array.from({ length: room.tailSets }, (_, i) => i + 1).filter((sets) => tails % sets === 0);
  return (tails === 0 ? fc.constant(0) : fc.constantFrom(...numbers)).chain((tailSets) => rulesOf({ ...room, tailSets }));
}

function rulesOf(shape: RiskShape): fc.Arbitrary<MarginRules> {
  const each = shape.tails / shape.tailSets;
  return fc.record({
    shape: fc.constant(shape),
    weights: list(bigints<Factor>(0n, ONE), shape.scenarios + shape.skews),
    cells: list(fc.record({ id: fc.constant("cell"), gain: bigints<Factor>(0n, ONE), drag: bigints<Factor>(ONE, 2n * ONE), group: index(shape.groups), nettingSet: index(shape.nettingSets) }), shape.cells),
    groups: list(fc.record({ id: fc.constant("group"), gain: bigints<Factor>(0n, ONE), cap: positive, nettingSet: index(shape.nettingSets) }), shape.groups),
    nettingSets: fc.constant(Array.from({ length: shape.nettingSets }, (_, n) => `set ${n}`)),
    exposures: list(exposure(shape), shape.exposures),
    correlations: list(matrix(shape.nettingSets, 0n, ONE, ONE as Factor), shape.correlations),
    sensitivities: list(matrix(shape.exposures, -ONE, ONE), shape.sensitivities),
    tail: shape.tails === 0 ? fc.constant({ size: 1, flags: 0 }) : fc.oneof(
      fc.integer({ min: 1, max: each }).map((size) => ({ size, flags: 0 })), fc.nat({ max: each - 1 }).map((flags) => ({ size: 1, flags }))),
    lossFactor: perLevel(0n, 2n * ONE),
  });
}

export function randomTotals(shape: RiskShape): fc.Arbitrary<ColumnTotals> {
  const zero = fc.constant({ MM: 0n as Value, IM: 0n as Value });
  return fc.record({
    scenario: list(list(amount, shape.scenarios), shape.cells), skew: list(list(amount, shape.skews), shape.cells),
    basis: list(list(fc.tuple(amount, amount), shape.bases), shape.cells),
    cellValue: list(shape.cellValues ? amount : fc.constant(0n as Value), shape.cells), tail: list(amount, shape.tails), exposure: list(amount, shape.exposures),
    floor: list(shape.floors ? positive : fc.constant(0n as Value), shape.nettingSets), value: amount, charge: fc.record({ MM: positive, IM: positive }), pairCredit: zero,
  });
}
