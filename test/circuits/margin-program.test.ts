import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { columnTotals } from "../../prover/commitment/columns.ts";
import { padRules, shapeNumbers } from "../../prover/commitment/padded-rules.ts";
import { ceilSqrt, divUp } from "../../prover/numeric/rounding.ts";
import { paddedWorking, programInputs } from "../../prover/proof/program-input.ts";
import type { ColumnTotals, MarginRules } from "../../prover/risk/margin-rules.ts";
import { evaluateRules } from "../../prover/risk/margin-program.ts";
import { FIELD, SCALE, type Level, type Value } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { forgeHints } from "../support/nested-hints.ts";
import { EVERY_RULE, plainRules, zeroTotals } from "../support/rules.ts";
import { randomRules, randomTotals } from "../support/random-rules.ts";
import { measureBySorting } from "../support/tail-by-sorting.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const SHAPE = EVERY_RULE;
/** What the prover chooses, against itself. */
const BOUNDS = ["loss", "tiered", "requirement", "aggregate", "root", "measure", "worst"] as const;
const RULES = ["weight", "cellRule", "groupRule", "exposureRule", "piece", "correlation", "sensitivity", "tailRule"] as const;

function inputs(rules: MarginRules, totals: ColumnTotals, level: Level, breach = false): Inputs {
  const { lossFactor: _, ...rest } = programInputs(rules, SHAPE, totals, level, breach);
  return { level: level === "IM" ? 1n : 0n, ...rest, sign: rest.total.map((y) => (y >= 0n ? 1n : -1n)) };
}

const anything = fc.tuple(randomRules(SHAPE), randomTotals(SHAPE), fc.constantFrom<Level>("MM", "IM"));

/** A book in which every part has something to say. */
const [BOOK_RULES, BOOK_TOTALS] = [fc.sample(randomRules(SHAPE), { numRuns: 1, seed: 11 })[0]!, fc.sample(randomTotals(SHAPE), { numRuns: 1, seed: 11 })[0]!];

/** Something done to the supplied numbers. */
interface Tampering {
  readonly name: (typeof BOUNDS)[number] | "leftOut" | "chosen";
  readonly place: number;
  readonly change: (value: bigint, next: bigint) => bigint;
  /** A second place, where the opposite is done: a pair that cancels. */
  readonly against: number | undefined;
}
const tampering: fc.Arbitrary<Tampering> = fc.record({
  name: fc.constantFrom(...BOUNDS, "leftOut" as const, "chosen" as const), place: fc.nat(), against: fc.option(fc.nat(), { nil: undefined }),
  change: fc.constantFrom<Tampering["change"]>(
    (x) => x + 1n, (x) => x - 1n, (x) => x + 2n, (x) => x - 2n, () => 0n, (x) => -x, (x) => 1n - x, (_, next) => next, (x) => x / 2n, (x) => 2n * x, (x) => x + (1n << 64n), (x) => x - (1n << 64n), (x) => x + 10n ** 9n, (x) => x - 10n ** 9n,
  ),
});

function tampered(given: Inputs, { name, place, change, against }: Tampering): Inputs {
  if (!(name in given)) return given;
  const values = Array.isArray(given[name]) ? (given[name] as bigint[]) : [given[name] as bigint];
  const k = place % values.length;
  const to = change(values[k]!, values[(k + 1) % values.length]!);
  const other = against === undefined ? k : against % values.length;
  const changed = values.with(k, to);
  const result = other === k ? changed : changed.with(other, values[other]! - (to - values[k]!));
  return { ...given, [name]: Array.isArray(given[name]) ? result : result[0]! };
}

/** What an accepted witness requires; undefined where the circuit refuses. */
async function requirementOf(by: Tested, given: Inputs): Promise<{ stress: bigint; outside: bigint } | undefined> {
  if ((await by.refusal(given)) !== "accepted") return undefined;
  const [stress, outside] = await Promise.all(["stress", "outside"].map((name) => by.output(given, name)));
  return { stress: stress!, outside: outside! > FIELD / 2n ? outside! - FIELD : outside! };
}

/** The numbers that follow from losses, tiered charges, requirements and measure as they were supplied, right or wrong. */
function refitted(rules: MarginRules, totals: ColumnTotals, level: Level, given: Inputs): Inputs {
  const padded = padRules(rules, SHAPE);
  const [loss, tiered, measure] = [given.loss, given.tiered, given.measure] as bigint[][];
  const honest = inputs(rules, totals, level);
  const isSame = (name: "requirement") => (given[name] as bigint[]).every((each, i) => each === (honest[name] as bigint[])[i]);
  const size = (x: bigint) => (x < 0n ? -x : x);
  const charged = (target: number) => padded.exposures.reduce((sum, rule, k) => (rule.target === target ? sum + SCALE.factor * tiered![k]! + rule.line[level] * size(totals.exposure[k] ?? 0n) : sum), 0n);
  const requirement = isSame("requirement")
    ? loss!.map((each, n) => [divUp(SCALE.factor * each + charged(n), SCALE.factor), totals.floor[n] ?? 0n, 0n].reduce((a, b) => (b > a ? b : a)))
    : (given.requirement as bigint[]);
  const squared = padded.correlations.map((matrix) => matrix.reduce((sum, row, i) => sum + row.reduce((part, entry, j) => part + entry * requirement[i]! * requirement[j]!, 0n), 0n));
  const aggregate = squared.reduce((most, sum) => { const root = sum > 0n ? ceilSqrt(divUp(sum, SCALE.factor)) : 0n; return root > most ? root : most; }, 0n);
  return { ...given, requirement, aggregate, worst: [aggregate > measure![0]! ? aggregate : measure![0]!] };
}

/** Where a number that is wrong by one is noticed, whatever else was made to fit. */
const FIRST_REFUSED = {
  loss: /^loss.* in (?:ScenarioLosses in )?SetLosses in MarginProgram$/, tiered: /^tiered.* in ExposureCharge in MarginProgram$/,
  requirement: /^requirement.* in (?:CheckBits|Bound) in MarginProgram$/, measure: /^measure.*(?: in | )(?:TailMeasure|TailAttained) in MarginProgram$/,
} as const;

/** Every way to leave out `flags` of so many scenarios and to choose `size` of the others. */
function assignments(count: number, { size, flags }: { readonly size: number; readonly flags: number }): { leftOut: bigint[]; chosen: bigint[] }[] {
  return Array.from({ length: 3 ** count }, (_, code) => Array.from({ length: count }, (_, t) => Math.floor(code / 3 ** t) % 3))
    .filter((roles) => roles.filter((role) => role === 1).length === flags && roles.filter((role) => role === 2).length === size)
    .map((roles) => ({ leftOut: roles.map((role) => (role === 1 ? 1n : 0n)), chosen: roles.map((role) => (role === 2 ? 1n : 0n)) }));
}

describe("MarginProgram", () => {
  let tested: Tested;
  let breach: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "margin-program.circom", template: "MarginProgram", params: [shapeNumbers(SHAPE), 0], inputs: ["level", ...RULES, "total", "sign", "leftOut", ...BOUNDS] });
    breach = await underTest({ file: "margin-program.circom", template: "MarginProgram", params: [shapeNumbers(SHAPE), 1], inputs: ["level", ...RULES, "total", "sign", "leftOut", "chosen", ...BOUNDS] });
  });

  describe("agrees", () => {
    law("with evaluateRules on any program with every feature, and nothing may be one unit less", fc.asyncProperty(anything, async ([rules, totals, level]) => {
      const given = inputs(rules, totals, level);
      const working = evaluateRules(rules, totals, level);
      expect(await tested.output(given, "stress")).toBe(working.stress);
      const required = rules.lossFactor[level] * working.stress + SCALE.factor * totals.charge[level];
      expect(BigInt.asIntN(255, await tested.output(given, "outside"))).toBe(working.requirement - required);
      for (const bound of BOUNDS) {
        for (const [i, value] of (Array.isArray(given[bound]) ? (given[bound] as bigint[]) : [given[bound] as bigint]).entries()) {
          const less = Array.isArray(given[bound]) ? (given[bound] as bigint[]).with(i, value - 1n) : value - 1n;
          expect(`${bound}[${i}]: ${await tested.refusal({ ...given, [bound]: less })}`).toContain("Num2Bits in CheckBits");
        }
      }
    }), 25);

    law("with evaluateRules where the program has less than the shape", fc.asyncProperty(randomTotals(plainRules(2, 3).shape), async (totals) => {
      const rules = plainRules(2, 3);
      expect(await tested.output(inputs(rules, totals, "MM"), "stress")).toBe(evaluateRules(rules, totals, "MM").stress);
      expect(paddedWorking(rules, SHAPE, totals, "MM").requirement).toBe(evaluateRules(rules, totals, "MM").requirement);
    }), 25);

    law("with evaluateRules on any program with every feature in a breach, and nothing may be one unit more", fc.asyncProperty(anything, async ([rules, totals, level]) => {
      const given = inputs(rules, totals, level, true);
      expect(await breach.output(given, "stress")).toBe(evaluateRules(rules, totals, level).stress);
      expect(await breach.output(given, "outside")).toBe(await tested.output(inputs(rules, totals, level), "outside"));
      for (const bound of BOUNDS) {
        for (const [i, value] of (Array.isArray(given[bound]) ? (given[bound] as bigint[]) : [given[bound] as bigint]).entries()) {
          const more = Array.isArray(given[bound]) ? (given[bound] as bigint[]).with(i, value + 1n) : value + 1n;
          expect(`${bound}[${i}]: ${await breach.refusal({ ...given, [bound]: more })}`).not.toContain("accepted");
        }
      }
    }), 25);
  });

  describe("refuses", () => {
    const [rules, totals] = [fc.sample(randomRules(SHAPE), { numRuns: 1, seed: 1 })[0]!, fc.sample(randomTotals(SHAPE), { numRuns: 1, seed: 1 })[0]!];

    it("an exposure beyond its limits, by one unit", async () => {
      const limited = (low: bigint, high: bigint): MarginRules => ({ ...rules, exposures: rules.exposures.map((rule, k) => (k === 1 ? { ...rule, low: low as typeof rule.low, high: high as typeof rule.high } : rule)) });
      const x = totals.exposure[1]!;
      expect(await tested.refusal(inputs(limited(x, x), totals, "MM"))).toBe("accepted");
      expect(await tested.refusal(inputs(limited(x + 1n, x + 1n), totals, "MM"))).toBe("Num2Bits in CheckBits in ExposureCharge in MarginProgram");
      expect(await tested.refusal(inputs(limited(x - 1n, x - 1n), totals, "MM"))).toBe("Num2Bits in CheckBits in ExposureCharge in MarginProgram");
    });

    it("more tail scenarios left out than the rule allows", async () => {
      for (const tailSets of [1, 2, 3]) {
        const given = inputs({ ...rules, tail: { size: 1, flags: 1 }, shape: { ...rules.shape, tailSets } }, totals, "MM");
        // Two of the first set.
        const leftOut = Array.from({ length: SHAPE.tails }, (_, t) => (t === 0 || t === tailSets ? 1n : 0n));
        expect(await tested.refusal({ ...given, leftOut })).toContain("TailMeasure");
      }
    });

    it("a set, a group or a target that is not there", async () => {
      const given = inputs(rules, totals, "MM");
      const changed = (name: "cellRule" | "groupRule" | "exposureRule", column: number, to: bigint): Inputs => ({ ...given, [name]: (given[name] as bigint[][]).map((row, i) => (i === 0 ? row.with(column, to) : row)) });
      expect(await tested.refusal(changed("cellRule", 2, BigInt(SHAPE.nettingSets)))).toContain("OneHot");
      expect(await tested.refusal(changed("cellRule", 3, BigInt(SHAPE.groups)))).toContain("OneHot");
      expect(await tested.refusal(changed("groupRule", 2, BigInt(SHAPE.nettingSets)))).toContain("OneHot");
      expect(await tested.refusal(changed("exposureRule", 4, BigInt(SHAPE.nettingSets + 1)))).toContain("OneHot");
    });

    it("nothing: a sign that is not the total's turns a loss into a gain, which is why CommittedRisk makes the signs (R19)", async () => {
      const plain = plainRules(1, 1);
      const losing = { ...zeroTotals(plain), exposure: [] , scenario: [[-10n as never]] };
      const given = inputs(plain, losing, "MM");
      const sign = (given.sign as bigint[]).with(0, 1n);
      expect(await tested.refusal({ ...given, loss: [0n, 0n], requirement: [0n, 0n], aggregate: 0n, worst: [0n] })).toContain("SetLosses");
      const half = { ...plain, cells: [{ ...plain.cells[0]!, gain: 0n as never }] };
      expect(await tested.refusal({ ...inputs(half, losing, "MM"), sign, loss: [0n, 0n], requirement: [0n, 0n], aggregate: 0n, worst: [0n] })).toBe("accepted");
    });

    it("nothing: cuts below zero and gains above one are for publishers to refuse (R20)", async () => {
      const plain = plainRules(1, 1);
      const [gaining] = [{ ...zeroTotals(plain), scenario: [[10n as never]] }];
      const generous = { ...plain, cells: [{ ...plain.cells[0]!, gain: (2n * SCALE.factor) as never }] };
      expect(await tested.refusal(inputs(generous, gaining, "MM"))).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it("by signals that are named alike in both compilations: they agree", async () => {
      const [rules, totals] = [fc.sample(randomRules(SHAPE), { numRuns: 1, seed: 3 })[0]!, fc.sample(randomTotals(SHAPE), { numRuns: 1, seed: 3 })[0]!];
      expect(await tested.agreesWithO1(inputs(rules, totals, "IM"))).toBe(true);
    });

    law("by any other supplied numbers: what health takes requires no less, what a breach takes no more", fc.asyncProperty(anything, fc.array(tampering, { minLength: 1, maxLength: 3 }), async ([rules, totals, level], changes) => {
      for (const isBreach of [false, true]) {
        const honest = inputs(rules, totals, level, isBreach);
        const forged = changes.reduce((given, change) => tampered(given, change), honest);
        const [owed, shown] = await Promise.all([honest, forged].map((given) => requirementOf(isBreach ? breach : tested, given)));
        expect(owed).toBeDefined();
        if (shown === undefined) continue;
        for (const part of ["stress", "outside"] as const) {
          if (isBreach) expect(shown[part] <= owed![part], `${part} of a breach`).toBe(true);
          else expect(shown[part] >= owed![part], `${part} of health`).toBe(true);
        }
      }
    }), 120);

    law("by one number changed and all that follow from it made to fit: what is refused is the first of them", fc.asyncProperty(anything, fc.constantFrom("loss", "tiered", "requirement", "measure"), fc.nat(), async ([rules, totals, level], name, place) => {
      for (const [isBreach, step] of [[false, -1n], [true, 1n]] as const) {
        const honest = inputs(rules, totals, level, isBreach);
        const values = honest[name] as bigint[];
        const k = place % values.length;
        const fitted = refitted(rules, totals, level, { ...honest, [name]: values.with(k, values[k]! + step) });
        expect(`${name}[${k}] ${await (isBreach ? breach : tested).refusal(fitted)}`).toMatch(FIRST_REFUSED[name]);
      }
    }), 40);

    it("by the measure of a tail in a breach: no other losses, left out or chosen, make value at risk or shortfall larger", async () => {
      const pnl = [-50n, -40n, 7n, -30n, -40n, 60n];
      for (const tail of [{ size: 1, flags: 2 }, { size: 2, flags: 0 }, { size: 2, flags: 1 }]) {
        const rules: MarginRules = { ...BOOK_RULES, tail, shape: { ...BOOK_RULES.shape, tailSets: 1 } };
        const totals = { ...BOOK_TOTALS, tail: pnl as Value[] };
        const honest = inputs(rules, totals, "MM", true);
        const measure = (honest.measure as bigint[])[0]!;
        const sorted = [50n, 40n, 40n, 30n, -7n, -60n].slice(tail.flags, tail.flags + tail.size).reduce((sum, loss) => sum + loss, 0n);
        expect(measure).toBe((sorted + BigInt(tail.size) - 1n) / BigInt(tail.size));
        expect(await breach.refusal(honest)).toBe("accepted");
        // Every way to leave out and choose so many scenarios, under every threshold at a loss; above the measure nothing is taken.
        const ways = assignments(pnl.length, tail);
        expect(ways.length).toBeGreaterThan(10);
        for (const { leftOut, chosen } of ways) {
          for (const threshold of [50n, 40n, 30n]) {
            const total = columnTotals(totals, SHAPE, { thresholds: [threshold], losses: [] });
            const given = { ...honest, total, sign: total.map((y) => (y >= 0n ? 1n : -1n)), leftOut, chosen, measure: [measure + 1n], worst: [measure + 1n] };
            expect(await breach.refusal(given)).toContain("TailAttained");
          }
        }
      }
    });

    it("by the measure of sets of a tail in a breach: nothing left out and chosen among all of them, with any threshold, makes it larger", async () => {
      for (const { tailSets, tail } of [{ tailSets: 2, tail: { size: 1, flags: 1 } }, { tailSets: 2, tail: { size: 2, flags: 0 } }, { tailSets: 3, tail: { size: 2, flags: 0 } }, { tailSets: 3, tail: { size: 1, flags: 1 } }]) {
        const pnl = [-50n, -40n, 7n, -30n, -40n, 60n];
        const rules: MarginRules = { ...BOOK_RULES, tail, shape: { ...BOOK_RULES.shape, tailSets } };
        const totals = { ...BOOK_TOTALS, tail: pnl as Value[] };
        const honest = inputs(rules, totals, "MM", true);
        const measure = (honest.measure as bigint[])[0]!;
        const sets = Array.from({ length: tailSets }, (_, k) => pnl.filter((_, t) => t % tailSets === k));
        expect(measure).toBe(measureBySorting(sets, tail));
        expect(await breach.refusal(honest)).toBe("accepted");
        for (const { leftOut, chosen } of assignments(pnl.length, tail)) {
          for (const threshold of [50n, 40n, 30n]) {
            const total = columnTotals(totals, SHAPE, { thresholds: [threshold], losses: [] });
            const given = { ...honest, total, sign: total.map((y) => (y >= 0n ? 1n : -1n)), leftOut, chosen, measure: [measure + 1n], worst: [measure + 1n] };
            expect(await breach.refusal(given)).toContain("TailAttained");
          }
        }
      }
    });

    it("at a selector, a sign or a choice of any part, with every dependent wire recomputed, so that anything else is required", async () => {
      const HINTS = /\.(?:negative|index|set|(?:selector|number)\[\d+\]|used\[\d+\]|out\[\d+\])$|^main\.targetOf/;
      for (const [by, isBreach] of [[tested, false], [breach, true]] as const) {
        const given = inputs(BOOK_RULES, BOOK_TOTALS, "IM", isBreach);
        const { tried, accepted } = forgeHints(by.circuit, await by.witness(given), HINTS, Object.keys(given), ["stress", "outside"]);
        expect(tried).toBeGreaterThan(25);
        expect(accepted).toEqual([]);
      }
    });
  });

  describe("edges", () => {
    it("an empty book", async () => {
      const rules = plainRules(1, 1);
      expect(await tested.output(inputs(rules, zeroTotals(rules), "MM"), "stress")).toBe(0n);
    });
  });

  describe("costs", () => {
    it("the sum of its parts", () => {
      expectCost("MarginProgram", ["rules", "4 exposures"], tested);
      expectCost("MarginProgram", ["rules breach", "4 exposures"], breach);
    });
  });
});
