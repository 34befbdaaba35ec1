/** A margin report as JSON for other programs: exact decimal strings, scenarios by index. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, type Value } from "../units.ts";
import { greeksJson, greekTexts } from "./greeks-table.ts";
import type { MarginReport, NettingSetReport, RuleEffect } from "./margin-report.ts";
import type { ChargeTotal } from "./margin-totals.ts";
import type { Json } from "./schema.ts";

export const REPORT_FORMAT = "margin-report/1";

/** The `margin-report/1` document: amounts in the quote unit, exact. */
export function marginReportJson(report: MarginReport): { readonly [key: string]: Json } {
  const { terms, ratioBps, requirement } = report;
  return {
    format: REPORT_FORMAT,
    level: terms.level,
    minRatioBps: terms.minRatioBps.toString(),
    onChainCollateral: formatDecimal(terms.onChainCollateral, DECIMALS.usd, { trim: true }),
    isHealthy: report.isHealthy,
    equity: text(report.equity),
    requirement: { MM: text(requirement.MM), IM: text(requirement.IM) },
    ratioBps: ratioBps === null ? null : ratioBps.toString(),
    excess: text(report.excess),
    isolatedRequirement: text(report.isolatedRequirement),
    nettingSaving: text(report.nettingSaving),
    bookValue: text(report.totals.value),
    charges: report.charges.map(chargeJson),
    nettingSets: report.nettingSets.map(nettingSetJson),
    greeks: greeksJson(report.greeks),
    aggregate: text(report.aggregate),
    tail: text(report.tail),
    tailSets: report.tailSets.map(({ set, measure, binds }) => ({ set, measure: text(measure), binds })),
    stress: text(report.stress),
    exposures: report.exposures.map(({ id, total, low, high, tiered, charge, withinLimits }) => ({
      id,
      total: text(total),
      low: text(low),
      high: text(high),
      tieredCharge: text(tiered),
      charge: text(charge),
      withinLimits,
    })),
    withinLimits: report.withinLimits,
    ruleEffects: report.ruleEffects.map(effectJson),
    positions: report.positions.map(positionJson),
  };
}

function nettingSetJson(set: NettingSetReport): Json {
  const { id, scenarioPnl, basisPnl, bindingScenario, binding, bindingText } = set;
  return {
    id,
    scenarioPnl: scenarioPnl.map(text),
    basisPnl: basisPnl.map(text),
    bindingScenario,
    binding,
    bindingText,
    loss: text(set.loss),
    charge: text(set.charge),
    floor: text(set.floor),
    requirement: text(set.requirement),
    isolatedRequirement: text(set.isolatedRequirement),
    nettedRequirement: text(set.nettedRequirement),
    nettingSaving: text(set.nettingSaving),
    ruleEffects: set.ruleEffects.map(effectJson),
  };
}

function positionJson(position: MarginReport["positions"][number]): Json {
  const { pnl, shareBps } = position.binding;
  return {
    venue: position.venue,
    account: position.account,
    instrument: position.instrument.name,
    quantity: formatDecimal(position.quantity, DECIMALS.quantity, { trim: true }),
    value: text(position.value),
    worstPnl: text(position.worstPnl),
    scenarioPnl: position.scenarioPnl.map(text),
    binding: { pnl: text(pnl), shareBps: shareBps === null ? null : shareBps.toString() },
    greeks: greekTexts(position.greeks),
    charge: text(position.charge),
    charges: position.charges.map(chargeJson),
    isolatedRequirement: text(position.isolatedRequirement),
  };
}

const effectJson = ({ rule, effect }: RuleEffect): Json => ({ rule, effect: text(effect) });
const chargeJson = ({ kind, MM, IM }: ChargeTotal): Json => ({ kind, MM: text(MM), IM: text(IM) });
const text = (value: Value): string => formatDecimal(value, DECIMALS.value, { trim: true });
