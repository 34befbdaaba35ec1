import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const ONE = 10n ** 9n;
const inField = (x: bigint): bigint => ((x % FIELD) + FIELD) % FIELD;
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const usableOf = ({ pnl, gain, cap }: { pnl: bigint; gain: bigint; cap: bigint }): bigint => (pnl < 0n ? ONE * pnl : least(gain * pnl, ONE * ONE * cap));

describe("GroupGain", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "offset-group.circom", template: "GroupGain", inputs: ["pnl", "gain", "cap"] });
  });

  describe("agrees", () => {
    const pnl = fc.oneof(fc.constantFrom(-1n, 0n, 1n), fc.bigInt({ min: -(1n << 129n), max: 1n << 129n }), fc.bigInt({ min: -(1n << 60n), max: 1n << 60n }));
    const group = fc.record({ pnl, gain: fc.oneof(fc.constantFrom(0n, ONE), fc.bigInt({ min: 0n, max: ONE })), cap: fc.bigInt({ min: 0n, max: (1n << 89n) - 1n }) });
    law("with the rule, for any gain, cap and P&L", fc.asyncProperty(group, async (given) => {
      expect(await tested.output(given, "usable")).toBe(inField(usableOf(given)));
    }), 100);

    law("at the cap: one unit below it, on it and one above", fc.asyncProperty(fc.bigInt({ min: 1n, max: 1n << 80n }), async (cap) => {
      for (const step of [-1n, 0n, 1n]) {
        const given = { pnl: ONE * cap + step, gain: ONE, cap };
        expect(await tested.output(given, "usable")).toBe(inField(usableOf(given)));
      }
    }), 30);
  });

  describe("refuses", () => {
    it("a P&L of 131 bits", async () => {
      expect(await tested.refusal({ pnl: 1n << 130n, gain: 0n, cap: 0n })).toBe("Num2Bits in CheckBits in Magnitude in GroupGain");
      expect(await tested.refusal({ pnl: -(1n << 130n), gain: 0n, cap: 0n })).toBe("Num2Bits in CheckBits in Magnitude in GroupGain");
    });
  });

  describe("cannot be forged", () => {
    it.each([[-77n * ONE, [/^main\.gain$/]], [5n * ONE, []], [77n * ONE, []]])("anywhere, for a P&L of %s: no wire is loose or free, but a loss's gain", async (pnl, allowed) => {
      expect(await tested.undetermined({ pnl, gain: ONE / 2n, cap: 7n }, allowed)).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([["no gain", { pnl: 5n, gain: 0n, cap: 1n }], ["no cap left", { pnl: 5n, gain: ONE, cap: 0n }], ["nothing", { pnl: 0n, gain: ONE, cap: 0n }]])("%s", async (_, given) => {
      expect(await tested.output(given, "usable")).toBe(usableOf(given));
    });
  });

  describe("costs", () => {
    it("two magnitudes and four products", () => expectCost("GroupGain", [], tested));
  });
});
