/**
 * Checks the risk engine against published portfolios: maintenance and initial margin, the basis contingency and every scenario.
 *
 *     npm run cases -- ../folder [--json]
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBook } from "../prover/risk/book.ts";
import { marginReport, type MarginReport } from "../prover/risk/margin-report.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { amountTable } from "../prover/risk/amount-table.ts";
import type { Bps, Usd } from "../prover/units.ts";
import { bookOf, exact, marketOf, policyOf, type PublishedCase } from "./cases/documents.ts";

/**
 * Largest accepted deviation: of MM and IM relative to themselves, of scenarios and the basis contingency relative to the case's largest scenario
 * (a scenario that nearly cancels out has no digits of its own), and never finer than one quote unit.
 */
const TOLERANCE = 1e-8;

interface Deviation {
  readonly figure: string;
  readonly expected: number;
  readonly found: number;
  readonly relative: number;
}

function reportOf(published: PublishedCase): MarginReport {
  const policy = parsePolicy(policyOf(published), { allowAmplification: true });
  const market = parseMarket(marketOf(published));
  const { accounts } = parseBook(bookOf(published));
  return marginReport(accounts, marketRisk(market, policy), policy, {
    level: "MM",
    minRatioBps: 10_000n as Bps,
    onChainCollateral: 0n as Usd,
  });
}

/** Every figure of a case: what is published, what is found, and how far apart they are. */
function deviations(published: PublishedCase): Deviation[] {
  const report = reportOf(published);
  const [set] = report.nettingSets;
  const largest = published.expected.scenarioPnl
    .map(exact)
    .reduce((most, pnl) => (pnl > most ? pnl : -pnl > most ? -pnl : most), 10n ** 27n);
  const compare = (figure: string, expected: string, found: bigint, least = 10n ** 27n): Deviation => {
    const [want, have] = [exact(expected), found * 10n ** 11n];
    const size = want < 0n ? -want : want;
    const scale = size > least ? size : least;
    const distance = want > have ? want - have : have - want;
    return { figure, expected: Number(want) / 1e27, found: Number(have) / 1e27, relative: Number((distance * 10n ** 18n) / scale) / 1e18 };
  };
  return [
    compare("MM", published.expected.MM, report.equity - report.requirement.MM),
    compare("IM", published.expected.IM, report.equity - report.requirement.IM),
    compare("basis contingency", published.expected.basisContingency, set!.basisPnl[0]!, largest),
    ...published.expected.scenarioPnl.map((pnl, s) => compare(`scenario ${s}`, pnl, set!.scenarioPnl[s]!, largest)),
  ];
}

const words = process.argv.slice(2);
const folder = words.find((word) => !word.startsWith("--")) ?? "../shared/cases/pmrm2";
if (!existsSync(folder)) {
  console.error(`${folder} is not there: give the folder with the cases, one JSON file each`);
  process.exit(2);
}
const results = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => {
    const all = deviations(JSON.parse(readFileSync(join(folder, file), "utf8")) as PublishedCase);
    const worst = all.reduce((most, next) => (next.relative > most.relative ? next : most));
    return { file, figures: all.length, worst, agrees: worst.relative <= TOLERANCE };
  });
if (words.includes("--json")) console.log(JSON.stringify({ tolerance: TOLERANCE, results }, null, 2));
else {
  const rows = results.map(({ file, figures, worst, agrees }) => [
    file,
    String(figures),
    worst.figure,
    String(worst.expected),
    String(worst.found),
    worst.relative.toExponential(1),
    agrees ? "yes" : "NO",
  ]);
  console.log(amountTable(["case", "figures", "farthest", "published", "found", "relative", "agrees"], rows, 2));
}
process.exit(results.every(({ agrees }) => agrees) ? 0 : 1);
