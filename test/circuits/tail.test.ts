import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateRules } from "../../prover/risk/margin-program.ts";
import type { MarginRules } from "../../prover/risk/margin-rules.ts";
import type { Value } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { plainRules, zeroTotals } from "../support/rules.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const ROOM = 5;

interface Tail { readonly pnl: readonly bigint[]; readonly size: number; readonly flags: number }

/** The twin's working of a tail alone, laid out for the template. */
function inputs({ pnl, size, flags }: Tail, change: { threshold?: bigint } = {}): Inputs {
  const plain = plainRules(1, 1);
  const rules: MarginRules = { ...plain, shape: { ...plain.shape, tails: pnl.length }, tail: { size, flags } };
  const { tail } = evaluateRules(rules, { ...zeroTotals(rules), tail: pnl as Value[] }, "MM");
  const threshold = change.threshold ?? tail.threshold;
  const shifted = Array.from({ length: ROOM }, (_, t) => (pnl[t] ?? 0n) + threshold);
  return {
    rule: [BigInt(pnl.length), BigInt(size), BigInt(flags)], shifted, sign: shifted.map((y) => (y >= 0n ? 1n : -1n)), threshold,
    leftOut: Array.from({ length: ROOM }, (_, t) => (tail.flags[t] ? 1n : 0n)), measure: tail.measure as bigint,
  };
}

describe("TailMeasure", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "tail.circom", template: "TailMeasure", params: [ROOM], inputs: ["rule", "shifted", "sign", "threshold", "leftOut", "measure"] });
  });

  describe("agrees", () => {
    const pnl = (length: number) => fc.array(fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(1n << 80n), max: 1n << 80n })), { minLength: length, maxLength: length });
    const shortfall = fc.integer({ min: 1, max: ROOM }).chain((count) => fc.record({ pnl: pnl(count), size: fc.integer({ min: 1, max: count }), flags: fc.constant(0) }));
    const atRisk = fc.integer({ min: 1, max: ROOM }).chain((count) => fc.record({ pnl: pnl(count), size: fc.constant(1), flags: fc.nat({ max: count - 1 }) }));
    law("with the twin's measure, and one unit less is refused", fc.asyncProperty(fc.oneof(shortfall, atRisk), async (tail) => {
      const given = inputs(tail);
      expect(await tested.refusal(given)).toBe("accepted");
      expect(await tested.refusal({ ...given, measure: (given.measure as bigint) - 1n })).toContain("Num2Bits in CheckBits");
    }), 80);

    law("with the mean of the worst by no other threshold for less", fc.asyncProperty(shortfall, fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }), async (tail, threshold) => {
      const given = inputs(tail, { threshold });
      const exact = tail.pnl.map((x) => -x).sort((a, b) => (a > b ? -1 : 1)).slice(0, tail.size).reduce((sum, loss) => sum + loss, 0n);
      fc.pre(exact > 0n);
      expect(await tested.refusal({ ...given, measure: (given.measure as bigint) - 1n })).toContain("Num2Bits in CheckBits");
    }), 40);
  });

  describe("refuses", () => {
    const losses: Tail = { pnl: [-5n, -4n, -3n, -2n], size: 1, flags: 2 };
    it("one more left out than the rule allows, and a part of one", async () => {
      const given = inputs(losses);
      expect(await tested.refusal({ ...given, leftOut: [1n, 1n, 1n, 0n, 0n] })).toBe("Num2Bits in CheckBits in TailMeasure");
      expect(await tested.refusal({ ...given, leftOut: [1n, 1n, -1n, 1n, 0n] })).toBe("CheckBoolean in TailMeasure");
    });

    it("more scenarios in use than there is room for, or a number below zero", async () => {
      const given = inputs(losses);
      expect(await tested.refusal({ ...given, rule: [BigInt(ROOM + 1), 1n, 2n] })).toBe("TailMeasure");
      expect(await tested.refusal({ ...given, rule: [-1n, 1n, 2n] })).toBe("TailMeasure");
    });

    it("a measure below zero", async () => {
      const given = inputs({ pnl: [9n], size: 1, flags: 0 });
      expect(given.measure).toBe(0n);
      expect(await tested.refusal({ ...given, measure: -1n })).toBe("Num2Bits in CheckBits in TailMeasure");
    });
  });

  describe("cannot be forged", () => {
    it("at used, with every dependent wire recomputed", async () => {
      expect(await tested.forgeries(inputs({ pnl: [-5n, -4n, -3n], size: 2, flags: 0 }), ["used"])).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each<[string, Tail]>([["one scenario", { pnl: [-1n], size: 1, flags: 0 }], ["all of them", { pnl: [-1n, -1n, -1n, -1n, -1n], size: 5, flags: 0 }], ["all but one left out", { pnl: [-9n, -9n, -9n, -9n, -1n], size: 1, flags: 4 }]])("%s", async (_, tail) => {
      expect(await tested.refusal(inputs(tail))).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("seven for each scenario, and the comparison", () => expectCost("TailMeasure", [ROOM], tested));
  });
});
