import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const BITS = 12;
const LIMIT = 1n << BigInt(BITS);

describe("Magnitude", () => {
  let tested: Tested;
  const compile = (bits: number) => underTest({ file: "lib/magnitude.circom", template: "Magnitude", params: [bits], inputs: ["in"] });
  beforeAll(async () => {
    tested = await compile(BITS);
  });

  describe("agrees", () => {
    law("with the absolute value", fc.asyncProperty(fc.bigInt({ min: 1n - LIMIT, max: LIMIT - 1n }), async (x) => {
      expect(await tested.output({ in: x }, "out")).toBe(x < 0n ? -x : x);
    }), 100);
  });

  describe("refuses", () => {
    it.each([LIMIT, -LIMIT, 1n << 200n])("%s", async (x) => {
      expect(await tested.refusal({ in: x })).toBe("Num2Bits in CheckBits in Magnitude");
    });

    it("to be compiled where a number and its negative both fit", async () => {
      await expect(compile(253)).rejects.toThrow("False assert reached");
    });
  });

  describe("cannot be forged", () => {
    it.each([5n, -5n, LIMIT - 1n])("at negative, for %s", async (x) => {
      expect(await tested.forgeries({ in: x }, ["negative"])).toEqual([]);
    });

    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ in: -77n })).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([0n, 1n, -1n])("%s", async (x) => expect(await tested.output({ in: x }, "out")).toBe(x < 0n ? -x : x));
  });

  describe("costs", () => {
    it("its bits, a sign and a product", () => expectCost("Magnitude", [BITS], tested));
  });
});
