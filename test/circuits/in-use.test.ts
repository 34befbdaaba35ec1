import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const SIZE = 6;
const first = (count: number) => Array.from({ length: SIZE }, (_, k) => (k < count ? 1n : 0n));

describe("InUse", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/in-use.circom", template: "InUse", params: [SIZE], inputs: ["count"] });
  });

  describe("agrees", () => {
    it("with the first places, for every count", async () => {
      for (let count = 0; count <= SIZE; count++) expect(await tested.outputs({ count }, "out")).toEqual(first(count));
    });
  });

  describe("refuses", () => {
    it.each([["one more than there are", 7n], ["minus one", FIELD - 1n], ["a half", (FIELD + 1n) / 2n]])("%s", async (_, count) => {
      expect(await tested.refusal({ count })).toBe("InUse");
    });
  });

  describe("cannot be forged", () => {
    it.each([0, 3, 6])("at out, for a count of %i", async (count) => {
      expect(await tested.forgeries({ count }, ["out"])).toEqual([]);
    });

    it("by any other boolean vector, exhaustively", async () => {
      const honest = await tested.witness({ count: 4 });
      const accepted = Array.from({ length: 1 << SIZE }, (_, bits) => Array.from({ length: SIZE }, (_, k) => BigInt((bits >> k) & 1))).filter((out) =>
        tested.circuit.checkConstraints(tested.circuit.forge(honest, Object.fromEntries(out.map((value, k) => [`out[${k}]`, value])))).ok);
      expect(accepted).toEqual([first(4)]);
    });
  });

  describe("edges", () => {
    it("none and all of them", async () => {
      for (const count of [0, SIZE]) expect(await tested.refusal({ count })).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("two for each place", () => expectCost("InUse", [SIZE], tested));
  });
});
