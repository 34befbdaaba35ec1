import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { BASE, isOnCurve, multiply, type Point } from "../../prover/commitment/curve.ts";
import { generatorOf } from "../../prover/commitment/generators.ts";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { multiplyAny, OFF_CURVE, ORDER_EIGHT, sumOf } from "../support/points.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const COUNT = 4;
const LIMIT = 8n ** BigInt(COUNT);
const G = generatorOf("scenario/1/2");

const windowsOf = ({ x, y }: Point) => underTest({ file: "lib/fixed-base.circom", template: "FixedBaseWindows", params: [x, y, COUNT], inputs: ["x"] });

async function pointsOf(tested: Tested, inputs: Inputs): Promise<Point[]> {
  const [xs, ys] = [await tested.outputs(inputs, "px"), await tested.outputs(inputs, "py")];
  return xs.map((x, j) => ({ x, y: ys[j]! }));
}

const weighted = (points: readonly Point[]) => sumOf(points.map((point, j) => multiplyAny(point, 8n ** BigInt(j))));

describe("FixedBaseWindows", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await windowsOf(G);
  });

  describe("agrees", () => {
    law("with (2x + 1 - 8^COUNT) G on the prover's curve, for any x in range", fc.asyncProperty(fc.bigInt({ min: 0n, max: LIMIT - 1n }), async (x) => {
      expect(weighted(await pointsOf(tested, { x }))).toEqual(multiply(G, 2n * x + 1n - LIMIT));
    }), 25);

    law("with the sign of 2x + 1 - 8^COUNT", fc.asyncProperty(fc.oneof(fc.constantFrom(0n, LIMIT / 2n - 1n, LIMIT / 2n, LIMIT - 1n), fc.bigInt({ min: 0n, max: LIMIT - 1n })), async (x) => {
      expect(await tested.output({ x }, "sign")).toBe(2n * x >= LIMIT ? 1n : FIELD - 1n);
    }), 40);

    it("with each odd multiple of G, for every digit", async () => {
      for (let digit = 0n; digit < 8n; digit++) {
        const points = await pointsOf(tested, { x: digit * 0o1111n });
        expect(points).toEqual(Array(COUNT).fill(multiply(G, 2n * digit - 7n)));
      }
    });

    it("with itself when compiled with every wire", async () => {
      expect(await tested.agreesWithO1({ x: 1234 })).toBe(true);
    });
  });

  describe("refuses", () => {
    it.each([["the bound", LIMIT], ["minus one", FIELD - 1n], ["(p + 1) / 2, which doubles to one", (FIELD + 1n) / 2n]])("%s", async (_, x) => {
      expect(await tested.refusal({ x })).toBe("OddDigits3 in FixedBaseWindows");
    });

    it("no constant: off the curve or of small order it computes something else, which is why generators are checked (R3)", async () => {
      const elsewhere = await windowsOf(OFF_CURVE);
      expect((await pointsOf(elsewhere, { x: 0o7000n })).some(isOnCurve)).toBe(false);
      const torsion = await windowsOf(ORDER_EIGHT);
      const [small, large] = [await pointsOf(torsion, { x: 1n }), await pointsOf(torsion, { x: 5n })];
      expect(weighted(small)).toEqual(weighted(large));
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ x: 0o1753n })).toEqual([]);
    });

    it("by the points of another number", async () => {
      const [honest, other] = [await tested.witness({ x: 8n }), await tested.witness({ x: 9n })];
      const forged = [...other];
      forged[tested.circuit.wire("x")] = honest[tested.circuit.wire("x")]!;
      expect(tested.circuit.checkConstraints(forged).ok).toBe(false);
    });

    it("by the negative of a point, which the even powers of its digit do not see", async () => {
      const honest = await tested.witness({ x: 77n });
      for (let j = 0; j < COUNT; j++) {
        const name = `px[${j}]`;
        expect(tested.circuit.checkConstraints(tested.circuit.forge(honest, { [name]: FIELD - tested.circuit.signal(honest, name) })).ok).toBe(false);
      }
    });
  });

  describe("edges", () => {
    it.each([["zero", 0n], ["one", 1n], ["just below the middle", LIMIT / 2n - 1n], ["the middle", LIMIT / 2n], ["the largest", LIMIT - 1n]])("%s", async (_, x) => {
      expect(weighted(await pointsOf(tested, { x }))).toEqual(multiply(G, 2n * x + 1n - LIMIT));
    });

    it("the base point of the signatures serves as well as a generator", async () => {
      expect(weighted(await pointsOf(await windowsOf(BASE), { x: 321n }))).toEqual(multiply(BASE, 643n - LIMIT));
    });
  });

  describe("costs", () => {
    it("five constraints per window, and one for the sign", () => {
      expectCost("FixedBaseWindows", ["G", COUNT], tested);
      expect(tested.circuit.r1cs.constraints).toBe(5 * COUNT + 1);
    });
  });
});
