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
      expect(await tested.refusal({ ...given, rule: [BigInt(ROOM + 1), 1n, 2n] })).toBe("InUse in TailMeasure");
      expect(await tested.refusal({ ...given, rule: [-1n, 1n, 2n] })).toBe("InUse in TailMeasure");
    });

    it("a measure below zero", async () => {
      const given = inputs({ pnl: [9n], size: 1, flags: 0 });
      expect(given.measure).toBe(0n);
      expect(await tested.refusal({ ...given, measure: -1n })).toBe("Num2Bits in CheckBits in TailMeasure");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: which scenarios are in use is pinned by their number (InUse)", async () => {
      expect(await tested.forgeries(inputs({ pnl: [-5n, -4n, -3n], size: 2, flags: 0 }), ["kept", "excess"])).toEqual([]);
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

describe("TailAttained", () => {
  let tested: Tested;
  const given = (tail: Tail): Inputs => {
    const plain = plainRules(1, 1);
    const rules: MarginRules = { ...plain, shape: { ...plain.shape, tails: tail.pnl.length }, tail: { size: tail.size, flags: tail.flags } };
    const { worstKept, chosen } = evaluateRules(rules, { ...zeroTotals(rules), tail: tail.pnl as Value[] }, "MM").tail;
    return { ...inputs(tail, { threshold: worstKept }), chosen: Array.from({ length: ROOM }, (_, t) => (chosen[t] ? 1n : 0n)) };
  };
  beforeAll(async () => {
    tested = await underTest({ file: "tail.circom", template: "TailAttained", params: [ROOM], inputs: ["rule", "shifted", "sign", "threshold", "leftOut", "chosen", "measure"] });
  });

  describe("agrees", () => {
    const pnl = fc.array(fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(1n << 80n), max: 1n << 80n })), { minLength: 1, maxLength: ROOM });
    const tails = pnl.chain((each) => fc.integer({ min: 1, max: each.length }).chain((size) => fc.record({ pnl: fc.constant(each), size: fc.constant(size), flags: fc.nat({ max: each.length - size }) })));
    law("with the twin's measure for any size and flags, and one unit more is refused", fc.asyncProperty(tails, async (tail) => {
      const honest = given(tail);
      const sorted = tail.pnl.map((x) => -x).sort((a, b) => (a > b ? -1 : 1)).slice(tail.flags, tail.flags + tail.size).reduce((sum, loss) => sum + loss, 0n);
      const size = BigInt(tail.size);
      expect(honest.measure).toBe(sorted > 0n ? (sorted + size - 1n) / size : 0n);
      expect(await tested.refusal(honest)).toBe("accepted");
      expect(await tested.refusal({ ...honest, measure: (honest.measure as bigint) + 1n })).not.toBe("accepted");
    }), 100);
  });

  describe("refuses", () => {
    const losses: Tail = { pnl: [-5n, -4n, -3n, -2n], size: 2, flags: 1 };
    it("the worst losses among the chosen where some are to be left out, too few of either, and one in both", async () => {
      const honest = given(losses);
      expect([honest.leftOut, honest.chosen, honest.measure]).toEqual([[1n, 0n, 0n, 0n, 0n], [0n, 1n, 1n, 0n, 0n], 4n]);
      const shiftedBy = (threshold: bigint) => {
        const shifted = [...losses.pnl.map((x) => x + threshold), threshold];
        return { threshold, shifted, sign: shifted.map((y) => (y >= 0n ? 1n : -1n)) };
      };
      for (const change of [
        { chosen: [1n, 1n, 0n, 0n, 0n], leftOut: [0n, 0n, 1n, 0n, 0n], ...shiftedBy(5n), measure: 5n },
        { chosen: [1n, 1n, 0n, 0n, 0n], leftOut: [0n, 0n, 0n, 0n, 0n], ...shiftedBy(5n), measure: 5n },
        { chosen: [1n, 1n, 0n, 0n, 0n], leftOut: [1n, 0n, 0n, 0n, 0n], ...shiftedBy(5n), measure: 5n },
        { chosen: [0n, 1n, 0n, 0n, 0n] },
        { chosen: [0n, 2n, 0n, 0n, 0n] },
      ]) expect(await tested.refusal({ ...honest, ...change })).toMatch(/TailAttained$/);
    });

    it("a scenario that is not in use in the place of a gain: no loss is taken for granted", async () => {
      // The mean of both is a gain, so nothing is required; with an empty place for the gain it would be half the loss.
      const honest = given({ pnl: [-10n, 20n], size: 2, flags: 0 });
      expect([honest.measure, honest.threshold, await tested.refusal(honest)]).toEqual([0n, 10n, "accepted"]);
      expect(await tested.refusal({ ...honest, chosen: [1n, 0n, 1n, 0n, 0n], measure: 5n })).toBe("TailAttained");
    });

    it("a loss counted twice, or as minus one of another", async () => {
      const honest = given({ pnl: [-10n, 20n, -1n], size: 2, flags: 0 });
      for (const chosen of [[2n, 0n, 0n, 0n, 0n], [3n, -1n, 0n, 0n, 0n]]) expect(await tested.refusal({ ...honest, chosen, measure: 10n })).toBe("CheckBoolean in TailAttained");
    });
  });

  describe("cannot be forged", () => {
    it("at isZero or beyond: a measure above zero keeps its counts", async () => {
      expect(await tested.forgeries(given({ pnl: [-5n, -4n, -3n], size: 2, flags: 0 }), ["isZero", "beyond"])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("all losses alike, and only gains", async () => {
      expect(await tested.refusal(given({ pnl: [-4n, -4n, -4n], size: 1, flags: 2 }))).toBe("accepted");
      const gains = given({ pnl: [4n, 5n], size: 2, flags: 0 });
      expect([gains.measure, await tested.refusal(gains)]).toEqual([0n, "accepted"]);
    });
  });

  describe("costs", () => {
    it("nine for each scenario, and the measure", () => expectCost("TailAttained", [ROOM], tested));
  });
});
