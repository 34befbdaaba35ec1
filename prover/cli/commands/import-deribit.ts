import { Option, type Command } from "commander";
import { MarginProofError } from "../../errors.ts";
import { assembleBook } from "../../import/accounts.ts";
import { importDeribitAccount } from "../../import/deribit-account.ts";
import { readDeribitFolder } from "../../import/deribit-folder.ts";
import { importDeribitMarket } from "../../import/deribit-market.ts";
import { bookJson } from "../../risk/book.ts";
import { marketJson } from "../../risk/market-json.ts";
import { makeCommand } from "../command.ts";
import { bookSummary, jsonText, marketSummary, outcomeOf } from "../summaries.ts";
import { asOfOption, forceOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly account?: string;
  readonly venue: string;
  readonly asOf?: number;
  readonly underlying?: string[];
  readonly market?: string;
  readonly book?: string;
  readonly force?: boolean;
}

export function importDeribit(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "deribit <folders...>",
    summary: "market and book from saved responses of Deribit's API; a later folder replaces files of an earlier one",
    example: "import deribit scripts/demo-book/deribit --account main --market market.json --book book.json",
    options: [
      new Option("--account <name>", "your name of the account; needed for a book"),
      new Option("--venue <name>", "name of the venue in the book").default("deribit"),
      asOfOption("time of market and positions, instead of the responses' own"),
      new Option("--underlying <names...>", "import these only, such as BTC ETH"),
      new Option("--market <file>", "write the market here"),
      new Option("--book <file>", "write the book here, readable by you alone"),
      forceOption(),
    ],
    notes: "Files are named after the method that gave them, get_instruments.BTC.json for example; prover/import/README.md lists them.",
  }).action(terminal.action(run));
}

function run(folders: string[], { account, venue, asOf, underlying, market: marketOut, book: bookOut, force }: Options) {
  if (marketOut === undefined && bookOut === undefined) {
    throw new MarginProofError("UsageError", "nothing to write", { path: "--market", hint: "give --market, --book or both" });
  }
  const marketFile = marketOut === undefined ? undefined : outputFile(marketOut, { force });
  const bookFile = bookOut === undefined ? undefined : { file: outputFile(bookOut, { force, privacy: "private" }), account: requireAccount(account) };
  const responses = readDeribitFolder(...folders);
  const market = importDeribitMarket(responses, { asOf, underlyings: underlying });
  const book = bookFile === undefined ? undefined : assembleBook([importDeribitAccount({ ...responses, account: bookFile.account, venue, asOf }, market)]);
  marketFile?.write(jsonText(marketJson(market)));
  if (book !== undefined) bookFile?.file.write(jsonText(bookJson(book)));
  return outcomeOf({
    ...(marketFile === undefined ? {} : { market: marketSummary(market, marketFile.path) }),
    ...(book === undefined ? {} : { book: bookSummary(book, bookOut!) }),
  });
}

function requireAccount(account: string | undefined): string {
  if (account !== undefined) return account;
  throw new MarginProofError("UsageError", "the account has no name", { path: "--account", hint: "name it, such as --account main" });
}
