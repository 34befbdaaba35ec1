import { randomBytes } from "node:crypto";
import { buildBn128 } from "ffjavascript";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { CurveMemory } from "../prover/setup/curve-memory.ts";
import { multiplyBatch } from "../prover/setup/multiply-batch.ts";
import { multiplyPool, type MultiplyPool } from "../prover/setup/multiply-pool.ts";
import { buildTable, GROUPS } from "../prover/setup/window-table.ts";

let code: WebAssembly.Module;
let generators: { G1: number; G2: number };
let pool: MultiplyPool | undefined;
beforeAll(async () => {
  const { tm } = await buildBn128(true);
  code = await WebAssembly.compile(tm.code);
  generators = { G1: tm.pG1gen, G2: tm.pG2gen };
});
afterEach(() => pool?.close());

const open = (threads: number) => (pool = multiplyPool({ code, generators, threads, expected: { G1: 10_000, G2: 100 } }));

/** Scalars below 2^253. */
function scalars(count: number): Uint8Array {
  const bytes = new Uint8Array(randomBytes(32 * count));
  for (let i = 31; i < bytes.length; i += 32) bytes[i]! &= 0x1f;
  return bytes;
}

describe("multiplyPool", () => {
  it("returns what one thread computes, in order, however many batches and threads there are", async () => {
    const [inG1, inG2] = [scalars(9_001), scalars(37)];
    const curve = await CurveMemory.instantiate(code);
    const expected = {
      G1: multiplyBatch(curve, buildTable(curve, GROUPS.G1, generators.G1, 8), inG1),
      G2: multiplyBatch(curve, buildTable(curve, GROUPS.G2, generators.G2, 5), inG2),
    };
    const { multiply } = open(3);
    const [g1, g2] = await Promise.all([multiply("G1", inG1.slice()), multiply("G2", inG2.slice())]);
    expect(Buffer.compare(g1, expected.G1)).toBe(0);
    expect(Buffer.compare(g2, expected.G2)).toBe(0);
  });

  it("tells how many scalars are done, and ends with all of them", async () => {
    const done: number[] = [];
    await open(2).multiply("G1", scalars(5_000), (count) => done.push(count));
    expect(done.toSorted((a, b) => a - b)).toEqual([904, 4_096]);
  });

  it("overwrites the secrets it is given", async () => {
    const secret = scalars(10);
    await open(1).multiply("G1", secret);
    expect(secret.every((byte) => byte === 0)).toBe(true);
  });

  it("has no points for no scalars", async () => {
    expect(await open(1).multiply("G1", new Uint8Array())).toHaveLength(0);
  });

  it("fails with the thread that fails", async () => {
    await expect(open(2).multiply("G1", new Uint8Array(33).fill(1))).rejects.toThrow(RangeError);
    await expect(pool!.multiply("G2", scalars(1))).rejects.toThrow(RangeError);
  });
});
