/**
 * The units in which a case is computed. The engine's formats have 8 digits for amounts and 9 for factors, published cases 18. All formulas
 * are linear in amounts of money, in quantities and in scenario weights, so the case is computed in smaller units of each, and read in them.
 */
import { DECIMALS, type Factor, type Price, type Quantity } from "../../prover/units.ts";
import { REAL_DECIMALS, type Real } from "../../prover/numeric/real.ts";

/** Digits that weights, discounts and loss factors have beyond those of a factor; results are that much larger for each of them. */
export const FINER = 9;
/** Entries of a risk vector then need this width. */
export const ENTRY_BITS = 512;

/** `value` in units of 10^−digits, to nearest, halves away from 0. */
export function at(value: bigint, digits: number): bigint {
  if (digits >= REAL_DECIMALS) return value * 10n ** BigInt(digits - REAL_DECIMALS);
  const unit = 10n ** BigInt(REAL_DECIMALS - digits);
  const size = ((value < 0n ? -value : value) + unit / 2n) / unit;
  return value < 0n ? -size : size;
}

export const factorOf = (value: Real): Factor => at(value, DECIMALS.factor) as Factor;
export const finerFactorOf = (value: Real): Factor => at(value, DECIMALS.factor + FINER) as Factor;

/** Money is counted in 1e-19 of the quote, and quantities in 1e-19 of a unit: a real's digits are a price's and a quantity's. */
export const priceOf = (value: Real): Price => value as bigint as Price;
export const quantityOf = (amount: Real): Quantity => amount as bigint as Quantity;
/** A price as the engine takes it for a real. */
export const enginePrice = (value: Real): Real => at(value, 2 * REAL_DECIMALS - DECIMALS.price) as Real;
/** What the engine finds, in quote, where so many finer factors are in it. */
export const amountOf = (value: bigint, factors: number): Real => at(value, -factors * FINER) as Real;
