import { Option, type Command } from "commander";
import { assembleBook } from "../../import/accounts.ts";
import { comparisonTable } from "../../risk/comparison-table.ts";
import { bookGreeks } from "../../risk/greeks.ts";
import { greeksJson, greeksTable } from "../../risk/greeks-table.ts";
import { compareMargins, marginComparisonJson, type PolicyMargin } from "../../risk/margin-comparison.ts";
import { marginReport } from "../../risk/margin-report.ts";
import { marginReportJson } from "../../risk/margin-report-json.ts";
import { marginTable } from "../../risk/margin-table.ts";
import type { Policy } from "../../risk/policy.ts";
import { marketRisk } from "../../risk/risk-array.ts";
import type { Json } from "../../risk/schema.ts";
import type { Bps, Level, Usd } from "../../units.ts";
import { makeCommand } from "../command.ts";
import { readBook, readMarket, readPolicyOption, rethrowIn } from "../documents.ts";
import { collateralOption, levelOption, marketOption, policyOption, ratioOption } from "../options.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly book: readonly string[];
  readonly market: string;
  readonly policy: string;
  readonly compare?: string;
  readonly greeks?: true;
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
      new Option("--compare <file>", "a second policy: the same book under both, side by side"),
      new Option("--greeks", "add delta, gamma, vega and theta of the book, underlying by underlying"),
      levelOption(),
      ratioOption(),
      collateralOption(),
    ],
    notes: "Exits with 0 when the book is healthy and with 1 when it is not, under --policy; --compare only informs. Nothing is proved and nothing leaves the machine.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

function run({ book, market: marketFile, policy: policyFile, compare, greeks, level, ratioBps, collateral }: Options, { progress }: Terminal): Outcome {
  const market = readMarket(marketFile);
  const { accounts } = assembleBook(book.flatMap((file) => readBook(file).accounts));
  const terms = { level, minRatioBps: ratioBps, onChainCollateral: collateral };
  const under = (policy: Policy): PolicyMargin => ({ policy, report: marginReport(accounts, marketRisk(market, policy, progress), policy, terms) });
  const base = under(readPolicyOption(policyFile));
  const exitCode = base.report.isHealthy ? 0 : 1;
  const shown = (json: { readonly [key: string]: Json }, text: string): Outcome => {
    if (greeks === undefined) return { json, text, exitCode };
    const ofBook = bookGreeks(accounts, market);
    return { json: { ...json, greeks: greeksJson(ofBook) }, text: `${text}\n${greeksTable(ofBook)}`, exitCode };
  };
  if (compare === undefined) return shown(marginReportJson(base.report), marginTable(base.report, base.policy));
  const compared = compareMargins(base, readUnder(compare, under));
  return shown(marginComparisonJson(compared), comparisonTable(compared));
}

/** With two policies in play, a refusal names the file of the second. */
function readUnder(file: string, under: (policy: Policy) => PolicyMargin): PolicyMargin {
  const policy = readPolicyOption(file);
  try {
    return under(policy);
  } catch (error) {
    return rethrowIn(file)(error);
  }
}
