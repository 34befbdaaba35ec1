/** Options: Black-76 on the expiry's forward, with the surface's volatility shocked scenario by scenario. */
import { exp } from "../numeric/exp.ts";
import { ONE, REAL_DECIMALS, fromFactor, fromPrice, mul, ratio, sqrt, type Real } from "../numeric/real.ts";
import { DECIMALS, SCALE, type Price } from "../units.ts";
import { black76 } from "./black76.ts";
import type { Option } from "./instruments.ts";
import { charge, notional } from "./linear-risk.ts";
import { SECONDS_PER_YEAR, type MarketExpiry } from "./market.ts";
import type { Policy, VolDirection, VolShock } from "./policy.ts";
import type { Exact, UnitRisk } from "./unit-risk.ts";
import { shockedVol } from "./vol-shock.ts";
import { impliedVol } from "./vol-surface.ts";

/** What all options of one expiry share; making it once per expiry saves an exponential and two roots per option. */
export interface ExpiryModel {
  readonly expiry: MarketExpiry;
  readonly seconds: number;
  readonly rootTau: Real;
  readonly discount: Real;
}

export function expiryModel(expiry: MarketExpiry, asOf: number): ExpiryModel {
  const seconds = expiry.expiry - asOf;
  const tau = ratio(BigInt(seconds), SECONDS_PER_YEAR);
  return { expiry, seconds, rootTau: sqrt(tau), discount: exp(-mul(fromFactor(expiry.rate), tau) as Real) };
}

/**
 * An option's risk. With a mark the value is the mark; the P&L is always model shocked − model unshocked. The two never mix:
 * model shocked − mark would book the distance between mark and model as a gain or loss of every scenario, so a quote
 * above the surface would look like risk and one below it like safety.
 */
export function optionRisk(option: Option, mark: Price | undefined, spotPrice: Price, model: ExpiryModel, policy: Policy): UnitRisk {
  const priced = pricer(option, model, policy.volShock);
  const base = priced(SCALE.factor, "none");
  return {
    scenarioPnl: policy.scenarios.map(({ spot, vol, weight }) => {
      const change = contracts(option, priced(spot, vol) - base);
      return { numerator: change.numerator * weight, denominator: change.denominator * SCALE.factor };
    }),
    value: mark === undefined ? contracts(option, base) : notional(option.multiplier, mark),
    charges: [charge("optionShort", "short", notional(option.multiplier, spotPrice), policy.charges.optionShort)],
  };
}

/** `amount` per unit of the underlying, as an exact amount per contract at price scale. */
function contracts({ multiplier }: Option, amount: bigint): Exact {
  return { numerator: amount * multiplier, denominator: SCALE.quantity * 10n ** BigInt(REAL_DECIMALS - DECIMALS.price) };
}

/** Price of one option on one unit after the forward has been multiplied by `spot` (1e-9) and its volatility shocked. */
function pricer(
  option: Option,
  { expiry, seconds, rootTau, discount }: ExpiryModel,
  shock: VolShock,
): (spot: bigint, vol: VolDirection) => Real {
  const strike = fromPrice(option.strike);
  const vol = impliedVol(expiry.surface, strike);
  const totalVol = (direction: VolDirection): Real => mul(shockedVol(vol, direction, shock, seconds), rootTau);
  const totalVols = { up: totalVol("up"), down: totalVol("down"), none: totalVol("none") };
  const forward = fromPrice(expiry.forward);
  return (spot, direction) =>
    black76({ forward: ((forward * spot) / SCALE.factor) as Real, strike, totalVol: totalVols[direction], discount, type: option.type });
}
