import { Option, type Command } from "commander";
import { assembleBook } from "../../import/accounts.ts";
import { marginReport } from "../../risk/margin-report.ts";
import { marginReportJson } from "../../risk/margin-report-json.ts";
import { marginTable } from "../../risk/margin-table.ts";
import { marketRisk } from "../../risk/risk-array.ts";
import type { Bps, Level, Usd } from "../../units.ts";
import { makeCommand } from "../command.ts";
import { readBook, readMarket, readPolicyOption } from "../documents.ts";
import { collateralOption, levelOption, marketOption, policyOption, ratioOption } from "../options.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly book: readonly string[];
  readonly market: string;
  readonly policy: string;
  readonly level: Level;
  readonly ratioBps: Bps;
  readonly collateral: Usd;
}

export function checkCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "check",
    summary: "margin a book, with the working: values, scenarios, charges, equity, requirement, excess",
    example: "check --book book.json custody.json --market market.json --policy grid-33 --level IM",
    options: [
      new Option("--book <files...>", "books, margin-book/1, margined as one").makeOptionMandatory(),
      marketOption().makeOptionMandatory(),
      policyOption().makeOptionMandatory(),
      levelOption(),
      ratioOption(),
      collateralOption(),
    ],
    notes: "Exits with 0 when the book is healthy and with 1 when it is not. Nothing is proved and nothing leaves the machine.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

function run({ book, market, policy: policyFile, level, ratioBps, collateral }: Options, { progress }: Terminal): Outcome {
  const policy = readPolicyOption(policyFile);
  const risks = marketRisk(readMarket(market), policy, progress);
  const { accounts } = assembleBook(book.flatMap((file) => readBook(file).accounts));
  const report = marginReport(accounts, risks, policy, { level, minRatioBps: ratioBps, onChainCollateral: collateral });
  return { json: marginReportJson(report), text: marginTable(report, policy), exitCode: report.isHealthy ? 0 : 1 };
}
