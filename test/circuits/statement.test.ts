import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { add, BASE, IDENTITY, isOnCurve, multiply, SUBGROUP_ORDER, type Point } from "../../prover/commitment/curve.ts";
import { poseidon } from "../../prover/commitment/poseidon.ts";
import { checkStatements } from "../../prover/proof/statement-check.ts";
import { accountHash } from "../../prover/statement/account-set.ts";
import { formatAddress } from "../../prover/statement/address.ts";
import { ASSURANCES, assuranceLevel, buildRegistry, type Assurance } from "../../prover/statement/attester-registry.ts";
import { verifySignature, type Signature } from "../../prover/statement/signature.ts";
import { positionsHash, statementHash, type Statement } from "../../prover/statement/statement.ts";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { OFF_CURVE, ORDER_EIGHT, ORDER_FOUR, ORDER_TWO } from "../support/points.ts";
import { requestOf } from "../support/proving-request.ts";
import { refusal } from "../support/refusal.ts";
import { OTHER_KEY, STATEMENT, VENUE_KEY } from "../support/statements.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const FILE = "statement.circom";

describe("StatementHash", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "StatementHash", inputs: ["subject", "scope", "account", "asOf", "sequence", "count", "positionsHash", "salt"] });
  });
  const inputs = (statement: Statement): Record<string, bigint> => ({
    subject: BigInt(statement.subject),
    scope: statement.scope,
    account: accountHash(statement),
    asOf: BigInt(statement.asOf),
    sequence: BigInt(statement.sequence),
    count: BigInt(statement.positions.length),
    positionsHash: positionsHash(statement.positions),
    salt: statement.salt,
  });
  const HONEST = inputs(STATEMENT);

  describe("agrees", () => {
    const statements = fc.record({
      subject: fc.bigInt({ min: 0n, max: (1n << 160n) - 1n }).map(formatAddress),
      scope: fc.bigInt({ min: 0n, max: (1n << 248n) - 1n }),
      venue: fc.constantFrom("deribit", "custodian"),
      account: fc.constantFrom("main", "vault"),
      asOf: fc.nat({ max: 2 ** 32 - 1 }),
      sequence: fc.nat({ max: 2 ** 32 - 1 }),
      salt: fc.bigInt({ min: 0n, max: (1n << 248n) - 1n }),
      positions: fc.constantFrom(STATEMENT.positions, STATEMENT.positions.slice(1), []),
    });
    law("with statementHash, for any statement", fc.asyncProperty(statements, async (statement) => {
      expect(await tested.output(inputs(statement), "out")).toBe(statementHash(statement));
    }), 20);
  });

  describe("refuses", () => {
    it.each([["asOf", 32n, "sequence"], ["sequence", 32n, "count"]] as const)("%s that overflows %i bits into %s, though the packing is the same", async (part, bits, next) => {
      for (const carry of [1n, -1n]) {
        const spilled = { ...HONEST, [part]: HONEST[part]! + carry * (1n << bits), [next]: HONEST[next]! - carry };
        expect(await tested.refusal(spilled)).toBe("Num2Bits in CheckBits in StatementHash");
      }
    });

    it.each([["asOf", 32n], ["sequence", 32n], ["count", 16n]] as const)("%s of more than %i bits, or below zero", async (part, bits) => {
      for (const value of [1n << bits, FIELD - 1n]) expect(await tested.refusal({ ...HONEST, [part]: value })).toBe("Num2Bits in CheckBits in StatementHash");
    });

    it("to hash two statements alike: every part counts", async () => {
      const changed = Object.keys(HONEST).map((part) => ({ ...HONEST, [part]: HONEST[part]! + 1n }));
      const hashes = await Promise.all([HONEST, ...changed].map((given) => tested.output(given, "out")));
      expect(new Set(hashes).size).toBe(hashes.length);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ ...HONEST, sequence: 8 })).toEqual([]);
    });
  });

  describe("edges", () => {
    it("every packed part at zero and at its largest", async () => {
      const limits = { asOf: (1n << 32n) - 1n, sequence: (1n << 32n) - 1n, count: (1n << 16n) - 1n };
      expect(await tested.refusal({ ...HONEST, ...limits })).toBe("accepted");
      expect(await tested.refusal({ ...HONEST, asOf: 0, sequence: 0, count: 0 })).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("one hash of seven and 80 bits", () => {
      expectCost("StatementHash", [], tested);
    });
  });
});

describe("StatementSignature", () => {
  const HASH = statementHash(STATEMENT);
  const KEY = VENUE_KEY.publicKey;
  const SIGNATURE = VENUE_KEY.sign(HASH);
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "StatementSignature", inputs: ["enabled", "key", "signatureR8", "signatureS", "hash"] });
  });
  const xy = ({ x, y }: Point) => [x, y];
  const inputs = (hash = HASH, { R8, S }: Signature = SIGNATURE, key = KEY, enabled = 1n): Inputs => ({ enabled, key: xy(key), signatureR8: xy(R8), signatureS: S, hash });
  const verifier = "EdDSAPoseidonVerifier in StatementSignature";
  const equation = `ForceEqualIfEnabled in ${verifier}`;

  /** A signature by the scalar `secret`, under any published key: the same equation as the verifier's, solved for S. */
  function signAs(hash: bigint, secret: bigint, key: Point, R8 = multiply(BASE, 77n)): Signature {
    const challenge = poseidon([R8.x, R8.y, key.x, key.y, hash]);
    return { R8, S: (77n + 8n * challenge * secret) % SUBGROUP_ORDER };
  }

  describe("agrees", () => {
    const messages = fc.bigInt({ min: 0n, max: FIELD - 1n });
    law("with verifySignature, for any message, honest or with one part changed", fc.asyncProperty(messages, fc.constantFrom("nothing", "hash", "S", "R8", "key"), async (hash, part) => {
      const { R8, S } = VENUE_KEY.sign(hash);
      const signature = { R8: part === "R8" ? add(R8, BASE) : R8, S: part === "S" ? (S + 1n) % SUBGROUP_ORDER : S };
      const [message, key] = [part === "hash" ? (hash + 1n) % FIELD : hash, part === "key" ? OTHER_KEY.publicKey : KEY];
      const verdict = (await tested.refusal(inputs(message, signature, key))) === "accepted";
      expect([verdict, verifySignature(message, signature, key)]).toEqual([part === "nothing", part === "nothing"]);
    }), 12);
  });

  describe("refuses", () => {
    it.each<[string, Statement]>([
      ["subject", { ...STATEMENT, subject: formatAddress(1n) }],
      ["scope: another chain, registry or policy", { ...STATEMENT, scope: STATEMENT.scope + 1n }],
      ["account", { ...STATEMENT, account: "hedge" }],
      ["venue", { ...STATEMENT, venue: "custodian" }],
      ["time", { ...STATEMENT, asOf: STATEMENT.asOf + 1 }],
      ["sequence", { ...STATEMENT, sequence: STATEMENT.sequence + 1 }],
      ["book, with a position less", { ...STATEMENT, positions: STATEMENT.positions.slice(1) }],
      ["salt", { ...STATEMENT, salt: STATEMENT.salt + 1n }],
    ])("a signature of another %s", async (_, statement) => {
      expect(await tested.refusal(inputs(statementHash(statement)))).toBe(equation);
    });

    it.each<[string, () => Inputs, string]>([
      ["another key", () => inputs(HASH, SIGNATURE, OTHER_KEY.publicKey), equation],
      ["another R8", () => inputs(HASH, { ...SIGNATURE, R8: add(SIGNATURE.R8, BASE) }), equation],
      ["another S", () => inputs(HASH, { ...SIGNATURE, S: SIGNATURE.S + 1n }), equation],
      ["S plus the subgroup order, a second signature of the same statement", () => inputs(HASH, { ...SIGNATURE, S: SIGNATURE.S + SUBGROUP_ORDER }), verifier],
      ["S of exactly the subgroup order", () => inputs(HASH, { ...SIGNATURE, S: SUBGROUP_ORDER }), verifier],
      ["S of 254 bits", () => inputs(HASH, { ...SIGNATURE, S: 1n << 253n }), `Num2Bits in ${verifier}`],
      ["a key off the curve", () => inputs(HASH, SIGNATURE, OFF_CURVE), "BabyCheck in StatementSignature"],
      ["R8 off the curve", () => inputs(HASH, { ...SIGNATURE, R8: OFF_CURVE }), "BabyCheck in StatementSignature"],
      ["R8 with a part of small order", () => inputs(HASH, signAs(HASH, 5n, multiply(BASE, 5n), add(multiply(BASE, 77n), ORDER_TWO)), multiply(BASE, 5n)), equation],
      ["R8 negated", () => inputs(HASH, { ...SIGNATURE, R8: { x: FIELD - SIGNATURE.R8.x, y: SIGNATURE.R8.y } }), equation],
    ])("%s", async (_, given, expected) => {
      expect(await tested.refusal(given())).toBe(expected);
    });

    it.each([["the neutral point", IDENTITY], ["order two", ORDER_TWO], ["order four", ORDER_FOUR], ["order eight", ORDER_EIGHT]])(
      "a key of small order, %s, under which anybody can sign",
      async (_, key) => {
        expect(isOnCurve(key)).toBe(true);
        expect(await tested.refusal(inputs(HASH, signAs(HASH, 0n, key), key))).toBe(verifier);
      },
    );

    it("no key with a part of small order: registries must keep it out, and do (R7)", async () => {
      const key = add(multiply(BASE, 5n), ORDER_EIGHT);
      expect(await tested.refusal(inputs(HASH, signAs(HASH, 5n, key), key))).toBe("accepted");
      const attester = { venue: "deribit", key, assurance: "attested", validFrom: 0, validUntil: 1 } as const;
      expect(refusal(() => buildRegistry([attester]))).toEqual({ code: "InvalidPoint", path: "attesters[0].key" });
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: open are only the inverses of differences that are 0, which IsZero does not read, and how much `enabled` is", async () => {
      const allowed = [/\.eqCheckX\.isz\.inv$/, /\.eqCheckY\.isz\.inv$/, /^main\.enabled$/];
      expect(await tested.undetermined(inputs(), allowed)).toEqual([]);
    });

    it("by a witness of another statement's signature", async () => {
      const [honest, other] = [await tested.witness(inputs()), await tested.witness(inputs(HASH + 1n, VENUE_KEY.sign(HASH + 1n)))];
      const forged = [...other];
      forged[tested.circuit.wire("hash")] = honest[tested.circuit.wire("hash")]!;
      expect(tested.circuit.checkConstraints(forged).ok).toBe(false);
    });
  });

  describe("edges", () => {
    it.each([0n, 1n, FIELD - 1n])("the message %s can be signed", async (hash) => {
      expect(await tested.refusal(inputs(hash, VENUE_KEY.sign(hash)))).toBe("accepted");
    });

    it.each([["zero", 0n], ["one below the subgroup order", SUBGROUP_ORDER - 1n]])("S of %s is in range, and then the equation decides", async (_, S) => {
      expect(await tested.refusal(inputs(HASH, { ...SIGNATURE, S }))).toBe(equation);
    });

    it("an unused place takes no signature, but its points still lie on the curve", async () => {
      const nothing = { R8: IDENTITY, S: 0n };
      expect(await tested.refusal(inputs(0n, nothing, KEY, 0n))).toBe("accepted");
      expect(await tested.refusal(inputs(0n, nothing, IDENTITY, 0n))).toBe("accepted");
      expect(await tested.refusal(inputs(0n, nothing, OFF_CURVE, 0n))).toBe("BabyCheck in StatementSignature");
      expect(await tested.refusal(inputs(0n, { ...nothing, R8: { x: 0n, y: 0n } }, KEY, 0n))).toBe("BabyCheck in StatementSignature");
    });
  });

  describe("costs", () => {
    it("circomlib's verifier and two checks of the curve equation", () => {
      expectCost("StatementSignature", [], tested);
    });
  });
});

describe("StatementTimes", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "StatementTimes", inputs: ["enabled", "asOf", "claimAsOf", "validFrom", "validUntil", "assurance", "minAssurance"] });
  });
  const AT = 1_700_000_000;
  const TIMES = { enabled: 1, asOf: AT, claimAsOf: AT - 60, validFrom: AT - 3600, validUntil: AT + 3600, assurance: 1, minAssurance: 1 };
  const range = "Num2Bits in CheckBits in StatementTimes";

  describe("agrees", () => {
    /** What checkStatements says about a statement and an attester with these times. */
    function shipped({ claimAsOf, validFrom, validUntil, assurance, minAssurance }: { claimAsOf: number; validFrom: number; validUntil: number; assurance: Assurance; minAssurance: Assurance }): boolean {
      const registry = buildRegistry([{ venue: STATEMENT.venue, key: VENUE_KEY.publicKey, assurance, validFrom, validUntil }]);
      const request = requestOf([{ ...STATEMENT, asOf: AT }], { registry, claim: { asOf: claimAsOf, minAssurance } });
      try {
        return checkStatements(request).length === 1;
      } catch (error) {
        expect(["StatementMismatch", "UnknownAttester"]).toContain((error as { code?: string }).code);
        return false;
      }
    }
    const near = fc.integer({ min: -2, max: 2 }).map((seconds) => AT + seconds);
    const cases = fc.record({ claimAsOf: near, validFrom: near, validUntil: near, assurance: fc.constantFrom(...ASSURANCES), minAssurance: fc.constantFrom(...ASSURANCES) });
    law("with checkStatements, a few seconds around every bound", fc.asyncProperty(cases.filter(({ validFrom, validUntil }) => validFrom <= validUntil), async (given) => {
      const inputs = { ...given, enabled: 1, asOf: AT, assurance: assuranceLevel(given.assurance), minAssurance: assuranceLevel(given.minAssurance) };
      expect((await tested.refusal(inputs)) === "accepted").toBe(shipped(given));
    }), 30);
  });

  describe("refuses", () => {
    it.each([
      ["a statement one second older than claimed", { claimAsOf: AT + 1 }],
      ["a statement from before its key was valid", { validFrom: AT + 1 }],
      ["a statement from after its key expired", { validUntil: AT - 1 }],
      ["an assurance below the claimed one", { minAssurance: 2 }],
      ["a statement of the far past", { asOf: 0 }],
      ["a time 2^32 after the claimed one", { asOf: 2 ** 32, claimAsOf: 0, validFrom: AT, validUntil: 2 ** 32 }],
      ["a time 2^32 after its key became valid", { asOf: 2 ** 32, validFrom: 0, validUntil: 2 ** 32 }],
      ["a time 2^32 before its key expires", { asOf: 0, claimAsOf: 0, validFrom: 0, validUntil: 2 ** 32 }],
      ["an assurance four levels above the claimed one", { assurance: 4, minAssurance: 0 }],
      ["a key that was never valid", { validFrom: AT + 3600, validUntil: AT - 3600 }],
    ])("%s", async (_, change) => {
      expect(await tested.refusal({ ...TIMES, ...change })).toBe(range);
    });

    it("no stale statement where `enabled` is minus one: it must be boolean, as MarginHealth makes it (R8)", async () => {
      const stale = { ...TIMES, claimAsOf: AT + 1, validFrom: AT, validUntil: AT };
      expect(await tested.refusal(stale)).toBe(range);
      expect(await tested.refusal({ ...stale, enabled: FIELD - 1n })).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(TIMES)).toEqual([]);
    });

    it("by times that differ by a multiple of the range", async () => {
      for (const claimAsOf of [BigInt(AT) + (1n << 32n), BigInt(AT) - (1n << 32n), FIELD + BigInt(AT) - (1n << 33n)]) {
        expect(await tested.refusal({ ...TIMES, claimAsOf })).toBe(range);
      }
    });
  });

  describe("edges", () => {
    it.each([
      ["exactly as old as claimed, at both ends of the key's validity", { claimAsOf: AT, validFrom: AT, validUntil: AT }],
      ["everything at zero", { asOf: 0, claimAsOf: 0, validFrom: 0, validUntil: 0, assurance: 0, minAssurance: 0 }],
      ["everything at its largest", { asOf: 2 ** 32 - 1, claimAsOf: 2 ** 32 - 1, validFrom: 0, validUntil: 2 ** 32 - 1, assurance: 3, minAssurance: 3 }],
      ["the widest differences", { asOf: 2 ** 32 - 1, claimAsOf: 0, validFrom: 0, validUntil: 2 ** 32 - 1, assurance: 3, minAssurance: 0 }],
      ["an unused place, whatever it says", { enabled: 0, asOf: 0, claimAsOf: AT, validFrom: AT, validUntil: 1, assurance: 0, minAssurance: 3 }],
    ])("%s", async (_, change) => {
      expect(await tested.refusal({ ...TIMES, ...change })).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("98 bits and four products", () => {
      expectCost("StatementTimes", [], tested);
      expect(tested.circuit.r1cs.constraints).toBe(3 * 32 + 2 + 4);
    });
  });
});
