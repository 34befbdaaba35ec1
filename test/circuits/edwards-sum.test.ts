import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { BASE, IDENTITY, isOnCurve, multiply, negate, type Point } from "../../prover/commitment/curve.ts";
import { FIELD } from "../../prover/units.ts";
import { inverse } from "../support/determinism.ts";
import { law } from "../support/law.ts";
import { multiplyAny, OFF_CURVE, ORDER_EIGHT, ORDER_FOUR, ORDER_TWO, subgroupPoint, sumOf } from "../support/points.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const FILE = "lib/edwards-sum.circom";
const P = multiply(BASE, 12345n);
const Q = multiply(BASE, 6789n);

async function pointOf(tested: Tested, inputs: Parameters<Tested["witness"]>[0]): Promise<Point> {
  const witness = await tested.witness(inputs);
  return { x: tested.circuit.signal(witness, "outX"), y: tested.circuit.signal(witness, "outY") };
}

describe("EdwardsSum", () => {
  let tested: Tested;
  const inputs = (start: Point, points: readonly Point[]) => ({ startX: start.x, startY: start.y, px: points.map(({ x }) => x), py: points.map(({ y }) => y) });
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "EdwardsSum", params: [3], inputs: ["startX", "startY", "px", "py"] });
  });

  describe("agrees", () => {
    law("with the prover's curve, for any points of the subgroup", fc.asyncProperty(subgroupPoint(), fc.array(subgroupPoint(), { minLength: 3, maxLength: 3 }), async (start, points) => {
      expect(await pointOf(tested, inputs(start, points))).toEqual(sumOf([start, ...points]));
    }), 20);
  });

  describe("refuses", () => {
    it("points off the curve where the addition law has a pole", async () => {
      // 1 + d x1 x2 y1 y2 = 0
      const [x1, y1, x2] = [2n, 3n, 5n];
      const y2 = FIELD - inverse(168696n * x1 * x2 * y1);
      expect(await tested.refusal({ ...inputs({ x: x1, y: y1 }, [{ x: x2, y: y2 }, IDENTITY, IDENTITY]) })).toBe("BabyAdd in EdwardsSum");
    });

    it("no other point off the curve: the sum then depends on the order, which is why callers check theirs (R5)", async () => {
      const forwards = await pointOf(tested, inputs(OFF_CURVE, [P, Q, IDENTITY]));
      const backwards = await pointOf(tested, inputs(P, [Q, OFF_CURVE, IDENTITY]));
      expect(forwards).not.toEqual(backwards);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere on the curve: no wire is loose or free", async () => {
      expect(await tested.undetermined(inputs(P, [Q, P, negate(P)]))).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each<[string, Point, Point[]]>([
      ["nothing", IDENTITY, [IDENTITY, IDENTITY, IDENTITY]],
      ["a point twice", P, [P, IDENTITY, IDENTITY]],
      ["a point and its negative", P, [negate(P), IDENTITY, IDENTITY]],
      ["the neutral point first", IDENTITY, [P, Q, P]],
      ["points of small order, which complete addition also takes", ORDER_EIGHT, [ORDER_EIGHT, ORDER_FOUR, ORDER_TWO]],
      ["the point of order two, twice", ORDER_TWO, [ORDER_TWO, P, negate(P)]],
    ])("%s is added", async (_, start, points) => {
      expect(await pointOf(tested, inputs(start, points))).toEqual(sumOf([start, ...points]));
    });
  });

  describe("costs", () => {
    it("six constraints per addition", () => {
      expectCost("EdwardsSum", [3], tested);
      expect(tested.circuit.r1cs.constraints).toBe(6 * 3);
    });
  });
});

describe("EdwardsShift", () => {
  let tested: Tested;
  const inputs = ({ x, y }: Point) => ({ inX: x, inY: y });
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "EdwardsShift", params: [4], inputs: ["inX", "inY"] });
  });

  describe("agrees", () => {
    law("with 16 times a point of the prover's curve", fc.asyncProperty(subgroupPoint(), async (point) => {
      expect(await pointOf(tested, inputs(point))).toEqual(multiply(point, 16n));
    }), 20);
  });

  describe("refuses", () => {
    it("to hide that a point is off the curve: what comes out is off it as well (R5)", async () => {
      expect(isOnCurve(await pointOf(tested, inputs(OFF_CURVE)))).toBe(false);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere on the curve: no wire is loose or free", async () => {
      expect(await tested.undetermined(inputs(P))).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([["the neutral point", IDENTITY], ["order two", ORDER_TWO], ["order four", ORDER_FOUR], ["order eight", ORDER_EIGHT]])("%s becomes neutral", async (_, point) => {
      expect(await pointOf(tested, inputs(point))).toEqual(IDENTITY);
    });
  });

  describe("costs", () => {
    it("six constraints per doubling", () => {
      expectCost("EdwardsShift", [4], tested);
      expect(tested.circuit.r1cs.constraints).toBe(6 * 4);
    });
  });
});

describe("WindowedSum", () => {
  const [POINTS, WINDOWS, WIDTH] = [2, 3, 2];
  let tested: Tested;
  const inputs = (start: Point, points: readonly (readonly Point[])[]) => ({
    startX: start.x, startY: start.y, px: points.map((row) => row.map(({ x }) => x)), py: points.map((row) => row.map(({ y }) => y)),
  });
  const expected = (start: Point, points: readonly (readonly Point[])[]) =>
    sumOf([multiplyAny(start, 1n << BigInt(WIDTH * WINDOWS)), ...points.flatMap((row) => row.map((point, j) => multiplyAny(point, 1n << BigInt(WIDTH * j))))]);
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "WindowedSum", params: [POINTS, WINDOWS, WIDTH], inputs: ["startX", "startY", "px", "py"] });
  });

  describe("agrees", () => {
    const rows = fc.array(fc.array(subgroupPoint(), { minLength: WINDOWS, maxLength: WINDOWS }), { minLength: POINTS, maxLength: POINTS });
    law("with 2^(WIDTH WINDOWS) start + sum of 2^(WIDTH j) P[i][j] on the prover's curve", fc.asyncProperty(subgroupPoint(), rows, async (start, points) => {
      expect(await pointOf(tested, inputs(start, points))).toEqual(expected(start, points));
    }), 15);
  });

  describe("refuses", () => {
    it("to give a window another weight: two windows exchanged are another sum", async () => {
      const there = await pointOf(tested, inputs(IDENTITY, [[P, Q, P], [Q, Q, Q]]));
      const exchanged = await pointOf(tested, inputs(IDENTITY, [[Q, P, P], [Q, Q, Q]]));
      // (Q + 4 P) instead of (P + 4 Q)
      expect(exchanged).toEqual(sumOf([there, multiply(P, 3n), multiply(Q, -3n)]));
    });
  });

  describe("cannot be forged", () => {
    it("anywhere on the curve: no wire is loose or free", async () => {
      expect(await tested.undetermined(inputs(P, [[P, Q, P], [Q, P, Q]]))).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each<[string, Point, Point[][]]>([
      ["nothing at all", IDENTITY, [[IDENTITY, IDENTITY, IDENTITY], [IDENTITY, IDENTITY, IDENTITY]]],
      ["only a start", P, [[IDENTITY, IDENTITY, IDENTITY], [IDENTITY, IDENTITY, IDENTITY]]],
      ["rows that cancel", IDENTITY, [[P, Q, P], [negate(P), negate(Q), negate(P)]]],
      ["small order", ORDER_EIGHT, [[ORDER_EIGHT, ORDER_FOUR, ORDER_TWO], [P, Q, P]]],
    ])("%s is summed", async (_, start, points) => {
      expect(await pointOf(tested, inputs(start, points))).toEqual(expected(start, points));
    });
  });

  describe("costs", () => {
    it("six constraints per point and doubling of each window", () => {
      expectCost("WindowedSum", [POINTS, WINDOWS, WIDTH], tested);
      expect(tested.circuit.r1cs.constraints).toBe(6 * WINDOWS * (POINTS + WIDTH));
    });
  });
});
