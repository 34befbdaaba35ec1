import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLAIM_BITS, packClaim, unpackClaim } from "../prover/proof/claim.ts";
import type { Claim } from "../prover/proof/claim.ts";
import { formatAddress } from "../prover/statement/address.ts";
import { ASSURANCES } from "../prover/statement/attester-registry.ts";
import { FIELD } from "../prover/units.ts";
import type { Bps } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const CLAIM: Claim = { subject: formatAddress((1n << 160n) - 1n), asOf: 2 ** 32 - 1, sequence: 2 ** 36 - 1, minRatioBps: ((1n << 20n) - 1n) as Bps, level: "IM", minAssurance: "venue-signed" };
const ZERO: Claim = { subject: formatAddress(0n), asOf: 0, sequence: 0, minRatioBps: 0n as Bps, level: "MM", minAssurance: "self-claimed" };

const claims = fc.record({
  subject: fc.bigInt({ min: 0n, max: (1n << 160n) - 1n }).map(formatAddress),
  asOf: fc.nat({ max: 2 ** 32 - 1 }),
  sequence: fc.nat({ max: 2 ** 36 - 1 }),
  minRatioBps: fc.bigInt({ min: 0n, max: (1n << 20n) - 1n }).map((bps) => bps as Bps),
  level: fc.constantFrom("MM", "IM"),
  minAssurance: fc.constantFrom(...ASSURANCES),
});

describe("packing", () => {
  law(
    "is undone by unpacking",
    fc.property(claims, (claim) => {
      expect(unpackClaim(packClaim(claim))).toEqual(claim);
    }),
  );

  it("puts each part at its place, lowest bits first", () => {
    const places = (change: Partial<Claim>): bigint => packClaim({ ...ZERO, ...change });
    expect(places({ subject: formatAddress(1n) })).toBe(1n);
    expect(places({ asOf: 1 })).toBe(1n << 160n);
    expect(places({ sequence: 1 })).toBe(1n << 192n);
    expect(places({ minRatioBps: 1n as Bps })).toBe(1n << 228n);
    expect(places({ level: "IM" })).toBe(1n << 248n);
    expect(places({ minAssurance: "attested" })).toBe(1n << 249n);
  });

  it("fills 251 bits and stays below the field order", () => {
    expect(CLAIM_BITS).toBe(251);
    expect(packClaim(CLAIM)).toBe((1n << 251n) - 1n - (1n << 249n));
    expect(1n << BigInt(CLAIM_BITS) < FIELD).toBe(true);
  });
});

describe("refuses", () => {
  it.each<[string, Partial<Claim>]>([
    ["claim.asOf", { asOf: 2 ** 32 }],
    ["claim.asOf", { asOf: -1 }],
    ["claim.asOf", { asOf: 0.5 }],
    ["claim.sequence", { sequence: 2 ** 36 }],
    ["claim.minRatioBps", { minRatioBps: (1n << 20n) as Bps }],
    ["claim.minRatioBps", { minRatioBps: -1n as Bps }],
    ["claim.subject", { subject: `0x1${"0".repeat(40)}` }],
  ])("%s out of its width, rather than spill into the next part", (path, change) => {
    expect(refusal(() => packClaim({ ...CLAIM, ...change }))).toEqual({ code: "OutOfRange", path });
  });

  it("a packed claim of 252 bits, a negative one, or an assurance level that does not exist", () => {
    expect(refusal(() => unpackClaim(1n << 251n))).toEqual({ code: "OutOfRange", path: "claim" });
    expect(refusal(() => unpackClaim(-1n))).toEqual({ code: "OutOfRange", path: "claim" });
    expect(refusal(() => unpackClaim(3n << 249n))).toEqual({ code: "OutOfRange", path: "claim.minAssurance" });
  });
});
