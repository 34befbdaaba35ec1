/** A policy on a market, laid out in columns: which cells, scenarios and exposures there are, and the integer rules over them. */
import { MarginProofError } from "../errors.ts";
import { BITS, SCALE, type Factor, type Value } from "../units.ts";
import { exposureColumns, exposureRules, type ExposureColumn } from "./exposure-plan.ts";
import type { CellRule, GroupRule, MarginRules, Matrix } from "./margin-rules.ts";
import type { Market } from "./market.ts";
import { requireDiscount } from "./policy-checks.ts";
import type { PerLevel, Policy, Scenario, SkewDirection, VolDirection } from "./policy.ts";
import { factorText } from "./schema.ts";
import { correlationSet } from "./sources/correlation.ts";
import { sensitivityMatrices } from "./sensitivity-plan.ts";
import type { SourcedScenario } from "./sources/scenario-set.ts";
import { discountFactors } from "./static-discount.ts";
import { tailRule, tailScenarios } from "./tail-plan.ts";

export type GridScenario = Scenario & { readonly vol: VolDirection; readonly index: number };
export type SkewScenario = Scenario & { readonly vol: SkewDirection; readonly index: number };

/** A netting cell; options in a discounted one enter by their value, everything else by its P&L. */
export interface PlannedCell {
  readonly id: string;
  readonly nettingSet: number;
  readonly underlyings: readonly string[];
  /** Null: everything of the underlyings that is in no expiry's cell. */
  readonly expiry: number | null;
  /** What of the expiry is in it: under a static discount, which is for option values, futures have a cell of their own. */
  readonly holds: "all" | "options" | "futures";
  readonly discount: { readonly gain: Factor; readonly drag: Factor } | null;
}

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
}

const ONE = SCALE.factor as Factor;

/**
 * Lays a policy out. @throws WrongCurrency; InvalidPolicy for a discount that raises values, a tail longer than its scenarios, correlations
 * that cannot be simulated, an underlying of the market in no netting set
 */
export function riskPlan(market: Market, policy: Policy): RiskPlan {
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
  const exposures = exposureColumns(policy);
  const groups = groupRules(policy);
  const ruled = exposureRules(policy);
  const aggregation = policy.aggregation;
  const rules: MarginRules = {
    shape: {
      cells: cells.length,
      groups: groups.length,
      nettingSets: policy.nettingSets.length,
      scenarios: grid.length,
      skews: skews.length,
      bases: policy.basis === undefined ? 0 : 1,
      tails: tail.length,
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
    correlations: aggregation === undefined ? [summed(policy.nettingSets.length)] : aggregation.sets.map((set) => correlationSet(aggregation.correlation, set)),
    sensitivities: sensitivityMatrices(policy, exposures.length),
    tail: tailRule(policy, tail.length),
    lossFactor: lossFactorOf(market, policy),
  };
  return { policy, market, cells, grid, skews, tail, exposures, rules };
}

/** Without classes and expiries a netting set is one cell: everything in it offsets fully anyway, and cells cost. */
function plannedCells(market: Market, policy: Policy): PlannedCell[] {
  return policy.nettingSets.flatMap(({ id, underlyings }, nettingSet): PlannedCell[] => {
    const plain = { nettingSet, expiry: null, holds: "all" as const, discount: null };
    if (policy.cells === "underlying") {
      return policy.offsets === undefined ? [{ ...plain, id, underlyings }] : underlyings.map((name) => ({ ...plain, id: name, underlyings: [name] }));
    }
    return underlyings.flatMap((name): PlannedCell[] => {
      return [{ ...plain, id: name, underlyings: [name] }, ...expiryCells(name, nettingSet, market, policy)];
    });
  });
}

/** One cell per expiry that something of the underlying has, ascending. */
function expiryCells(name: string, nettingSet: number, market: Market, { staticDiscount }: Policy): PlannedCell[] {
  const priced = market.underlyings.find((underlying) => underlying.name === name)?.expiries ?? [];
  const futures = market.listings.flatMap(({ instrument }) => (instrument.kind === "future" && instrument.underlying === name ? [instrument.expiry] : []));
  const all = [...new Set([...priced.map(({ expiry }) => expiry), ...futures])].sort((a, b) => a - b);
  return all.flatMap((time): PlannedCell[] => {
    const cell = { nettingSet, id: `${name} ${time}`, underlyings: [name], expiry: time, holds: "all" as const, discount: null };
    if (staticDiscount === undefined) return [cell];
    const expiry = priced.find((known) => known.expiry === time);
    const ofFutures = futures.includes(time) ? [{ ...cell, id: `${cell.id} futures`, holds: "futures" as const }] : [];
    if (expiry === undefined) return ofFutures;
    const discount = discountFactors(expiry, market.asOf, staticDiscount);
    requireDiscount(discount.gain, discount.drag, cell.id);
    return [{ ...cell, holds: "options", discount }, ...ofFutures];
  });
}

function cellRule({ id, nettingSet, underlyings, discount }: PlannedCell, { offsets }: Policy): CellRule {
  const shared = offsets?.classes.find(({ underlying }) => underlying === underlyings[0]);
  const group = offsets?.groups.findIndex((candidate) => candidate.underlyings.includes(underlyings[0]!)) ?? -1;
  return { id, gain: discount?.gain ?? shared?.gain ?? ONE, drag: discount?.drag ?? ONE, group: Math.max(0, group), nettingSet };
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

/** The initial loss factor with the charge for a quote that has lost its peg. */
function lossFactorOf({ currencies }: Market, { lossFactor, depeg }: Policy): PerLevel {
  if (depeg === undefined) return lossFactor;
  const found = currencies.find(({ name }) => name === depeg.asset);
  if (found === undefined) {
    throw new MarginProofError("MissingMark", `the market has no price of ${depeg.asset}`, { path: "currencies", hint: "the policy's depeg charge needs it: add the currency with its price" });
  }
  const missing = depeg.threshold - (found.price * SCALE.factor) / SCALE.price;
  const extra = missing > 0n ? (missing * depeg.factor + SCALE.factor - 1n) / SCALE.factor : 0n;
  const initial = lossFactor.IM + extra;
  if (initial >= 1n << BigInt(BITS.lossFactor)) {
    throw new MarginProofError("InvalidPolicy", `with ${depeg.asset} at this price the initial loss factor is ${factorText(initial as Factor)}`, { path: "depeg.factor", hint: "lower the factor: a loss factor stays below 17.18" });
  }
  return { MM: lossFactor.MM, IM: initial as Factor };
}
