import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { BASE, IDENTITY, multiply, type Point } from "../../prover/commitment/curve.ts";
import { identifier } from "../../prover/commitment/domain.ts";
import { signedToField } from "../../prover/commitment/poseidon.ts";
import { prepareProof } from "../../prover/proof/prepare-proof.ts";
import { BITS, FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { multiplyAny, OFF_CURVE, ORDER_TWO, subgroupPoint, sumOf } from "../support/points.ts";
import { REQUEST } from "../support/proving-request.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const LIMIT = 1n << BigInt(BITS.quantity);
const C = multiply(BASE, 424242n);
const ID = identifier("BTC-PERPETUAL");

interface Slot {
  used: bigint;
  side: bigint;
  magnitude: bigint;
  id: bigint;
  point: Point;
}

const inputs = ({ point: { x: cx, y: cy }, ...slot }: Slot): Inputs => ({ ...slot, cx, cy });
const LONG: Slot = { used: 1n, side: 0n, magnitude: 5n * 10n ** 8n, id: ID, point: C };
const EMPTY: Slot = { used: 0n, side: 0n, magnitude: 0n, id: ID, point: C };

describe("Position", () => {
  let tested: Tested;
  /** (2^64 + sum of the windows) / 1 = (2 magnitude + 1) C, as RiskTotals adds them up. */
  const multiple = async (slot: Slot): Promise<Point> => {
    const [xs, ys] = [await tested.outputs(inputs(slot), "px"), await tested.outputs(inputs(slot), "py")];
    return sumOf([multiplyAny(slot.point, LIMIT), ...xs.map((x, j) => multiplyAny({ x, y: ys[j]! }, 4n ** BigInt(j)))]);
  };
  beforeAll(async () => {
    tested = await underTest({ file: "position.circom", template: "Position", inputs: ["used", "side", "magnitude", "id", "cx", "cy"] });
  });

  describe("agrees", () => {
    it("with the layout of a request: side and magnitude give back the statements' quantities", async () => {
      const { positionSide, positionMagnitude } = prepareProof(REQUEST).input;
      const quantities = REQUEST.statements.flatMap(({ statement }) => statement.positions.map(({ quantity }) => quantity));
      for (const [i, quantity] of quantities.entries()) {
        const slot = { ...LONG, side: positionSide[i]!, magnitude: positionMagnitude[i]! };
        expect(await tested.output(inputs(slot), "quantity")).toBe(signedToField(quantity));
      }
    });

    const magnitudes = fc.oneof(fc.bigInt({ min: 1n, max: LIMIT - 1n }), fc.bigInt({ min: 1n, max: 100n }));
    law("with (2 magnitude + 1) C on the prover's curve, on either side, for any quantity", fc.asyncProperty(subgroupPoint(), magnitudes, fc.constantFrom(0n, 1n), async (point, magnitude, side) => {
      expect(await multiple({ ...LONG, side, magnitude, point })).toEqual(multiply(point, 2n * magnitude + 1n));
    }), 15);
  });

  describe("refuses", () => {
    it.each<[string, Partial<Slot>, string]>([
      ["a magnitude of 2^64", { magnitude: LIMIT }, "OddDigits2 in VariableBaseWindows in Position"],
      ["a negative magnitude", { magnitude: FIELD - 1n }, "OddDigits2 in VariableBaseWindows in Position"],
      ["a magnitude of half the field", { magnitude: (FIELD + 1n) / 2n }, "OddDigits2 in VariableBaseWindows in Position"],
      ["a third side", { side: 2n }, "CheckBoolean in Position"],
      ["a side of minus one", { side: FIELD - 1n }, "CheckBoolean in Position"],
      ["a used slot without quantity", { magnitude: 0n }, "Position"],
      ["a used slot of the empty instrument", { id: 0n }, "Position"],
      ["a quantity in an unused slot", { used: 0n }, "Position"],
      ["a quantity of the empty instrument in an unused slot", { used: 0n, id: 0n }, "Position"],
      ["a slot used twice", { used: 2n }, "Position"],
      ["a slot used minus once", { used: FIELD - 1n }, "Position"],
      ["a row that is off the curve", { point: OFF_CURVE }, "BabyCheck in Position"],
      ["a row at the origin", { point: { x: 0n, y: 0n } }, "BabyCheck in Position"],
    ])("%s", async (_, change, refusal) => {
      expect(await tested.refusal(inputs({ ...LONG, ...change }))).toBe(refusal);
    });

    it("no row with a part of small order: only who publishes snapshots can keep them out, and who verifies them sees it (R14)", async () => {
      const mixed = sumOf([C, ORDER_TWO]);
      expect(await tested.refusal(inputs({ ...LONG, point: mixed }))).toBe("accepted");
      // an even magnitude does not show the difference once RiskTotals has subtracted C itself
      const [honest, twisted] = [await multiple(LONG), await multiple({ ...LONG, point: mixed })];
      expect(sumOf([honest, { x: FIELD - C.x, y: C.y }])).toEqual(sumOf([twisted, { x: FIELD - mixed.x, y: mixed.y }]));
    });
  });

  describe("cannot be forged", () => {
    it.each([["long", LONG], ["short", { ...LONG, side: 1n }]])("anywhere, for a %s position: no wire is loose or free", async (_, slot) => {
      expect(await tested.undetermined(inputs(slot))).toEqual([]);
    });

    it("in an unused slot, but for what holds nothing: id, side, and the inverse IsZero does not need at 0", async () => {
      expect(await tested.undetermined(inputs(EMPTY), [/^main\.id$/, /^main\.side$/, /\.inv$/])).toEqual([]);
    });

    it("by turning a short quantity into a long one", async () => {
      const honest = await tested.witness(inputs({ ...LONG, side: 1n }));
      for (const changes of [{ quantity: LONG.magnitude }, { side: 0n }, { quantity: 0n }]) {
        expect(tested.circuit.checkConstraints(tested.circuit.forge(honest, changes)).ok).toBe(false);
      }
    });

    it("by the windows of another quantity", async () => {
      const [honest, other] = [await tested.witness(inputs(LONG)), await tested.witness(inputs({ ...LONG, magnitude: LONG.magnitude - 1n }))];
      const forged = [...other];
      for (const name of ["magnitude", "quantity"]) forged[tested.circuit.wire(name)] = honest[tested.circuit.wire(name)]!;
      expect(tested.circuit.checkConstraints(forged).ok).toBe(false);
    });
  });

  describe("edges", () => {
    it.each<[string, Partial<Slot>, bigint]>([
      ["one unit long", { magnitude: 1n }, 1n],
      ["one unit short", { magnitude: 1n, side: 1n }, FIELD - 1n],
      ["the largest long", { magnitude: LIMIT - 1n }, LIMIT - 1n],
      ["the largest short", { magnitude: LIMIT - 1n, side: 1n }, FIELD - LIMIT + 1n],
      ["an instrument with id 1", { id: 1n }, LONG.magnitude],
      ["an instrument with the largest id", { id: FIELD - 1n }, LONG.magnitude],
      ["a row without any risk, which commits to the neutral point", { point: IDENTITY }, LONG.magnitude],
      ["an empty slot", EMPTY, 0n],
      ["an empty slot of the empty instrument, on the short side", { ...EMPTY, id: 0n, side: 1n, point: IDENTITY }, 0n],
    ])("%s", async (_, change, quantity) => {
      expect(await tested.output(inputs({ ...LONG, ...change }), "quantity")).toBe(quantity);
    });
  });

  describe("costs", () => {
    it("five constraints per 2-bit window, and a few for side, use and the curve", () => {
      expectCost("Position", [], tested);
    });
  });
});
