import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const ONE = 10n ** 9n;
const inField = (x: bigint): bigint => ((x % FIELD) + FIELD) % FIELD;

interface Cell { readonly total: bigint; readonly gain: bigint; readonly drag: bigint; readonly weight: bigint; readonly value: bigint }
const inputs = (cell: Cell): Inputs => ({ ...cell, sign: cell.total >= 0n ? 1n : -1n });
const pnlOf = ({ total, gain, drag, weight, value }: Cell): bigint => (total > 0n ? gain * total : drag * total) - weight * value;

describe("CellPnl", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "cell-rule.circom", template: "CellPnl", inputs: ["total", "sign", "gain", "drag", "weight", "value"] });
  });

  describe("agrees", () => {
    const total = fc.oneof(fc.constantFrom(-1n, 0n, 1n), fc.bigInt({ min: -(1n << 89n), max: (1n << 89n) - 1n }));
    const cell = fc.record({ total, gain: fc.bigInt({ min: 0n, max: ONE }), drag: fc.bigInt({ min: ONE, max: (1n << 34n) - 1n }), weight: fc.bigInt({ min: 0n, max: (1n << 34n) - 1n }), value: total });
    law("with gains in part, losses in full or more, less the weighted value", fc.asyncProperty(cell, async (given) => {
      expect(await tested.output(inputs(given), "pnl")).toBe(inField(pnlOf(given)));
    }), 100);
  });

  describe("refuses", () => {
    it("nothing: signs and factors must come right (R19, R20)", async () => {
      expect(await tested.refusal({ total: -5n, sign: 1n, gain: 0n, drag: ONE, weight: 0n, value: 0n })).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it.each([[7n, /^main\.drag$/], [-7n, /^main\.gain$/]])("anywhere, for a total of %s: no wire is loose or free, but the factor of the other sign", async (total, other) => {
      expect(await tested.undetermined(inputs({ total, gain: 5n, drag: ONE, weight: 3n, value: 11n }), [other])).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([-(1n << 89n), -1n, 0n, 1n, (1n << 89n) - 1n])("a total of %s", async (total) => {
      const given = { total, gain: 0n, drag: (1n << 34n) - 1n, weight: 1n, value: -1n };
      expect(await tested.output(inputs(given), "pnl")).toBe(inField(pnlOf(given)));
    });
  });

  describe("costs", () => {
    it("a sign and three products", () => expectCost("CellPnl", [], tested));
  });
});
