/** The static discount of an expiry: what its net option value counts for in a scenario, by sign. */
import { exp } from "../numeric/exp.ts";
import { ZERO, add, fromFactor, max, min, mul, ratio, toFactorNearest, type Real } from "../numeric/real.ts";
import type { Factor } from "../units.ts";
import { SECONDS_PER_YEAR, type MarketExpiry } from "./market.ts";
import type { PolicyFeatures } from "./policy-features.ts";

type Discounts = NonNullable<PolicyFeatures["staticDiscount"]>;

/**
 * gain = long.base·exp(−τ·(rate·multiplier + add)), drag = min(1/D, short.base·exp(τ·(rate·multiplier + add))); D the discount factor, rates
 * below 0 counting as 0, expired options as τ = 0. Source: Derive PMRM_2.
 *
 * @throws OutOfRange when an exponent is above 128
 */
export function exactDiscountFactors(
  { expiry, rate }: Pick<MarketExpiry, "expiry" | "rate">,
  asOf: number,
  { long, short }: Discounts,
): { readonly gain: Real; readonly drag: Real } {
  const tau = ratio(BigInt(Math.max(0, expiry - asOf)), SECONDS_PER_YEAR);
  const clamped = max(fromFactor(rate), ZERO);
  const exponent = ({ rateMultiplier, rateAdd }: Discounts["long"]): Real =>
    mul(tau, add(mul(clamped, fromFactor(rateMultiplier)), fromFactor(rateAdd)));
  const gain = mul(fromFactor(long.base), exp(-exponent(long) as Real));
  // 1/D as a power: where D itself has few digits left, or none, a quotient would be wrong, or not exist.
  const undiscounted = exp(mul(clamped, tau));
  return { gain, drag: min(undiscounted, mul(fromFactor(short.base), exp(exponent(short)))) };
}

/** The same to the nearest 1e-9: they are published parameters, like a scenario's multiplier, and what a book makes of them is exact. */
export function discountFactors(
  expiry: Pick<MarketExpiry, "expiry" | "rate">,
  asOf: number,
  discounts: Discounts,
): { readonly gain: Factor; readonly drag: Factor } {
  const { gain, drag } = exactDiscountFactors(expiry, asOf, discounts);
  return { gain: toFactorNearest(gain), drag: toFactorNearest(drag) };
}
