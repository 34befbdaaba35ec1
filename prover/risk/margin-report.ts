/**
 * The margin of a book, with its working. Pure and exact: everything after the risk vectors is integer arithmetic without
 * rounding, except where a figure is only shown (requirements up, excess and ratio down).
 */
import { divDown, mulDivDown } from "../numeric/rounding.ts";
import { SCALE, type Bps, type Level, type Usd, type Value } from "../units.ts";
import { refuseUnlisted, type Account } from "./book.ts";
import { evaluateRules, type ExposureWorking, type MarginWorking, type NettingSetWorking } from "./margin-program.ts";
import type { ColumnTotals } from "./margin-rules.ts";
import { addCharges, chargesOf, shownRequirement, totalsOf, type ChargeTotal, type Holding } from "./margin-totals.ts";
import type { Policy } from "./policy.ts";
import { positionReport, type PositionReport } from "./position-report.ts";
import type { MarketRisk } from "./risk-array.ts";
import { ruleEffects, type RuleEffect } from "./rule-effects.ts";

export type { ChargeTotal, PositionReport, RuleEffect };

/** What is claimed about the book. */
export interface MarginTerms {
  readonly level: Level;
  /** 10000 = 100 %. */
  readonly minRatioBps: Bps;
  /** Counted as equity besides the book, without haircut. */
  readonly onChainCollateral: Usd;
}

export interface NettingSetReport {
  readonly id: string;
  /** In the order of the policy's scenarios, skew rotations with their worse sign; after discounts and offsets, rounded down. */
  readonly scenarioPnl: readonly Value[];
  /** Per basis, the worse move in every cell; empty without one. */
  readonly basisPnl: readonly Value[];
  /** Index in the policy's scenarios of the first with the largest loss; null when nothing loses, or a basis move binds. */
  readonly bindingScenario: number | null;
  /** What the loss comes from; null when nothing loses. */
  readonly binding: "scenario" | "skew" | "basis" | null;
  /** The worst loss; 0 when nothing loses. */
  readonly loss: Value;
  /** Charges that count as loss: concentration, calendar spreads. */
  readonly charge: Value;
  readonly floor: Value;
  /** The larger of loss with charges and floor. */
  readonly requirement: Value;
}

export interface ExposureReport extends ExposureWorking {
  readonly id: string;
  readonly low: Value;
  readonly high: Value;
}

export interface MarginReport {
  readonly terms: MarginTerms;
  /** Account by account, in each ascending by instrument name. */
  readonly positions: readonly PositionReport[];
  readonly nettingSets: readonly NettingSetReport[];
  /** One entry per kind that occurs. */
  readonly charges: readonly ChargeTotal[];
  readonly exposures: readonly ExposureReport[];
  /** Whether every exposure is within its limits. */
  readonly withinLimits: boolean;
  /** Expected shortfall or value at risk of the tail scenarios; 0 without them. */
  readonly tail: Value;
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
  const isolatedRequirement = positions.reduce((sum, position) => sum + position.isolatedRequirement, 0n) as Value;
  return {
    terms,
    positions,
    nettingSets: policy.nettingSets.map(({ id }, n) => nettingSetReport(id, working.nettingSets[n]!, policy)),
    charges: addCharges(held.flatMap(chargesOf)),
    exposures: rules.exposures.map(({ id, low, high }, k) => ({ id, low, high, ...working.exposures[k]! })),
    withinLimits: working.withinLimits,
    tail: working.tail.measure,
    aggregate: working.aggregate,
    stress: working.stress,
    totals,
    requirement: needed,
    ...health(totals, working, terms),
    isolatedRequirement,
    nettingSaving: (isolatedRequirement - needed[terms.level]) as Value,
    ruleEffects: ruleEffects(rules, totals, terms.level),
  };
}

function nettingSetReport(id: string, working: NettingSetWorking, { scenarios }: Policy): NettingSetReport {
  const { pnl, skewPnl, basisPnl, binding, loss, charge, floor, requirement } = working;
  const listed = scenarios.map(({ vol }, index) => ({
    index,
    kind: vol === "linear" || vol === "absolute" ? ("skew" as const) : ("scenario" as const),
  }));
  const bindingScenario = binding === null ? null : (listed.filter(({ kind }) => kind === binding.kind)[binding.index]?.index ?? null);
  const next = { scenario: pnl.values(), skew: skewPnl.values() };
  const scenarioPnl = listed.map(({ kind }) => next[kind].next().value!);
  return { id, scenarioPnl, basisPnl, bindingScenario, binding: binding?.kind ?? null, loss, charge, floor, requirement };
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
