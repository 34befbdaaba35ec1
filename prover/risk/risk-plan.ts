/** A policy on a market, laid out in columns: which cells, scenarios and exposures there are, and the integer rules over them. */
import { MarginProofError } from "../errors.ts";
import { BITS, SCALE, type Factor, type Value } from "../units.ts";
import { cellRule, plannedCells, type PlannedCell } from "./cell-plan.ts";
import type { ExposureColumn } from "./exposure-column.ts";
import { plannedExposures } from "./exposure-plan.ts";
import type { GroupRule, MarginRules, Matrix } from "./margin-rules.ts";
import type { Market } from "./market.ts";
import type { PerLevel, Policy, Scenario, SkewDirection, VolDirection } from "./policy.ts";
import { requireRules } from "./rules-checks.ts";
import { factorText } from "./schema.ts";
import { correlationSet } from "./sources/correlation.ts";
import { sensitivityMatrices } from "./sensitivity-plan.ts";
import type { SourcedScenario } from "./sources/scenario-set.ts";
import { tailRule, tailScenarios, tailSetNames } from "./tail-plan.ts";

export type GridScenario = Scenario & { readonly vol: VolDirection; readonly index: number };
export type SkewScenario = Scenario & { readonly vol: SkewDirection; readonly index: number };

export type { PlannedCell };

export interface RiskPlan {
  readonly policy: Policy;
  readonly market: Market;
  readonly cells: readonly PlannedCell[];
  /** `index` is the place in the policy's list. */
  readonly grid: readonly GridScenario[];
  readonly skews: readonly SkewScenario[];
  readonly tail: readonly SourcedScenario[];
  readonly exposures: readonly ExposureColumn[];
  readonly rules: MarginRules;
  /** Width of risk vectors' entries, where they need not fit into circuits: to reproduce what others have published in finer units. */
  readonly entryBits?: number;
}

const ONE = SCALE.factor as Factor;

/**
 * Lays a policy out. @throws WrongCurrency; InvalidPolicy for a discount that raises values, a tail longer than its scenarios, correlations
 * that cannot be simulated, an underlying of the market in no netting set; InvalidRules for parameters that circuits could not take
 */
export function riskPlan(market: Market, policy: Policy): RiskPlan {
  const plan = draftPlan(market, policy);
  requireRules(plan.rules);
  return plan;
}

/** A plan whose numbers are not held to what circuits take: for figures at more digits, never for a proof. */
export function draftPlan(market: Market, policy: Policy): RiskPlan {
  if (market.quote !== policy.quote) {
    throw new MarginProofError("WrongCurrency", `the policy counts in ${policy.quote}, the market in ${market.quote}`, {
      path: "quote",
      hint: "use a market quoted in the policy's currency",
    });
  }
  const indexed = policy.scenarios.map((scenario, index) => ({ ...scenario, index }));
  const isSkew = ({ vol }: Scenario): boolean => vol === "linear" || vol === "absolute";
  const grid = indexed.filter((scenario) => !isSkew(scenario)) as GridScenario[];
  const skews = indexed.filter(isSkew) as SkewScenario[];
  const cells = plannedCells(market, policy);
  const tail = tailScenarios(policy);
  const lossFactor = lossFactorOf(market, policy);
  const planned = plannedExposures(market, policy, lossFactor);
  const [exposures, ruled] = [planned.map(({ column }) => column), planned.map(({ rule }) => rule)];
  const groups = groupRules(policy);
  const aggregation = policy.aggregation;
  const rules: MarginRules = {
    shape: {
      cells: cells.length,
      groups: groups.length,
      nettingSets: policy.nettingSets.length,
      scenarios: grid.length,
      skews: skews.length,
      bases: policy.basis === undefined && policy.deltaMinimum.length === 0 ? 0 : 1,
      tails: tail.length,
      tailSets: tailSetNames(policy).length,
      exposures: exposures.length,
      tiers: ruled.reduce((most, { pieces }) => Math.max(most, pieces.length), 0),
      correlations: aggregation === undefined ? 1 : aggregation.sets.length,
      sensitivities: policy.sensitivities?.sets.length ?? 0,
      cellValues: cells.some(({ discount }) => discount !== null),
      floors: policy.minimums !== undefined,
      pairing: policy.optionNaked !== undefined,
    },
    weights: [...grid, ...skews].map(({ weight }) => weight),
    cells: cells.map((cell) => cellRule(cell, policy)),
    groups,
    nettingSets: policy.nettingSets.map(({ id }) => id),
    exposures: ruled,
    correlations:
      aggregation === undefined
        ? [summed(policy.nettingSets.length)]
        : aggregation.sets.map((set) => correlationSet(aggregation.correlation, set)),
    sensitivities: sensitivityMatrices(policy, exposures.length),
    tail: tailRule(policy, tail.length),
    lossFactor,
  };
  return { policy, market, cells, grid, skews, tail, exposures, rules };
}

/** The largest total there is: a cap that never binds. */
const NO_CAP = ((1n << 89n) - 1n) as Value;

function groupRules({ offsets, nettingSets }: Policy): GroupRule[] {
  return (offsets?.groups ?? []).map(({ id, gain, cap, underlyings }) => ({
    id,
    gain,
    cap: cap ?? NO_CAP,
    nettingSet: nettingSets.findIndex((set) => set.underlyings.includes(underlyings[0]!)),
  }));
}

const summed = (size: number): Matrix => Array.from({ length: size }, () => Array.from({ length: size }, () => ONE));

/** The initial loss factor with the charge for a quote that has lost its peg. @throws MissingMark; InvalidPolicy from 2^bits on */
export function lossFactorOf(
  { currencies }: Pick<Market, "currencies">,
  { lossFactor, depeg }: Pick<Policy, "lossFactor" | "depeg">,
  bits: number = BITS.lossFactor,
): PerLevel {
  if (depeg === undefined) return lossFactor;
  const found = currencies.find(({ name }) => name === depeg.asset);
  if (found === undefined) {
    throw new MarginProofError("MissingMark", `the market has no price of ${depeg.asset}`, {
      path: "currencies",
      hint: "the policy's depeg charge needs it: add the currency with its price",
    });
  }
  const missing = depeg.threshold - (found.price * SCALE.factor) / SCALE.price;
  const extra = missing > 0n ? (missing * depeg.factor + SCALE.factor - 1n) / SCALE.factor : 0n;
  const initial = lossFactor.IM + extra;
  if (initial >= 1n << BigInt(bits)) {
    throw new MarginProofError(
      "InvalidPolicy",
      `with ${depeg.asset} at this price the initial loss factor is ${factorText(initial as Factor)}`,
      { path: "depeg.factor", hint: "lower the factor: a loss factor stays below 17.18" },
    );
  }
  return { MM: lossFactor.MM, IM: initial as Factor };
}
