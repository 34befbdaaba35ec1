/** What a policy and a market say about each other: what only shows once there are expiries, coins and prices. */
import type { MarginProofError } from "../errors.ts";
import { silent, type Progress } from "../progress.ts";
import type { Market } from "./market.ts";
import { listing } from "./policy-refusals.ts";
import type { Policy } from "./policy.ts";
import { marketRisk } from "./risk-array.ts";
import { riskPlan } from "./risk-plan.ts";

/**
 * Every refusal that margining this market under this policy could end in, each once: discounts that raise values, assets without a haircut,
 * underlyings in no netting set, risk numbers that do not fit. Whole instruments first to last, after the plan they share.
 */
export function policyMarketProblems(policy: Policy, market: Market, progress: Progress = silent): readonly MarginProofError[] {
  const found: MarginProofError[] = [];
  const check = listing(found);
  check.one(() => {
    const plan = riskPlan(market, policy);
    check.each(market.listings, (each, i) => {
      progress("risk vectors", i + 1, market.listings.length);
      marketRisk({ ...market, listings: [each] }, policy, silent, plan);
    });
  });
  const seen = new Set<string>();
  return found.filter(({ message }) => !seen.has(message) && seen.add(message));
}
