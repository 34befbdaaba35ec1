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

const INPUTS = ["level", "total", "sign", "rule", "piece", "tiered"];

describe("ExposureCharge", () => {
  let tested: Tested;
  let breach: Tested;
  beforeAll(async () => {
    const of = (isBreach: 0 | 1) => underTest({ file: "exposure.circom", template: "ExposureCharge", params: [2, isBreach], inputs: INPUTS });
    [tested, breach] = [await of(0), await of(1)];
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

    law("in a breach with the same charge; one unit more of the piece is refused, and limits are not asked for", fc.asyncProperty(exposure, async (given) => {
      expect(await breach.output(inputs(given, [0n, 0n]), "charge")).toBe(await tested.output(inputs(given), "charge"));
      expect(await breach.refusal({ ...inputs(given), tiered: tieredOf(given) + 1n })).toBe("Num2Bits in CheckBits in Attains in Bound in ExposureCharge");
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
    // |X| = 1000: the first piece asks for 997 at the level, the second for 500.
    const [first, second] = [997n, 500n];

    it("by any other number for the tiered charge: health takes no less, a breach no more", async () => {
      expect(tieredOf(case_)).toBe(first);
      const supplied = [0n, 1n, second - 1n, second, second + 1n, first - 1n, first, first + 1n, -1n, -first, FIELD - first, first + FIELD, (1n << 90n) - 1n, 1n << 90n, (first * ONE) % FIELD];
      const taken = async (by: Tested) => (await Promise.all(supplied.map(async (tiered) => ((await by.refusal({ ...inputs(case_), tiered })) === "accepted" ? [tiered] : [])))).flat();
      // Health may be asked for more. (A number and its alias are the same input; what a breach leaves out is for its other choices.)
      expect(await taken(tested)).toEqual([first, first + 1n, first + FIELD, (1n << 90n) - 1n, first * ONE]);
      expect(await taken(breach)).toEqual([first, first + FIELD]);
    });

    it("by the pieces of another level, exchanged cuts, or a smaller |X|", async () => {
      const honest = inputs(case_);
      const [one, two] = case_.piece as [readonly [bigint, bigint, bigint], readonly [bigint, bigint, bigint]];
      const otherLevel = { ...honest, level: 0n, tiered: tieredOf({ ...case_, level: 0n }) };
      // What the other level asks for does not do at this one.
      expect(otherLevel.tiered < first).toBe(true);
      expect(await tested.refusal({ ...otherLevel, level: 1n })).toContain("ExposureCharge");
      // Pieces are in the published hash; with their cuts exchanged, the largest would be another, and is refused as the honest one's.
      const exchanged: Exposure = { ...case_, piece: [[one[0], one[1], two[2]], [two[0], two[1], one[2]]] };
      expect(tieredOf(exchanged)).not.toBe(first);
      expect(await tested.refusal({ ...honest, piece: exchanged.piece.map((each) => [...each]) })).toContain("Covers in Bound in ExposureCharge");
      expect(await breach.refusal({ ...inputs(exchanged), piece: honest.piece! })).toContain("Attains in Bound in ExposureCharge");
      // The order of pieces means nothing.
      for (const by of [tested, breach]) expect(await by.refusal({ ...honest, piece: [[...two], [...one]] })).toBe("accepted");
    });

    it("by half a level: levels are boolean before they come here (R16), and between two of them factors lie between", async () => {
      const half = (FIELD + 1n) / 2n;
      const middle = inputs({ ...case_, line: [0n, 4n] });
      expect(await tested.output({ ...middle, level: half }, "charge")).toBe(inField(2n * 1000n + ONE * first));
    });

    it("anywhere in health: no wire is loose or free, but the other level's factors, the target, and what covers more than it must", async () => {
      const open = [/^main\.piece\[[01]\]\[0\]$/, /^main\.rule\[[0234]\]$/, /^main\.tiered$/];
      const left = (await tested.undetermined(inputs(case_))).filter((wire) => !open.some((pattern) => pattern.test(wire)));
      expect(left.filter((wire) => !/piece|CheckBits|Num2Bits|Covers|need/.test(wire))).toEqual([]);
    });

    it("at the choice of a piece in a breach, with every dependent wire recomputed", async () => {
      const { tried, accepted } = await breach.hintForgeries(inputs(case_), /\.(?:index|selector\[\d+\])$/);
      expect(tried).toBe(4);
      expect(accepted).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([-BOUND, 0n, BOUND - 1n])("a total of %s without charges", async (x) => {
      const given: Exposure = { ...case_, total: x, line: [0n, 0n], piece: [[0n, 0n, 0n], [0n, 0n, 0n]] };
      expect(await tested.output(inputs(given), "charge")).toBe(0n);
    });
  });

  describe("costs", () => {
    it("two limits, the tiered charge, and each piece", () => {
      expectCost("ExposureCharge", [2, 0], tested);
      expectCost("ExposureCharge", [2, 1], breach);
    });
  });
});
