/** Closes as CSV: what is read, and what is refused with line and column. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importHistory, type HistoryReading } from "../prover/import/history-csv.ts";
import { formatDecimal } from "../prover/numeric/decimal.ts";
import type { Factor, Price } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { remedy } from "./support/remedy.ts";

const read = (text: string, reading?: HistoryReading) => importHistory({ name: "", text }, reading);
const LINES = ["date,BTC,ETH,BTC vol", "2026-02-27,64000.5,1800,0.62", "2026-02-28,65000,1810.00000001,0.6", "2026-03-01,63000,1750,0.655000001"];
const HISTORY = {
  underlyings: ["BTC", "ETH"],
  impliedVols: ["BTC"],
  rows: [
    { date: "2026-02-27", closes: [6_400_050_000_000n, 180_000_000_000n], vols: [620_000_000n] },
    { date: "2026-02-28", closes: [6_500_000_000_000n, 181_000_000_001n], vols: [600_000_000n] },
    { date: "2026-03-01", closes: [6_300_000_000_000n, 175_000_000_000n], vols: [655_000_001n] },
  ],
};

describe("a history of closes", () => {
  it.each<[string, string]>([
    ["plain lines", LINES.join("\n")],
    ["a byte order mark and CRLF line ends", `\uFEFF${LINES.join("\r\n")}\r\n`],
    ["a byte order mark before a quoted header", `\uFEFF"date",BTC,ETH,BTC vol\n${LINES.slice(1).join("\n")}`],
    ["quoted cells and blanks around them", LINES.map((line) => line.split(",").map((cell) => ` "${cell}" `).join(",")).join("\n")],
    ["empty lines", `${LINES.join("\n\n")}\n\n`],
  ])("is read from %s", (_, text) => {
    expect(read(text)).toEqual(HISTORY);
  });

  it("is read from columns in any order, in the order of the columns", () => {
    const { underlyings, impliedVols, rows } = read("ETH,BTC vol,date,BTC\n1800,0.62,2026-02-27,64000.5");
    expect([underlyings, impliedVols, rows]).toEqual([["ETH", "BTC"], ["BTC"], [{ date: "2026-02-27", closes: [180_000_000_000n, 6_400_050_000_000n], vols: [620_000_000n] }]]);
  });

  it("has no volatilities when the file has none", () => {
    expect(read("date,BTC\n2026-02-27,1")).toEqual({ underlyings: ["BTC"], impliedVols: [], rows: [{ date: "2026-02-27", closes: [100_000_000n] }] });
  });

  it("may leave out days as far as it is told", () => {
    const weekend = "date,SPX\n2026-11-20,1\n2026-11-23,1\n2026-11-24,1";
    expect(read(weekend, { maxGapDays: 3 }).rows).toHaveLength(3);
    expect(remedy(() => read(weekend, { maxGapDays: 2 }))).toMatchObject({ code: "InvalidSchema", path: "line 3, date", reason: "3 days after 2026-11-20, at most 2 are allowed" });
  });

  it("knows leap days, and the turn of a year", () => {
    expect(read("date,BTC\n2024-02-28,1\n2024-02-29,1\n2024-03-01,1").rows).toHaveLength(3);
    expect(read("date,BTC\n2025-12-31,1\n2026-01-01,1").rows).toHaveLength(2);
  });

  law(
    "loses no digit of what is written",
    fc.property(fc.array(fc.tuple(fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), fc.bigInt({ min: 1n, max: 10n ** 10n })), { minLength: 1, maxLength: 40 }), (values) => {
      const day = (i: number): string => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
      const lines = values.map(([close, vol], i) => `${day(i)},${formatDecimal(close, 8)},${formatDecimal(vol, 9, { trim: true })}`);
      const { rows } = read(["date,X,X vol", ...lines].join("\n"));
      expect(rows).toEqual(values.map(([close, vol], i) => ({ date: day(i), closes: [close as Price], vols: [vol as Factor] })));
    }),
    100,
  );
});

describe("refuses", () => {
  const line = (change: string, at = 2): string => LINES.map((each, i) => (i === at ? change : each)).join("\n");

  it.each<[string, string, string, string]>([
    ["InvalidSchema", "line 1", "an empty file", ""],
    ["InvalidSchema", "line 1", "no days below the header", LINES[0]!],
    ["InvalidSchema", "line 1", "no column date", line("day,BTC,ETH,BTC vol", 0)],
    ["InvalidSchema", "line 1", "no underlyings", "date\n2026-02-27"],
    ["InvalidSchema", "line 1", "column BTC is given twice", line("date,BTC,BTC,BTC vol", 0)],
    ["InvalidSchema", "line 1", "column date is given twice", line("date,BTC,date,BTC vol", 0)],
    ["InvalidSchema", "line 1", "volatilities of SOL without its closes", line("date,BTC,ETH,SOL vol", 0)],
    ["InvalidSchema", "line 1", '"BTC volatility" is no underlying\'s name', line("date,BTC,ETH,BTC volatility", 0)],
    ["InvalidSchema", "line 1", '"" is no underlying\'s name', line("date,BTC,ETH,", 0)],
    ["InvalidSchema", "line 1", '"BTC  vol" is no underlying\'s name', line("date,BTC,ETH,BTC  vol", 0)],
    ["InvalidSchema", "line 3", "3 cells under 4 columns", line("2026-02-28,65000,1810")],
    ["InvalidSchema", "line 3", "5 cells under 4 columns", line("2026-02-28,65,000,1810,0.6")],
    ["InvalidSchema", "line 3, ETH", "an empty cell", line("2026-02-28,65000,,0.6")],
    ["InvalidSchema", "line 3, BTC vol", "an empty cell", line("2026-02-28,65000,1810, ")],
    ["InvalidSchema", "line 3, date", "an empty cell", line(",65000,1810,0.6")],
    ["InvalidSchema", "line 3, date", '"28.02.2026" is not a day', line("28.02.2026,65000,1810,0.6")],
    ["InvalidSchema", "line 3, date", '"2026-02-29" is not a day', line("2026-02-29,65000,1810,0.6")],
    ["InvalidSchema", "line 3, date", '"2026-13-01" is not a day', line("2026-13-01,65000,1810,0.6")],
    ["InvalidSchema", "line 3, date", '"2026-02-28T00:00:00Z" is not a day', line("2026-02-28T00:00:00Z,65000,1810,0.6")],
    ["InvalidSchema", "line 3, date", "2026-02-27 is already at line 2", line("2026-02-27,65000,1810,0.6")],
    ["InvalidSchema", "line 3, date", "2026-02-26 does not follow 2026-02-27 at line 2", line("2026-02-26,65000,1810,0.6")],
    ["InvalidSchema", "line 3, date", "2 days after 2026-02-27, every day is needed", line("2026-03-01,65000,1810,0.6")],
    ["InvalidDecimal", "line 3, BTC", '"65000.000000001" has 9 decimals, at most 8 are allowed', line("2026-02-28,65000.000000001,1810,0.6")],
    ["InvalidDecimal", "line 3, BTC vol", '"0.6000000001" has 10 decimals, at most 9 are allowed', line("2026-02-28,65000,1810,0.6000000001")],
    ["InvalidDecimal", "line 3, ETH", '"1,810" is not a plain decimal', line('2026-02-28,65000,"1,810",0.6')],
    ["InvalidDecimal", "line 3, ETH", '"1.81e3" is not a plain decimal', line("2026-02-28,65000,1.81e3,0.6")],
    ["InvalidDecimal", "line 3, BTC", '"n/a" is not a plain decimal', line("2026-02-28,n/a,1810,0.6")],
    ["InvalidDecimal", "line 3, BTC vol", '"60%" is not a plain decimal', line("2026-02-28,65000,1810,60%")],
    ["OutOfRange", "line 3, BTC", "0 is too small", line("2026-02-28,0,1810,0.6")],
    ["OutOfRange", "line 3, ETH", "-1810 is too small", line("2026-02-28,65000,-1810,0.6")],
    ["OutOfRange", "line 3, BTC", "184467440737.09551616 is out of range", line("2026-02-28,184467440737.09551616,1810,0.6")],
    ["OutOfRange", "line 3, BTC vol", "0 is too small", line("2026-02-28,65000,1810,0")],
    ["OutOfRange", "line 3, BTC vol", "62 is too large", line("2026-02-28,65000,1810,62")],
  ])("%s at %s: %s", (code, path, reason, text) => {
    const error = remedy(() => read(text));
    expect(error).toMatchObject({ code, path, reason });
    expect(error.hint).toMatch(/\w+ \w+/);
  });

  it("broken quotes as UnreadableFile, with the file's name before the line", () => {
    expect(remedy(() => importHistory({ name: "closes.csv", text: line('2026-02-28,65"000,1810,0.6') }))).toMatchObject({ code: "UnreadableFile", path: "closes.csv, line 3" });
    expect(remedy(() => importHistory({ name: "closes.csv", text: line("2026-02-28,0,1810,0.6") })).path).toBe("closes.csv, line 3, BTC");
  });
});
