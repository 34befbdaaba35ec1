import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assembleBook } from "../prover/import/accounts.ts";
import { exportCsv, importCsv } from "../prover/import/csv.ts";
import { importDeribitMarket } from "../prover/import/deribit-market.ts";
import { readSource } from "../prover/import/source-text.ts";
import type { Account } from "../prover/risk/book.ts";
import type { Quantity } from "../prover/units.ts";
import { DEMO } from "./support/demo-book.ts";
import { law } from "./support/law.ts";
import { remedy } from "./support/remedy.ts";

const MARKET = importDeribitMarket(DEMO.healthy);
const HEADER = "venue,account,as_of,instrument,quantity";
const read = (...lines: string[]): Account[] => importCsv({ name: "", text: lines.join("\n") }, MARKET);
const row = (changes: Partial<Record<"venue" | "account" | "asOf" | "instrument" | "quantity", string>> = {}): string => {
  const { venue, account, asOf, instrument, quantity } = { venue: "okx", account: "main", asOf: "2026-11-20T10:30:00Z", instrument: "BTC", quantity: "1.5", ...changes };
  return [venue, account, asOf, instrument, quantity].join(",");
};
const POSITION = { instrument: "BTC", quantity: 150_000_000n };
const ACCOUNT = { venue: "okx", account: "main", asOf: 1_795_170_600, positions: [POSITION] };

describe("a CSV file", () => {
  it("is read into accounts, in order of first mention, with positions in canonical order", () => {
    const accounts = read(HEADER, row({ instrument: "ETH", quantity: "-20" }), row({ account: "second" }), row());
    expect(accounts).toEqual([
      { ...ACCOUNT, positions: [POSITION, { instrument: "ETH", quantity: -2_000_000_000n }] },
      { ...ACCOUNT, account: "second" },
    ]);
  });

  it.each<[string, string]>([
    ["a byte order mark", `\uFEFF${HEADER.replace("venue", '"venue"')}\n${row()}`],
    ["CRLF line ends", `${HEADER}\r\n${row()}\r\n`],
    ["quoted cells", `${HEADER}\n"okx","main","2026-11-20T10:30:00Z","BTC","1.5"\n`],
    ["blanks around cells", `${HEADER.replaceAll(",", " , ")}\n okx, main ,1795170600, BTC , 1.50 \n`],
    ["empty lines", `${HEADER}\n\n${row()}\n\n`],
    ["columns in another order", `quantity,instrument,as_of,account,venue\n1.5,BTC,1795170600,main,okx`],
  ])("may have %s", (_, text) => {
    expect(importCsv({ name: "okx.csv", text }, MARKET)).toEqual([ACCOUNT]);
  });

  it("quotes within names are doubled, and separators in them are not separators", () => {
    expect(read(HEADER, row({ account: '"a""b,c"' }))[0]?.account).toBe('a"b,c');
  });

  it("of the shipped book holds coins and cash at a second venue", () => {
    const [custody, ...others] = importCsv(readSource(DEMO.custody), MARKET);
    expect(others).toEqual([]);
    expect(custody?.venue).toBe("custody");
    expect(custody?.positions.map(({ instrument }) => instrument)).toEqual(["BTC", "ETH", "USD", "USDC"]);
    expect(assembleBook([custody!]).accounts).toEqual([custody]);
  });
});

describe("refuses", () => {
  it.each<[string, string, string, string[]]>([
    ["InvalidSchema", "line 1", "no positions below the header", [HEADER]],
    ["InvalidSchema", "line 1", "an empty file", [""]],
    ["InvalidSchema", "line 1", 'unknown column "price"', [`${HEADER},price`, `${row()},1`]],
    ["InvalidSchema", "line 1", "no column quantity", ["venue,account,as_of,instrument", "okx,main,1,BTC"]],
    ["InvalidSchema", "line 1", "a column is given twice", [`${HEADER},venue`, `${row()},okx`]],
    ["InvalidSchema", "line 3", "6 cells under 5 columns", [HEADER, row(), `${row({ instrument: "ETH" })},7`]],
    ["InvalidSchema", "line 4", "4 cells under 5 columns", [HEADER, "", row(), "okx,main,1,BTC"]],
    ["InvalidSchema", "line 2, venue", "expected 1 to 64 printable ASCII characters without blanks", [HEADER, row({ venue: "o k x" })]],
    ["InvalidSchema", "line 2, account", "expected 1 to 64 printable ASCII characters without blanks", [HEADER, row({ account: "" })]],
    ["InvalidSchema", "line 2, as_of", '"2026-02-31T00:00:00Z" is not a time', [HEADER, row({ asOf: "2026-02-31T00:00:00Z" })]],
    ["InvalidSchema", "line 2, as_of", '"2026-11-20T10:30:00+01:00" is not a time', [HEADER, row({ asOf: "2026-11-20T10:30:00+01:00" })]],
    ["InvalidSchema", "line 2, as_of", '"1795170600000" is not a time', [HEADER, row({ asOf: "1795170600000" })]],
    ["UnknownInstrument", "line 2, instrument", "DOGE is not in the market", [HEADER, row({ instrument: "DOGE" })]],
    ["InvalidDecimal", "line 3, quantity", '"0.000000001" has 9 decimals, at most 8 are allowed', [HEADER, row(), row({ instrument: "ETH", quantity: "0.000000001" })]],
    ["InvalidDecimal", "line 2, quantity", '"1e3" is not a plain decimal', [HEADER, row({ quantity: "1e3" })]],
    ["InvalidDecimal", "line 2, quantity", '"1,000" is not a plain decimal', [HEADER, row({ quantity: '"1,000"' })]],
    ["OutOfRange", "line 2, quantity", "a quantity of zero", [HEADER, row({ quantity: "0.00" })]],
    ["OutOfRange", "line 2, quantity", "184467440737.09551616 is out of range", [HEADER, row({ quantity: "184467440737.09551616" })]],
    ["DuplicatePosition", "line 4, instrument", "BTC is already listed at line 2, instrument", [HEADER, row(), row({ instrument: "ETH" }), row()]],
    ["InvalidBook", "line 3, as_of", "account main at okx has another time at line 2", [HEADER, row(), row({ instrument: "ETH", asOf: "1" })]],
  ])("%s at %s: %s", (code, path, reason, lines) => {
    const error = remedy(() => read(...lines));
    expect(error).toMatchObject({ code, path, reason });
    expect(error.hint).toMatch(/\w+ \w+/);
  });

  it("broken quotes as UnreadableFile, with the file's name before the line", () => {
    const error = remedy(() => importCsv({ name: "okx.csv", text: [HEADER, row(), 'okx,ma"in,1,ETH,1'].join("\n") }, MARKET));
    expect(error).toMatchObject({ code: "UnreadableFile", path: "okx.csv, line 3", hint: expect.stringContaining("double a quote") });
  });

  it("a file that is not there", () => {
    expect(remedy(() => readSource("no-such-folder/okx.csv"))).toMatchObject({ code: "UnreadableFile", path: "no-such-folder/okx.csv", hint: expect.stringContaining("exists") });
  });
});

describe("writing", () => {
  const name = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 64 });
  const quantity = fc.bigInt({ min: -(2n ** 64n) + 1n, max: 2n ** 64n - 1n }).filter((q) => q !== 0n) as fc.Arbitrary<Quantity>;
  const holdings = fc.uniqueArray(fc.constantFrom(...MARKET.listings.map(({ instrument }) => instrument.name)), { minLength: 1, maxLength: 8 });
  const account = fc.record({ venue: name, account: name, asOf: fc.integer({ min: 0, max: 2 ** 32 - 1 }), positions: holdings.map((names) => names.sort()) }).chain((draft) =>
    fc.array(quantity, { minLength: draft.positions.length, maxLength: draft.positions.length }).map((quantities): Account => ({
      ...draft,
      positions: draft.positions.map((instrument, i) => ({ instrument, quantity: quantities[i]! })),
    })),
  );
  const accounts = fc.uniqueArray(account, { minLength: 1, maxLength: 4, selector: (a) => JSON.stringify([a.venue, a.account]) });

  law(
    "and reading back gives the same accounts",
    fc.property(accounts, (written) => {
      expect(importCsv({ name: "", text: exportCsv(written) }, MARKET)).toEqual(written);
    }),
    100,
  );

  law(
    "is canonical: what was read from a file is written the same way every time",
    fc.property(accounts, (written) => {
      const text = exportCsv(written);
      expect(exportCsv(importCsv({ name: "", text }, MARKET))).toBe(text);
    }),
    50,
  );
});
