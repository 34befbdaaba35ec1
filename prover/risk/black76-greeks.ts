/** Greeks of one option by Black-76, in the limits that `black76` takes. */
import { lnRatio } from "../numeric/ln.ts";
import { normalCdf, normalPdf } from "../numeric/normal.ts";
import { ONE, ZERO, add, div, fromScaled, mul, sub, type Real } from "../numeric/real.ts";
import { MAX_TOTAL_VOL, MIN_TOTAL_VOL, black76, type OptionType } from "./black76.ts";

export interface Greeks {
  /** Units of the underlying that gain as much per unit of spot. */
  readonly delta: Real;
  /** Change of delta per quote unit of spot. */
  readonly gamma: Real;
  /** Quote units per volatility point (0.01). */
  readonly vega: Real;
  /** Quote units per day, at unchanged forward and volatility. */
  readonly theta: Real;
}

export interface Black76State {
  readonly forward: Real;
  readonly strike: Real;
  /** Annualised. */
  readonly vol: Real;
  /** √τ, in years. */
  readonly rootTau: Real;
  /** Continuously compounded per year; `discount` is exp(−rate·τ). */
  readonly rate: Real;
  readonly discount: Real;
  readonly type: OptionType;
}

const VOL_POINT = fromScaled(1n, 2);
const DAYS_PER_YEAR = fromScaled(365n, 0);

/**
 * Greeks of one option on one unit, with respect to its forward. With φ and Φ of the standard normal and v = vol·√τ:
 * delta D·Φ(d₁) (put: D·(Φ(d₁) − 1)), gamma D·φ(d₁)/(F·v), vega D·F·φ(d₁)·√τ, theta rate·V − D·F·φ(d₁)·vol/(2√τ).
 * Where `black76` takes an option for worthless or for its forward, gamma and vega are 0.
 */
export function black76Greeks({ forward, strike, vol, rootTau, rate, discount, type }: Black76State): Greeks {
  const totalVol = mul(vol, rootTau);
  const value = black76({ forward, strike, totalVol, discount, type });
  const { callDelta, density } = delta1(forward, strike, totalVol);
  const weight = mul(mul(discount, forward), density);
  const decay = density === ZERO ? ZERO : div(mul(weight, vol), (2n * rootTau) as Real);
  return {
    delta: mul(discount, type === "call" ? callDelta : sub(callDelta, ONE)),
    gamma: density === ZERO ? ZERO : div(mul(discount, density), mul(forward, totalVol)),
    vega: mul(mul(weight, rootTau), VOL_POINT),
    theta: div(sub(mul(rate, value), decay), DAYS_PER_YEAR),
  };
}

/** Φ(d₁) and φ(d₁), in the limits that black76 takes. */
function delta1(forward: Real, strike: Real, totalVol: Real): { callDelta: Real; density: Real } {
  if (totalVol >= MAX_TOTAL_VOL) return { callDelta: ONE, density: ZERO };
  if (totalVol < MIN_TOTAL_VOL) return { callDelta: forward > strike ? ONE : ZERO, density: ZERO };
  const d1 = add(div(lnRatio(forward, strike), totalVol), (totalVol / 2n) as Real);
  return { callDelta: normalCdf(d1), density: normalPdf(d1) };
}
