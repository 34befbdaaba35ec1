import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const SIZE = 8;
const oneHotAt = (index: number) => Array.from({ length: SIZE }, (_, k) => (k === index ? 1n : 0n));

describe("OneHot", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/one-hot.circom", template: "OneHot", params: [SIZE], inputs: ["index"] });
  });

  describe("agrees", () => {
    it("with the unit vector, at every index", async () => {
      for (let index = 0; index < SIZE; index++) expect(await tested.outputs({ index }, "out")).toEqual(oneHotAt(index));
    });

    it("with itself when compiled with every wire", async () => {
      expect(await tested.agreesWithO1({ index: 5 })).toBe(true);
    });
  });

  describe("refuses", () => {
    it.each([["the size", 8n], ["minus one", FIELD - 1n], ["one half, the mean of two indices", (FIELD + 1n) / 2n], ["16 + 3", 19n]])("%s", async (_, index) => {
      expect(await tested.refusal({ index })).toBe("OneHot");
    });
  });

  describe("cannot be forged", () => {
    it.each([0, 3, 7])("at out, for index %i", async (index) => {
      expect(await tested.forgeries({ index }, ["out"])).toEqual([]);
    });

    it("by any other boolean vector, exhaustively", async () => {
      const honest = await tested.witness({ index: 3 });
      const accepted = Array.from({ length: 1 << SIZE }, (_, bits) => Array.from({ length: SIZE }, (_, k) => BigInt((bits >> k) & 1))).filter((out) =>
        tested.circuit.checkConstraints(tested.circuit.forge(honest, Object.fromEntries(out.map((value, k) => [`out[${k}]`, value])))).ok);
      expect(accepted).toEqual([oneHotAt(3)]);
    });

    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ index: 6 })).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([["first", 0], ["last", SIZE - 1]])("the %s place can be chosen", async (_, index) => {
      expect(await tested.refusal({ index })).toBe("accepted");
    });

    it("a single place has one index", async () => {
      const single = await underTest({ file: "lib/one-hot.circom", template: "OneHot", params: [1], inputs: ["index"] });
      expect(await single.outputs({ index: 0 }, "out")).toEqual([1n]);
      expect(await single.refusal({ index: 1 })).toBe("OneHot");
    });
  });

  describe("costs", () => {
    it("one constraint per place and two linear ones", () => {
      expectCost("OneHot", [SIZE], tested);
      expect(tested.circuit.r1cs.constraints).toBe(SIZE + 2);
    });
  });
});

describe("Select", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/one-hot.circom", template: "Select", params: [SIZE], inputs: ["selector", "values"] });
  });

  describe("agrees", () => {
    const values = fc.array(fc.bigInt({ min: 0n, max: FIELD - 1n }), { minLength: SIZE, maxLength: SIZE });
    law("with reading an array, for any values and index", fc.asyncProperty(values, fc.integer({ min: 0, max: SIZE - 1 }), async (row, index) => {
      expect(await tested.output({ selector: oneHotAt(index), values: row }, "out")).toBe(row[index]);
    }), 30);
  });

  describe("refuses", () => {
    it("nothing: a selector that is not one-hot gives a sum, which is why OneHot makes selectors (R2)", async () => {
      const values = [1n, 2n, 4n, 8n, 16n, 32n, 64n, 128n];
      expect(await tested.output({ selector: [1, 0, 1, 0, 0, 0, 0, 0], values }, "out")).toBe(5n);
      expect(await tested.output({ selector: [2, -1, 0, 0, 0, 0, 0, 0], values }, "out")).toBe(0n);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free, but values that are not selected", async () => {
      const unread = [/^main\.values\[[^5]\]$/];
      expect(await tested.undetermined({ selector: oneHotAt(5), values: [1, 2, 3, 4, 5, 6, 7, 8] }, unread)).toEqual([]);
    });
  });

  describe("edges", () => {
    it("largest and smallest field elements come through unchanged", async () => {
      const values = [FIELD - 1n, 0n, 0n, 0n, 0n, 0n, 0n, 1n];
      expect(await tested.output({ selector: oneHotAt(0), values }, "out")).toBe(FIELD - 1n);
      expect(await tested.output({ selector: oneHotAt(1), values }, "out")).toBe(0n);
      expect(await tested.output({ selector: oneHotAt(7), values }, "out")).toBe(1n);
    });
  });

  describe("costs", () => {
    it("one constraint per place", () => {
      expectCost("Select", [SIZE], tested);
      expect(tested.circuit.r1cs.constraints).toBe(SIZE);
    });
  });
});
