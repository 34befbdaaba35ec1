import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bookJson, canonicalPositions, parseBook } from "../prover/risk/book.ts";
import { generatedPortfolios } from "./support/arbitraries.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const position = { instrument: "BTC-PERPETUAL", quantity: "-2.5" };
const account = { venue: "deribit", account: "main", asOf: 1_700_000_000, positions: [position] };
const book = { format: "margin-book/1", accounts: [account] };

const withPositions = (...positions: readonly object[]) => ({ ...book, accounts: [{ ...account, positions }] });

describe("parseBook", () => {
  it("reads quantities as signed integers at 1e-8", () => {
    expect(parseBook(book).accounts[0]!.positions).toEqual([{ instrument: "BTC-PERPETUAL", quantity: -250_000_000n }]);
  });

  it("orders positions by name and keeps the order of accounts", () => {
    const named = ["b", "B", "a", "BTC-1", "BTC"].map((instrument) => ({ instrument, quantity: "1" }));
    const read = parseBook({ ...book, accounts: [{ ...account, venue: "z", positions: named }, account] });
    expect(read.accounts[0]!.positions.map(({ instrument }) => instrument)).toEqual(["B", "BTC", "BTC-1", "a", "b"]);
    expect(read.accounts.map(({ venue }) => venue)).toEqual(["z", "deribit"]);
  });

  it("admits an account without positions, and the extreme quantities", () => {
    const extremes = withPositions(
      { instrument: "a", quantity: "184467440737.09551615" },
      { instrument: "b", quantity: "-184467440737.09551615" },
    );
    expect(parseBook(extremes).accounts[0]!.positions.map(({ quantity }) => quantity)).toEqual([2n ** 64n - 1n, -(2n ** 64n) + 1n]);
    expect(parseBook(withPositions()).accounts[0]!.positions).toEqual([]);
  });

  it.each([
    ["a zero quantity", withPositions({ ...position, quantity: "0" }), "OutOfRange", "accounts[0].positions[0].quantity"],
    [
      "a quantity of 2^64 units",
      withPositions({ ...position, quantity: "184467440737.09551616" }),
      "OutOfRange",
      "accounts[0].positions[0].quantity",
    ],
    [
      "a quantity of −2^64 units",
      withPositions({ ...position, quantity: "-184467440737.09551616" }),
      "OutOfRange",
      "accounts[0].positions[0].quantity",
    ],
    [
      "excess digits",
      withPositions(position, { instrument: "x", quantity: "0.000000001" }),
      "InvalidDecimal",
      "accounts[0].positions[1].quantity",
    ],
    ["a JSON number", withPositions({ ...position, quantity: 2 }), "InvalidDecimal", "accounts[0].positions[0].quantity"],
    ["no quantity", withPositions({ instrument: "x" }), "InvalidDecimal", "accounts[0].positions[0].quantity"],
    [
      "an instrument twice",
      withPositions(position, { instrument: "x", quantity: "1" }, position),
      "DuplicatePosition",
      "accounts[0].positions[2].instrument",
    ],
    ["a name with a blank", withPositions({ ...position, instrument: "BTC PERP" }), "InvalidSchema", "accounts[0].positions[0].instrument"],
    ["a name outside ASCII", withPositions({ ...position, instrument: "ВTC" }), "InvalidSchema", "accounts[0].positions[0].instrument"],
    ["an empty name", withPositions({ ...position, instrument: "" }), "InvalidSchema", "accounts[0].positions[0].instrument"],
    ["a name too long", withPositions({ ...position, instrument: "x".repeat(65) }), "InvalidSchema", "accounts[0].positions[0].instrument"],
    ["an account twice", { ...book, accounts: [account, { ...account, positions: [] }] }, "InvalidBook", "accounts[1]"],
    ["no accounts", { ...book, accounts: [] }, "InvalidSchema", "accounts"],
    ["an unknown field", { ...book, accounts: [{ ...account, leverage: 3 }] }, "InvalidSchema", "accounts[0]"],
    ["another format", { ...book, format: "margin-book/2" }, "InvalidSchema", "format"],
    ["a time in milliseconds", { ...book, accounts: [{ ...account, asOf: 1_700_000_000_000 }] }, "InvalidSchema", "accounts[0].asOf"],
    ["a fraction of a second", { ...book, accounts: [{ ...account, asOf: 1.5 }] }, "InvalidSchema", "accounts[0].asOf"],
    ["what is no object", "book", "InvalidSchema", undefined],
  ])("refuses %s", (_, json, code, path) => {
    expect(refusal(() => parseBook(json))).toEqual({ code, path });
  });

  law(
    "parse after format is the identity",
    fc.property(generatedPortfolios({ nettingSets: 1, scenarios: 1, positions: 8, venues: 3 }), ({ book }) => {
      expect(parseBook(JSON.parse(JSON.stringify(bookJson(book))))).toEqual(book);
    }),
    100,
  );
});

describe("canonicalPositions", () => {
  it("leaves the caller's list alone", () => {
    const positions = parseBook(withPositions(position, { instrument: "A", quantity: "1" })).accounts[0]!.positions;
    const reversed = [...positions].reverse();
    expect(canonicalPositions(reversed)).toEqual(positions);
    expect(reversed).toEqual([...positions].reverse());
  });
});
