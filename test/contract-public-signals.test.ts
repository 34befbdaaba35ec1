import { readFileSync } from "node:fs";
import type { Contract } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { levelBit, packClaim, type Claim } from "../prover/proof/claim.ts";
import { PUBLIC_SIGNALS } from "../prover/proof/public-signals.ts";
import { formatAddress } from "../prover/statement/address.ts";
import { ASSURANCES, assuranceLevel } from "../prover/statement/attester-registry.ts";
import { scopeOf } from "../prover/statement/scope.ts";
import type { Bps } from "../prover/units.ts";
import { connect, refusal, type Chain } from "./support/contracts.ts";

let chain: Chain;
let reader: Contract;

const claims: fc.Arbitrary<Claim> = fc.record({
  subject: fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }).map(formatAddress),
  asOf: fc.nat({ max: 2 ** 32 - 1 }),
  sequence: fc.nat({ max: 2 ** 36 - 1 }),
  minRatioBps: fc.bigInt({ min: 0n, max: 2n ** 20n - 1n }).map((bps) => bps as Bps),
  level: fc.constantFrom("MM", "IM"),
  minAssurance: fc.constantFrom(...ASSURANCES),
});

/** The claim as the contract reads it. */
const words = (claim: Claim) => [BigInt(claim.subject), BigInt(claim.asOf), BigInt(claim.sequence), claim.minRatioBps, levelBit(claim.level), assuranceLevel(claim.minAssurance)];
const read = async (name: "unpack" | "unpackTerms", packed: bigint) => [...(await reader.getFunction(name)(packed))].map((part) => BigInt(part));

beforeAll(async () => {
  chain = await connect();
  reader = await chain.ethers.deployContract("PublicSignalsReader");
});
afterAll(() => chain.close());

describe("the order of the signals", () => {
  const names = PUBLIC_SIGNALS.map(({ name }) => name);

  it("is one in the prover's table and in Solidity", async () => {
    const signals = names.map((_, i) => BigInt(100 + i));
    const answer = await reader.getFunction("read")(signals);
    expect(answer.toObject()).toEqual(Object.fromEntries(names.map((name, i) => [name, signals[i]])));
  });

  it("is the circuit's", () => {
    const source = readFileSync("circuits/margin-health.circom", "utf8");
    const section = source.slice(source.indexOf("// Public\n"), source.indexOf("// The claim's parts"));
    expect([...section.matchAll(/signal input (\w+);/g)].map(([, name]) => name)).toEqual(names);
  });
});

describe("a claim", () => {
  it("is read as the prover packs it, from itself and from what is stored of it", async () => {
    await fc.assert(
      fc.asyncProperty(claims, async (claim) => {
        const packed = packClaim(claim);
        expect(await read("unpack", packed)).toEqual(words(claim));
        expect(await read("unpackTerms", packed)).toEqual(words(claim).with(0, 0n));
      }),
      { seed: 20_260_801, numRuns: 60 },
    );
  });

  it("with any bit above its 251 is refused", async () => {
    for (let bit = 251n; bit < 256n; bit++) {
      expect(await refusal(read("unpack", 1n << bit), reader)).toEqual({ name: "InvalidClaim", args: [1n << bit] });
    }
  });

  it("with an assurance that does not exist is refused", async () => {
    expect(await refusal(read("unpack", 3n << 249n), reader)).toEqual({ name: "InvalidClaim", args: [3n << 249n] });
  });
});

describe("a scope", () => {
  it("is the prover's, for any registry and policy", async () => {
    const scopes = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 248n - 1n }));
    await fc.assert(
      fc.asyncProperty(scopes, async ([registry, policyHash]) => {
        const address = formatAddress(registry);
        const expected = scopeOf({ chainId: 31337n, registry: address, policyHash });
        expect(await reader.getFunction("scopeOf")(address, `0x${policyHash.toString(16).padStart(64, "0")}`)).toBe(expected);
      }),
      { seed: 20_260_801, numRuns: 30 },
    );
  });
});
