/** What a rule may ask an instrument: its worth, and how that changes when spot, volatility or forward move. Per unit held long. */
import { SCALE, type Factor } from "../units.ts";
import type { SkewDirection, VolDirection } from "./policy.ts";
import type { Exact, UnitCharge } from "./unit-risk.ts";

/** How implied volatility moves: as the policy shocks it, or by a given multiplier at 1e-9 (historical and simulated scenarios), scaled by time or not. */
export type VolMove = VolDirection | SkewDirection | { readonly multiplier: Factor; readonly isScaled: boolean };

export interface Valuer {
  /** Contribution to equity. */
  readonly value: Exact;
  /** Worth by the model from which `change` starts; the mark where there is no model. */
  readonly modelValue: Exact;
  /** Change of worth when spot (or forward) is multiplied by `move` at 1e-9 and volatility moves. */
  readonly change: (move: Factor, vol: VolMove) => Exact;
  /** Change of worth when its own forward is multiplied by `move` at 1e-9 and spot stays; null for what has no date, and so no basis to spot. */
  readonly basis: ((move: Factor) => Exact) | null;
  readonly charges: readonly UnitCharge[];
}

export const ZERO: Exact = { numerator: 0n, denominator: 1n };

export function plus(a: Exact, b: Exact): Exact {
  return { numerator: a.numerator * b.denominator + b.numerator * a.denominator, denominator: a.denominator * b.denominator };
}

export const negative = ({ numerator, denominator }: Exact): Exact => ({ numerator: -numerator, denominator });

/** A share of an exact amount, `rate` at 1e-9. */
export function share(amount: Exact, rate: bigint): Exact {
  return { numerator: amount.numerator * rate, denominator: amount.denominator * SCALE.factor };
}
