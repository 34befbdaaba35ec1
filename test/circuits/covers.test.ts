import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const BITS = 20;
const LIMIT = 1n << BigInt(BITS);

describe("Covers", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/covers.circom", template: "Covers", params: [3, BITS], inputs: ["bound", "need"] });
  });

  describe("agrees", () => {
    const need = fc.bigInt({ min: -1000n, max: 1000n });
    law("with the largest need: it is covered, one unit less is not", fc.asyncProperty(need, need, need, async (a, b, c) => {
      const most = [a, b, c].reduce((x, y) => (y > x ? y : x));
      expect(await tested.refusal({ bound: most, need: [a, b, c] })).toBe("accepted");
      expect(await tested.refusal({ bound: most + 1n, need: [a, b, c] })).toBe("accepted");
      expect(await tested.refusal({ bound: most - 1n, need: [a, b, c] })).toBe("Num2Bits in CheckBits in Covers");
    }), 50);
  });

  describe("refuses", () => {
    it("a difference of more than its bits", async () => {
      expect(await tested.refusal({ bound: LIMIT - 1n, need: [0n, 0n, 0n] })).toBe("accepted");
      expect(await tested.refusal({ bound: LIMIT, need: [0n, 1n, 1n] })).toBe("Num2Bits in CheckBits in Covers");
    });

    it("no need so far above that the difference wraps around the field, which is why callers keep theirs small (R18)", async () => {
      expect(await tested.refusal({ bound: 0n, need: [FIELD - 5n, 0n, 0n] })).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ bound: 100n, need: [1n, 2n, -3n] })).toEqual([]);
    });
  });

  describe("edges", () => {
    it("all equal", async () => expect(await tested.refusal({ bound: -4n, need: [-4n, -4n, -4n] })).toBe("accepted"));
  });

  describe("costs", () => {
    it("its bits for each need", () => expectCost("Covers", [3, BITS], tested));
  });
});
