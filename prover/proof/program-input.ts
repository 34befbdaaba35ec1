/** The circuit's margin program: parameters, totals and what is checked against them, in a tier's shape. */
import { columnTotals } from "../commitment/columns.ts";
import { padRules } from "../commitment/padded-rules.ts";
import { ruleInputs } from "../commitment/rules-hash.ts";
import { MarginProofError } from "../errors.ts";
import { evaluateRules, type MarginWorking } from "../risk/margin-program.ts";
import type { ColumnTotals, MarginRules, RiskShape } from "../risk/margin-rules.ts";
import { BITS, type Level, type Value } from "../units.ts";

const ZERO = 0n as Value;

function padded<T>(items: readonly T[], count: number, filler: T): T[] {
  return Array.from({ length: count }, (_, i) => (i < items.length ? items[i]! : filler));
}

function bits(places: readonly number[], count: number): bigint[] {
  const set = new Set(places);
  return Array.from({ length: count }, (_, i) => (set.has(i) ? 1n : 0n));
}

/** Totals of a program in the shape of a tier: what the program does not have is 0. Tails stay as many as are in use. */
export function padTotals(totals: ColumnTotals, shape: RiskShape): ColumnTotals {
  const zeros = (count: number): Value[] => padded<Value>([], count, ZERO);
  const none: readonly [Value, Value] = [ZERO, ZERO];
  return {
    ...totals,
    scenario: padded(totals.scenario, shape.cells, []).map((row) => padded(row, shape.scenarios, ZERO)),
    skew: padded(totals.skew, shape.cells, []).map((row) => padded(row, shape.skews, ZERO)),
    basis: padded(totals.basis, shape.cells, []).map((row) => padded(row, shape.bases, none)),
    cellValue: padded(totals.cellValue, shape.cells, ZERO),
    exposure: [...totals.exposure, ...zeros(shape.exposures - totals.exposure.length)],
    floor: padded(totals.floor, shape.nettingSets, ZERO),
  };
}

/** The working that the circuit checks: of the padded program. The requirement is that of the program itself. @throws as `padRules` */
export function paddedWorking(rules: MarginRules, shape: RiskShape, totals: ColumnTotals, level: Level): MarginWorking {
  return evaluateRules(padRules(rules, shape), padTotals(totals, shape), level);
}

/**
 * Inputs of circuits/margin-program.circom and of the rules hash, by name; what the shape does not have is left out. A breach is
 * shown with other witnesses of the tail: the losses that make it, in the set that binds, and the largest of them as every set's threshold.
 *
 * @throws OutOfRange for a total beyond the circuit's width; as `padRules`
 */
export function programInputs(rules: MarginRules, shape: RiskShape, totals: ColumnTotals, level: Level, breach = false) {
  const { nettingSets, exposures, aggregate, sensitivity, tail, stress } = paddedWorking(rules, shape, totals, level);
  const hasTail = shape.tails > 0;
  const losses = nettingSets.map(({ loss }): bigint => loss);
  const shown = breach ? [tail.binding].filter((set) => set !== null) : tail.sets;
  const thresholds = shown.map(({ threshold, worstKept }): bigint => (breach ? worstKept : threshold));
  const total = columnTotals(totals, shape, { thresholds, losses });
  total.forEach((value, k) => requireTotal(value, `total[${k}]`));
  const inputs = {
    ...ruleInputs(rules, shape),
    total,
    loss: losses,
    tiered: exposures.map(({ tiered }): bigint => tiered),
    requirement: shape.exposures > 0 || shape.floors ? nettingSets.map(({ requirement }): bigint => requirement) : [],
    aggregate: aggregate as bigint,
    root: shape.sensitivities > 0 ? [sensitivity as bigint] : [],
    leftOut: bits(shown.flatMap(({ leftOut }) => leftOut), shape.tails),
    chosen: breach ? bits(shown.flatMap(({ chosen }) => chosen), shape.tails) : [],
    measure: hasTail ? [tail.measure as bigint] : [],
    worst: hasTail ? [stress - sensitivity] : [],
  };
  return withoutEmpty(inputs);
}

/** The circuit has no input where its shape has nothing. */
export function withoutEmpty<T extends object>(inputs: T): T {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isEmpty(value))) as T;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.every(isEmpty);

function requireTotal(value: bigint, path: string): void {
  const limit = 1n << BigInt(BITS.total - 1);
  if (value >= -limit && value < limit) return;
  throw new MarginProofError("OutOfRange", "the book is too large for the circuit's totals", { path, hint: "prove parts of the book apart" });
}
