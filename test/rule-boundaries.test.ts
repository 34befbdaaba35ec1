/**
 * Every rule of the margin program at its boundary: engine and circuit agree at it, one unit above and one below, in health and in its
 * complement, on books that a generator draws at edges. For each rule the books are those in which that rule decides: without it, another
 * amount would be required.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { padRules } from "../prover/commitment/padded-rules.ts";
import type { Pairable } from "../prover/proof/pairing.ts";
import type { ColumnTotals, ExposureRule, MarginRules } from "../prover/risk/margin-rules.ts";
import { SCALE, type Factor, type Level, type Value } from "../prover/units.ts";
import { randomRules, randomTotals } from "./support/random-rules.ts";
import { PLACES, requirementCircuits, workingOf, type Case, type RequirementCircuits } from "./support/requirement-circuit.ts";
import { EVERY_RULE, plainRules, zeroTotals } from "./support/rules.ts";

const SHAPE = EVERY_RULE;
const ONE = SCALE.factor as Factor;
/** Value times this is what equity counts at the scale of the inequality. */
const UNIT = SCALE.bps * SCALE.factor;

/** A program with every part of the shape, none of which does anything; and a book that has nothing. */
const NEUTRAL: MarginRules = { ...padRules(plainRules(SHAPE.nettingSets, SHAPE.scenarios), SHAPE), shape: { ...SHAPE, tailSets: 1 }, tail: { size: 1, flags: 0 } };
const EMPTY: ColumnTotals = zeroTotals({ ...NEUTRAL, shape: SHAPE });
const NO_PAIRS: Pairable[] = Array.from({ length: PLACES }, (_, i) => ({ quantity: 0n, opening: { nodeIndex: i, entries: [0n] } }));

interface Rule {
  /** What random rules and totals lend to the neutral program and the empty book. */
  readonly rules?: (random: MarginRules) => Partial<MarginRules>;
  readonly totals?: (random: ColumnTotals) => Partial<ColumnTotals>;
  readonly positions?: (random: readonly Pairable[]) => readonly Pairable[];
  /** The program without the rule, where that is not the neutral one. */
  readonly without?: (rules: MarginRules) => MarginRules;
  readonly withoutTotals?: (totals: ColumnTotals) => ColumnTotals;
}

const scenario = ({ scenario }: ColumnTotals) => ({ scenario });
const exposure = ({ exposure }: ColumnTotals) => ({ exposure });
const exposuresWith = (change: (random: ExposureRule) => Partial<ExposureRule>) => ({ exposures }: MarginRules) =>
  ({ exposures: NEUTRAL.exposures.map((rule, k) => ({ ...rule, ...change(exposures[k]!) })) });
const cellsWith = (...fields: ("gain" | "drag" | "group" | "nettingSet")[]) => ({ cells }: MarginRules) =>
  ({ cells: NEUTRAL.cells.map((cell, u) => ({ ...cell, ...Object.fromEntries(fields.map((field) => [field, cells[u]![field]])) })) });

/** All gains of a group count for its set. */
const ungrouped = (rules: MarginRules): MarginRules => ({ ...rules, groups: rules.groups.map((group, g) => ({ ...group, gain: ONE, cap: NEUTRAL.groups[g]!.cap })) });

/** A tail of so many sets: the mean of the two worst of each, or the second worst. */
const ofSets = (tailSets: number) => ({ tail: { flags } }: MarginRules): Partial<MarginRules> =>
  ({ tail: flags === 0 ? { size: 2, flags } : { size: 1, flags: 1 }, shape: { ...SHAPE, tailSets } });
/** A loss of that size, or a part of it. */
const losing = (pnl: Value, divisor: bigint): Value => ((pnl < 0n ? pnl : -pnl) / divisor) as Value;

const RULES: Readonly<Record<string, Rule>> = {
  "scenarios of cells that offset fully": { totals: scenario, withoutTotals: () => EMPTY },
  "which set and group a cell belongs to": { rules: cellsWith("group", "nettingSet"), totals: scenario },
  "gains of a cell counted in part": { rules: cellsWith("gain"), totals: scenario },
  "losses of a cell counted more than in full": { rules: cellsWith("drag"), totals: scenario },
  "weighted values of cells: static discounts": { rules: ({ weights }) => ({ weights }), totals: ({ scenario, skew, cellValue }) => ({ scenario, skew, cellValue }) },
  // What a group may not use of its gains shows where others of its set lose.
  "gains of a group counted in part": { rules: ({ groups }) => ({ groups: NEUTRAL.groups.map((group, g) => ({ ...group, gain: groups[g]!.gain, nettingSet: 0 })) }), totals: scenario, without: ungrouped },
  "gains of a group up to a cap": { rules: ({ groups }) => ({ groups: NEUTRAL.groups.map((group, g) => ({ ...group, cap: (groups[g]!.cap >> 2n) as Value, nettingSet: 0 })) }), totals: scenario, without: ungrouped },
  "skews with the worse sign in every cell": { totals: ({ skew }) => ({ skew }), withoutTotals: () => EMPTY },
  "basis moves, the worse in every cell": { totals: ({ basis }) => ({ basis }), withoutTotals: () => EMPTY },
  "a linear charge on an exposure": { rules: exposuresWith(({ line }) => ({ line })), totals: exposure },
  "a linear credit on an exposure": { rules: exposuresWith(({ line }) => ({ line: { MM: -line.MM as Factor, IM: -line.IM as Factor } })), totals: exposure },
  "a charge inside a netting set": { rules: exposuresWith(({ line, pieces, target }) => ({ line, pieces, target })), totals: (random) => ({ ...scenario(random), ...exposure(random) }) },
  "pieces of a tiered charge": { rules: exposuresWith(({ pieces }) => ({ pieces })), totals: exposure },
  "floors of netting sets": { totals: ({ scenario, floor }) => ({ scenario, floor }), withoutTotals: (totals) => ({ ...totals, floor: EMPTY.floor }) },
  "correlated netting sets, the worst of several matrices": { rules: ({ correlations }) => ({ correlations }), totals: scenario },
  "correlated sensitivities, the worst of several matrices": { rules: ({ sensitivities }) => ({ sensitivities }), totals: exposure },
  "concentrated sensitivities, pieces besides a root over the same exposures": {
    rules: (random) => ({ ...exposuresWith(({ pieces }) => ({ pieces }))(random), sensitivities: random.sensitivities }),
    totals: exposure, without: (rules) => ({ ...rules, exposures: NEUTRAL.exposures }),
  },
  "expected shortfall": { rules: ({ tail, shape }) => ({ tail: { size: 1 + (tail.size % (shape.tails / shape.tailSets)), flags: 0 }, shape }), totals: ({ tail }) => ({ tail }), withoutTotals: () => EMPTY },
  "value at risk": { rules: ({ tail, shape }) => ({ tail: { size: 1, flags: (tail.size + tail.flags) % (shape.tails / shape.tailSets) }, shape }), totals: ({ tail }) => ({ tail }), withoutTotals: () => EMPTY },
  ...Object.fromEntries(["first", "middle", "last"].map((which, k) => [`the ${which} of three sets of a tail`, {
    // The others lose as well, but by no more than half of it.
    rules: ofSets(3), totals: ({ tail }: ColumnTotals) => ({ tail: tail.map((_, t) => losing(tail[t - (t % 3)]!, t % 3 === k ? 1n : 2n)) }),
    withoutTotals: (totals: ColumnTotals) => ({ ...totals, tail: totals.tail.map((pnl, t) => (t % 3 === k ? (0n as Value) : pnl)) }),
  }])),
  "sets of a tail that all measure the same": { rules: ofSets(3), totals: ({ tail }) => ({ tail: tail.map((_, t) => losing(tail[t - (t % 3)]!, 1n)) }), withoutTotals: () => EMPTY },
  "the worst of two sets of a tail, and not the worst of both together": { rules: ofSets(2), totals: ({ tail }) => ({ tail }), without: (rules) => ({ ...rules, shape: { ...rules.shape, tailSets: 1 } }) },
  "the larger of scenarios and tail": { rules: ({ tail, shape }) => ({ tail, shape }), totals: ({ scenario, tail }) => ({ scenario, tail }), withoutTotals: (totals) => ({ ...totals, tail: EMPTY.tail }) },
  "loss factors": { rules: ({ lossFactor }) => ({ lossFactor }), totals: scenario },
  "charges of positions": { totals: ({ charge }) => ({ charge }), withoutTotals: () => EMPTY },
  "shorts paired with longs": { totals: ({ charge }) => ({ charge }), positions: (random) => random },
  "everything at once": { rules: (random) => random, totals: (random) => random, positions: (random) => random },
};

const levels = fc.constantFrom<Level>("MM", "IM");
const ratios = fc.constantFrom(1n, 9_999n, 10_000n, 10_001n, 12_345n, (1n << 20n) - 1n);
const collateral = fc.constantFrom(0n, 1n, (1n << 64n) - 1n);
const pairs: fc.Arbitrary<readonly Pairable[]> = fc.array(
  fc.record({ quantity: fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(1n << 60n), max: 1n << 60n })), nodeIndex: fc.nat({ max: 1 }) }), { minLength: PLACES, maxLength: PLACES },
).map((held) => held.map(({ quantity, nodeIndex }) => ({ quantity, opening: { nodeIndex, entries: [[(7n << 64n) + 11n, (1n << 70n) + 1n][nodeIndex]!] } })));
const drawn = fc.tuple(randomRules(SHAPE), randomTotals(SHAPE), pairs, levels, ratios, collateral);

/** The least value that covers the claim: the boundary. */
function atTheBoundary(given: Omit<Case, "totals"> & { readonly totals: ColumnTotals }): Case {
  const needed = given.minRatioBps * workingOf(given).requirement;
  const least = needed > 0n ? (needed + UNIT - 1n) / UNIT : -(-needed / UNIT);
  return withValue(given, least - given.onChainCollateral * (SCALE.value / SCALE.usd));
}
const withValue = (given: Case, value: bigint): Case => ({ ...given, totals: { ...given.totals, value: value as Value } });

let circuits: RequirementCircuits;
beforeAll(async () => {
  circuits = await requirementCircuits(SHAPE);
}, 300_000);

describe.each(Object.entries(RULES))("%s", (_, { rules: lend = () => ({}), totals: lendTotals = () => ({}), positions = () => NO_PAIRS, without = () => NEUTRAL, withoutTotals = (totals) => totals }) => {
  const cases = drawn.map(([random, randomTotals_, held, level, minRatioBps, onChainCollateral]) => ({
    rules: { ...NEUTRAL, ...lend(random) }, totals: { ...EMPTY, ...lendTotals(randomTotals_), value: 0n as Value }, positions: positions(held), level, minRatioBps, onChainCollateral,
  }));
  const decides = (given: Case): boolean =>
    workingOf({ ...given, rules: without(given.rules), totals: withoutTotals(given.totals), positions: NO_PAIRS }).requirement !== workingOf(given).requirement;

  it("decides, and both sides agree with the engine at the boundary and a unit around it", () => fc.assert(fc.asyncProperty(cases, async (given) => {
    fc.pre(decides(given));
    const exact = atTheBoundary(given);
    const { value } = exact.totals;
    fc.pre(value < 1n << 88n && value > -(1n << 88n));
    for (const [step, isHealthy] of [[-1n, false], [0n, true], [1n, true]] as const) {
      const at = withValue(exact, value + step);
      expect([step, await circuits.health(at)]).toEqual([step, isHealthy ? "accepted" : "Num2Bits in CheckBits in Margin in Requirement"]);
      expect([step, await circuits.breach(at)]).toEqual([step, isHealthy ? "Num2Bits in CheckBits in MarginBreach in Margin in Requirement" : "accepted"]);
    }
  }), { seed: 20_260_801, numRuns: 12 }));
});

describe("limits", () => {
  const amount = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }));
  it("hold at either end and a unit inside, and beyond it by a unit they are a breach of any book, however rich", () =>
    fc.assert(fc.asyncProperty(amount, fc.nat({ max: SHAPE.exposures - 1 }), fc.constantFrom("low", "high"), fc.constantFrom(-1n, 0n, 1n), levels, async (total, k, end, step, level) => {
      const rules: MarginRules = { ...NEUTRAL, exposures: NEUTRAL.exposures.map((rule, i) => (i === k ? { ...rule, [end]: (total + step) as Value } : rule)) };
      const totals: ColumnTotals = { ...EMPTY, exposure: EMPTY.exposure.map((_, i) => (i === k ? total : 0n) as Value), value: 5n as Value };
      const given: Case = { rules, totals, positions: NO_PAIRS, level, minRatioBps: 10_000n, onChainCollateral: 0n };
      const keeps = end === "low" ? step <= 0n : step >= 0n;
      expect(workingOf(given).withinLimits).toBe(keeps);
      expect(await circuits.health(given)).toBe(keeps ? "accepted" : "Num2Bits in CheckBits in ExposureCharge in MarginProgram in Requirement");
      expect(await circuits.breach(given)).toBe(keeps ? "Num2Bits in CheckBits in MarginBreach in Margin in Requirement" : "accepted");
    }), { seed: 20_260_801, numRuns: 40 }));
});

it("every part of a program is in some rule's books: none is left as the neutral program has it", () => {
  const random = fc.sample(drawn, { numRuns: 40, seed: 7 });
  const lent = new Set(random.flatMap(([rules, totals]) => Object.values(RULES).slice(0, -1).flatMap((rule) => [...Object.keys(rule.rules?.(rules) ?? {}), ...Object.keys(rule.totals?.(totals) ?? {})])));
  const parts = [...Object.keys(NEUTRAL), ...Object.keys(EMPTY)].filter((name) => !["shape", "nettingSets", "value", "pairCredit"].includes(name));
  expect(parts.filter((name) => !lent.has(name))).toEqual([]);
  expect(Object.keys(NEUTRAL.cells[0]!).toSorted()).toEqual(["drag", "gain", "group", "id", "nettingSet"]);
  expect(Object.keys(NEUTRAL.groups[0]!).toSorted()).toEqual(["cap", "gain", "id", "nettingSet"]);
  expect(Object.keys(NEUTRAL.exposures[0]!).toSorted()).toEqual(["high", "id", "line", "low", "pieces", "target"]);
  expect(ONE).toBe(NEUTRAL.cells[0]!.gain);
});
