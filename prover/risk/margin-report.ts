/**
 * The margin of a book, with its working. Pure and exact: everything after the risk vectors is integer arithmetic without
 * rounding, except where a figure is only shown (requirements up, excess and ratio down).
 */
import { divDown, divUp, mulDivDown } from "../numeric/rounding.ts";
import { SCALE, type Bps, type Level, type Usd, type Value } from "../units.ts";
import { refuseUnlisted, type Account } from "./book.ts";
import { sumGreeks, type UnderlyingGreeks } from "./greeks.ts";
import { evaluateRules, type ExposureWorking, type MarginWorking } from "./margin-program.ts";
import type { ColumnTotals } from "./margin-rules.ts";
import { addCharges, chargesOf, shownRequirement, totalsOf, type ChargeTotal, type Holding } from "./margin-totals.ts";
import { bindingShare, nettingSetReport, type BindingShare, type NettingSetReport } from "./netting-set-report.ts";
import type { Policy } from "./policy.ts";
import { positionReport, type PositionReport } from "./position-report.ts";
import type { MarketRisk } from "./risk-array.ts";
import { ruleEffects, type RuleEffect } from "./rule-effects.ts";
import { tailSetNames } from "./tail-plan.ts";

export type { BindingShare, ChargeTotal, NettingSetReport, PositionReport, RuleEffect };

/** What is claimed about the book. */
export interface MarginTerms {
  readonly level: Level;
  /** 10000 = 100 %. */
  readonly minRatioBps: Bps;
  /** Counted as equity besides the book, without haircut. */
  readonly onChainCollateral: Usd;
}

export interface ExposureReport extends ExposureWorking {
  readonly id: string;
  /** Of tiers and line, at the terms' level, rounded up; negative for what gives back. */
  readonly charge: Value;
  readonly low: Value;
  readonly high: Value;
}

export interface TailSetReport {
  /** Correlations under which its scenarios were drawn, or their source. */
  readonly set: string;
  readonly measure: Value;
  /** Whether it is the first of the largest, above 0. */
  readonly binds: boolean;
}

export interface MarginReport {
  readonly terms: MarginTerms;
  /** Account by account, in each ascending by instrument name. */
  readonly positions: readonly (PositionReport & { readonly binding: BindingShare })[];
  /** Of everything held, one entry per underlying that the market lists instruments of, ascending by name. */
  readonly greeks: readonly UnderlyingGreeks[];
  readonly nettingSets: readonly NettingSetReport[];
  /** One entry per kind that occurs. */
  readonly charges: readonly ChargeTotal[];
  readonly exposures: readonly ExposureReport[];
  /** Whether every exposure is within its limits. */
  readonly withinLimits: boolean;
  /** Expected shortfall or value at risk of the tail scenarios, of the worst of their sets; 0 without them. */
  readonly tail: Value;
  /** Each set by itself; none without a tail. */
  readonly tailSets: readonly TailSetReport[];
  /** Netting sets' requirements, aggregated. */
  readonly aggregate: Value;
  /** The larger of aggregate and tail: what the loss factor multiplies. */
  readonly stress: Value;
  /** What circuits see: all numbers before level, ratio and collateral. */
  readonly totals: ColumnTotals;
  /** Book value plus on-chain collateral. */
  readonly equity: Value;
  /** Loss factor times stress, plus charges, at each level, rounded up. */
  readonly requirement: { readonly MM: Value; readonly IM: Value };
  /** Equity over the requirement of the terms' level, rounded down; null when nothing is required. */
  readonly ratioBps: bigint | null;
  /** Equity minus minRatio times the requirement, rounded down: what could be withdrawn, or what is missing. */
  readonly excess: Value;
  /** equity ≥ minRatio·requirement, decided on exact integers (the same as excess ≥ 0), and every exposure within its limits. */
  readonly isHealthy: boolean;
  /** Sum of the positions' isolated requirements. */
  readonly isolatedRequirement: Value;
  /** What holding the positions together saves at this level; negative where a concentration charge grows faster than its exposure. */
  readonly nettingSaving: Value;
  /** What each rule of the policy added (or saved, if negative) at this level. */
  readonly ruleEffects: readonly RuleEffect[];
}

/**
 * Margins `accounts` as one book under `policy` with the vectors of `risks` (from marketRisk with the same policy).
 * Throws UnknownInstrument with the path in the book when a position has no vector.
 */
export function marginReport(accounts: readonly Account[], risks: MarketRisk, policy: Policy, terms: MarginTerms): MarginReport {
  const { rules } = risks;
  const byInstrument = new Map(risks.map((risk) => [risk.instrument.name, risk]));
  const held = accounts.flatMap((account, a) =>
    account.positions.map(({ instrument, quantity }, p): Holding & { readonly account: Account } => {
      const risk = byInstrument.get(instrument) ?? refuseUnlisted(instrument, `accounts[${a}].positions[${p}].instrument`);
      return { account, quantity, risk };
    }),
  );
  const positions = held.map(({ account, quantity, risk }) => positionReport(account, quantity, risk, rules, terms.level));
  const totals = totalsOf(held, rules);
  const workings = { MM: evaluateRules(rules, totals, "MM"), IM: evaluateRules(rules, totals, "IM") };
  const working = workings[terms.level];
  const needed = { MM: shownRequirement(workings.MM), IM: shownRequirement(workings.IM) };
  const isolated = (of: readonly PositionReport[]): Value => of.reduce((sum, position) => sum + position.isolatedRequirement, 0n) as Value;
  const isolatedRequirement = isolated(positions);
  const alone = (n: number) => {
    const within = ({ risk }: Holding): boolean => risk.underlying !== null && risk.nettingSet === n;
    const own = totalsOf(held.filter(within), rules);
    return {
      isolatedRequirement: isolated(positions.filter((_, i) => within(held[i]!))),
      nettedRequirement: shownRequirement(evaluateRules(rules, own, terms.level)),
      ruleEffects: ruleEffects(rules, own, terms.level, policy.deltaMinimum.length > 0),
    };
  };
  return {
    terms,
    positions: positions.map((position, i) => ({
      ...position,
      binding: bindingShare(held[i]!, working.nettingSets[position.nettingSet]!, rules, totals),
    })),
    greeks: sumGreeks(
      positions,
      [...new Set(risks.flatMap(({ underlying }) => underlying ?? []))].sort((a, b) => (a < b ? -1 : 1)),
    ),
    nettingSets: policy.nettingSets.map(({ id }, n) => nettingSetReport(id, working.nettingSets[n]!, policy, alone(n))),
    charges: addCharges(held.flatMap(chargesOf)),
    exposures: rules.exposures.map(({ id, low, high }, k) => {
      const exposure = working.exposures[k]!;
      return { id, low, high, ...exposure, charge: (exposure.tiered + divUp(exposure.line, SCALE.factor)) as Value };
    }),
    withinLimits: working.withinLimits,
    tail: working.tail.measure,
    tailSets: working.tail.sets.map((set, k) => ({
      set: tailSetNames(policy)[k]!,
      measure: set.measure,
      binds: set === working.tail.binding && set.measure > 0n,
    })),
    aggregate: working.aggregate,
    stress: working.stress,
    totals,
    requirement: needed,
    ...health(totals, working, terms),
    isolatedRequirement,
    nettingSaving: (isolatedRequirement - needed[terms.level]) as Value,
    ruleEffects: ruleEffects(rules, totals, terms.level, policy.deltaMinimum.length > 0),
  };
}

/** Equity less minRatio times the requirement, exact, at `SLACK_SCALE` to the unit of a value: what is decided is whether it is negative. */
export function marginSlack(
  totals: Pick<ColumnTotals, "value">,
  { requirement: needed }: Pick<MarginWorking, "requirement">,
  { minRatioBps, onChainCollateral }: MarginTerms,
): bigint {
  return equityOf(totals, onChainCollateral) * SLACK_SCALE - minRatioBps * needed;
}

/** What a slack is counted in, per 1e-16 of the quote. */
export const SLACK_SCALE = SCALE.bps * SCALE.factor;

const equityOf = ({ value }: Pick<ColumnTotals, "value">, collateral: Usd): Value =>
  (value + collateral * (SCALE.value / SCALE.usd)) as Value;

/** (value + collateral)·1e4·1e9 ≥ minRatioBps·requirement·1e9, and the limits: what the circuit proves. */
function health(
  totals: ColumnTotals,
  working: MarginWorking,
  terms: MarginTerms,
): Pick<MarginReport, "equity" | "ratioBps" | "excess" | "isHealthy"> {
  const equity = equityOf(totals, terms.onChainCollateral);
  const slack = marginSlack(totals, working, terms);
  const { requirement: needed, withinLimits } = working;
  return {
    equity,
    ratioBps: needed === 0n ? null : mulDivDown(equity, SLACK_SCALE, needed),
    excess: divDown(slack, SLACK_SCALE) as Value,
    isHealthy: slack >= 0n && withinLimits,
  };
}
