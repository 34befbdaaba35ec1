/** A margin report as tables for people. Amounts are shown to the cent: value and excess rounded down, charges and requirements up. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, type Value } from "../units.ts";
import { amountDown as down, amountTable as table, amountUp as up, ratioText } from "./amount-table.ts";
import { greeksTable } from "./greeks-table.ts";
import type { MarginReport } from "./margin-report.ts";
import type { Policy } from "./policy.ts";
import { factor } from "./scenario-text.ts";
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
    nettingSetsTable(report),
    showsGreeks(report) ? greeksTable(report.greeks) : "",
    chargesTable(report),
    exposuresTable(report),
    effectsTable(report, policy),
    summaryTable(report, policy),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function positionsTable({ positions, terms }: MarginReport): string {
  const head = [
    "venue",
    "account",
    "instrument",
    "quantity",
    "value",
    "worst P&L",
    "P&L that binds",
    `charge ${terms.level}`,
    `alone ${terms.level}`,
  ];
  const rows = positions.map(({ venue, account, instrument, quantity, value, worstPnl, binding, charge, isolatedRequirement }) => [
    venue,
    account,
    instrument.name,
    formatDecimal(quantity, DECIMALS.quantity, { trim: true, group: true }),
    down(value),
    down(worstPnl),
    down(binding.pnl),
    up(charge),
    up(isolatedRequirement),
  ]);
  return table(head, rows, 3);
}

/** What a set needs after its charges and minimum; then its positions one by one against the set by itself, with their other charges. */
function nettingSetsTable({ nettingSets, terms: { level } }: MarginReport): string {
  return table(
    ["netting set", "binding scenario", "loss", "charges", "minimum", "needs", `one by one ${level}`, `netted ${level}`, "saved"],
    nettingSets.map((set) => [
      set.id,
      set.bindingText,
      up(set.loss),
      up(set.charge),
      up(set.floor),
      up(set.requirement),
      up(set.isolatedRequirement),
      up(set.nettedRequirement),
      down(set.nettingSaving),
    ]),
    2,
  );
}

/** Whether the table has the book's Greeks: not for a linear book, whose deltas its values show. */
export const showsGreeks = ({ greeks }: Pick<MarginReport, "greeks">): boolean =>
  greeks.some(({ gamma, vega }) => gamma !== 0n || vega !== 0n);

/** Nothing when the policy has no exposures. */
function exposuresTable({ exposures, terms }: MarginReport): string {
  if (exposures.length === 0) return "";
  const unbounded = 1n << 88n;
  return table(
    ["exposure", "total", "limit", `charge ${terms.level}`, "within"],
    exposures.map(({ id, total, high, charge, withinLimits }) => [
      id,
      down(total),
      high > unbounded ? "none" : `± ${up(high)}`,
      up(charge),
      withinLimits ? "yes" : "no",
    ]),
    1,
  );
}

/** Nothing when the policy has no rules besides scenarios. Where there are several netting sets, for each of them by itself, too. */
function effectsTable({ ruleEffects, nettingSets, terms }: MarginReport, { quote }: Policy): string {
  if (ruleEffects.length === 0) return "";
  const sets = nettingSets.length > 1 ? nettingSets : [];
  return table(
    ["rule", `adds to ${terms.level} (saves, if negative), ${quote}`, ...sets.map(({ id }) => `${id} by itself`)],
    ruleEffects.map(({ rule, effect }) => {
      const alone = sets.map((set) => set.ruleEffects.find((known) => known.rule === rule));
      return [rule, up(effect), ...alone.map((known) => (known === undefined ? "–" : up(known.effect)))];
    }),
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

/** The measure that counts, and where there are several sets each one's, with the one that binds. */
function tailRows({ tail, tailSets }: MarginReport): string[][] {
  if (tail === 0n) return [];
  const each = tailSets.length > 1 ? tailSets : [];
  return [["tail measure", up(tail)], ...each.map(({ set, measure, binds }) => [`  of set ${set}${binds ? ", which binds" : ""}`, up(measure)])];
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
      ...tailRows(report),
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
