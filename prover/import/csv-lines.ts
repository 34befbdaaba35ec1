/** The lines of a CSV file, whatever they mean. */
import { CsvError, parse } from "csv-parse/sync";
import { MarginProofError } from "../errors.ts";
import { pathIn, type SourceText } from "./source-text.ts";

export interface CsvLine {
  /** Without the blanks around them. */
  readonly cells: readonly string[];
  /** Counted from 1, as editors do. */
  readonly line: number;
}

/** With or without byte order mark, LF or CRLF; empty lines are left out. @throws UnreadableFile */
export function csvLines(source: SourceText): CsvLine[] {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
    const records = parse(source.text, options) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (cause) {
    const line = cause instanceof CsvError ? (cause as { lines?: number }).lines : undefined;
    const hint = 'separate cells by commas and double a quote inside quotes: "a ""b"" c"';
    throw new MarginProofError("UnreadableFile", "not valid CSV", { path: pathIn(source, `line ${line ?? 1}`), hint, cause });
  }
}
