/** The static discount of an expiry: what its net option value counts for in a scenario, by sign. */
import { exp } from "../numeric/exp.ts";
import { ONE, ZERO, add, div, fromFactor, max, min, mul, ratio, toFactorNearest, type Real } from "../numeric/real.ts";
import type { Factor } from "../units.ts";
import { SECONDS_PER_YEAR, type MarketExpiry } from "./market.ts";
import type { PolicyFeatures } from "./policy-features.ts";

/**
 * gain = long.base·exp(−τ·(rate·multiplier + add)), drag = min(1/D, short.base·exp(τ·(rate·multiplier + add))); D the discount factor, rates
 * below 0 counting as 0, expired options as τ = 0. Both to the nearest 1e-9: they are published parameters, like a scenario's multiplier, and
 * what a book makes of them is exact. Source: Derive PMRM_2.
 */
export function discountFactors(
  { expiry, rate }: Pick<MarketExpiry, "expiry" | "rate">,
  asOf: number,
  { long, short }: NonNullable<PolicyFeatures["staticDiscount"]>,
): { readonly gain: Factor; readonly drag: Factor } {
  const tau = ratio(BigInt(Math.max(0, expiry - asOf)), SECONDS_PER_YEAR);
  const clamped = max(fromFactor(rate), ZERO);
  const exponent = ({ rateMultiplier, rateAdd }: typeof long): Real =>
    mul(tau, add(mul(clamped, fromFactor(rateMultiplier)), fromFactor(rateAdd)));
  const gain = mul(fromFactor(long.base), exp(-exponent(long) as Real));
  const undiscounted = div(ONE, exp(-mul(clamped, tau) as Real));
  const drag = min(undiscounted, mul(fromFactor(short.base), exp(exponent(short))));
  return { gain: toFactorNearest(gain), drag: toFactorNearest(drag) };
}
