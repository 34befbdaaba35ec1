import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const ONE = 10n ** 9n;
const BOUND = 1n << 89n;
const inField = (x: bigint): bigint => ((x % FIELD) + FIELD) % FIELD;
const up = (x: bigint): bigint => (x <= 0n ? 0n : (x + ONE - 1n) / ONE);

interface Exposure { readonly level: 0n | 1n; readonly total: bigint; readonly line: readonly [bigint, bigint]; readonly piece: readonly (readonly [bigint, bigint, bigint])[] }
const size = (x: bigint): bigint => (x < 0n ? -x : x);
const tieredOf = ({ level, total, piece }: Exposure): bigint =>
  piece.reduce((most, [mm, im, cut]) => { const each = up((level === 0n ? mm : im) * size(total) - ONE * cut); return each > most ? each : most; }, 0n);
const inputs = (given: Exposure, [low, high]: readonly bigint[] = [-BOUND, BOUND - 1n]): Inputs => ({
  level: given.level, total: given.total, sign: given.total >= 0n ? 1n : -1n, rule: [...given.line, low!, high!, 0n], piece: given.piece.map((each) => [...each]), tiered: tieredOf(given),
});

describe("ExposureCharge", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "exposure.circom", template: "ExposureCharge", params: [2, 0], inputs: ["level", "total", "sign", "rule", "piece", "tiered"] });
  });

  const total = fc.oneof(fc.bigInt({ min: -2n, max: 2n }), fc.bigInt({ min: -(1n << 85n), max: 1n << 85n }));
  const factor = fc.bigInt({ min: 0n, max: 3n * ONE });
  const piece = fc.tuple(factor, factor, fc.bigInt({ min: 0n, max: 1n << 84n }));
  const exposure = fc.record({ level: fc.constantFrom(0n as const, 1n as const), total, line: fc.tuple(factor.map((f) => -f), factor), piece: fc.tuple(piece, piece) });

  describe("agrees", () => {
    law("with the largest piece and the line; one unit less of the piece is refused", fc.asyncProperty(exposure, async (given) => {
      const expected = given.line[Number(given.level)]! * size(given.total) + ONE * tieredOf(given);
      expect(await tested.output(inputs(given), "charge")).toBe(inField(expected));
      expect(await tested.refusal({ ...inputs(given), tiered: tieredOf(given) - 1n })).toContain("Num2Bits in CheckBits");
    }), 80);
  });

  const case_: Exposure = { level: 1n, total: -1000n, line: [0n, 5n], piece: [[1n, ONE, 3n], [0n, 2n * ONE, 1500n]] };

  describe("refuses", () => {
    it("an exposure beyond either limit, by one unit", async () => {
      expect(await tested.refusal(inputs(case_, [-1000n, -1000n]))).toBe("accepted");
      for (const limits of [[-999n, 0n], [-2000n, -1001n]]) expect(await tested.refusal(inputs(case_, limits))).toBe("Num2Bits in CheckBits in ExposureCharge");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free, but the other level's factors, the target, and what covers more than it must", async () => {
      const open = [/^main\.piece\[[01]\]\[0\]$/, /^main\.rule\[[0234]\]$/, /^main\.tiered$/];
      const left = (await tested.undetermined(inputs(case_))).filter((wire) => !open.some((pattern) => pattern.test(wire)));
      expect(left.filter((wire) => !/piece|CheckBits|Num2Bits|Covers|need/.test(wire))).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([-BOUND, 0n, BOUND - 1n])("a total of %s without charges", async (x) => {
      const given: Exposure = { ...case_, total: x, line: [0n, 0n], piece: [[0n, 0n, 0n], [0n, 0n, 0n]] };
      expect(await tested.output(inputs(given), "charge")).toBe(0n);
    });
  });

  describe("costs", () => {
    it("two limits, the tiered charge, and each piece", () => expectCost("ExposureCharge", [2, 0], tested));
  });
});
