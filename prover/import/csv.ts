/** Accounts as CSV, one position a line, for venues without an importer of their own. The format is described in README.md. */
import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { parseQuantity } from "../numeric/amounts.ts";
import type { Account } from "../risk/book.ts";
import type { Market } from "../risk/market.ts";
import { nameField, readJson } from "../risk/schema.ts";
import { DECIMALS } from "../units.ts";
import { distinctPositions, instrumentNames, unknownInstrument, type FoundPosition } from "./accounts.ts";
import { csvLines } from "./csv-lines.ts";
import { pathIn, type SourceText } from "./source-text.ts";

export const CSV_COLUMNS = ["venue", "account", "as_of", "instrument", "quantity"] as const;
type Column = (typeof CSV_COLUMNS)[number];
type Row = { readonly cells: Readonly<Record<Column, string>>; readonly path: string };

/**
 * The accounts of a CSV file in the order of their first lines, positions in canonical order. Paths read `line 7, quantity`.
 * @throws UnreadableFile (not CSV), InvalidSchema (columns, names, times), InvalidDecimal, OutOfRange, UnknownInstrument,
 * DuplicatePosition, InvalidBook (an account with two times)
 */
export function importCsv(source: SourceText, market: Market): Account[] {
  const known = instrumentNames(market);
  const rows = readRows(source).map(({ cells, path }) => ({
    venue: readJson(nameField(), cells.venue, `${path}, venue`),
    account: readJson(nameField(), cells.account, `${path}, account`),
    asOf: readTime(cells.as_of, `${path}, as_of`),
    position: readPosition(cells, path, known),
    path,
  }));
  const accounts = Map.groupBy(rows, ({ venue, account }) => JSON.stringify([venue, account]));
  return [...accounts.values()].map((group) => {
    const { venue, account, asOf, path } = group[0]!;
    const other = group.find((row) => row.asOf !== asOf);
    if (other === undefined) return { venue, account, asOf, positions: distinctPositions(group.map(({ position }) => position)) };
    throw new MarginProofError("InvalidBook", `account ${account} at ${venue} has another time at ${path}`, {
      path: `${other.path}, as_of`,
      hint: "take all positions of an account at the same time",
    });
  });
}

/** Writes accounts so that `importCsv` reads the same accounts back. An account without positions has no line. */
export function exportCsv(accounts: readonly Account[]): string {
  const lines = accounts.flatMap(({ venue, account, asOf, positions }) =>
    positions.map(({ instrument, quantity }) => {
      const time = new Date(asOf * 1000).toISOString().replace(".000Z", "Z");
      return [venue, account, time, instrument, formatDecimal(quantity, DECIMALS.quantity, { trim: true })].map(quoted).join(",");
    }),
  );
  return [CSV_COLUMNS.join(","), ...lines, ""].join("\n");
}

function readPosition(cells: Row["cells"], path: string, known: ReadonlySet<string>): FoundPosition {
  const instrument = readJson(nameField(), cells.instrument, `${path}, instrument`);
  if (!known.has(instrument)) throw unknownInstrument(instrument, `${path}, instrument`);
  return { instrument, quantity: parseQuantity(cells.quantity, `${path}, quantity`), path: `${path}, instrument` };
}

function readRows(source: SourceText): Row[] {
  const [header, ...records] = csvLines(source);
  if (header === undefined) throw invalidHeader(source, "an empty file");
  const columns = readHeader(header.cells, source);
  if (records.length === 0) throw invalidHeader(source, "no positions below the header");
  return records.map(({ cells, line }) => {
    const path = pathIn(source, `line ${line}`);
    if (cells.length !== columns.length) {
      const hint = `write ${columns.join(",")}; put a cell that contains a comma in double quotes`;
      throw new MarginProofError("InvalidSchema", `${cells.length} cells under ${columns.length} columns`, { path, hint });
    }
    return { path, cells: Object.fromEntries(columns.map((column, i) => [column, cells[i]!])) as Record<Column, string> };
  });
}

function readHeader(cells: readonly string[], source: SourceText): Column[] {
  const unknown = cells.find((cell) => !(CSV_COLUMNS as readonly string[]).includes(cell));
  if (unknown !== undefined) throw invalidHeader(source, `unknown column ${JSON.stringify(unknown.slice(0, 40))}`);
  const absent = CSV_COLUMNS.find((column) => !cells.includes(column));
  if (absent !== undefined) throw invalidHeader(source, `no column ${absent}`);
  if (cells.length > CSV_COLUMNS.length) throw invalidHeader(source, "a column is given twice");
  return cells as Column[];
}

function invalidHeader(source: SourceText, message: string): MarginProofError {
  const hint = `the first line is ${CSV_COLUMNS.join(",")}, in any order, and each line below it is a position`;
  return new MarginProofError("InvalidSchema", message, { path: pathIn(source, "line 1"), hint });
}

/** Unix seconds from digits or from UTC in ISO 8601. */
function readTime(text: string, path: string): number {
  if (/^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  const isUtc = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/.test(text);
  const time = isUtc ? new Date(text) : undefined;
  // A day such as 31 February would otherwise silently become one in March.
  if (time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString() === text.replace("Z", ".000Z")) return time.getTime() / 1000;
  const hint = "write UTC as 2026-11-20T10:30:00Z, or unix seconds";
  throw new MarginProofError("InvalidSchema", `${JSON.stringify(text.slice(0, 40))} is not a time`, { path, hint });
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
