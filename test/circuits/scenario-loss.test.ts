import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { shapeNumbers } from "../../prover/commitment/padded-rules.ts";
import { programInputs } from "../../prover/proof/program-input.ts";
import type { ColumnTotals, MarginRules, RiskShape } from "../../prover/risk/margin-rules.ts";
import { FIELD, SCALE, type Factor, type Value } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { EVERY_RULE, zeroTotals } from "../support/rules.ts";
import { randomRules, randomTotals } from "../support/random-rules.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

describe("MemberSums", () => {
  let tested: Tested;
  const given = { selector: [[1n, 0n], [0n, 1n], [1n, 0n]], values: [[1n, 10n], [2n, 20n], [4n, 40n]] };
  beforeAll(async () => {
    tested = await underTest({ file: "scenario-loss.circom", template: "MemberSums", params: [3, 2, 2], inputs: ["selector", "values"] });
  });
  describe("agrees", () => {
    it("with sums over members", async () => expect(await tested.outputs(given, "out")).toEqual([5n, 50n, 2n, 20n]));
  });
  describe("refuses", () => {
    it("nothing: selectors must be one-hot (R2)", async () => expect(await tested.outputs({ ...given, selector: [[2n, 0n], [0n, 0n], [0n, 0n]] }, "out")).toEqual([2n, 20n, 0n, 0n]));
  });
  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => expect(await tested.undetermined(given)).toEqual([]));
  });
  describe("edges", () => {
    it("a place without members has nothing", async () => expect(await tested.outputs({ ...given, selector: [[1n, 0n], [1n, 0n], [1n, 0n]] }, "out")).toEqual([7n, 70n, 0n, 0n]));
  });
  describe("costs", () => {
    it("a product for each member, place and column", () => expectCost("MemberSums", [3, 2, 2], tested));
  });
});

const GROUPED = EVERY_RULE;
/** Cells with rules of their own go straight to their sets. */
const STRAIGHT = { ...GROUPED, groups: 0 };
const ONE = SCALE.factor;
const signsOf = (total: readonly bigint[]) => total.map((y) => (y >= 0n ? 1n : -1n));

/** What SetLosses takes of a program at work. */
type Given = Inputs & Record<"total" | "sign" | "loss", bigint[]> & Record<"cellRule" | "groupRule", bigint[][]>;
function worked(shape: RiskShape, rules: MarginRules, totals: ColumnTotals): Given {
  const { weight, cellRule, groupRule, total, loss } = programInputs(rules, shape, totals, "MM");
  const given = { weight, cellRule, total, sign: signsOf(total), loss };
  return (shape.groups === 0 ? given : { ...given, groupRule }) as Given;
}
const anyOf = (shape: RiskShape) => fc.tuple(randomRules(shape), randomTotals(shape)).map(([rules, totals]) => worked(shape, rules, totals));

/** Two cells in the first set (one of them in each group), one in the second: gains in part, losses more than in full, caps that bind. */
const CELLS: MarginRules["cells"] = [[0, 0], [1, 0], [1, 1]].map(([group, nettingSet], u) => ({ id: `cell ${u}`, gain: (ONE / 2n) as Factor, drag: (2n * ONE) as Factor, group: group!, nettingSet: nettingSet! }));
const SOME = fc.sample(fc.tuple(randomRules(GROUPED), randomTotals(GROUPED)), { numRuns: 1, seed: 5 })[0]!;
const RULES: MarginRules = {
  ...SOME[0], cells: CELLS, weights: SOME[0].weights.map(() => 0n as Factor),
  groups: [{ id: "gains count", gain: ONE as Factor, cap: 5n as Value, nettingSet: 0 }, { id: "half of gains", gain: (ONE / 2n) as Factor, cap: 1000n as Value, nettingSet: 1 }],
};
/** P&L of the cells in four scenarios, a skew, and a basis of two moves. */
const totalsOf = (scenario: readonly (readonly bigint[])[], skew: readonly bigint[] = [0n, 0n, 0n], basis: readonly (readonly [bigint, bigint])[] = [[0n, 0n], [0n, 0n], [0n, 0n]]): ColumnTotals => ({
  ...zeroTotals({ ...RULES, shape: GROUPED }), scenario: scenario as Value[][], skew: skew.map((x) => [x as Value]), basis: basis.map((moves) => [moves as readonly [Value, Value]]),
});
const NOTHING = [0n, 0n, 0n, 0n];
/** Group 0: gains 40 beyond its cap of 5, then loses; group 1: gains, half of it counts, then loses more. */
const BOOK = totalsOf([[80n, -7n, 3n, 6n], [-3n, 4n, -9n, 1n], [2n, -5n, 8n, -11n]], [3n, -4n, 5n], [[-6n, 2n], [3n, -7n], [-1n, -2n]]);

const namesOf = (shape: RiskShape) => ["weight", "cellRule", ...(shape.groups > 0 ? ["groupRule"] : []), "total", "sign", "loss"];
const setLosses = (shape: RiskShape, isBreach: 0 | 1) => underTest({ file: "scenario-loss.circom", template: "SetLosses", params: [shapeNumbers(shape), isBreach], inputs: namesOf(shape) });

describe.each([["with groups", GROUPED], ["cells going straight to their sets", STRAIGHT]] as const)("losses of scenarios, %s", (_, shape) => {
  let health: Tested;
  let breach: Tested;
  beforeAll(async () => {
    [health, breach] = [await setLosses(shape, 0), await setLosses(shape, 1)];
  });
  const rules = shape.groups > 0 ? RULES : { ...RULES, groups: [], shape };
  const given = (totals = BOOK) => worked(shape, rules, totals);

  law("agree with the twin's in both directions: one unit less is refused in health, one more in a breach", fc.asyncProperty(anyOf(shape), async (any) => {
    for (const tested of [health, breach]) expect(await tested.refusal(any)).toBe("accepted");
    for (const [n, each] of any.loss.entries()) {
      expect(await health.refusal({ ...any, loss: any.loss.with(n, each + 1n) })).toBe("accepted");
      expect(await health.refusal({ ...any, loss: any.loss.with(n, each - 1n) })).toContain("Num2Bits in CheckBits");
      expect(await breach.refusal({ ...any, loss: any.loss.with(n, each + 1n) })).toBe("Num2Bits in CheckBits in Attains in SetLosses");
    }
  }), 25);

  it("cannot be forged by any other numbers for the losses", async () => {
    const honest = given();
    const [first, second] = honest.loss as [bigint, bigint];
    const others: bigint[][] = [
      [second, first], [first - 1n, second + 1n], [first + 1n, second - 1n], [0n, 0n], [0n, second], [first, 0n], [-first, second], [first, FIELD - second], [1n << 90n, second], [first, second / 2n],
    ];
    const taken = async (tested: Tested) => (await Promise.all(others.map(async (loss) => ((await tested.refusal({ ...honest, loss })) === "accepted" ? [loss] : [])))).flat();
    // Every one of them is less somewhere, and more somewhere or short of being attained.
    expect(first !== second && first > 0n && second > 0n).toBe(true);
    expect(await taken(health)).toEqual([]);
    expect(await taken(breach)).toEqual([]);
  });

  it("cannot be forged by a cancelling pair: a unit from one scenario, cell or move to another changes what is lost", async () => {
    const honest = given();
    const binding = (total: bigint[]) => ({ ...honest, total, sign: signsOf(total) });
    // Cell by cell, scenario by scenario: one up, the next one down. Health takes it where no set loses more than before, a breach where each loses as much.
    const taken: number[] = [];
    for (let k = 0; k + 1 < shape.cells * shape.scenarios; k++) {
      const total = honest.total.with(k, honest.total[k]! + 1n).with(k + 1, honest.total[k + 1]! - 1n);
      const scenario = Array.from({ length: shape.cells }, (_, u) => total.slice(u * shape.scenarios, (u + 1) * shape.scenarios));
      const losses = worked(shape, rules, { ...BOOK, scenario: scenario as Value[][] }).loss;
      expect([k, (await health.refusal(binding(total))) === "accepted"]).toEqual([k, losses.every((loss, n) => loss <= honest.loss[n]!)]);
      expect([k, (await breach.refusal(binding(total))) === "accepted"]).toEqual([k, losses.every((loss, n) => loss === honest.loss[n]!)]);
      if (losses.every((loss, n) => loss === honest.loss[n])) taken.push(k);
    }
    expect(taken.length).toBeLessThan(shape.cells * shape.scenarios - 1);
  });

  it("cannot be forged by an assignment of cells to other sets: it is another program, and has other losses", async () => {
    const honest = given(totalsOf([NOTHING, NOTHING, NOTHING], [3n, -4n, 5n], [[-6n, 2n], [3n, -8n], [-1n, -2n]]));
    const moved = { ...honest, cellRule: honest.cellRule.map((row, u) => (u === 1 ? row.with(2, 1n) : row)) };
    expect(await health.refusal(moved)).toContain("Covers in SetLosses");
    expect(await breach.refusal(moved)).toBe("Num2Bits in CheckBits in Attains in SetLosses");
    for (const set of [2n, -1n, (FIELD + 1n) / 2n]) expect(await health.refusal({ ...honest, cellRule: honest.cellRule.with(0, honest.cellRule[0]!.with(2, set)) })).toBe("OneHot in SetLosses");
  });

  it("cannot be forged at a selector, a sign or a choice of the parts, with every dependent wire recomputed", async () => {
    const HINTS = /(?:(?:setOf|groupOf|groupSet)(?:\[\d+\])+|\.(?:negative|index|selector\[\d+\]))$/;
    for (const tested of [health, breach]) {
      const { tried, accepted } = await tested.hintForgeries(given(), HINTS);
      expect(tried).toBeGreaterThan(6);
      expect(accepted).toEqual([]);
    }
  });

  it("take the worst of scenario, skew and basis, whichever it is, exactly", async () => {
    const quiet = [[1n, 1n, 1n, 1n], [1n, 1n, 1n, 1n], [1n, 1n, 1n, 1n]];
    const books = { scenario: totalsOf([[-90n, 0n, 0n, 0n], NOTHING, [-90n, 0n, 0n, 0n]]), skew: totalsOf(quiet, [-70n, 0n, 60n]), basis: totalsOf(quiet, [0n, 0n, 0n], [[5n, -40n], [-20n, 3n], [-30n, -31n]]) };
    for (const [kind, totals] of Object.entries(books)) {
      const { loss, ...rest } = given(totals);
      expect([kind, loss.every((each) => each > 0n)]).toEqual([kind, true]);
      for (const tested of [health, breach]) expect([kind, await tested.refusal({ ...rest, loss })]).toEqual([kind, "accepted"]);
      for (const [n, each] of loss.entries()) {
        expect([kind, await health.refusal({ ...rest, loss: loss.with(n, each - 1n) })]).toEqual([kind, expect.stringContaining("Covers in ")]);
        expect([kind, await breach.refusal({ ...rest, loss: loss.with(n, each + 1n) })]).toEqual([kind, expect.stringContaining("Attains in ")]);
      }
    }
  });
});

describe("ScenarioLosses", () => {
  const NAMES = ["weight", "cellRule", "groupRule", "setOf", "total", "sign", "loss"];
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "scenario-loss.circom", template: "ScenarioLosses", params: [shapeNumbers(GROUPED), 0], inputs: NAMES });
  });
  const setOf = CELLS.map(({ nettingSet }) => [0, 1].map((n) => (n === nettingSet ? 1n : 0n)));
  const given = (scenario: readonly (readonly bigint[])[]) => ({ ...worked(GROUPED, RULES, totalsOf(scenario)), setOf });
  const lossOf = async (scenario: readonly (readonly bigint[])[]) =>
    (await tested.outputs(given(scenario), "scenarioLoss")).map((x) => (x > FIELD / 2n ? x - FIELD : x));

  describe("agrees", () => {
    it("with cells and groups worked out by hand: gains in part and up to their cap, losses twice", async () => {
      // Set 0 is group 0, cell 0; set 1 is group 1, cells 1 and 2. A gain of 80 counts half, up to the cap of 5; a loss of 7 counts 14.
      const loss = await lossOf([[80n, -7n, 0n, 8n], [0n, 6n, -3n, 0n], [0n, 10n, -1n, 0n]]);
      expect(loss).toEqual([-5n, 14n, 0n, -4n, 0n, -4n, 8n, 0n].map((x) => x * ONE * ONE));
    });
  });
  describe("refuses", () => {
    it("a group that is not there", async () => {
      const honest = given([NOTHING, NOTHING, NOTHING]);
      for (const group of [2n, -1n]) expect(await tested.refusal({ ...honest, cellRule: honest.cellRule.with(2, honest.cellRule[2]!.with(3, group)) })).toBe("OneHot in ScenarioLosses");
    });
  });
  describe("cannot be forged", () => {
    // No group with P&L 0, nor one exactly at its cap: of 0 both signs give the same.
    const scenario = [[80n, -7n, 3n, 8n], [1n, 6n, -3n, -2n], [2n, 10n, -1n, 9n]];
    it("by the wrong side of a cap or of a sign, with every dependent wire recomputed", async () => {
      const { tried, accepted } = await tested.hintForgeries(given(scenario), /\.negative$/);
      expect([tried, accepted]).toEqual([2 * GROUPED.groups * GROUPED.scenarios, []]);
    });
    it("by another cap or share than the published one: usable gains follow it", async () => {
      const honest = given(scenario);
      const wider = { ...honest, groupRule: honest.groupRule.with(0, honest.groupRule[0]!.with(1, 40n)) };
      expect((await tested.outputs(wider, "scenarioLoss"))[0]).toBe(FIELD - 40n * ONE * ONE);
    });
  });
  describe("edges", () => {
    it("a gain of exactly the cap, and one unit on either side", async () => {
      for (const [gain, usable] of [[8n, 4n], [10n, 5n], [12n, 5n]] as const) expect((await lossOf([[gain, 0n, 0n, 0n], NOTHING, NOTHING]))[0]).toBe(-usable * ONE * ONE);
    });
  });
  describe("costs", () => {
    it("rules of cells, groups, and comparisons", () => expectCost("ScenarioLosses", ["rules"], tested));
  });
});

describe("SetLosses", () => {
  let tested: Tested;
  let straight: Tested;
  beforeAll(async () => {
    [tested, straight] = [await setLosses(GROUPED, 0), await setLosses(STRAIGHT, 0)];
  });
  const honest = worked(GROUPED, RULES, BOOK);

  describe("agrees", () => {
    it("with itself when compiled with every wire", async () => expect(await tested.agreesWithO1(honest)).toBe(true));
  });
  describe("refuses", () => {
    it("a loss of 91 bits or below zero", async () => {
      for (const loss of [[1n << 90n, 1n << 90n], [-1n, -1n]]) expect(await tested.refusal({ ...honest, loss })).toBe("Num2Bits in CheckBits in ScenarioLosses in SetLosses");
    });
  });
  describe("cannot be forged", () => {
    it("by the sign of a total that binds: signs come from the digits of the totals (R19)", async () => {
      // The worst scenario of the second set turned into a gain by its sign alone.
      const at = 2 * GROUPED.scenarios + 3;
      const turned = { ...honest, sign: honest.sign.with(at, 1n), loss: honest.loss.with(1, honest.loss[1]! - 1n) };
      expect(honest.total[at]).toBe(-11n);
      expect(await tested.refusal({ ...honest, loss: turned.loss })).toContain("Covers in ScenarioLosses");
      expect(await tested.refusal(turned)).toBe("accepted");
    });
  });
  describe("edges", () => {
    it("totals of zero lose nothing", async () => {
      const zero = { ...honest, total: honest.total.map(() => 0n), sign: honest.sign.map(() => 1n) };
      expect(await tested.refusal({ ...zero, loss: [0n, 0n] })).toBe("accepted");
    });
  });
  describe("costs", () => {
    it("the sum of its parts", () => {
      expectCost("SetLosses", ["rules"], tested);
      expectCost("SetLosses", ["rules without groups"], straight);
    });
  });
});
