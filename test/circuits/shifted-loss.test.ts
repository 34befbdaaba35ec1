import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { columnLabels, columnTotals } from "../../prover/commitment/columns.ts";
import { shapeNumbers, shapeOf } from "../../prover/commitment/padded-rules.ts";
import { ruleInputs } from "../../prover/commitment/rules-hash.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import { evaluateRules } from "../../prover/risk/margin-program.ts";
import { FIELD, type Value } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { plainRules, zeroTotals } from "../support/rules.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const SHAPE = shapeOf(tierParameters("test"));
const [SETS, SCENARIOS] = [SHAPE.nettingSets, SHAPE.scenarios];
const RULES = plainRules(SETS, SCENARIOS);
const INPUTS = ["cellRule", "total", "sign", "loss"];
const ONE = 10n ** 9n;
const signsOf = (total: readonly bigint[]) => total.map((y) => (y >= 0n ? 1n : -1n));

/** The scenarios' totals under some losses, right or not, as the circuit reads them. */
function read(pnl: readonly (readonly bigint[])[], losses: readonly bigint[]): Inputs & { total: bigint[]; sign: bigint[]; loss: bigint[]; cellRule: bigint[][] } {
  const total = columnTotals({ ...zeroTotals(RULES), scenario: pnl as Value[][] }, SHAPE, { thresholds: [], losses });
  return { cellRule: ruleInputs(RULES, SHAPE).cellRule, total, sign: signsOf(total), loss: [...losses] };
}
const lossesOf = (pnl: readonly (readonly bigint[])[]): bigint[] =>
  evaluateRules(RULES, { ...zeroTotals(RULES), scenario: pnl as Value[][] }, "MM").nettingSets.map(({ loss }) => loss);

describe("ShiftedLosses", () => {
  let health: Tested;
  let breach: Tested;
  beforeAll(async () => {
    const of = (isBreach: 0 | 1) => underTest({ file: "shifted-loss.circom", template: "ShiftedLosses", params: [shapeNumbers(SHAPE), isBreach], inputs: INPUTS });
    [health, breach] = [await of(0), await of(1)];
  });
  const amount = fc.oneof(fc.bigInt({ min: -2n, max: 2n }), fc.bigInt({ min: -(1n << 87n), max: 1n << 87n }));
  const book = fc.array(fc.array(amount, { minLength: SCENARIOS, maxLength: SCENARIOS }), { minLength: SETS, maxLength: SETS });

  describe("agrees", () => {
    law("with the twin's losses: one unit less is refused, one more is taken, and scenarios lose what they lose", fc.asyncProperty(book, async (pnl) => {
      const losses = lossesOf(pnl);
      for (const tested of [health, breach]) {
        expect(await tested.outputs(read(pnl, losses), "scenarioLoss")).toEqual(pnl.flat().map((x) => (x > 0n ? FIELD - ONE * x : -ONE * x)));
      }
      for (const n of losses.keys()) {
        expect(await health.refusal(read(pnl, losses.with(n, losses[n]! + 1n)))).toBe("accepted");
        expect(await health.refusal(read(pnl, losses.with(n, losses[n]! - 1n)))).toBe("ShiftedLosses");
      }
    }), 40);
  });

  const SOME = [[-7n, 3n, -2n, 0n, 5n], [4n, -9n, 1n, -9n, 2n]];

  describe("refuses", () => {
    it("a negative loss, in health and breach, though every scenario gains more", async () => {
      const gains = [[5n, 6n, 7n, 8n, 9n], [5n, 6n, 7n, 8n, 9n]];
      for (const tested of [health, breach]) {
        expect(await tested.refusal(read(gains, [0n, 0n]))).toBe("accepted");
        for (const losses of [[-1n, 0n], [0n, -1n]]) expect(await tested.refusal(read(gains, losses))).toBe("ShiftedLosses");
      }
    });

    it("a loss that is not the one that is read beside the totals", async () => {
      const given = read(SOME, [7n, 9n]);
      for (const tested of [health, breach]) for (const loss of [[8n, 9n], [7n, 8n], [9n, 7n]]) expect(await tested.refusal({ ...given, loss })).toBe("ShiftedLosses");
    });

    it.each<[string, number, bigint]>([["a gain counted in part", 0, ONE - 1n], ["a gain counted more than once", 0, ONE + 1n], ["a loss counted in part", 1, ONE - 1n], ["another set", 2, 1n], ["no set", 2, -1n]])(
      "a cell with a rule of its own: %s, which a plain shape has no stage for", async (_, column, value) => {
        const given = read(SOME, [7n, 9n]);
        for (const tested of [health, breach]) expect(await tested.refusal({ ...given, cellRule: [given.cellRule[0]!.with(column, value), given.cellRule[1]!] })).toBe("ShiftedLosses");
      },
    );

    it("in health, each scenario of each set that the loss does not cover", async () => {
      for (const [n, row] of SOME.entries()) {
        for (const s of row.keys()) {
          const deeper = SOME.with(n, row.with(s, -10n));
          expect(await health.refusal(read(deeper, [7n, 9n]))).toBe("ShiftedLosses");
          expect(await breach.refusal(read(deeper, [7n, 9n]))).toBe("accepted");
        }
      }
    });
  });

  describe("cannot be forged", () => {
    it("by one total up and another down: each scenario is read by itself", async () => {
      const given = read(SOME, [6n, 9n]);
      // The first set lacks a unit in its first scenario; taken from the second, every sum of the set stays as it was.
      const shifted = given.total.with(0, given.total[0]! + 1n).with(1, given.total[1]! - 1n);
      expect(await health.refusal({ ...given, total: shifted, sign: signsOf(shifted) })).toBe("accepted");
      // What refuses it is the commitment: these are other totals, which RiskTotals opens column by column.
      expect(shifted).not.toEqual(given.total);
      expect(await health.refusal(given)).toBe("ShiftedLosses");
    });

    it("anywhere: no wire is loose or free, but totals that are no scenario's, and groups, which a plain shape has none of", async () => {
      const others = columnLabels(SHAPE).flatMap((label, k) => (/^(value|charge)/.test(label) ? [k] : []));
      const open = new RegExp(`^main\\.(?:(?:total|sign)\\[(?:${others.join("|")})\\]|cellRule\\[[01]\\]\\[3\\])$`);
      expect(await health.undetermined(read(SOME, [7n, 9n]), [open])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("losses and totals of nothing, and the largest that are read", async () => {
      const most = (1n << 88n) - 1n;
      for (const pnl of [SOME.map((row) => row.map(() => 0n)), SOME.map((row) => row.map(() => -most)), SOME.map((row) => row.map((_, s) => (s === 0 ? -most : most)))]) {
        for (const tested of [health, breach]) expect(await tested.refusal(read(pnl, lossesOf(pnl)))).toBe("accepted");
      }
    });

    it("another shape is not compiled", async () => {
      await expect(underTest({ file: "shifted-loss.circom", template: "ShiftedLosses", params: [shapeNumbers({ ...SHAPE, nettingSets: 1 }), 0], inputs: INPUTS })).rejects.toThrow(/assert/i);
    });
  });

  describe("costs", () => {
    it("signs that are read anyway", () => {
      expectCost("ShiftedLosses", ["test"], health);
    });
  });
});
