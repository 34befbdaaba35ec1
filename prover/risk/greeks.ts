/**
 * Greeks, from the same pricing code as the scenarios. They inform and decide nothing: their last digits are rounded, and no margin
 * depends on them. The forward of an expiry moves in proportion to spot, as it does in the scenarios.
 */
import { MarginProofError } from "../errors.ts";
import { lnRatio } from "../numeric/ln.ts";
import { normalCdf, normalPdf } from "../numeric/normal.ts";
import { ONE, ZERO, add, div, fromFactor, fromPrice, fromScaled, mul, ratio, sub, type Real } from "../numeric/real.ts";
import { DECIMALS, SCALE, type Quantity } from "../units.ts";
import { MAX_TOTAL_VOL, MIN_TOTAL_VOL, black76, type OptionType } from "./black76.ts";
import type { Account } from "./book.ts";
import type { Option } from "./instruments.ts";
import type { Listing, Market, Underlying } from "./market.ts";
import { expiryModel } from "./option-risk.ts";
import { impliedVol } from "./vol-surface.ts";

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

export interface UnderlyingGreeks extends Greeks {
  readonly underlying: string;
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

const NONE: Greeks = { delta: ZERO, gamma: ZERO, vega: ZERO, theta: ZERO };
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

/** Greeks of one unit of a listed instrument, with respect to spot; a balance of the quote or a stablecoin has none. */
export function listingGreeks({ instrument, mark }: Listing, market: Market): Greeks {
  const underlying = market.underlyings.find(({ name }) => name === (instrument.kind === "cash" ? instrument.currency : instrument.underlying));
  if (underlying === undefined) return NONE;
  switch (instrument.kind) {
    case "cash":
    case "spot":
      return { ...NONE, delta: ONE };
    case "option":
      return optionGreeks(instrument, underlying, market.asOf);
    case "perpetual":
    case "future":
      // An inverse contract does not change its worth in the quote when mark and spot move together, see contractRisk.
      if (instrument.settlement === "inverse" || mark === undefined) return NONE;
      return { ...NONE, delta: ratio(mark * instrument.multiplier, underlying.spot * SCALE.quantity) };
  }
}

function optionGreeks(option: Option, underlying: Underlying, asOf: number): Greeks {
  const expiry = underlying.expiries.find(({ expiry }) => expiry === option.expiry);
  if (expiry === undefined) throw new MarginProofError("MissingMark", "the market has no forward and volatility for it", { path: option.name, hint: "read the market with parseMarket, which names what is missing" });
  const { rootTau, discount } = expiryModel(expiry, asOf);
  const [strike, forward] = [fromPrice(option.strike), fromPrice(expiry.forward)];
  const state = { forward, strike, vol: impliedVol(expiry.surface, strike), rootTau, rate: fromFactor(expiry.rate), discount, type: option.type };
  const { delta, gamma, vega, theta } = black76Greeks(state);
  const carry = ratio(expiry.forward, underlying.spot);
  return scaled({ delta: mul(delta, carry), gamma: mul(gamma, mul(carry, carry)), vega, theta }, option.multiplier);
}

/** Greeks of a book, one entry per underlying of the market, ascending by name. Throws UnknownInstrument as marginReport does. */
export function bookGreeks(accounts: readonly Account[], market: Market): readonly UnderlyingGreeks[] {
  const byName = new Map(market.listings.map((listing) => [listing.instrument.name, listing]));
  const totals = new Map<string, Greeks>(market.underlyings.map(({ name }) => [name, NONE]));
  accounts.forEach((account, a) =>
    account.positions.forEach(({ instrument: name, quantity }, p) => {
      const listing = byName.get(name) ?? unknown(name, `accounts[${a}].positions[${p}].instrument`);
      const { instrument } = listing;
      const underlying = instrument.kind === "cash" ? instrument.currency : instrument.underlying;
      const total = totals.get(underlying);
      if (total !== undefined) totals.set(underlying, plus(total, scaled(listingGreeks(listing, market), quantity)));
    }),
  );
  return [...totals].map(([underlying, greeks]) => ({ underlying, ...greeks }));
}

function unknown(instrument: string, path: string): never {
  throw new MarginProofError("UnknownInstrument", `${instrument} is not in the market`, { path, hint: "use a market that lists it, or correct the name" });
}

function scaled({ delta, gamma, vega, theta }: Greeks, quantity: Quantity): Greeks {
  const by = fromScaled(quantity, DECIMALS.quantity);
  return { delta: mul(delta, by), gamma: mul(gamma, by), vega: mul(vega, by), theta: mul(theta, by) };
}

function plus(a: Greeks, b: Greeks): Greeks {
  return { delta: add(a.delta, b.delta), gamma: add(a.gamma, b.gamma), vega: add(a.vega, b.vega), theta: add(a.theta, b.theta) };
}
