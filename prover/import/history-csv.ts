/** Closes of many days as CSV, one day a line, for the historical scenarios of a policy. The format is described in README.md. */
import { MarginProofError } from "../errors.ts";
import type { Closes } from "../risk/sources/historical.ts";
import { volFactorName } from "../risk/sources/scenario-set.ts";
import { factorField, nameField, positivePrice, readJson } from "../risk/schema.ts";
import { SCALE, type Factor } from "../units.ts";
import { csvLines, type CsvLine } from "./csv-lines.ts";
import { pathIn, type SourceText } from "./source-text.ts";

const DATE = "date";
const DAY = 86_400_000;

/** Closes by day, ascending. Names are in the order of the file's columns. */
export interface ClosingHistory {
  readonly underlyings: readonly string[];
  /** Those of them with an implied volatility. */
  readonly impliedVols: readonly string[];
  /** `vols` is there when `impliedVols` is not empty. */
  readonly rows: readonly Closes[];
}

export interface HistoryReading {
  /** The most days from one line to the next; 1, for what trades every day, unless given. Markets that close at weekends need 4 or 5. */
  readonly maxGapDays?: number;
}

interface Column {
  readonly header: string;
  readonly kind: "date" | "close" | "vol";
  readonly underlying: string;
}

/**
 * Reads a header `date,BTC,ETH,BTC vol` and a day per line: closes with at most 8 decimals, volatilities (0.62 is 62 %) with at most 9. Nothing
 * is filled in, sorted or rounded. Paths read `line 7, BTC`.
 *
 * @throws UnreadableFile (not CSV), InvalidSchema (columns, dates, empty cells, days missing or out of order), InvalidDecimal, OutOfRange
 */
export function importHistory(source: SourceText, { maxGapDays = 1 }: HistoryReading = {}): ClosingHistory {
  const [header, ...lines] = csvLines(source);
  if (header === undefined) throw invalidHeader(source, "an empty file");
  const columns = readHeader(header.cells, source);
  if (lines.length === 0) throw invalidHeader(source, "no days below the header");
  const of = (kind: Column["kind"]): number[] => columns.flatMap((column, c) => (column.kind === kind ? [c] : []));
  const [closes, vols, [date]] = [of("close"), of("vol"), of("date")];
  const cell = (line: CsvLine, c: number): [text: string, path: string] => [line.cells[c]!, pathIn(source, `line ${line.line}, ${columns[c]!.header}`)];
  const rows = lines.map((line): Closes => {
    requireFull(line, columns, source);
    const row = { date: readDay(...cell(line, date!)), closes: closes.map((c) => readJson(positivePrice("OutOfRange"), ...cell(line, c))) };
    return vols.length === 0 ? row : { ...row, vols: vols.map((c): Factor => readJson(volField, ...cell(line, c))) };
  });
  rows.forEach(({ date: day }, i) => {
    if (i > 0) requireNext(day, rows[i - 1]!.date, maxGapDays, cell(lines[i]!, date!)[1], lines[i - 1]!.line);
  });
  return { underlyings: closes.map((c) => columns[c]!.underlying), impliedVols: vols.map((c) => columns[c]!.underlying), rows };
}

const volField = factorField("OutOfRange", {
  min: 1n,
  max: 10n * SCALE.factor,
  remedy: "an implied volatility is above 0 and at most 10 (1000 %); write 62 % as 0.62",
});

function readHeader(cells: readonly string[], source: SourceText): Column[] {
  const suffix = volFactorName("");
  const columns = cells.map((header): Column => {
    if (header === DATE) return { header, kind: "date", underlying: "" };
    const isVol = header.endsWith(suffix);
    const underlying = isVol ? header.slice(0, -suffix.length) : header;
    if (nameField().safeParse(underlying).success) return { header, kind: isVol ? "vol" : "close", underlying };
    throw invalidHeader(source, `${JSON.stringify(header.slice(0, 40))} is no underlying's name`);
  });
  const twice = cells.find((header, c) => cells.indexOf(header) !== c);
  if (twice !== undefined) throw invalidHeader(source, `column ${twice} is given twice`);
  if (!cells.includes(DATE)) throw invalidHeader(source, `no column ${DATE}`);
  const alone = columns.find(({ kind, underlying }) => kind === "vol" && !cells.includes(underlying));
  if (alone !== undefined) throw invalidHeader(source, `volatilities of ${alone.underlying} without its closes`);
  if (columns.length === 1) throw invalidHeader(source, "no underlyings");
  return columns;
}

function requireFull({ cells, line }: CsvLine, columns: readonly Column[], source: SourceText): void {
  if (cells.length !== columns.length) {
    const hint = `write ${columns.map(({ header }) => header).join(",")}, with a point in decimals and no separators`;
    throw new MarginProofError("InvalidSchema", `${cells.length} cells under ${columns.length} columns`, { path: pathIn(source, `line ${line}`), hint });
  }
  const empty = cells.indexOf("");
  if (empty < 0) return;
  const hint = "give every value of a day, or leave the day out for all: nothing is filled in";
  throw new MarginProofError("InvalidSchema", "an empty cell", { path: pathIn(source, `line ${line}, ${columns[empty]!.header}`), hint });
}

/** A day such as 31 February would otherwise silently become one in March. */
function readDay(text: string, path: string): string {
  const time = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text)) return text;
  throw new MarginProofError("InvalidSchema", `${JSON.stringify(text.slice(0, 40))} is not a day`, { path, hint: "write days as 2026-11-20" });
}

function requireNext(day: string, before: string, maxGapDays: number, path: string, lineBefore: number): void {
  const gap = Math.round((Date.parse(day) - Date.parse(before)) / DAY);
  if (gap >= 1 && gap <= maxGapDays) return;
  const refuse = (message: string, hint: string): never => {
    throw new MarginProofError("InvalidSchema", message, { path, hint });
  };
  if (gap === 0) refuse(`${day} is already at line ${lineBefore}`, "keep one line of each day");
  if (gap < 0) refuse(`${day} does not follow ${before} at line ${lineBefore}`, "order the lines by date, the oldest first");
  const allowed = maxGapDays === 1 ? "every day is needed" : `at most ${maxGapDays} are allowed`;
  refuse(`${gap} days after ${before}, ${allowed}`, "add the missing days, or allow longer gaps for a market that closes");
}

function invalidHeader(source: SourceText, message: string): MarginProofError {
  const hint = "the first line is date and one column per underlying, such as date,BTC,ETH; implied volatilities go under BTC vol";
  return new MarginProofError("InvalidSchema", message, { path: pathIn(source, "line 1"), hint });
}
