import type { Contract } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Chain } from "./support/contracts.ts";

/** Bits of every field of a record, lowest first. twin: Records.pack */
const WIDTHS = [96n, 32n, 32n, 24n, 64n, 8n];

let chain: Chain;
let reader: Contract;

beforeAll(async () => {
  chain = await connect();
  reader = await chain.ethers.deployContract("RecordReader");
});
afterAll(() => chain.close());

const read = async (fields: readonly bigint[], flags = 0n) => {
  const { record, parts, reflagged } = await reader.getFunction("read")(fields, flags);
  return { record: record as bigint, parts: [...parts] as bigint[], reflagged: reflagged as bigint };
};
const packed = (fields: readonly bigint[]): bigint => fields.reduceRight((word, field, i) => (word << WIDTHS[i]!) | field, 0n);

describe("a record", () => {
  it("fills its word: every bit belongs to one field, and no field reaches into another", async () => {
    expect(WIDTHS.reduce((sum, bits) => sum + bits)).toBe(256n);
    for (const [i, bits] of WIDTHS.entries()) {
      const alone = WIDTHS.map((_, j) => (i === j ? 2n ** bits - 1n : 0n));
      expect(await read(alone)).toMatchObject({ record: packed(alone), parts: alone });
      const others = WIDTHS.map((width, j) => (i === j ? 0n : 2n ** width - 1n));
      expect(await read(others)).toMatchObject({ record: packed(others), parts: others });
    }
  });

  it("reads as it was packed, and other flags leave the rest of it as it was", async () => {
    const fields = fc.tuple(...WIDTHS.map((bits) => fc.bigInt({ min: 0n, max: 2n ** bits - 1n })));
    await fc.assert(
      fc.asyncProperty(fields, fc.bigInt({ min: 0n, max: 255n }), async (values, flags) => {
        expect(await read(values, flags)).toEqual({ record: packed(values), parts: values, reflagged: packed(values.with(5, flags)) });
      }),
      { seed: 20_260_801, numRuns: 60 },
    );
  });
});
