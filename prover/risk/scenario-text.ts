/** Scenarios and what binds, in words. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, SCALE, type Factor } from "../units.ts";
import { moveText } from "./amount-table.ts";
import type { NettingSetReport } from "./netting-set-report.ts";
import type { Policy, Scenario } from "./policy.ts";

/** What happens to volatilities, in words. */
export const VOLATILITY = { up: "vol up", down: "vol down", none: "vol unchanged", linear: "skew rotated", absolute: "smile steepened" } as const;

/** What a scenario does, such as `BTC −18 % / vol up` or `BTC +100 % / vol up × 0.1386`; underlyings that move otherwise in brackets. */
export function describeScenario(subject: string, { spot, vol, weight, moves = {}, less }: Scenario): string {
  const others = Object.entries(moves).map(([name, move]) => `${name} ${moveText(move)}`);
  const damped = weight === SCALE.factor ? "" : ` × ${factor(weight)}`;
  return `${subject} ${moveText(spot)}${others.length === 0 ? "" : ` (${others.join(", ")})`} / ${VOLATILITY[vol]}${less === undefined ? "" : ` / less ${less}`}${damped}`;
}

/** What the loss of a netting set comes from. */
export function describeBinding(
  { id, bindingScenario, binding }: Pick<NettingSetReport, "id" | "bindingScenario" | "binding">,
  policy: Policy,
): string {
  if (binding === "basis")
    return policy.deltaMinimum.length > 0 ? `${id} least loss for its deltas` : `${id} forwards against spot, expiry by expiry`;
  return bindingScenario === null ? "no scenario loses" : describeScenario(id, policy.scenarios[bindingScenario]!);
}

export const factor = (value: Factor): string => formatDecimal(value, DECIMALS.factor, { trim: true });
