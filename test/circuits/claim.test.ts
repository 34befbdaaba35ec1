import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CLAIM_LAYOUT, claimIntegers, packClaim, type Claim } from "../../prover/proof/claim.ts";
import { formatAddress } from "../../prover/statement/address.ts";
import { ASSURANCES } from "../../prover/statement/attester-registry.ts";
import { FIELD, type Bps, type Level } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const CLAIM: Claim = { subject: formatAddress(0x1234567890n), asOf: 1_700_000_000, sequence: 12, minRatioBps: 11_000n as Bps, level: "IM", minAssurance: "attested" };
const inputs = (claim: Claim): Record<string, bigint> => ({ claim: packClaim(claim), ...claimIntegers(claim) });
const PARTS = CLAIM_LAYOUT.map(({ part }) => part);

describe("Claim", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "claim.circom", template: "Claim", inputs: ["claim", ...PARTS] });
  });

  describe("agrees", () => {
    const claims = fc.record({
      subject: fc.bigInt({ min: 0n, max: (1n << 160n) - 1n }).map(formatAddress),
      asOf: fc.nat({ max: 2 ** 32 - 1 }),
      sequence: fc.nat({ max: 2 ** 36 - 1 }),
      minRatioBps: fc.bigInt({ min: 0n, max: (1n << 20n) - 1n }).map((bps) => bps as Bps),
      level: fc.constantFrom<Level>("MM", "IM"),
      minAssurance: fc.constantFrom(...ASSURANCES),
    });
    law("with packClaim, for any claim", fc.asyncProperty(claims, async (claim) => {
      expect(await tested.refusal(inputs(claim))).toBe("accepted");
    }), 40);
  });

  describe("refuses", () => {
    it.each(PARTS)("%s one more or one less than the claim says", async (part) => {
      const honest = inputs(CLAIM);
      for (const delta of [1n, -1n]) {
        // level is 1: 2 and -1 are no levels, 0 is another one
        expect(await tested.refusal({ ...honest, [part]: honest[part]! + delta })).toMatch(part === "level" && delta === 1n ? /^CheckBoolean in Claim$/ : /^Claim$/);
      }
    });

    it.each(PARTS.slice(0, -1).map((part, i) => ({ part, next: PARTS[i + 1]!, bits: BigInt(CLAIM_LAYOUT[i]!.bits) })))(
      "$part that overflows into $next, though the packed claim is the same",
      async ({ part, next, bits }) => {
        const honest = inputs(CLAIM);
        const [over, under] = [
          { ...honest, [part]: honest[part]! + (1n << bits), [next]: honest[next]! - 1n },
          { ...honest, [part]: honest[part]! - (1n << bits), [next]: honest[next]! + 1n },
        ];
        for (const spilled of [over, under]) {
          expect(await tested.refusal(spilled)).toBe(part === "level" ? "CheckBoolean in Claim" : "Num2Bits in CheckBits in Claim");
        }
      },
    );

    it("an assurance beyond its two bits, on top of the claim", async () => {
      const honest = inputs(CLAIM);
      expect(await tested.refusal({ ...honest, claim: honest.claim! + (3n << 249n), minAssurance: 4n })).toBe("Num2Bits in CheckBits in Claim");
    });

    it("a claim of another value", async () => {
      const honest = inputs(CLAIM);
      for (const claim of [0n, honest.claim! + 1n, honest.claim! - 1n, honest.claim! + (1n << 251n)]) expect(await tested.refusal({ ...honest, claim })).toBe("Claim");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      // from a level of 0: the whole claim is one equation, so nothing may move alone
      expect(await tested.undetermined(inputs({ ...CLAIM, level: "MM" }))).toEqual([]);
    });

    it("by the bits of another claim", async () => {
      const [a, b] = [await tested.witness(inputs(CLAIM)), await tested.witness(inputs({ ...CLAIM, sequence: 13 }))];
      const forged = [...b];
      forged[tested.circuit.wire("claim")] = a[tested.circuit.wire("claim")]!;
      expect(tested.circuit.checkConstraints(forged).ok).toBe(false);
    });
  });

  describe("edges", () => {
    const limits = Object.fromEntries(CLAIM_LAYOUT.map(({ part, bits }) => [part, (1n << BigInt(bits)) - 1n])) as Record<keyof Claim, bigint>;
    const packed = (parts: Readonly<Record<keyof Claim, bigint>>): Inputs => {
      let shift = 0n;
      const claim = CLAIM_LAYOUT.reduce((sum, { part, bits }) => {
        const placed = sum + (parts[part] << shift);
        shift += BigInt(bits);
        return placed;
      }, 0n);
      return { claim, ...parts };
    };

    it("every part at its largest, and all at zero", async () => {
      expect(await tested.refusal(packed(limits))).toBe("accepted");
      expect(await tested.refusal(packed({ subject: 0n, asOf: 0n, sequence: 0n, minRatioBps: 0n, level: 0n, minAssurance: 0n }))).toBe("accepted");
    });

    it.each(PARTS)("%s at its limit is refused", async (part) => {
      const zero = { subject: 0n, asOf: 0n, sequence: 0n, minRatioBps: 0n, level: 0n, minAssurance: 0n };
      for (const value of [limits[part] + 1n, FIELD - 1n]) {
        expect(await tested.refusal(packed({ ...zero, [part]: value }))).toBe(part === "level" ? "CheckBoolean in Claim" : "Num2Bits in CheckBits in Claim");
      }
    });
  });

  describe("costs", () => {
    it("a constraint for each of its 251 bits, and one for the sum where all parts keep their wires", () => {
      expectCost("Claim", [], tested);
      expect(tested.circuit.r1cs.constraints).toBe(251 + 1);
    });
  });
});
