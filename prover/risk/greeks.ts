/**
 * Greeks, from the same pricing code as the scenarios. They inform and decide nothing: their last digits are rounded, and no margin
 * depends on them. The forward of an expiry moves in proportion to spot, as it does in the scenarios.
 */
import { MarginProofError } from "../errors.ts";
import { ONE, ZERO, add, fromFactor, fromPrice, fromScaled, max, mul, ratio } from "../numeric/real.ts";
import { DECIMALS, SCALE, type Quantity } from "../units.ts";
import { black76Greeks, type Greeks } from "./black76-greeks.ts";
import { refuseUnlisted, type Account } from "./book.ts";
import type { Option } from "./instruments.ts";
import type { Listing, Market, Underlying } from "./market.ts";
import { expiryModel } from "./option-risk.ts";
import { impliedVol } from "./vol-surface.ts";

export type { Greeks };

/** Of everything held of one underlying. */
export interface UnderlyingGreeks extends Greeks {
  readonly underlying: string;
}

const NONE: Greeks = { delta: ZERO, gamma: ZERO, vega: ZERO, theta: ZERO };

/** Greeks of one unit of a listed instrument, with respect to spot; a balance of the quote or a stablecoin has none. */
export function listingGreeks({ instrument, mark }: Listing, market: Market): Greeks {
  const underlying = market.underlyings.find(
    ({ name }) => name === (instrument.kind === "cash" ? instrument.currency : instrument.underlying),
  );
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
  if (expiry === undefined)
    throw new MarginProofError("MissingMark", "the market has no forward and volatility for it", {
      path: option.name,
      hint: "read the market with parseMarket, which names what is missing",
    });
  const { rootTau, discount } = expiryModel(expiry, asOf);
  const [strike, forward] = [fromPrice(option.strike), fromPrice(expiry.forward)];
  const state = {
    forward,
    strike,
    vol: impliedVol(expiry.surface, strike),
    rootTau,
    // As in the discount: a rate below 0 counts as 0.
    rate: max(fromFactor(expiry.rate), ZERO),
    discount,
    type: option.type,
  };
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
      const listing = byName.get(name) ?? refuseUnlisted(name, `accounts[${a}].positions[${p}].instrument`);
      const { instrument } = listing;
      const underlying = instrument.kind === "cash" ? instrument.currency : instrument.underlying;
      const total = totals.get(underlying);
      if (total !== undefined) totals.set(underlying, plus(total, scaled(listingGreeks(listing, market), quantity)));
    }),
  );
  return [...totals].map(([underlying, greeks]) => ({ underlying, ...greeks }));
}

function scaled({ delta, gamma, vega, theta }: Greeks, quantity: Quantity): Greeks {
  const by = fromScaled(quantity, DECIMALS.quantity);
  return { delta: mul(delta, by), gamma: mul(gamma, by), vega: mul(vega, by), theta: mul(theta, by) };
}

function plus(a: Greeks, b: Greeks): Greeks {
  return { delta: add(a.delta, b.delta), gamma: add(a.gamma, b.gamma), vega: add(a.vega, b.vega), theta: add(a.theta, b.theta) };
}
