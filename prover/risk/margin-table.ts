/** A margin report as tables for people. Amounts are shown to the cent: value and excess rounded down, charges and requirements up. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, SCALE, type Factor, type Value } from "../units.ts";
import { amountDown as down, amountTable as table, amountUp as up, ratioText } from "./amount-table.ts";
import type { MarginReport, NettingSetReport, PositionReport } from "./margin-report.ts";
import type { Policy, Scenario } from "./policy.ts";
import type { ChargeKind } from "./unit-risk.ts";

export const CHARGE_NAMES: Readonly<Record<ChargeKind, string>> = {
  perpetual: "perpetuals",
  future: "futures",
  optionShort: "short options",
  haircut: "collateral haircut",
};

/** Positions, netting sets with what binds them, charges, and the summary, as plain text. */
export function marginTable(report: MarginReport, policy: Policy): string {
  return [positionsTable(report), nettingSetsTable(report, policy), chargesTable(report), summaryTable(report, policy)].join("\n");
}

/** What a scenario does, such as `BTC −18 % / vol up` or `BTC +100 % / vol up × 0.1386`. */
export function describeScenario(subject: string, { spot, vol, weight }: Scenario): string {
  const move = spot - SCALE.factor;
  const sign = move > 0n ? "+" : move < 0n ? "−" : "";
  const percent = formatDecimal(move < 0n ? -move : move, DECIMALS.factor - 2, { trim: true });
  const volatility = { up: "vol up", down: "vol down", none: "vol unchanged" }[vol];
  const damped = weight === SCALE.factor ? "" : ` × ${factor(weight)}`;
  return `${subject} ${sign}${percent} % / ${volatility}${damped}`;
}

function positionsTable({ positions, terms }: MarginReport): string {
  const head = ["venue", "account", "instrument", "quantity", "value", "worst P&L", `charge ${terms.level}`, `alone ${terms.level}`];
  const rows = positions.map(({ venue, account, instrument, quantity, value, worstPnl, charge, isolatedRequirement }: PositionReport) => [
    venue,
    account,
    instrument.name,
    formatDecimal(quantity, DECIMALS.quantity, { trim: true, group: true }),
    down(value),
    down(worstPnl),
    up(charge),
    up(isolatedRequirement),
  ]);
  return table(head, rows, 3);
}

function nettingSetsTable({ nettingSets }: MarginReport, policy: Policy): string {
  const binding = ({ id, bindingScenario }: NettingSetReport) =>
    bindingScenario === null ? "no scenario loses" : describeScenario(id, policy.scenarios[bindingScenario]!);
  return table(
    ["netting set", "binding scenario", "loss"],
    nettingSets.map((set) => [set.id, binding(set), up(set.loss)]),
    2,
  );
}

function chargesTable({ charges }: MarginReport): string {
  return table(
    ["charge", "MM", "IM"],
    charges.map(({ kind, MM, IM }) => [CHARGE_NAMES[kind], up(MM), up(IM)]),
    1,
  );
}

function summaryTable(report: MarginReport, { lossFactor, quote }: Policy): string {
  const { terms, totals, requirement, equity, excess, ratioBps, isHealthy, isolatedRequirement, nettingSaving } = report;
  return table(
    ["summary", quote],
    [
      ["value of the book", down(totals.value)],
      ["on-chain collateral", down((equity - totals.value) as Value)],
      ["equity", down(equity)],
      ["worst losses added up", up(totals.loss.reduce((sum, loss) => sum + loss, 0n) as Value)],
      [`requirement MM (losses × ${factor(lossFactor.MM)} + charges)`, up(requirement.MM)],
      [`requirement IM (losses × ${factor(lossFactor.IM)} + charges)`, up(requirement.IM)],
      [`requirement ${terms.level}, position by position`, up(isolatedRequirement)],
      ["saved by netting", down(nettingSaving)],
      [`equity / requirement ${terms.level}`, ratioText(ratioBps)],
      [`excess at ${ratioText(terms.minRatioBps)} of ${terms.level}`, down(excess)],
      ["healthy", isHealthy ? "yes" : "no"],
    ],
    1,
  );
}

const factor = (value: Factor): string => formatDecimal(value, DECIMALS.factor, { trim: true });
