/** Why there is no hedge. */
import { MarginProofError } from "../../errors.ts";
import { formatDecimal } from "../../numeric/decimal.ts";
import { DECIMALS } from "../../units.ts";
import { amountDown, ratioText } from "../amount-table.ts";
import type { MarginReport } from "../margin-report.ts";
import { candidateName, type Desk } from "./candidates.ts";
import type { SearchResult } from "./search.ts";
import type { Leg } from "./trial.ts";

/** There is nothing to restore. */
export function healthy({ terms, ratioBps, excess }: MarginReport): MarginProofError {
  const present = ratioBps === null ? "nothing is required of the book" : `the ratio is ${ratioText(ratioBps)} of ${terms.level} already`;
  return new MarginProofError("Healthy", `${present}, with an excess of ${amountDown(excess)}`, {
    path: "minRatioBps",
    hint: ratioBps === null ? "there is nothing to hedge" : `ask for a ratio above ${ratioBps} basis points, or for a larger excess`,
  });
}

/** Nothing that was searched is enough; says what comes nearest. */
export function noHedge(
  { best }: SearchResult,
  { candidates, lot }: Desk,
  maxTrades: number,
  before: MarginReport,
  traded: (legs: readonly Leg[]) => MarginReport,
): MarginProofError {
  const { minRatioBps, level } = before.terms;
  const target = `${ratioText(minRatioBps)} of ${level}`;
  const named = (legs: readonly Leg[]): string =>
    legs.map((leg) => `${candidateName(leg.candidate)} ${formatDecimal(leg.lots * lot, DECIMALS.quantity, { trim: true })}`).join(", ");
  const reached = (report: MarginReport): string =>
    `${ratioText(report.ratioBps)}, excess ${amountDown(report.excess)}${report.withinLimits ? "" : ", limits broken"}`;
  const nearest =
    best === null
      ? `none of the ${candidates.length} candidates comes nearer than the book is: ${reached(before)}`
      : `the best is ${named(best)}: ${reached(traded(best))}`;
  return new MarginProofError(
    "NoHedge",
    `${maxTrades === 1 ? "no single trade" : `no ${maxTrades} trades`} within the limits of the search reach${maxTrades === 1 ? "es" : ""} ${target}; ${nearest}`,
    {
      path: "instruments",
      hint: "allow more instruments, more trades or more notional, add collateral, or aim lower",
    },
  );
}
