import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { shapeNumbers, shapeOf } from "../../prover/commitment/padded-rules.ts";
import { paddedWorking, programInputs } from "../../prover/proof/program-input.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import type { ColumnTotals, MarginRules } from "../../prover/risk/margin-rules.ts";
import { evaluateRules } from "../../prover/risk/margin-program.ts";
import { SCALE, type Level } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { plainRules, zeroTotals } from "../support/rules.ts";
import { randomRules, randomTotals } from "../support/random-rules.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const SHAPE = shapeOf(tierParameters("rules"));
/** What the prover chooses, against itself. */
const BOUNDS = ["loss", "tiered", "requirement", "aggregate", "root", "measure", "worst"] as const;
const RULES = ["weight", "cellRule", "groupRule", "exposureRule", "piece", "correlation", "sensitivity", "tailRule"] as const;

function inputs(rules: MarginRules, totals: ColumnTotals, level: Level, breach = false): Inputs {
  const { lossFactor: _, ...rest } = programInputs(rules, SHAPE, totals, level, breach);
  return { level: level === "IM" ? 1n : 0n, ...rest, sign: rest.total.map((y) => (y >= 0n ? 1n : -1n)) };
}

const anything = fc.tuple(randomRules(SHAPE), randomTotals(SHAPE), fc.constantFrom<Level>("MM", "IM"));

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
      const given = inputs({ ...rules, tail: { size: 1, flags: 1 } }, totals, "MM");
      expect(await tested.refusal({ ...given, leftOut: [1n, 1n, 0n, 0n, 0n, 0n] })).toContain("TailMeasure");
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
  });

  describe("edges", () => {
    it("an empty book", async () => {
      const rules = plainRules(1, 1);
      expect(await tested.output(inputs(rules, zeroTotals(rules), "MM"), "stress")).toBe(0n);
    });
  });

  describe("costs", () => {
    it("the sum of its parts", () => {
      expectCost("MarginProgram", ["rules"], tested);
      expectCost("MarginProgram", ["rules breach"], breach);
    });
  });
});
