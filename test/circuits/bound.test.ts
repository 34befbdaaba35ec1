import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../prover/units.ts";
import { compileCircuit } from "../support/circuit.ts";
import { forger } from "../support/forge.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const BITS = 20;
const LIMIT = 1n << BigInt(BITS);

describe("Covers", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/bound.circom", template: "Covers", params: [3, BITS], inputs: ["bound", "need"] });
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

const any = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const greatest = (numbers: readonly bigint[]): bigint => numbers.reduce((x, y) => (y > x ? y : x));

describe("Chosen", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/bound.circom", template: "Chosen", params: [3], inputs: ["in"] });
  });

  describe("agrees", () => {
    law("with the greatest, or zero if none is above it", fc.asyncProperty(any, any, any, async (a, b, c) => {
      expect(await tested.output({ in: [a, b, c] }, "out")).toBe(((greatest([a, b, c, 0n]) % FIELD) + FIELD) % FIELD);
    }), 30);
  });

  describe("refuses", () => {
    it("nothing: it says what it chose", async () => expect(await tested.refusal({ in: [-1n, -2n, -3n] })).toBe("accepted"));
  });

  describe("cannot be forged", () => {
    it("at index, with every dependent wire recomputed: to nothing that is not one of them, or zero", async () => {
      const given = { in: [700n, 300n, FIELD - 200n] };
      const circuit = await compileCircuit("Chosen", { file: "lib/bound.circom", template: "Chosen", params: [3], public: ["in"] }, "O1");
      const honest = await circuit.witness(given);
      const selectors = circuit.signals.filter((name) => /^main\.selector\[/.test(name));
      expect(selectors).toHaveLength(4);
      const forge = forger(circuit, ["in"]);
      const choose = (index: bigint, selector: readonly bigint[]) => {
        const names = Object.fromEntries(selectors.map((name, k) => [name.replace(/^main\./, ""), selector[k]!]));
        const forged = forge(honest, { index, ...names });
        return forged === undefined ? "refused" : circuit.signal(forged, "out");
      };
      const at = (k: number) => [0, 1, 2, 3].map((i) => (i === k ? 1n : 0n));
      expect([0, 1, 2, 3].map((k) => choose(BigInt(k), at(k)))).toEqual([700n, 300n, FIELD - 200n, 0n]);
      const half = (FIELD + 1n) / 2n;
      for (const [index, selector] of [[4n, at(4)], [0n, at(1)], [1n, [half, 0n, half, 0n]], [0n, [2n, FIELD - 1n, 0n, 0n]], [0n, at(9)]] as const) {
        expect(choose(index, selector)).toBe("refused");
      }
      expect(await tested.forgeries({ in: [700n, 300n, -200n] }, ["out"])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("all zero", async () => expect(await tested.output({ in: [0n, 0n, 0n] }, "out")).toBe(0n));
  });

  describe("costs", () => {
    it("a place and a product for each", () => expectCost("Chosen", [3], tested));
  });
});

describe("Attains", () => {
  let tested: Tested;
  let exact: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "lib/bound.circom", template: "Attains", params: [3, 1000], inputs: ["bound", "need"] });
    exact = await underTest({ file: "lib/bound.circom", template: "Attains", params: [2, 1], inputs: ["bound", "need"] });
  });

  describe("agrees", () => {
    law("with the greatest need rounded up, not below zero: one unit more is refused", fc.asyncProperty(any, any, any, async (a, b, c) => {
      const most = greatest([a, b, c, 0n]);
      const bound = (most + 999n) / 1000n;
      expect(await tested.refusal({ bound, need: [a, b, c] })).toBe("accepted");
      expect(await tested.refusal({ bound: bound + 1n, need: [a, b, c] })).toBe("Num2Bits in CheckBits in Attains");
    }), 50);
  });

  describe("refuses", () => {
    it("more than the need itself where nothing is rounded", async () => {
      expect(await exact.refusal({ bound: 5n, need: [5n, 4n] })).toBe("accepted");
      for (const bound of [6n, 4n, -1n]) expect(await exact.refusal({ bound, need: [5n, 3n] })).toBe("Attains");
    });
  });

  describe("cannot be forged", () => {
    it("to more than the greatest need, whichever is chosen", async () => {
      for (const bound of [9n, 10n, 1n << 89n]) expect(await tested.refusal({ bound, need: [8000n, 7999n, -5n] })).toBe("Num2Bits in CheckBits in Attains");
    });
  });

  describe("edges", () => {
    it("a need on the boundary of a unit", async () => {
      for (const [need, bound] of [[999n, 1n], [1000n, 1n], [1001n, 2n], [0n, 0n], [1n, 1n]] as const) {
        expect(await tested.refusal({ bound, need: [need, -1n, -1n] })).toBe("accepted");
        expect(await tested.refusal({ bound: bound + 1n, need: [need, -1n, -1n] })).not.toBe("accepted");
      }
    });
  });

  describe("costs", () => {
    it("a choice, and the bits of a unit", () => {
      expectCost("Attains", [3, 1000], tested);
      expectCost("Attains", [2, 1], exact);
    });
  });
});

describe("Bound", () => {
  let health: Tested;
  let breach: Tested;
  beforeAll(async () => {
    const of = (side: number) => underTest({ file: "lib/bound.circom", template: "Bound", params: [2, 60, 1000, side], inputs: ["bound", "need"] });
    [health, breach] = [await of(0), await of(1)];
  });

  describe("agrees", () => {
    law("of both sides on the exact bound alone", fc.asyncProperty(any, any, async (a, b) => {
      const bound = (greatest([a, b, 0n]) + 999n) / 1000n;
      const verdicts = async (value: bigint) => [await health.refusal({ bound: value, need: [a, b] }), await breach.refusal({ bound: value, need: [a, b] })].map((each) => each === "accepted");
      expect(await verdicts(bound)).toEqual([true, true]);
      expect(await verdicts(bound + 1n)).toEqual([true, false]);
      if (bound > 0n) expect((await verdicts(bound - 1n))[0]).toBe(false);
    }), 50);
  });

  describe("refuses", () => {
    it("an understated bound of health, an overstated bound of a breach", async () => {
      expect(await health.refusal({ bound: 4n, need: [4001n, 0n] })).toBe("Num2Bits in CheckBits in Covers in Bound");
      expect(await breach.refusal({ bound: 6n, need: [4001n, 0n] })).toBe("Num2Bits in CheckBits in Attains in Bound");
    });
  });

  describe("cannot be forged", () => {
    it("on the side of health: no wire is loose or free", async () => expect(await health.undetermined({ bound: 5n, need: [4001n, 0n] })).toEqual([]));
  });

  describe("edges", () => {
    it("nothing needed", async () => expect(await breach.refusal({ bound: 0n, need: [-1n, -1n] })).toBe("accepted"));
  });

  describe("costs", () => {
    it("one of the two", () => {
      expectCost("Bound", [2, 60, 1000, 0], health);
      expectCost("Bound", [2, 60, 1000, 1], breach);
    });
  });
});
