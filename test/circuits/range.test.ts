import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { BITS, FIELD } from "../../prover/units.ts";
import { compileCircuit } from "../support/circuit.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const checkBits = (bits: number) => underTest({ file: "lib/range.circom", template: "CheckBits", params: [bits], inputs: ["in"] });

describe("CheckBits", () => {
  const limit = 1n << BigInt(BITS.collateral);
  let tested: Tested;
  beforeAll(async () => {
    tested = await checkBits(BITS.collateral);
  });

  describe("agrees", () => {
    const anyElement = fc.oneof(fc.bigInt({ min: 0n, max: 2n * limit }), fc.bigInt({ min: 0n, max: FIELD - 1n }));
    law("with 0 <= x < 2^64, for any field element", fc.asyncProperty(anyElement, async (x) => {
      expect((await tested.refusal({ in: x })) === "accepted").toBe(x < limit);
    }), 60);
  });

  describe("refuses", () => {
    it.each([["the bound", limit], ["minus one", FIELD - 1n], ["the bound below zero", FIELD - limit], ["half the field", FIELD / 2n]])("%s", async (_, x) => {
      expect(await tested.refusal({ in: x })).toBe("Num2Bits in CheckBits");
    });

    it("to be compiled where a value would have two readings (R1)", async () => {
      await expect(checkBits(253)).rejects.toThrow("False assert reached");
    });
  });

  describe("cannot be forged", () => {
    it("by any bit, the others recomputed", async () => {
      const wide = await underTest({ file: "lib/range.circom", template: "CheckBits", params: [8], inputs: ["in"] });
      expect(await wide.forgeries({ in: 0b1010_0110 }, ["bits"])).toEqual([]);
    });

    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ in: limit - 1n })).toEqual([]);
    });
  });

  describe("edges", () => {
    it.each([["zero", 0n], ["one", 1n], ["the largest", limit - 1n]])("%s passes", async (_, x) => {
      expect(await tested.refusal({ in: x })).toBe("accepted");
    });

    it("the widest width reads its largest value, and not the next", async () => {
      const widest = await checkBits(252);
      expect(await widest.refusal({ in: (1n << 252n) - 1n })).toBe("accepted");
      expect(await widest.refusal({ in: 1n << 252n })).toBe("Num2Bits in CheckBits");
    });
  });

  describe("costs", () => {
    it("one constraint per bit", () => {
      expectCost("CheckBits", [BITS.collateral], tested);
      expect(tested.circuit.r1cs.constraints).toBe(BITS.collateral);
    });
  });
});

describe("CheckBoolean", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/range.circom", template: "CheckBoolean", inputs: ["in"] });
  });

  describe("agrees", () => {
    law("with x = 0 or x = 1, for any field element", fc.asyncProperty(fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: FIELD - 1n })), async (x) => {
      expect((await tested.refusal({ in: x })) === "accepted").toBe(x === 0n || x === 1n);
    }), 40);
  });

  describe("refuses", () => {
    it.each([["two", 2n], ["minus one", FIELD - 1n], ["one half", (FIELD + 1n) / 2n]])("%s", async (_, x) => {
      expect(await tested.refusal({ in: x })).toBe("CheckBoolean");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      // from 1, since 0 and the number after it are both allowed
      expect(await tested.undetermined({ in: 1 })).toEqual([]);
    });

    it("by a witness that the calculator did not make", async () => {
      const honest = await tested.witness({ in: 1 });
      for (const value of [2n, FIELD - 1n]) expect(tested.circuit.checkConstraints(tested.circuit.forge(honest, { in: value })).ok).toBe(false);
    });
  });

  describe("edges", () => {
    it.each([0, 1])("%i passes", async (x) => {
      expect(await tested.refusal({ in: x })).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("one constraint", () => {
      expectCost("CheckBoolean", [], tested);
    });
  });
});

describe("a check that only computes", () => {
  it("would be found: an assertion in the calculator is no constraint", async () => {
    const circuit = await compileCircuit("asserted", `pragma circom 2.2.0;
      template Asserted() { signal input in; signal output out; assert(in < 4); out <== in * in; }
      component main {public [in]} = Asserted();`);
    await expect(circuit.witness({ in: 4 })).rejects.toMatchObject({ code: "ProvingFailed" });
    const honest = await circuit.witness({ in: 3 });
    expect(circuit.checkConstraints(circuit.forge(honest, { in: 4, out: 16 }))).toEqual({ ok: true });
  });
});
