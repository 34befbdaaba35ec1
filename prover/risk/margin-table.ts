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
  optionNaked: "naked short options",
  confidence: "unsure feeds",
};

/** Positions, netting sets with what binds them, charges, and the summary, as plain text. */
export function marginTable(report: MarginReport, policy: Policy): string {
  return [
    positionsTable(report),
    nettingSetsTable(report, policy),
    chargesTable(report),
    exposuresTable(report),
    effectsTable(report, policy),
    summaryTable(report, policy),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** What a scenario does, such as `BTC −18 % / vol up` or `BTC +100 % / vol up × 0.1386`. */
export function describeScenario(subject: string, { spot, vol, weight }: Scenario): string {
  const move = spot - SCALE.factor;
  const sign = move > 0n ? "+" : move < 0n ? "−" : "";
  const percent = formatDecimal(move < 0n ? -move : move, DECIMALS.factor - 2, { trim: true });
  const volatility = { up: "vol up", down: "vol down", none: "vol unchanged", linear: "skew rotated", absolute: "smile steepened" }[vol];
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

/** What the loss of a netting set comes from. */
export function describeBinding(
  { id, bindingScenario, binding }: Pick<NettingSetReport, "id" | "bindingScenario" | "binding">,
  policy: Policy,
): string {
  if (binding === "basis") return `${id} forwards against spot, expiry by expiry`;
  return bindingScenario === null ? "no scenario loses" : describeScenario(id, policy.scenarios[bindingScenario]!);
}

function nettingSetsTable({ nettingSets }: MarginReport, policy: Policy): string {
  return table(
    ["netting set", "binding scenario", "loss"],
    nettingSets.map((set) => [set.id, describeBinding(set, policy), up(set.loss)]),
    2,
  );
}

/** Nothing when the policy has no exposures. */
function exposuresTable({ exposures }: MarginReport): string {
  if (exposures.length === 0) return "";
  const unbounded = 1n << 88n;
  return table(
    ["exposure", "total", "limit", "tiered charge", "within"],
    exposures.map(({ id, total, high, tiered, withinLimits }) => [
      id,
      down(total),
      high > unbounded ? "none" : `± ${up(high)}`,
      up(tiered),
      withinLimits ? "yes" : "no",
    ]),
    1,
  );
}

/** Nothing when the policy has no rules besides scenarios. */
function effectsTable({ ruleEffects, terms }: MarginReport, { quote }: Policy): string {
  if (ruleEffects.length === 0) return "";
  return table(
    ["rule", `adds to ${terms.level} (saves, if negative), ${quote}`],
    ruleEffects.map(({ rule, effect }) => [rule, up(effect)]),
    1,
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
      ["worst losses, aggregated", up(report.aggregate)],
      ...(report.tail === 0n ? [] : [["tail measure", up(report.tail)]]),
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
