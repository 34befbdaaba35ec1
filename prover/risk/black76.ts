/** European options on a forward. */
import { MarginProofError } from "../errors.ts";
import { lnRatio } from "../numeric/ln.ts";
import { normalCdf } from "../numeric/normal.ts";
import { ZERO, add, clamp, div, fromScaled, max, mul, sub } from "../numeric/real.ts";
import type { Real } from "../numeric/real.ts";

export type OptionType = "call" | "put";

export interface Black76Input {
  forward: Real;
  strike: Real;
  /** vol·√τ */
  totalVol: Real;
  /** Value today of one unit paid at expiry. */
  discount: Real;
  type: OptionType;
}

/** Smallest total deviation that is told apart from zero. */
export const MIN_TOTAL_VOL = fromScaled(1n, 18);
/** From here on the strike no longer matters: a call is worth the discounted forward. */
export const MAX_TOTAL_VOL = fromScaled(24n, 0);

/**
 * Present value of one option. With discounted forward X = F·D and strike Y = K·D (each rounded down) these hold exactly:
 * max(0, X − Y) ≤ call ≤ X, max(0, Y − X) ≤ put ≤ Y, call − put = X − Y; at zero deviation the value is intrinsic.
 * In between the error is below 1e-27·(1 + X + Y).
 * @throws OutOfRange naming an input below 0
 */
export function black76(input: Black76Input): Real {
  requireNotNegative(input);
  const forward = mul(input.forward, input.discount);
  const strike = mul(input.strike, input.discount);
  const intrinsic = max(ZERO, sub(forward, strike));
  const call = clamp(unboundedCall(input, forward, strike), intrinsic, forward);
  // The bounds on the call are those on the put, so parity needs no floor of its own.
  return input.type === "call" ? call : add(sub(call, forward), strike);
}

/** X·Φ(d₁) − Y·Φ(d₂), up to rounding; the caller's bounds settle the limits where d₁ does not exist. */
function unboundedCall(input: Black76Input, forward: Real, strike: Real): Real {
  if (input.totalVol === 0n || input.forward === 0n) return ZERO;
  if (input.totalVol >= MAX_TOTAL_VOL || input.strike === 0n) return forward;
  const deviation = max(input.totalVol, MIN_TOTAL_VOL);
  const d2 = sub(div(lnRatio(input.forward, input.strike), deviation), (deviation / 2n) as Real);
  const d1 = add(d2, deviation);
  return sub(mul(forward, normalCdf(d1)), mul(strike, normalCdf(d2)));
}

function requireNotNegative(input: Black76Input): void {
  for (const path of ["forward", "strike", "totalVol", "discount"] as const) {
    if (input[path] < 0n) throw new MarginProofError("OutOfRange", "is negative", { path, hint: "give 0 or more" });
  }
}
