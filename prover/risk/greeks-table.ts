/** A book's greeks for people and for other programs. They are rounded down where they are shown: no margin depends on them. */
import { divDown } from "../numeric/rounding.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { REAL_DECIMALS, type Real } from "../numeric/real.ts";
import { amountTable } from "./amount-table.ts";
import type { Greeks, UnderlyingGreeks } from "./greeks.ts";
import type { Instrument } from "./instruments.ts";
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

/** One row per position that has any. */
export function positionGreeksTable(positions: readonly { readonly instrument: Instrument; readonly greeks: Greeks }[]): string {
  const held = positions.filter(({ greeks }) => Object.values(greeks).some((greek) => greek !== 0n));
  return greeksTable(held.map(({ instrument, greeks }) => ({ underlying: instrument.name, ...greeks })));
}

/** Decimal strings with 12 decimals. */
export const greeksJson = (greeks: readonly UnderlyingGreeks[]): Json =>
  greeks.map(({ underlying, ...each }) => ({ underlying, ...greekTexts(each) }));

export const greekTexts = ({ delta, gamma, vega, theta }: Greeks): { readonly [greek: string]: string } => ({
  delta: shown(delta, 12),
  gamma: shown(gamma, 12),
  vega: shown(vega, 12),
  theta: shown(theta, 12),
});

function shown(value: Real, digits: number): string {
  return formatDecimal(divDown(value, 10n ** BigInt(REAL_DECIMALS - digits)), digits, { group: false });
}
