import { AbiCoder, getAddress, keccak256, zeroPadValue, toBeHex } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../prover/statement/address.ts";
import type { Address } from "../prover/statement/address.ts";
import { scopeOf } from "../prover/statement/scope.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";
import { remedy } from "./support/remedy.ts";
import { SUBJECT } from "./support/statements.ts";

const addresses = fc.bigInt({ min: 0n, max: (1n << 160n) - 1n });
const hex = (value: bigint): string => zeroPadValue(toBeHex(value), 20);

describe("addresses", () => {
  law(
    "are spelled as ethers spells them",
    fc.property(addresses, (value) => {
      expect(formatAddress(value)).toBe(getAddress(hex(value)));
      expect(parseAddress(hex(value))).toBe(formatAddress(value));
    }),
  );

  it("are taken in one case, or with the right checksum", () => {
    expect([SUBJECT, SUBJECT.toLowerCase(), `0x${SUBJECT.slice(2).toUpperCase()}`].map((text) => parseAddress(text))).toEqual([SUBJECT, SUBJECT, SUBJECT]);
  });

  it.each([["a wrong checksum", SUBJECT.replace("A", "a")], ["39 digits", SUBJECT.slice(0, -1)], ["41 digits", `${SUBJECT}0`], ["no prefix", SUBJECT.slice(2)], ["a number", 5], ["nothing", undefined], ["a letter that is no digit", SUBJECT.replace("5", "g")]])(
    "with %s are refused",
    (_, text) => {
      expect(refusal(() => parseAddress(text, "subject"))).toEqual({ code: "InvalidSchema", path: "subject" });
    },
  );

  it("say that a checksum is wrong rather than the form", () => {
    expect(remedy(() => parseAddress(SUBJECT.replace("A", "a"))).hint).toContain("mistyped");
  });
});

describe("scopes", () => {
  const parts = { chainId: 31337n, registry: SUBJECT, policyHash: (1n << 248n) - 1n };

  law(
    "are keccak256(abi.encode(chainId, registry, policyId)) without the last byte",
    fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), addresses, fc.bigInt({ min: 0n, max: (1n << 248n) - 1n }), (chainId, registry, policyHash) => {
      const encoded = AbiCoder.defaultAbiCoder().encode(["uint256", "address", "bytes32"], [chainId, hex(registry), zeroPadValue(toBeHex(policyHash), 32)]);
      expect(scopeOf({ chainId, registry: formatAddress(registry), policyHash })).toBe(BigInt(keccak256(encoded)) >> 8n);
    }),
  );

  it.each<[string, Partial<typeof parts>]>([["chain", { chainId: 1n }], ["registry", { registry: "0x0000000000000000000000000000000000000001" as Address }], ["policy", { policyHash: 1n }]])("depend on the %s", (_, change) => {
    expect(scopeOf({ ...parts, ...change })).not.toBe(scopeOf(parts));
  });

  it("refuse a chain id of 257 bits", () => {
    expect(refusal(() => scopeOf({ ...parts, chainId: 1n << 256n }))).toEqual({ code: "OutOfRange", path: "chainId" });
  });
});
