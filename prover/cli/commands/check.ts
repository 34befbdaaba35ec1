import { Option, type Command } from "commander";
import { MarginProofError } from "../../errors.ts";
import { assembleBook } from "../../import/accounts.ts";
import { requireRanges } from "../../proof/margin-check.ts";
import { comparisonTable } from "../../risk/comparison-table.ts";
import { greeksJson, greeksTable, positionGreeksTable } from "../../risk/greeks-table.ts";
import { compareMargins, marginComparisonJson, type PolicyMargin } from "../../risk/margin-comparison.ts";
import { marginReport } from "../../risk/margin-report.ts";
import { marginReportJson } from "../../risk/margin-report-json.ts";
import { marginTable, showsGreeks } from "../../risk/margin-table.ts";
import type { Policy } from "../../risk/policy.ts";
import { marketRisk } from "../../risk/risk-array.ts";
import { scenarioChart } from "../../risk/scenario-chart.ts";
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
  readonly chart?: true;
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
      new Option("--greeks", "show delta, gamma, vega and theta of every position and of the book"),
      new Option("--chart", "draw the P&L of each netting set, scenario by scenario"),
      levelOption(),
      ratioOption(),
      collateralOption(),
    ],
    notes: "Exits with 0 when the book is healthy and with 1 when it is not, under --policy; --compare only informs. Nothing is proved and nothing leaves the machine.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

function run({ book, market: marketFile, policy: policyFile, compare, greeks, chart, level, ratioBps, collateral }: Options, { progress }: Terminal): Outcome {
  const market = readMarket(marketFile);
  const { accounts } = assembleBook(book.flatMap((file) => readBook(file).accounts));
  const terms = { level, minRatioBps: ratioBps, onChainCollateral: collateral };
  const under = (policy: Policy): PolicyMargin => ({ policy, report: marginReport(accounts, marketRisk(market, policy, progress), policy, terms) });
  const base = under(readPolicyOption(policyFile));
  const ofBook = compare === undefined && showsGreeks(base.report) ? [] : [greeksTable(base.report.greeks)];
  const more = [...(greeks ? [positionGreeksTable(base.report.positions), ...ofBook] : []), ...(chart ? [scenarioChart(base.report, base.policy)] : [])];
  const warnings = tooLargeToProve(base);
  const shown = (json: { readonly [key: string]: Json }, text: string): Outcome => ({
    json: warnings.length === 0 ? json : { ...json, warnings },
    text: [text, ...more].join("\n"),
    warnings,
    exitCode: base.report.isHealthy ? 0 : 1,
  });
  if (compare === undefined) return shown(marginReportJson(base.report), marginTable(base.report, base.policy));
  const compared = compareMargins(base, readUnder(compare, under));
  return shown({ ...marginComparisonJson(compared), ...(greeks ? { greeks: greeksJson(base.report.greeks) } : {}) }, comparisonTable(compared));
}

/** The figures are right whatever their size; circuits read totals of a certain width. */
function tooLargeToProve({ report }: PolicyMargin): readonly string[] {
  try {
    requireRanges(report.totals);
    return [];
  } catch (error) {
    if (error instanceof MarginProofError) return [`${error.message}; ${error.hint}`];
    throw error;
  }
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
