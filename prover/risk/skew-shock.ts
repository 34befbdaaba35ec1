/** Rotations of the smile around the forward. */
import { lnRatio } from "../numeric/ln.ts";
import { ONE, ZERO, add, clamp, div, fromFactor, max, mul, type Real } from "../numeric/real.ts";
import type { SkewDirection } from "./policy.ts";
import type { PolicyFeatures } from "./policy-features.ts";

/**
 * vol·max(0, 1 + clamp(k·cap/k*, ±cap)) with cap = base·√τ + cap, k = ln(strike/forward) (its size when absolute), and
 * k* = max(minWidth, √τ·widthScale·(volStatic + √τ·volScale)). A cap below 0 counts as 0. Source: Derive PMRM_2.
 *
 * @param rootTau √τ in years
 */
export function rotatedVol(
  vol: Real,
  strike: Real,
  forward: Real,
  rootTau: Real,
  direction: SkewDirection,
  skew: NonNullable<PolicyFeatures["skew"]>,
): Real {
  const limits = skew[direction];
  const cap = max(ZERO, add(mul(fromFactor(limits.base), rootTau), fromFactor(limits.cap)));
  const k = lnRatio(strike, forward);
  const distance = direction === "absolute" && k < 0n ? (-k as Real) : k;
  const scaled = mul(mul(rootTau, fromFactor(skew.widthScale)), add(fromFactor(skew.volStatic), mul(rootTau, fromFactor(skew.volScale))));
  const width = max(fromFactor(skew.minWidth), scaled);
  const change = clamp(div(mul(distance, cap), width), -cap as Real, cap);
  return mul(vol, max(ZERO, add(ONE, change)));
}
