/** A margin report as JSON for other programs: exact decimal strings, scenarios by index. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, type Value } from "../units.ts";
import type { MarginReport, PositionReport } from "./margin-report.ts";
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
    nettingSets: report.nettingSets.map(
      ({ id, scenarioPnl, basisPnl, bindingScenario, binding, loss, charge, floor, requirement: required }) => ({
        id,
        scenarioPnl: scenarioPnl.map(text),
        basisPnl: basisPnl.map(text),
        bindingScenario,
        binding,
        loss: text(loss),
        charge: text(charge),
        floor: text(floor),
        requirement: text(required),
      }),
    ),
    aggregate: text(report.aggregate),
    tail: text(report.tail),
    stress: text(report.stress),
    exposures: report.exposures.map(({ id, total, low, high, tiered, withinLimits }) => ({
      id,
      total: text(total),
      low: text(low),
      high: text(high),
      tieredCharge: text(tiered),
      withinLimits,
    })),
    withinLimits: report.withinLimits,
    ruleEffects: report.ruleEffects.map(({ rule, effect }) => ({ rule, effect: text(effect) })),
    positions: report.positions.map(positionJson),
  };
}

function positionJson(position: PositionReport): Json {
  return {
    venue: position.venue,
    account: position.account,
    instrument: position.instrument.name,
    quantity: formatDecimal(position.quantity, DECIMALS.quantity, { trim: true }),
    value: text(position.value),
    worstPnl: text(position.worstPnl),
    scenarioPnl: position.scenarioPnl.map(text),
    charge: text(position.charge),
    charges: position.charges.map(chargeJson),
    isolatedRequirement: text(position.isolatedRequirement),
  };
}

const chargeJson = ({ kind, MM, IM }: ChargeTotal): Json => ({ kind, MM: text(MM), IM: text(IM) });
const text = (value: Value): string => formatDecimal(value, DECIMALS.value, { trim: true });
