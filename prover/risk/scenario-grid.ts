/** Scenarios as the grid they are: a row per joint move of prices, a column per shock of volatilities, weights inside. */
import { amountTable, moveText } from "./amount-table.ts";
import type { Policy, Scenario } from "./policy.ts";
import { VOLATILITY } from "./scenario-text.ts";
import { factorText } from "./schema.ts";

const SHOCKS: readonly Scenario["vol"][] = ["up", "none", "down", "linear", "absolute"];

/** Rows ascend by move; a point that is no scenario is empty. */
export function scenarioGrid({ scenarios }: Pick<Policy, "scenarios">): string {
  const shocks = SHOCKS.filter((vol) => scenarios.some((scenario) => scenario.vol === vol));
  const rows = [...new Map(scenarios.map((scenario) => [moveOf(scenario), scenario])).values()].sort((a, b) => (a.spot < b.spot ? -1 : a.spot > b.spot ? 1 : 0));
  const weight = (row: Scenario, vol: Scenario["vol"]): string => {
    const found = scenarios.find((scenario) => scenario.vol === vol && moveOf(scenario) === moveOf(row));
    return found === undefined ? "" : factorText(found.weight);
  };
  return amountTable(
    [`weights of ${scenarios.length === 1 ? "1 scenario" : `${scenarios.length} scenarios`}`, ...shocks.map((vol) => VOLATILITY[vol])],
    rows.map((row) => [moveOf(row), ...shocks.map((vol) => weight(row, vol))]),
    1,
  );
}

/** `−18 %`, and in brackets what moves otherwise. */
function moveOf({ spot, moves = {}, less }: Scenario): string {
  const others = Object.entries(moves).map(([name, move]) => `${name} ${moveText(move)}`);
  return `${moveText(spot)}${others.length === 0 ? "" : ` (${others.join(", ")})`}${less === undefined ? "" : `, less ${less}`}`;
}
