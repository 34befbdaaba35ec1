/** Implied volatility of one expiry as a function of strike. Strikes, forwards, volatilities and years are all Reals. */
import { MarginProofError } from "../errors.ts";
import { lnRatio } from "../numeric/ln.ts";
import { ONE, ZERO, add, clamp, div, fromScaled, max, mul, sqrt, sub } from "../numeric/real.ts";
import type { Real } from "../numeric/real.ts";

export interface SviSurface {
  kind: "svi";
  a: Real;
  b: Real;
  rho: Real;
  m: Real;
  sigma: Real;
  /** The forward the parameters were fitted against; it does not move with a scenario. */
  forward: Real;
  /** Years to expiry at which the parameters were fitted. */
  tau: Real;
}

export interface PointSurface {
  kind: "points";
  /** Ascending by strike, at least one. */
  points: readonly { strike: Real; vol: Real }[];
}

export interface FlatSurface {
  kind: "flat";
  vol: Real;
}

export type VolSurface = SviSurface | PointSurface | FlatSurface;

/** Strikes further out than four at-the-money-like deviations are priced with the volatility found there. */
const WING_LIMIT = fromScaled(4n, 0);
const MAX_TOTAL_VARIANCE = fromScaled(144n, 0);

/**
 * Annualised volatility at `strike` > 0, for a surface that `checkVolSurface` accepts.
 * Points are joined by straight lines in strike and continued flat beyond both ends. Rounded down by a few units of 1e-27.
 * @throws OutOfRange when an SVI surface is asked for a strike that is not positive
 */
export function impliedVol(surface: VolSurface, strike: Real): Real {
  switch (surface.kind) {
    case "svi":
      return sviVol(surface, strike);
    case "points":
      return interpolatedVol(surface.points, strike);
    case "flat":
      return surface.vol;
  }
}

/**
 * √(w / τ) with w = a + b·(ρ·(k − m) + √((k − m)² + σ²)) limited to [0, 144] and k = ln(strike / forward) to ±4·√(a + b·σ).
 */
function sviVol(svi: SviSurface, strike: Real): Real {
  const { a, b, rho, m, sigma, forward, tau } = svi;
  const limit = mul(WING_LIMIT, sqrt(max(ZERO, add(a, mul(b, sigma)))));
  const k = clamp(lnRatio(strike, forward), -limit as Real, limit);
  const offset = sub(k, m);
  const root = sqrt(add(mul(offset, offset), mul(sigma, sigma)));
  const variance = add(a, mul(b, add(mul(rho, offset), root)));
  return sqrt(div(clamp(variance, ZERO, MAX_TOTAL_VARIANCE), tau));
}

function interpolatedVol(points: PointSurface["points"], strike: Real): Real {
  const above = points.findIndex((point) => point.strike >= strike);
  const right = points.at(above);
  const left = points[above - 1];
  if (right === undefined) throw new MarginProofError("InvalidMarket", "a volatility surface without points");
  // Beyond the last point `above` is −1, which `at` reads as that last point.
  if (left === undefined) return right.vol;
  const weight = div(sub(strike, left.strike), sub(right.strike, left.strike));
  return add(left.vol, mul(weight, sub(right.vol, left.vol)));
}

/**
 * Refuses a surface on which `impliedVol` would have no meaning.
 * @throws InvalidMarket naming the field under `path`
 */
export function checkVolSurface(surface: VolSurface, path: string): void {
  switch (surface.kind) {
    case "svi":
      return checkSvi(surface, path);
    case "points":
      return checkPoints(surface.points, path);
    case "flat":
      return refuseUnless(surface.vol >= 0n, `${path}.vol`, "a negative volatility", "volatilities are 0 or more");
  }
}

function checkSvi(svi: SviSurface, path: string): void {
  const { a, b, rho, sigma, forward, tau } = svi;
  refuseUnless(b >= 0n, `${path}.b`, "a negative slope", "b is 0 or more");
  refuseUnless(rho > -ONE && rho < ONE, `${path}.rho`, "a correlation outside (−1, 1)", "rho lies strictly between -1 and 1");
  refuseUnless(sigma > 0n, `${path}.sigma`, "a curvature that is not positive", "sigma is above 0");
  refuseUnless(forward > 0n, `${path}.forward`, "a forward that is not positive", "give the forward of the fit");
  refuseUnless(tau > 0n, `${path}.tau`, "no time to expiry", "give the years to expiry of the fit, above 0");
  const lowest = add(a, mul(mul(b, sigma), sqrt(sub(ONE, mul(rho, rho)))));
  refuseUnless(lowest >= 0n, `${path}.a`, "the total variance falls below 0", "keep a + b·sigma·√(1 − rho²) at 0 or above");
}

function checkPoints(points: PointSurface["points"], path: string): void {
  refuseUnless(points.length > 0, `${path}.points`, "no points", "give at least one strike with its volatility");
  for (const [i, { strike, vol }] of points.entries()) {
    const before = points[i - 1];
    refuseUnless(vol >= 0n, `${path}.points[${i}].vol`, "a negative volatility", "volatilities are 0 or more");
    refuseUnless(strike > 0n, `${path}.points[${i}].strike`, "a strike that is not positive", "strikes are above 0");
    const ascending = before === undefined || before.strike < strike;
    refuseUnless(ascending, `${path}.points[${i}].strike`, "not above the strike before it", "list each strike once, ascending");
  }
}

function refuseUnless(holds: boolean, path: string, message: string, hint: string): void {
  if (!holds) throw new MarginProofError("InvalidMarket", message, { path, hint });
}
