import { readFileSync } from "node:fs";
import { keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import { identifier, TAGS } from "../prover/commitment/domain.ts";
import { chain, poseidon, signedToField } from "../prover/commitment/poseidon.ts";
import { BITS, FIELD } from "../prover/units.ts";
import { refusal } from "./support/refusal.ts";

const circom = readFileSync(new URL("../circuits/lib/domain.circom", import.meta.url), "utf8");
const constants = new Map([...circom.matchAll(/function (\w+)\(\) *\{ return (\d+); \}/g)].map(([, name, value]) => [name!, BigInt(value!)]));
const upperSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

describe("agrees with the circuits", () => {
  it("on every domain tag", () => {
    const tags = [...constants].filter(([name]) => name.startsWith("TAG_"));
    expect(Object.fromEntries(tags)).toEqual(Object.fromEntries(Object.entries(TAGS).map(([name, tag]) => [`TAG_${upperSnake(name)}`, tag])));
  });

  it("on every bit width of the ledger", () => {
    const widths = [...constants].filter(([name]) => name.startsWith("BITS_"));
    expect(widths.length).toBeGreaterThan(0);
    for (const [name, width] of widths) {
      const entry = name === "BITS_FACTOR" ? "lossFactor" : name.slice("BITS_".length).toLowerCase();
      expect([name, width]).toEqual([name, BigInt(BITS[entry as keyof typeof BITS])]);
    }
  });

  it("on Poseidon, by the vector of circomlib's tests", () => {
    expect(poseidon([1n, 2n])).toBe(7853200120776062878684798364095072458815029376092732009249414926327459813530n);
  });
});

describe("domains are separate (16)", () => {
  it("no two tags are equal", () => {
    expect(new Set(Object.values(TAGS)).size).toBe(Object.keys(TAGS).length);
  });

  it("identifiers are keccak256 without its last byte", () => {
    expect(identifier("BTC-PERPETUAL")).toBe(BigInt(keccak256(toUtf8Bytes("BTC-PERPETUAL"))) >> 8n);
  });

  it("a chain depends on its start, its order and its length", () => {
    const heads = [chain(TAGS.portfolio, [1n, 2n]), chain(TAGS.portfolio, [2n, 1n]), chain(TAGS.portfolio, [1n]), chain(TAGS.positions, [1n, 2n]), chain(TAGS.portfolio, [1n, 2n, 0n])];
    expect(new Set(heads).size).toBe(heads.length);
  });
});

describe("hash inputs are reduced (17)", () => {
  it("a value plus the field order is refused, not hashed like the value", () => {
    expect(refusal(() => poseidon([1n, 2n + FIELD]))).toEqual({ code: "OutOfRange", path: "inputs[1]" });
    expect(refusal(() => poseidon([-1n]))).toEqual({ code: "OutOfRange", path: "inputs[0]" });
  });

  it("lists longer than the widest Poseidon, and empty ones, are refused", () => {
    expect(refusal(() => poseidon(Array<bigint>(17).fill(0n))).code).toBe("OutOfRange");
    expect(refusal(() => poseidon([])).code).toBe("OutOfRange");
  });

  it("signed integers map to the field with their negatives", () => {
    expect((signedToField(-5n) + 5n) % FIELD).toBe(0n);
    expect(signedToField(5n)).toBe(5n);
    expect(refusal(() => signedToField(FIELD)).code).toBe("OutOfRange");
  });
});
