import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { tailClasses } from "../../prover/commitment/padded-rules.ts";
import { evaluateRules, type TailWorking } from "../../prover/risk/margin-program.ts";
import type { MarginRules } from "../../prover/risk/margin-rules.ts";
import type { Value } from "../../prover/units.ts";
import { REPOSITORY } from "../../scripts/circom.ts";
import { law } from "../support/law.ts";
import { plainRules, zeroTotals } from "../support/rules.ts";
import { measureBySorting } from "../support/tail-by-sorting.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

/** Room for three sets, and for more scenarios than classes. */
const [ROOM, SETS] = [10, 3];
const CLASSES = tailClasses({ tails: ROOM, tailSets: SETS });

/** P&L of each set, all of one length. */
interface Tail { readonly sets: readonly (readonly bigint[])[]; readonly size: number; readonly flags: number }

const inTurn = (sets: Tail["sets"]): bigint[] => sets[0]!.flatMap((_, i) => sets.map((set) => set[i]!));

function workingOf({ sets, size, flags }: Tail): TailWorking {
  const [plain, pnl] = [plainRules(1, 1), inTurn(sets)];
  const rules: MarginRules = { ...plain, shape: { ...plain.shape, tails: pnl.length, tailSets: sets.length }, tail: { size, flags } };
  return evaluateRules(rules, { ...zeroTotals(rules), tail: pnl as Value[] }, "MM").tail;
}

const places = (chosen: readonly number[]): bigint[] => Array.from({ length: ROOM }, (_, t) => (chosen.includes(t) ? 1n : 0n));
const signsOf = (shifted: readonly bigint[]) => shifted.map((y) => (y >= 0n ? 1n : -1n));

/** Scenarios as they are read under some thresholds of the sets. */
function readWith(sets: Tail["sets"], thresholds: readonly bigint[], room = ROOM, classes = CLASSES) {
  const pnl = inTurn(sets);
  const threshold = Array.from({ length: classes }, (_, c) => thresholds[c % thresholds.length]!);
  const shifted = Array.from({ length: room }, (_, t) => (pnl[t] ?? 0n) + threshold[t % classes]!);
  return { threshold, shifted, sign: signsOf(shifted) };
}

const ruleOf = ({ sets, size, flags }: Tail): bigint[] => [sets.flat().length, size, flags, sets.length].map(BigInt);

/** The twin's working of a tail alone, laid out for the template. */
function inputs(tail: Tail, thresholds?: readonly bigint[]): Inputs & { measure: bigint } {
  const working = workingOf(tail);
  return {
    rule: ruleOf(tail), ...readWith(tail.sets, thresholds ?? working.sets.map(({ threshold }) => threshold)),
    leftOut: places(working.sets.flatMap(({ leftOut }) => leftOut)), measure: working.measure,
  };
}

// Small numbers make ties within and between sets, large ones make room for errors of scale.
const amount = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }));
const setsOf = fc.integer({ min: 1, max: SETS }).chain((count) => fc.integer({ min: 1, max: Math.floor(ROOM / count) }).chain((length) =>
  fc.array(fc.array(amount, { minLength: length, maxLength: length }), { minLength: count, maxLength: count })));
const shortfall = setsOf.chain((sets) => fc.record({ sets: fc.constant(sets), size: fc.integer({ min: 1, max: sets[0]!.length }), flags: fc.constant(0) }));
const atRisk = setsOf.chain((sets) => fc.record({ sets: fc.constant(sets), size: fc.constant(1), flags: fc.nat({ max: sets[0]!.length - 1 }) }));

/** Which set binds, and whether others measure the same. */
const [BAD, GOOD] = [[-9n, -7n, 5n], [-8n, -2n, 0n]];
const BINDING: [string, bigint[][]][] = [
  ["the first set", [BAD, GOOD, GOOD]], ["the middle one", [GOOD, BAD, GOOD]], ["the last one", [GOOD, GOOD, BAD]], ["the last of two", [GOOD, BAD]],
  ["any of three alike", [BAD, BAD, BAD]], ["the first or the last", [BAD, GOOD, [-10n, -6n, -1n]]],
];

/** The circuit without one of its lines. */
async function without(template: string, line: string, by: string, names: readonly string[]): Promise<Tested> {
  const text = readFileSync(join(REPOSITORY, "circuits/tail.circom"), "utf8");
  const start = text.indexOf(`template ${template}(`);
  const end = text.indexOf("\n}\n", start);
  const body = text.slice(start, end);
  expect(body.split(line)).toHaveLength(2);
  const mutant = text.slice(0, start) + body.replace(line, by) + text.slice(end);
  return underTest({ name: `${template} mutant`, text: `${mutant}\ncomponent main {public [${names.join(", ")}]} = ${template}(${ROOM}, ${SETS});\n`, inputs: names });
}

describe("TailMeasure", () => {
  const NAMES = ["rule", "shifted", "sign", "threshold", "leftOut", "measure"];
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "tail.circom", template: "TailMeasure", params: [ROOM, SETS], inputs: NAMES });
  });

  describe("agrees", () => {
    law("with the twin's measure and a plain sort of each set, and one unit less is refused", fc.asyncProperty(fc.oneof(shortfall, atRisk), async (tail) => {
      const given = inputs(tail);
      expect(given.measure).toBe(measureBySorting(tail.sets, tail));
      expect(await tested.refusal(given)).toBe("accepted");
      expect(await tested.refusal({ ...given, measure: given.measure + 1n })).toBe("accepted");
      expect(await tested.refusal({ ...given, measure: given.measure - 1n })).toContain("Num2Bits in CheckBits");
    }), 80);

    law("with the mean of the worst set by no other thresholds for less", fc.asyncProperty(shortfall, fc.array(amount, { minLength: SETS, maxLength: SETS }), async (tail, thresholds) => {
      const given = inputs(tail, thresholds.slice(0, tail.sets.length));
      fc.pre(given.measure > 0n);
      expect(await tested.refusal({ ...given, measure: given.measure - 1n })).toContain("Num2Bits in CheckBits");
    }), 40);

    it.each(BINDING)("with shortfall and value at risk where %s binds, and neither with a unit less", async (_, sets) => {
      for (const rule of [{ size: 2, flags: 0 }, { size: 1, flags: 1 }]) {
        const given = inputs({ sets, ...rule });
        expect(given.measure).toBe(rule.size === 2 ? 8n : sets.flat().includes(-7n) ? 7n : 6n);
        expect([await tested.refusal(given), await tested.refusal({ ...given, measure: given.measure - 1n })]).toEqual(["accepted", "Num2Bits in CheckBits in Covers in TailMeasure"]);
      }
    });
  });

  describe("refuses", () => {
    const losses: Tail = { sets: [[-5n, -4n, -3n, -2n]], size: 1, flags: 2 };
    it("one more left out than the rule allows, and a part of one", async () => {
      const given = inputs(losses);
      expect(await tested.refusal({ ...given, leftOut: places([0, 1, 2]) })).toBe("Num2Bits in CheckBits in TailMeasure");
      expect(await tested.refusal({ ...given, leftOut: places([0, 1, 3]).with(2, -1n) })).toBe("CheckBoolean in TailMeasure");
    });

    it("more left out of one set because less is left out of another", async () => {
      const sets = [[-9n, -8n, -1n], [1n, 2n, 3n]];
      const given = inputs({ sets, size: 1, flags: 1 });
      expect(given.measure).toBe(8n);
      const forged = { ...given, ...readWith(sets, [1n, -2n]), leftOut: places([0, 2]), measure: 1n };
      expect(await tested.refusal(forged)).toBe("Num2Bits in CheckBits in TailMeasure");
    });

    it("more scenarios in use than there is room for, or a number below zero", async () => {
      const given = inputs(losses);
      expect(await tested.refusal({ ...given, rule: [BigInt(ROOM + 1), 1n, 2n, 1n] })).toBe("InUse in TailMeasure");
      expect(await tested.refusal({ ...given, rule: [-1n, 1n, 2n, 1n] })).toBe("InUse in TailMeasure");
    });

    it.each([0n, BigInt(SETS + 1), -1n])("%s sets", async (sets) => {
      const given = inputs(losses);
      expect(await tested.refusal({ ...given, rule: (given.rule as bigint[]).with(3, sets) })).toBe("OneHot in TailMeasure");
    });

    it("a measure below zero", async () => {
      const given = inputs({ sets: [[9n]], size: 1, flags: 0 });
      expect(given.measure).toBe(0n);
      expect(await tested.refusal({ ...given, measure: -1n })).toBe("Num2Bits in CheckBits in TailMeasure");
    });

    it("two thresholds in the classes of one set", async () => {
      const given = inputs({ sets: [[-9n, -8n, -7n, 1n, 2n, 3n, 4n]], size: 3, flags: 0 });
      const threshold = (given.threshold as bigint[]).with(1, 9n);
      const shifted = (given.shifted as bigint[]).map((y, t) => y + threshold[t % CLASSES]! - (given.threshold as bigint[])[t % CLASSES]!);
      expect(await tested.refusal({ ...given, threshold, shifted, sign: signsOf(shifted) })).toBe("TailMeasure");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: which scenarios are in use and how many sets there are is pinned by their numbers (InUse, OneHot)", async () => {
      expect(await tested.forgeries(inputs({ sets: [[-5n, -4n, -3n], [-1n, -2n, 3n]], size: 2, flags: 0 }), ["kept", "excess"])).toEqual([]);
    });

    const wholeTail = fc.tuple(fc.oneof(shortfall, atRisk), fc.array(amount, { minLength: CLASSES, maxLength: CLASSES }), fc.array(fc.constantFrom(0n, 1n), { minLength: ROOM, maxLength: ROOM }));
    law("by any thresholds of the classes and anything left out: no less than the measure is taken", fc.asyncProperty(wholeTail, async ([tail, threshold, leftOut]) => {
      const [honest, pnl] = [inputs(tail), inTurn(tail.sets)];
      fc.pre(honest.measure > 0n);
      const shifted = Array.from({ length: ROOM }, (_, t) => (pnl[t] ?? 0n) + threshold[t % CLASSES]!);
      for (const change of [{ leftOut }, {}]) {
        const forged = { ...honest, threshold, shifted, sign: signsOf(shifted), ...change, measure: honest.measure - 1n };
        expect(await tested.refusal(forged)).toContain("TailMeasure");
      }
    }), 60);

    const forged = (sets: bigint[][], thresholds: bigint[], measure: bigint, change: Inputs = {}): Inputs => {
      const given = inputs({ sets, size: 2, flags: 0 }, thresholds);
      expect(given.measure).toBeGreaterThan(measure);
      return { ...given, measure, ...change };
    };
    it.each<[string, string, string, () => Inputs]>([
      ["the last set is compared", "for (var k = 0; k < SETS; k++) {\n        // Of", "for (var k = 0; k < SETS - 1; k++) {\n        // Of", () => forged([GOOD, GOOD, BAD], [2n, 2n, 7n], 5n)],
      // By a threshold that reads losses as gains, a class would hide what it has from the comparisons, which are with those of the first.
      ["classes of a set share its threshold", "threshold[c] === own[c];", "", () => {
        const [pnl, threshold] = [[1n, 2n, 3n, -9n, -8n, -7n], [0n, 0n, 0n, 100n, 100n, 100n]];
        const shifted = Array.from({ length: ROOM }, (_, t) => (pnl[t] ?? 0n) + threshold[t % CLASSES]!);
        return forged([pnl], [0n], 0n, { threshold, shifted, sign: signsOf(shifted) });
      }],
      ["a set's losses are of all its classes", "c < CLASSES; c += m + 1", "c < CLASSES \\ 2; c += m + 1", () => forged([[1n, 2n, 3n, -8n, -9n, 4n]], [0n], 0n)],
      ["the number of sets is the rule's", "OneHot(SETS)(rule[3] - 1)", "OneHot(SETS)(2)", () => forged([[-9n, -8n, 0n, 0n, 0n, 0n]], [0n], 5n)],
      ["what is left out is counted", "CheckBits(16)(rule[2] - flags[k]);", "", () => forged([BAD, BAD], [0n, 0n], 0n, { leftOut: places([0, 1, 2, 3]) })],
    ])("while %s, and else it could", async (_, line, by, forge) => {
      const mutant = await without("TailMeasure", line, by, NAMES);
      const given = forge();
      expect([await tested.refusal(given), await mutant.refusal(given)]).toEqual([expect.stringMatching(/TailMeasure$/), "accepted"]);
    });
  });

  describe("edges", () => {
    const all = Array<bigint>(ROOM).fill(-1n);
    it.each<[string, Tail]>([
      ["one scenario", { sets: [[-1n]], size: 1, flags: 0 }], ["all of them", { sets: [all], size: ROOM, flags: 0 }],
      ["all but one left out", { sets: [all.with(0, -9n)], size: 1, flags: ROOM - 1 }],
      ["three sets of one scenario each", { sets: [[-1n], [-7n], [3n]], size: 1, flags: 0 }], ["three sets of all there is room for", { sets: [all.slice(0, 3), all.slice(0, 3), all.slice(0, 3)], size: 3, flags: 0 }],
      ["nothing but gains in every set", { sets: [[1n, 2n], [3n, 4n]], size: 2, flags: 0 }],
    ])("%s", async (_, tail) => {
      expect(await tested.refusal(inputs(tail))).toBe("accepted");
    });

    it("no tail at all, in a shape that has one", async () => {
      expect(await tested.refusal({ rule: [0n, 1n, 0n, 1n], ...readWith([[]], [0n]), leftOut: places([]), measure: 0n })).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("seven for each scenario, and a comparison for each set", () => expectCost("TailMeasure", [ROOM, SETS], tested));
    it("the number of sets, and nothing more, where there is room for one", async () => {
      expectCost("TailMeasure", [5, 1], await underTest({ file: "tail.circom", template: "TailMeasure", params: [5, 1], inputs: NAMES }));
    });
  });
});

describe("TailAttained", () => {
  const NAMES = ["rule", "shifted", "sign", "threshold", "leftOut", "chosen", "measure"];
  let tested: Tested;
  const given = (tail: Tail): Inputs & { measure: bigint } => {
    const { binding, measure } = workingOf(tail);
    return { rule: ruleOf(tail), ...readWith(tail.sets, [binding!.worstKept]), leftOut: places(binding!.leftOut), chosen: places(binding!.chosen), measure };
  };
  beforeAll(async () => {
    tested = await underTest({ file: "tail.circom", template: "TailAttained", params: [ROOM, SETS], inputs: NAMES });
  });

  describe("agrees", () => {
    const tails = setsOf.chain((sets) => fc.integer({ min: 1, max: sets[0]!.length }).chain((size) => fc.record({ sets: fc.constant(sets), size: fc.constant(size), flags: fc.nat({ max: sets[0]!.length - size }) })));
    law("with the twin's measure for any size and flags and a plain sort of each set, and one unit more is refused", fc.asyncProperty(tails, async (tail) => {
      const honest = given(tail);
      expect(honest.measure).toBe(measureBySorting(tail.sets, tail));
      expect(await tested.refusal(honest)).toBe("accepted");
      expect(await tested.refusal({ ...honest, measure: honest.measure + 1n })).toContain("TailAttained");
      if (honest.measure > 0n && tail.size === 1) expect(await tested.refusal({ ...honest, measure: honest.measure - 1n })).toBe("accepted");
    }), 100);

    it.each(BINDING)("with shortfall and value at risk where %s binds, and neither with a unit more", async (_, sets) => {
      for (const rule of [{ size: 2, flags: 0 }, { size: 1, flags: 1 }]) {
        const honest = given({ sets, ...rule });
        expect([await tested.refusal(honest), await tested.refusal({ ...honest, measure: honest.measure + 1n })]).toEqual(["accepted", "Num2Bits in CheckBits in TailAttained"]);
      }
    });
  });

  describe("refuses", () => {
    const losses: Tail = { sets: [[-5n, -4n, -3n, -2n]], size: 2, flags: 1 };
    it("the worst losses among the chosen where some are to be left out, too few of either, and one in both", async () => {
      const honest = given(losses);
      expect([honest.leftOut, honest.chosen, honest.measure]).toEqual([places([0]), places([1, 2]), 4n]);
      const worst = { chosen: places([0, 1]), ...readWith(losses.sets, [5n]), measure: 5n };
      for (const change of [
        { ...worst, leftOut: places([2]) }, { ...worst, leftOut: places([]) }, { ...worst, leftOut: places([0]) }, { chosen: places([1]) }, { chosen: places([]).with(1, 2n) },
      ]) expect(await tested.refusal({ ...honest, ...change })).toMatch(/TailAttained$/);
    });

    it("a scenario that is not in use in the place of a gain: no loss is taken for granted", async () => {
      // The mean of both is a gain, so nothing is required; with an empty place for the gain it would be half the loss.
      const honest = given({ sets: [[-10n, 20n]], size: 2, flags: 0 });
      expect([honest.measure, (honest.threshold as bigint[])[0], await tested.refusal(honest)]).toEqual([0n, 10n, "accepted"]);
      expect(await tested.refusal({ ...honest, chosen: places([0, 2]), measure: 5n })).toBe("TailAttained");
    });

    it("a loss counted twice, or as minus one of another", async () => {
      const honest = given({ sets: [[-10n, 20n, -1n]], size: 2, flags: 0 });
      for (const chosen of [places([]).with(0, 2n), places([]).with(0, 3n).with(1, -1n)]) expect(await tested.refusal({ ...honest, chosen, measure: 10n })).toBe("CheckBoolean in TailAttained");
    });

    it.each([BigInt(SETS + 1), -1n])("%s sets", async (sets) => {
      const honest = given(losses);
      expect(await tested.refusal({ ...honest, rule: (honest.rule as bigint[]).with(3, sets) })).toBe("OneHot in TailAttained");
    });

    it("the worst losses of all sets together, and the worst left out of a set that is not measured", async () => {
      const sets = [[-10n, -2n], [-8n, -6n]];
      const honest = given({ sets, size: 2, flags: 0 });
      expect(honest.measure).toBe(7n);
      expect(await tested.refusal({ ...honest, ...readWith(sets, [10n]), chosen: places([0, 1]), measure: 9n })).toBe("TailAttained");
      const risk = given({ sets, size: 1, flags: 1 });
      expect(risk.measure).toBe(6n);
      expect(await tested.refusal({ ...risk, ...readWith(sets, [8n]), leftOut: places([0]), chosen: places([1]), measure: 8n })).toBe("TailAttained");
    });

    it("one threshold for the chosen and another for what counts", async () => {
      const honest = given({ sets: [[-5n, -4n], [-3n, -2n]], size: 1, flags: 0 });
      const threshold = (honest.threshold as bigint[]).with(1, 9n);
      const shifted = (honest.shifted as bigint[]).map((y, t) => (t % CLASSES === 1 ? y + 4n : y));
      expect(await tested.refusal({ ...honest, threshold, shifted, sign: signsOf(shifted) })).toBe("TailAttained");
    });
  });

  describe("cannot be forged", () => {
    it("at isZero or beyond: a measure above zero keeps its counts", async () => {
      expect(await tested.forgeries(given({ sets: [[-5n, -4n, -3n]], size: 2, flags: 0 }), ["isZero", "beyond"])).toEqual([]);
    });

    it("at set, with every dependent wire recomputed: what is chosen is in no other set, however many there are", async () => {
      for (const sets of [[BAD, GOOD, GOOD], [GOOD, BAD, GOOD], [GOOD, GOOD, BAD]]) {
        const { tried, accepted } = await tested.hintForgeries(given({ sets, size: 2, flags: 0 }), /^main\.set$/);
        expect([tried, accepted]).toEqual([1, []]);
      }
    });

    const scattered = [[-10n, -2n], [-8n, -6n]];
    it.each<[string, string, string, Inputs]>([
      ["what is chosen is of one set", "placed[c] * (1 - member[c]) === 0;", "", { ...readWith(scattered, [10n]), chosen: places([0, 1]), measure: 9n }],
      ["all are read with one threshold", "threshold[c] === threshold[0];", "", (() => {
        // Class 0 is not in the second set, but its threshold is what counts.
        const threshold = readWith(scattered, [8n]).threshold.with(0, 100n);
        const shifted = Array.from({ length: ROOM }, (_, t) => (inTurn(scattered)[t] ?? 0n) + threshold[t % CLASSES]!);
        return { threshold, shifted, sign: signsOf(shifted), chosen: places([1, 3]), measure: 50n };
      })()],
      ["the number of sets is the rule's", "OneHot(SETS)(rule[3] - 1)", "OneHot(SETS)(0)", { ...readWith(scattered, [10n]), chosen: places([0, 1]), measure: 9n }],
    ])("while %s, and else it could", async (_, line, by, change) => {
      const mutant = await without("TailAttained", line, by, NAMES);
      const forged = { ...given({ sets: scattered, size: 2, flags: 0 }), ...change };
      expect([await tested.refusal(forged), await mutant.refusal(forged)]).toEqual(["TailAttained", "accepted"]);
    });
  });

  describe("edges", () => {
    it("all losses alike, and only gains", async () => {
      expect(await tested.refusal(given({ sets: [[-4n, -4n, -4n]], size: 1, flags: 2 }))).toBe("accepted");
      const gains = given({ sets: [[4n, 5n], [6n, 7n]], size: 2, flags: 0 });
      expect([gains.measure, await tested.refusal(gains)]).toEqual([0n, "accepted"]);
    });

    it("sets of a single scenario, the last of which binds", async () => {
      expect(await tested.refusal(given({ sets: [[-1n], [2n], [-7n]], size: 1, flags: 0 }))).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("nine for each scenario, and the measure", () => expectCost("TailAttained", [ROOM, SETS], tested));
    it("the number of sets, and nothing more, where there is room for one", async () => {
      expectCost("TailAttained", [5, 1], await underTest({ file: "tail.circom", template: "TailAttained", params: [5, 1], inputs: NAMES }));
    });
  });
});
