import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { add, BASE, IDENTITY, multiply, SUBGROUP_ORDER, type Point } from "../prover/commitment/curve.ts";
import { FIELD } from "../prover/units.ts";
import { connect, type Chain } from "./support/contracts.ts";
import { multiplyAny, OFF_CURVE, ORDER_EIGHT, ORDER_FOUR, ORDER_TWO } from "./support/points.ts";
import { OTHER_KEY, VENUE_KEY } from "./support/statements.ts";

let chain: Chain;
let reader: Contract;
const isKey = ({ x, y }: Point): Promise<boolean> => reader.getFunction("isKey")(x, y);

beforeAll(async () => {
  chain = await connect();
  reader = await chain.ethers.deployContract("BabyJubjubReader");
});
afterAll(() => chain.close());

describe("takes for a key", () => {
  it("points of the prime-order subgroup", async () => {
    const points = [BASE, VENUE_KEY.publicKey, OTHER_KEY.publicKey, multiply(BASE, SUBGROUP_ORDER - 1n), multiply(BASE, 2n ** 200n + 7n)];
    for (const point of points) expect(await isKey(point)).toBe(true);
  });
});

describe("refuses", () => {
  it("all eight points of small order, under which anyone signs", async () => {
    const torsion = Array.from({ length: 8 }, (_, i) => multiplyAny(ORDER_EIGHT, BigInt(i)));
    expect(torsion).toContainEqual(IDENTITY);
    expect(torsion).toContainEqual(ORDER_TWO);
    expect(torsion).toContainEqual(ORDER_FOUR);
    expect(new Set(torsion.map(({ x, y }) => `${x},${y}`)).size).toBe(8);
    for (const point of torsion) expect(await isKey(point)).toBe(false);
  });

  it("points of the subgroup moved by any torsion: the same secret signs under them, so a revoked key could come back as one", async () => {
    const keys = [BASE, VENUE_KEY.publicKey, multiply(BASE, 2n ** 200n + 7n), ...Array.from({ length: 12 }, (_, i) => multiply(BASE, 3n ** BigInt(40 + i)))];
    for (const key of keys) {
      for (let k = 0n; k < 8n; k += 1n) expect([k, await isKey(add(key, multiplyAny(ORDER_EIGHT, k)))]).toEqual([k, k === 0n]);
    }
  });

  it("points off the curve, the empty place among them", async () => {
    expect(await isKey(OFF_CURVE)).toBe(false);
    expect(await isKey({ x: BASE.x + 1n, y: BASE.y })).toBe(false);
    expect(await isKey({ x: 0n, y: 0n })).toBe(false);
  });

  it("aliases of a key", async () => {
    expect(await isKey({ x: BASE.x + FIELD, y: BASE.y })).toBe(false);
    expect(await isKey({ x: BASE.x, y: BASE.y + FIELD })).toBe(false);
  });
});
