import { Option, type Command } from "commander";
import { assembleBook } from "../../import/accounts.ts";
import { importCsv } from "../../import/csv.ts";
import { readSource } from "../../import/source-text.ts";
import { bookJson } from "../../risk/book.ts";
import { makeCommand } from "../command.ts";
import { readMarket } from "../documents.ts";
import { forceOption, marketOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { bookSummary, jsonText, outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly market: string;
  readonly book: string;
  readonly force?: boolean;
}

export function importCsvCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "csv <file>",
    summary: "a book from CSV, one position a line",
    example: "import csv scripts/demo-book/custody.csv --market market.json --book custody.json",
    options: [marketOption().makeOptionMandatory(), new Option("--book <file>", "write the book here, readable by you alone").makeOptionMandatory(), forceOption()],
    notes: "The first line is venue,account,as_of,instrument,quantity; prover/import/README.md describes the columns.",
  }).action(terminal.action(run));
}

function run(file: string, { market, book: out, force }: Options) {
  const output = outputFile(out, { force, privacy: "private" });
  const book = assembleBook(importCsv(readSource(file), readMarket(market)));
  output.write(jsonText(bookJson(book)));
  return outcomeOf({ book: bookSummary(book, out) });
}
