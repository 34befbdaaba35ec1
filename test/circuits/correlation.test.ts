import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const ONE = 10n ** 9n;
const SIZE = 3;

/** The square times 1e9 is at least every correlated sum: decided by squares, no root. */
const covers = (root: bigint, sums: readonly bigint[]): boolean => root >= 0n && sums.every((sum) => root * root * ONE >= sum);
const sumOf = (x: readonly bigint[], entry: (i: number, j: number) => bigint): bigint => x.reduce((sum, a, i) => sum + x.reduce((row, b, j) => row + entry(i, j) * a * b, 0n), 0n);

function smallest(sums: readonly bigint[]): bigint {
  let [low, high] = [-1n, 1n << 94n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (covers(middle, sums)) high = middle;
    else low = middle;
  }
  return high;
}

describe("CorrelatedRoot", () => {
  let strict: Tested;
  let full: Tested;
  const inputs = ["value", "matrix", "root"];
  beforeAll(async () => {
    strict = await underTest({ file: "correlation.circom", template: "CorrelatedRoot", params: [SIZE, 2, 1, 0], inputs });
    full = await underTest({ file: "correlation.circom", template: "CorrelatedRoot", params: [SIZE, 1, 0, 0], inputs });
  });

  const strictAt = ([a, b, c]: readonly bigint[]) => (i: number, j: number): bigint => (i === j ? ONE : i + j === 1 ? a! : i + j === 2 ? b! : c!);
  const fullAt = (m: readonly bigint[]) => (i: number, j: number): bigint => m[[[0, 1, 2], [1, 3, 4], [2, 4, 5]][i]![j]!]!;
  const exact = async (tested: Tested, given: Inputs, sums: readonly bigint[]) => {
    const root = smallest(sums);
    expect(await tested.refusal({ ...given, root })).toBe("accepted");
    expect(await tested.refusal({ ...given, root: root + 1n })).toBe("accepted");
    expect(await tested.refusal({ ...given, root: root - 1n })).toContain("Num2Bits in CheckBits");
  };
  const three = (min: bigint, max: bigint) => fc.tuple(fc.bigInt({ min, max }), fc.bigInt({ min, max }), fc.bigInt({ min, max }));
  const sizes = fc.oneof(three(0n, 3n), three(0n, (1n << 90n) - 1n));

  describe("agrees", () => {
    law("with the smallest root over two correlation matrices", fc.asyncProperty(sizes, three(0n, ONE), three(0n, ONE), async (value, a, b) => {
      await exact(strict, { value, matrix: [a, b] }, [sumOf(value, strictAt(a)), sumOf(value, strictAt(b))]);
    }), 40);

    law("with the smallest root over a signed matrix of signed numbers, sums below zero included", fc.asyncProperty(three(-(1n << 88n), 1n << 88n), three(-ONE, ONE), three(-ONE, ONE), async (value, a, b) => {
      const matrix = [...a, ...b];
      await exact(full, { value, matrix: [matrix] }, [sumOf(value, fullAt(matrix))]);
    }), 40);
  });

  describe("refuses", () => {
    it("a root of 95 bits or below zero", async () => {
      const given = { value: [0n, 0n, 0n], matrix: [[0n, 0n, 0n], [0n, 0n, 0n]] };
      expect(await strict.refusal({ ...given, root: (1n << 94n) - 1n })).toBe("accepted");
      for (const root of [1n << 94n, -1n]) expect(await strict.refusal({ ...given, root })).toBe("Num2Bits in CheckBits in CorrelatedRoot");
    });
  });

  describe("cannot be forged", () => {
    it("by one matrix instead of the other: both must be covered", async () => {
      const given = { value: [3n, 4n, 0n], matrix: [[0n, 0n, 0n], [ONE, ONE, ONE]] };
      expect(await strict.refusal({ ...given, root: 5n })).toContain("Covers");
      expect(await strict.refusal({ ...given, root: 7n })).toBe("accepted");
    });
  });

  describe("edges", () => {
    it("nothing at all", async () => expect(await strict.refusal({ value: [0n, 0n, 0n], matrix: [[ONE, ONE, ONE], [0n, 0n, 0n]], root: 0n })).toBe("accepted"));
  });

  describe("costs", () => {
    it("products once, terms and a comparison for each matrix", () => {
      expectCost("CorrelatedRoot", [SIZE, 2, 1, 0], strict);
      expectCost("CorrelatedRoot", [SIZE, 1, 0, 0], full);
    });
  });
});
