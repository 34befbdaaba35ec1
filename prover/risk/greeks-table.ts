/** A book's greeks for people and for other programs. They are rounded down where they are shown: no margin depends on them. */
import { divDown } from "../numeric/rounding.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { REAL_DECIMALS, type Real } from "../numeric/real.ts";
import { amountTable } from "./amount-table.ts";
import type { UnderlyingGreeks } from "./greeks.ts";
import type { Json } from "./schema.ts";

/** One row per underlying. */
export function greeksTable(greeks: readonly UnderlyingGreeks[]): string {
  const head = ["greeks", "delta (units)", "gamma (units per 1)", "vega (per vol point)", "theta (per day)"];
  const rows = greeks.map(({ underlying, delta, gamma, vega, theta }) => [
    underlying,
    shown(delta, 4),
    shown(gamma, 8),
    shown(vega, 2),
    shown(theta, 2),
  ]);
  return amountTable(head, rows, 1);
}

/** Decimal strings with 12 decimals. */
export function greeksJson(greeks: readonly UnderlyingGreeks[]): Json {
  return greeks.map(({ underlying, delta, gamma, vega, theta }) => ({
    underlying,
    delta: shown(delta, 12),
    gamma: shown(gamma, 12),
    vega: shown(vega, 12),
    theta: shown(theta, 12),
  }));
}

function shown(value: Real, digits: number): string {
  return formatDecimal(divDown(value, 10n ** BigInt(REAL_DECIMALS - digits)), digits, { group: false });
}
