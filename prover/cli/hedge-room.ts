import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { amountDown, ratioText } from "../risk/amount-table.ts";
import type { MarginReport } from "../risk/margin-report.ts";
import { DECIMALS, SCALE, type Usd, type Value } from "../units.ts";
import { outcomeOf } from "./summaries.ts";
import type { Outcome } from "./terminal.ts";

/** Whether a search for a hedge ended because there is nothing to restore. */
export const isHealthyAlready = (error: unknown): boolean => error instanceof MarginProofError && error.code === "Healthy";

/** A book that meets what was asked of it, and how far beyond that it is: an answer, not a refusal. */
export function nothingToHedge({ terms, equity, requirement, ratioBps, excess }: MarginReport, minExcess: Usd, quote: string): Outcome {
  const value = (amount: bigint): string => formatDecimal(amount, DECIMALS.value, { trim: true });
  const room = (excess - minExcess * (SCALE.value / SCALE.usd)) as Value;
  const facts = {
    nothingToHedge: true, level: terms.level, minRatioBps: terms.minRatioBps.toString(), minExcess: formatDecimal(minExcess, DECIMALS.usd, { trim: true }),
    ratioBps: ratioBps === null ? null : ratioBps.toString(), equity: value(equity), requirement: value(requirement[terms.level]), excess: value(excess), room: value(room),
  };
  const covered = ratioBps === null ? "nothing is required of the book" : `the ratio is ${ratioText(ratioBps)} of ${terms.level}, and ${ratioText(terms.minRatioBps)} is asked for`;
  return { ...outcomeOf(facts), text: `nothing to hedge: ${covered}\nroom: ${amountDown(room)} ${quote} before anything is missing` };
}
