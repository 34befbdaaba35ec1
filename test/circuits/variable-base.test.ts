import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { BASE, IDENTITY, isOnCurve, multiply, type Point } from "../../prover/commitment/curve.ts";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { multiplyAny, OFF_CURVE, ORDER_EIGHT, ORDER_FOUR, ORDER_TWO, subgroupPoint, sumOf } from "../support/points.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const COUNT = 5;
const LIMIT = 4n ** BigInt(COUNT);
const C = multiply(BASE, 987654321n);

describe("VariableBaseWindows", () => {
  let tested: Tested;
  const inputs = ({ x: cx, y: cy }: Point, x: bigint): Inputs => ({ cx, cy, x });
  const points = async (point: Point, x: bigint): Promise<Point[]> => {
    const [xs, ys] = [await tested.outputs(inputs(point, x), "px"), await tested.outputs(inputs(point, x), "py")];
    return xs.map((px, j) => ({ x: px, y: ys[j]! }));
  };
  const weighted = async (point: Point, x: bigint) => sumOf((await points(point, x)).map((p, j) => multiplyAny(p, 4n ** BigInt(j))));
  beforeAll(async () => {
    tested = await underTest({ file: "lib/variable-base.circom", template: "VariableBaseWindows", params: [COUNT], inputs: ["cx", "cy", "x"] });
  });

  describe("agrees", () => {
    law("with (2x + 1 - 4^COUNT) C on the prover's curve, for any point and any x in range", fc.asyncProperty(subgroupPoint(), fc.bigInt({ min: 0n, max: LIMIT - 1n }), async (point, x) => {
      expect(await weighted(point, x)).toEqual(multiply(point, 2n * x + 1n - LIMIT));
    }), 20);

    it("with each odd multiple of C, for every digit", async () => {
      for (let digit = 0n; digit < 4n; digit++) {
        expect(await points(C, (digit * (LIMIT - 1n)) / 3n)).toEqual(Array(COUNT).fill(multiply(C, 2n * digit - 3n)));
      }
    });
  });

  describe("refuses", () => {
    it.each([["the bound", LIMIT], ["minus one", FIELD - 1n], ["half the field", (FIELD + 1n) / 2n]])("%s", async (_, x) => {
      expect(await tested.refusal(inputs(C, x))).toBe("OddDigits2 in VariableBaseWindows");
    });

    it("no point: off the curve its windows are no multiples, which is why Position checks it (R4)", async () => {
      const [negative, thrice] = [await points(OFF_CURVE, 0n), await points(OFF_CURVE, LIMIT - 1n)];
      expect(negative.some(isOnCurve)).toBe(false);
      expect(sumOf([thrice[0]!, negative[0]!])).not.toEqual(IDENTITY);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(inputs(C, 0b11_01_10_00_01n))).toEqual([]);
    });

    it("by the windows of another number", async () => {
      const [honest, other] = [await tested.witness(inputs(C, 8n)), await tested.witness(inputs(C, 9n))];
      const forged = [...other];
      forged[tested.circuit.wire("x")] = honest[tested.circuit.wire("x")]!;
      expect(tested.circuit.checkConstraints(forged).ok).toBe(false);
    });

    it("by exchanging the threefold point for the single one, or a point for its negative", async () => {
      const honest = await tested.witness(inputs(C, 0b11_01_10_00_01n));
      const value = (name: string) => tested.circuit.signal(honest, name);
      const exchanged = { "px[0]": value("px[1]"), "py[0]": value("py[1]"), "px[1]": value("px[0]"), "py[1]": value("py[0]") };
      expect(tested.circuit.checkConstraints(tested.circuit.forge(honest, exchanged)).ok).toBe(false);
      expect(tested.circuit.checkConstraints(tested.circuit.forge(honest, { "px[0]": FIELD - value("px[0]") })).ok).toBe(false);
    });
  });

  describe("edges", () => {
    it.each([["zero", 0n], ["one", 1n], ["just below the middle", LIMIT / 2n - 1n], ["the middle", LIMIT / 2n], ["the largest", LIMIT - 1n]])("%s", async (_, x) => {
      expect(await weighted(C, x)).toEqual(multiply(C, 2n * x + 1n - LIMIT));
    });

    it.each([["the neutral point", IDENTITY], ["order two", ORDER_TWO], ["order four", ORDER_FOUR], ["order eight", ORDER_EIGHT]])("%s has windows too", async (_, point) => {
      expect(await weighted(point, 5n)).toEqual(multiplyAny(point, 11n - LIMIT));
    });
  });

  describe("costs", () => {
    it("five constraints per window and two additions", () => {
      expectCost("VariableBaseWindows", [COUNT], tested);
      expect(tested.circuit.r1cs.constraints).toBe(5 * COUNT + 12);
    });
  });
});
