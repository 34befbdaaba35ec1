import { bn254 } from "@noble/curves/bn254.js";
import { buildBn128 } from "ffjavascript";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD_BYTES, readField, writeField } from "../prover/proof/field-bytes.ts";
import { CurveMemory } from "../prover/setup/curve-memory.ts";
import { multiplyBatch } from "../prover/setup/multiply-batch.ts";
import { bestWidth, buildTable, GROUPS, signedDigits, type GroupName, type WindowTable } from "../prover/setup/window-table.ts";
import { FIELD } from "../prover/units.ts";
import { law } from "./support/law.ts";

const BASE_FIELD = bn254.fields.Fp.ORDER;
const INVERSE_R = bn254.fields.Fp.inv(2n ** 256n % BASE_FIELD);

function scalarBytes(scalars: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(scalars.length * FIELD_BYTES);
  scalars.forEach((scalar, i) => writeField(out, i * FIELD_BYTES, scalar));
  return out;
}

/** Coordinates of point `i` as plain integers: x, y in G1, and x0, x1, y0, y1 in G2. */
function coordinates(points: Uint8Array, group: GroupName, i: number): bigint[] {
  const count = group === "G1" ? 2 : 4;
  return Array.from({ length: count }, (_, k) => (readField(points, (i * count + k) * FIELD_BYTES) * INVERSE_R) % BASE_FIELD);
}

/** The same from noble, an independent implementation. */
function reference(group: GroupName, scalar: bigint): bigint[] {
  if (scalar % FIELD === 0n) return group === "G1" ? [0n, 0n] : [0n, 0n, 0n, 0n];
  if (group === "G1") {
    const { x, y } = bn254.G1.Point.BASE.multiply(scalar % FIELD).toAffine();
    return [x, y];
  }
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar % FIELD).toAffine();
  return [x.c0, x.c1, y.c0, y.c1];
}

/** Sum of digit_j · 2^(width·j) over the windows below `top`, and the digit there. */
function digitsOf(scalar: bigint, width: number): { top: number; low: bigint; digit: bigint } {
  const digits = [...signedDigits(scalarBytes([scalar]), width)];
  const top = digits.findLastIndex((digit) => digit !== 0);
  const digit = BigInt(digits[top]!);
  return { top, digit, low: scalar - (digit << BigInt(width * top)) };
}

describe("signedDigits", () => {
  const scalar = fc.bigInt({ min: 0n, max: 2n ** 254n - 1n });
  law("digits are in range and add up to the scalar", fc.property(scalar, fc.integer({ min: 4, max: 15 }), (value, width) => {
    const digits = [...signedDigits(scalarBytes([value]), width)];
    const half = 2 ** (width - 1);
    const sum = digits.reduceRight((sum, digit) => (sum << BigInt(width)) + BigInt(digit), 0n);
    return sum === value && digits.every((digit) => digit > -half && digit <= half);
  }));
});

describe("bestWidth", () => {
  it("grows with the number of scalars", () => {
    expect([1, 100, 1_000, 10_000, 100_000, 1_000_000].map(bestWidth)).toEqual([4, 5, 8, 10, 13, 15]);
  });
});

describe.each(["G1", "G2"] as const)("multiplyBatch in %s", (group) => {
  let curve: CurveMemory;
  const tables = new Map<number, WindowTable>();
  const widths = [4, 7, 12];
  beforeAll(async () => {
    const { tm } = await buildBn128(true);
    curve = await CurveMemory.instantiate(await WebAssembly.compile(tm.code));
    for (const width of widths) tables.set(width, buildTable(curve, GROUPS[group], group === "G1" ? tm.pG1gen : tm.pG2gen, width));
  });
  const multiply = (width: number, scalars: readonly bigint[]) => {
    const points = multiplyBatch(curve, tables.get(width)!, scalarBytes(scalars));
    return scalars.map((_, i) => coordinates(points, group, i));
  };

  it.each(widths)("agrees with noble at the edges (windows of %i bits)", (width) => {
    const w = BigInt(width);
    const scalars = [0n, 1n, 2n, 3n, FIELD - 1n, FIELD - 2n, (FIELD - 1n) / 2n, 2n ** 253n];
    for (const near of [2n ** (w - 1n), 2n ** w, 2n ** (2n * w - 1n), 2n ** (5n * w)]) scalars.push(near - 1n, near, near + 1n);
    expect(multiply(width, scalars)).toEqual(scalars.map((scalar) => reference(group, scalar)));
  });

  it.each(widths)("doubles when a sum meets its own entry (windows of %i bits)", (width) => {
    const { top, digit } = digitsOf(FIELD, width);
    // The windows below add up to digit·2^(width·top) - FIELD, which is the same point as the entry of the top window.
    const scalar = 2n * (digit << BigInt(width * top)) - FIELD;
    expect(digitsOf(scalar, width)).toEqual({ top, digit, low: (digit << BigInt(width * top)) - FIELD });
    expect(multiply(width, [scalar])).toEqual([reference(group, scalar)]);
  });

  it.each(widths)("arrives at infinity when a sum meets the opposite entry (windows of %i bits)", (width) => {
    const { top, digit, low } = digitsOf(FIELD, width);
    expect(low + (digit << BigInt(width * top))).toBe(FIELD);
    expect(multiply(width, [FIELD, 5n])).toEqual([reference(group, 0n), reference(group, 5n)]);
  });

  law(
    "every multiple is noble's",
    fc.property(fc.array(fc.bigInt({ min: 0n, max: FIELD - 1n }), { minLength: 1, maxLength: 6 }), fc.constantFrom(...widths), (scalars, width) => {
      const found = multiply(width, scalars);
      return scalars.every((scalar, i) => reference(group, scalar).every((coordinate, k) => coordinate === found[i]![k]));
    }),
    20,
  );

  it("leaves the memory as it found it", () => {
    const mark = curve.mark();
    multiply(4, [1n, 2n, 3n]);
    expect(curve.mark()).toBe(mark);
  });
});
