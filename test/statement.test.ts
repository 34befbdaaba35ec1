import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identifier, TAGS } from "../prover/commitment/domain.ts";
import { poseidon } from "../prover/commitment/poseidon.ts";
import { accountHash, accountSet, portfolioCommitment } from "../prover/statement/account-set.ts";
import { positionsHash, randomSalt, statementHash } from "../prover/statement/statement.ts";
import type { Statement } from "../prover/statement/statement.ts";
import { parseStatement, serializeStatement, signStatement, statementJson, verifyStatement } from "../prover/statement/signed-statement.ts";
import { FIELD } from "../prover/units.ts";
import type { Quantity } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";
import { OTHER_KEY, quantity, STATEMENT, SUBJECT, VENUE_KEY } from "./support/statements.ts";

const signed = signStatement(STATEMENT, VENUE_KEY);
const json = (): Record<string, unknown> => JSON.parse(serializeStatement(signed)) as Record<string, unknown>;

describe("what is signed (14, 15)", () => {
  it("is Poseidon7 over tag, subject, scope, account, packed header, positions and salt", () => {
    const account = poseidon([TAGS.account, identifier("deribit"), identifier("main")]);
    const btc = poseidon([TAGS.positions, identifier("BTC-PERPETUAL"), FIELD - 200_000_000n]);
    const positions = poseidon([btc, identifier("USDC"), 5_000_000_000_000n]);
    const packed = 1_700_000_000n + (7n << 32n) + (2n << 64n);
    expect(statementHash(STATEMENT)).toBe(poseidon([TAGS.statement, BigInt(SUBJECT), 12345n, account, packed, positions, 987654321n]));
  });

  it.each<[string, Partial<Statement>]>([
    ["subject", { subject: "0x0000000000000000000000000000000000000001" }],
    ["scope", { scope: 12346n }],
    ["venue", { venue: "okx" }],
    ["account", { account: "main2" }],
    ["time", { asOf: STATEMENT.asOf + 1 }],
    ["sequence", { sequence: 8 }],
    ["salt", { salt: 1n }],
    ["a quantity", { positions: [STATEMENT.positions[0]!, { instrument: "USDC", quantity: quantity(50_001) }] }],
    ["an instrument", { positions: [STATEMENT.positions[0]!, { instrument: "USDT", quantity: quantity(50_000) }] }],
    ["a sign", { positions: [{ instrument: "BTC-PERPETUAL", quantity: quantity(2) }, STATEMENT.positions[1]!] }],
    ["a position left out", { positions: [STATEMENT.positions[1]!] }],
    ["all positions left out", { positions: [] }],
    ["a position added", { positions: [...STATEMENT.positions, { instrument: "Z", quantity: 1n as Quantity }] }],
  ])("binds %s", (_, change) => {
    const changed = { ...STATEMENT, ...change };
    expect(statementHash(changed)).not.toBe(statementHash(STATEMENT));
    expect(refusal(() => verifyStatement({ ...signed, statement: changed }))).toEqual({ code: "InvalidSignature", path: undefined });
  });

  it("does not depend on the order positions are given in, since signing sorts them", () => {
    expect(signStatement({ ...STATEMENT, positions: [...STATEMENT.positions].reverse() }, VENUE_KEY)).toEqual(signed);
  });
});

describe("refuses what is not canonical", () => {
  const [btc, usdc] = STATEMENT.positions as [(typeof STATEMENT.positions)[0], (typeof STATEMENT.positions)[0]];

  it.each<[string, string, Partial<Statement>]>([
    ["DuplicatePosition", "positions[1].instrument", { positions: [btc, btc] }],
    ["InvalidBook", "positions[1].instrument", { positions: [usdc, btc] }],
    ["OutOfRange", "positions[0].quantity", { positions: [{ instrument: "A", quantity: 0n as Quantity }] }],
    ["OutOfRange", "positions[0].quantity", { positions: [{ instrument: "A", quantity: (1n << 64n) as Quantity }] }],
    ["OutOfRange", "positions[0].quantity", { positions: [{ instrument: "A", quantity: -(1n << 64n) as Quantity }] }],
    ["OutOfRange", "asOf", { asOf: 2 ** 32 }],
    ["OutOfRange", "asOf", { asOf: 1.5 }],
    ["OutOfRange", "sequence", { sequence: -1 }],
    ["OutOfRange", "salt", { salt: 1n << 248n }],
    ["OutOfRange", "scope", { scope: 1n << 248n }],
    ["OutOfRange", "scope", { scope: -1n }],
  ])("%s at %s", (code, path, change) => {
    expect(refusal(() => statementHash({ ...STATEMENT, ...change }))).toEqual({ code, path });
  });

  it("takes the largest magnitude of either sign", () => {
    const largest = (1n << 64n) - 1n;
    expect(positionsHash([{ instrument: "A", quantity: largest as Quantity }])).not.toBe(positionsHash([{ instrument: "A", quantity: -largest as Quantity }]));
  });
});

describe("domains are separate (16)", () => {
  it("no object's hash is another object's hash of the same parts", () => {
    const parts = [
      positionsHash([]),
      portfolioCommitment([]),
      accountHash({ venue: "a", account: "b" }),
      positionsHash([{ instrument: "a", quantity: 1n as Quantity }]),
      accountSet([], 1n),
      portfolioCommitment([1n]),
      accountSet([{ venue: "a", account: "b" }], 1n),
    ];
    expect(new Set(parts).size).toBe(parts.length);
  });

  it("a venue and an account of swapped names are different accounts", () => {
    expect(accountHash({ venue: "a", account: "b" })).not.toBe(accountHash({ venue: "b", account: "a" }));
  });
});

describe("the account set", () => {
  const accounts = [{ venue: "deribit", account: "main" }, { venue: "okx", account: "main" }];

  it("depends on salt, order and completeness", () => {
    const sets = [accountSet(accounts, 1n), accountSet(accounts, 2n), accountSet([...accounts].reverse(), 1n), accountSet(accounts.slice(0, 1), 1n)];
    expect(new Set(sets).size).toBe(sets.length);
  });

  it("refuses a salt that is not 248 bits", () => {
    expect(refusal(() => accountSet(accounts, 1n << 248n))).toEqual({ code: "OutOfRange", path: "accountSetSalt" });
    expect(refusal(() => accountSet(accounts, -1n))).toEqual({ code: "OutOfRange", path: "accountSetSalt" });
  });

  it("refuses an account listed twice", () => {
    expect(refusal(() => accountSet([...accounts, accounts[0]!], 1n))).toEqual({ code: "StatementMismatch", path: "accounts[2]" });
  });
});

describe("the document", () => {
  const positions = fc.uniqueArray(fc.record({ instrument: fc.stringMatching(/^[A-Z0-9-]{1,20}$/), quantity: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }) }), { selector: (p) => p.instrument, maxLength: 5 });
  const statements = fc.record({ account: fc.stringMatching(/^[a-z]{1,10}$/), asOf: fc.nat({ max: 2 ** 31 }), sequence: fc.nat(), salt: fc.bigInt({ min: 0n, max: (1n << 248n) - 1n }), positions });

  law(
    "reading back what was written gives the same statement",
    fc.property(statements, (parts) => {
      const statement = signStatement({ ...STATEMENT, ...parts, positions: parts.positions.map((p) => ({ ...p, quantity: p.quantity as Quantity })) }, VENUE_KEY);
      expect(parseStatement(JSON.parse(serializeStatement(statement)))).toEqual(statement);
    }),
    10,
  );

  it("has this shape", () => {
    expect(statementJson(signed)).toMatchObject({
      format: "margin-statement/1",
      subject: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
      scope: "12345",
      venue: "deribit",
      account: "main",
      asOf: 1_700_000_000,
      sequence: 7,
      positions: [{ instrument: "BTC-PERPETUAL", quantity: "-2.00000000" }, { instrument: "USDC", quantity: "50000.00000000" }],
      salt: "987654321",
    });
  });

  it.each<[string, string, (document: Record<string, unknown>) => void]>([
    ["InvalidSchema", "format", (d) => (d["format"] = "margin-statement/2")],
    ["InvalidSchema", "subject", (d) => (d["subject"] = "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")],
    ["InvalidSchema", "salt", (d) => (d["salt"] = "0987654321")],
    ["OutOfRange", "salt", (d) => (d["salt"] = (1n << 248n).toString())],
    ["OutOfRange", "scope", (d) => (d["scope"] = (1n << 248n).toString())],
    ["InvalidDecimal", "positions[1].quantity", (d) => ((d["positions"] as { quantity: string }[])[1]!.quantity = "1.123456789")],
    ["DuplicatePosition", "positions[1].instrument", (d) => ((d["positions"] as { instrument: string }[])[1]!.instrument = "BTC-PERPETUAL")],
    ["InvalidPoint", "attesterKey", (d) => (d["attesterKey"] = ["1", "1"])],
    ["InvalidSchema", "signature.S", (d) => ((d["signature"] as { S: unknown }).S = -1)],
  ])("refuses with %s at %s", (code, path, damage) => {
    const document = json();
    damage(document);
    expect(refusal(() => parseStatement(document))).toEqual({ code, path });
  });

  it("refuses unknown keys", () => {
    expect(refusal(() => parseStatement({ ...json(), note: "x" })).code).toBe("InvalidSchema");
  });

  it("refuses another attester's signature", () => {
    const other = signStatement(STATEMENT, OTHER_KEY);
    expect(refusal(() => parseStatement({ ...json(), signature: JSON.parse(serializeStatement(other)).signature }))).toEqual({ code: "InvalidSignature", path: "signature" });
  });
});

describe("salts (28)", () => {
  it("are fresh, below 2^248, and long", () => {
    const salts = Array.from({ length: 50 }, randomSalt);
    expect(new Set(salts).size).toBe(50);
    expect(salts.every((salt) => salt < 1n << 248n)).toBe(true);
    expect(salts.some((salt) => salt > 1n << 200n)).toBe(true);
  });
});
