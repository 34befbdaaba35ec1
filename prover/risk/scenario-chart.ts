/** The P&L of each netting set scenario by scenario, drawn in characters: losses to the left of the axis, gains to the right. */
import type { Value } from "../units.ts";
import { amountDown } from "./amount-table.ts";
import type { MarginReport } from "./margin-report.ts";
import type { NettingSetReport } from "./netting-set-report.ts";
import type { Policy } from "./policy.ts";
import { describeScenario } from "./scenario-text.ts";

/** Characters of the longest bar. */
const WIDTH = 24;

/** One block for each netting set that has P&L; what binds it is marked. */
export function scenarioChart({ nettingSets }: Pick<MarginReport, "nettingSets">, policy: Policy): string {
  return nettingSets.flatMap((set) => (set.scenarioPnl.every((pnl) => pnl === 0n) ? [] : [chartOf(set, policy)])).join("\n\n");
}

function chartOf({ id, scenarioPnl, bindingScenario }: NettingSetReport, { scenarios, quote }: Policy): string {
  const labels = scenarios.map((scenario) => describeScenario(id, scenario));
  const amounts = scenarioPnl.map(amountDown);
  const [labelWidth, amountWidth] = [longest(labels), longest(amounts)];
  const most = scenarioPnl.reduce((size, pnl) => (magnitude(pnl) > size ? magnitude(pnl) : size), 0n);
  const lines = scenarioPnl.map((pnl, s) => {
    const marked = s === bindingScenario ? " ◄ binds" : "";
    return `${labels[s]!.padEnd(labelWidth)}  ${amounts[s]!.padStart(amountWidth)}  ${bars(pnl, most)}${marked}`.trimEnd();
  });
  return [`${id}: P&L by scenario, ${quote}`, ...lines].join("\n");
}

/** Lengths round up, so that what is not 0 can be seen. */
function bars(pnl: Value, most: bigint): string {
  const length = Number((magnitude(pnl) * BigInt(WIDTH) + most - 1n) / most);
  const bar = "█".repeat(length);
  return pnl < 0n ? `${bar.padStart(WIDTH)}│` : `${" ".repeat(WIDTH)}│${bar}`;
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
