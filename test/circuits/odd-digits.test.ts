import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import type { TestCircuit } from "../support/circuit.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

/** The odd digits of x, lowest first, computed another way: each digit leaves an odd rest, and the last one is the rest. */
function oddDigits(x: bigint, base: bigint, count: number): bigint[] {
  let rest = 2n * x + 1n - base ** BigInt(count);
  return Array.from({ length: count }, (_, j) => {
    if (j === count - 1) return rest;
    const residue = (((rest + base) % (2n * base)) + 2n * base) % (2n * base);
    const digit = residue < base ? residue : residue - 2n * base;
    rest = (rest - digit) / base;
    return digit;
  });
}

describe.each([
  { template: "OddDigits2", base: 4n, count: 8, cost: 2, widest: 101 },
  { template: "OddDigits3", base: 8n, count: 6, cost: 4, widest: 81 },
])("$template", ({ template, base, count, cost, widest }) => {
  let tested: Tested;
  let circuit: TestCircuit;
  const limit = base ** BigInt(count);
  const compile = (digits: number) => underTest({ file: "lib/odd-digits.circom", template, params: [digits], inputs: ["x"] });

  beforeAll(async () => {
    tested = await compile(count);
    ({ circuit } = tested);
  });

  describe("agrees", () => {
    law("with an independent recoding, for every x in range", fc.asyncProperty(fc.bigInt({ min: 0n, max: limit - 1n }), async (x) => {
      expect(await tested.outputs({ x }, "digit")).toEqual(oddDigits(x, base, count).map((digit) => (digit + FIELD) % FIELD));
    }), 50);

    it("with itself when compiled with every wire", async () => {
      expect(await tested.agreesWithO1({ x: limit / 3n })).toBe(true);
    });
  });

  describe("refuses", () => {
    it.each([["the bound", limit], ["minus one", FIELD - 1n], ["twice the bound", 2n * limit], ["half the field", (FIELD + 1n) / 2n]])("%s", async (_, x) => {
      expect(await tested.refusal({ x })).toBe(template);
    });

    it("to be compiled with so many digits that they wrap around the field (R1)", async () => {
      await expect(compile(widest)).rejects.toThrow("False assert reached");
    });
  });

  describe("cannot be forged", () => {
    it("at any digit, by one unit, by two, by sign or by a carry from its neighbour", async () => {
      const honest = await circuit.witness({ x: limit / 3n });
      for (let j = 0; j < count; j++) {
        const digit = circuit.signal(honest, `digit[${j}]`);
        for (const forged of [digit + 1n, digit - 1n, digit + 2n, digit - 2n, FIELD - digit, digit + base]) {
          expect(circuit.checkConstraints(circuit.forge(honest, { [`digit[${j}]`]: forged })).ok).toBe(false);
        }
      }
    });

    it.each([["in the middle", limit / 3n], ["at the lower end", 0n], ["at the upper end", limit - 1n]])("at digit, for a number %s, with every dependent wire recomputed", async (_, x) => {
      expect(await tested.forgeries({ x }, ["digit"])).toEqual([]);
    });

    it("by reading another number, with every dependent wire recomputed", async () => {
      const honest = await circuit.witness({ x: 5n });
      const other = await circuit.witness({ x: 6n });
      const forged = [...other];
      forged[circuit.wire("x")] = honest[circuit.wire("x")]!;
      expect(circuit.checkConstraints(forged).ok).toBe(false);
    });

    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ x: limit - 2n })).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([["zero", 0n], ["one", 1n], ["the largest", limit - 1n], ["the middle", limit / 2n]])("%s is read", async (_, x) => {
      const witness = await circuit.witness({ x });
      expect(circuit.checkConstraints(witness)).toEqual({ ok: true });
    });
  });

  describe("costs", () => {
    it("a fixed number of constraints per digit, and one for the sum where number and digits keep their wires", () => {
      expectCost(template, [count], tested);
      expect(circuit.r1cs.constraints).toBe(cost * count + 1);
    });
  });
});
