/** Options: Black-76 on the expiry's forward, with the surface's volatility shocked scenario by scenario. */
import { exp } from "../numeric/exp.ts";
import { REAL_DECIMALS, ZERO, fromFactor, fromPrice, max, mul, ratio, sqrt, type Real } from "../numeric/real.ts";
import { DECIMALS, SCALE, type Factor, type Price } from "../units.ts";
import { black76 } from "./black76.ts";
import type { Option } from "./instruments.ts";
import { charge, notional } from "./linear-risk.ts";
import { SECONDS_PER_YEAR, type MarketExpiry } from "./market.ts";
import type { Policy } from "./policy.ts";
import { rotatedVol } from "./skew-shock.ts";
import type { Exact } from "./unit-risk.ts";
import type { Valuer, VolMove } from "./valuer.ts";
import { scaledMultiplier, shockedVol, volShockOf } from "./vol-shock.ts";
import { impliedVol } from "./vol-surface.ts";

/** What all options of one expiry share; making it once per expiry saves an exponential and two roots per option. */
export interface ExpiryModel {
  readonly expiry: MarketExpiry;
  readonly seconds: number;
  readonly rootTau: Real;
  /** Not below 0. */
  readonly rate: Real;
  readonly discount: Real;
}

/** Rates below 0 count as 0: they would lift every option's value above its payoff. Expired options are worth their payoff. */
export function expiryModel(expiry: MarketExpiry, asOf: number): ExpiryModel {
  const seconds = Math.max(0, expiry.expiry - asOf);
  const tau = ratio(BigInt(seconds), SECONDS_PER_YEAR);
  const rate = max(fromFactor(expiry.rate), ZERO);
  return { expiry, seconds, rootTau: sqrt(tau), rate, discount: exp(-mul(rate, tau) as Real) };
}

/**
 * An option's risk. With a mark the value is the mark; the P&L is always model shocked − model unshocked. The two never mix:
 * model shocked − mark would book the distance between mark and model as a gain or loss of every scenario, so a quote
 * above the surface would look like risk and one below it like safety.
 */
export function optionValuer(option: Option, mark: Price | undefined, spotPrice: Price, model: ExpiryModel, policy: Policy): Valuer {
  const priced = pricer(option, model, policy);
  const base = priced(SCALE.factor, "none");
  const modelValue = contracts(option, base);
  const { charges, optionNaked } = policy;
  const amount = notional(option.multiplier, spotPrice);
  const change = (move: Factor, vol: VolMove): Exact => contracts(option, priced(move, vol) - base);
  return {
    value: mark === undefined ? modelValue : notional(option.multiplier, mark),
    modelValue,
    change,
    basis: (move) => change(move, "none"),
    charges: [
      charge("optionShort", "short", amount, charges.optionShort),
      ...(optionNaked === undefined ? [] : [charge("optionNaked", "short", amount, optionNaked)]),
    ],
  };
}

/** `amount` per unit of the underlying, as an exact amount per contract at price scale. */
function contracts({ multiplier }: Option, amount: bigint): Exact {
  return { numerator: amount * multiplier, denominator: SCALE.quantity * 10n ** BigInt(REAL_DECIMALS - DECIMALS.price) };
}

/**
 * Price of one option on one unit after the forward has been multiplied by `move` (1e-9) and its volatility moved. Within the settlement
 * window the average that settles the option is already fixed in part, and only the rest of the forward moves.
 */
function pricer(option: Option, { expiry, seconds, rootTau, discount }: ExpiryModel, policy: Policy): (move: bigint, vol: VolMove) => Real {
  const strike = fromPrice(option.strike);
  const forward = fromPrice(expiry.forward);
  const vol = impliedVol(expiry.surface, strike);
  const shock = volShockOf(policy.volShock, option.underlying);
  const window = BigInt(policy.settlementWindowSeconds);
  const open = BigInt(seconds) < window ? BigInt(seconds) : window;
  const moved = (move: bigint): Real => {
    if (window === 0n) return ((forward * move) / SCALE.factor) as Real;
    return ((forward * (window - open) * SCALE.factor + forward * open * move) / (window * SCALE.factor)) as Real;
  };
  const volAfter = (change: VolMove): Real => {
    if (typeof change === "object") return mul(vol, change.isScaled ? scaledMultiplier(change.multiplier, seconds, shock) : fromFactor(change.multiplier));
    if (change === "linear" || change === "absolute") return rotatedVol(vol, strike, forward, rootTau, change, policy.skew!);
    return shockedVol(vol, change, shock, seconds);
  };
  const known = new Map<VolMove, Real>();
  const totalVol = (change: VolMove): Real => {
    const found = known.get(change) ?? mul(volAfter(change), rootTau);
    if (typeof change === "string") known.set(change, found);
    return found;
  };
  return (move, change) => black76({ forward: moved(move), strike, totalVol: totalVol(change), discount, type: option.type });
}
