/** The canonical JSON of a market, the one that is hashed: how a file spells a number or orders a list does not change it. */
import { formatDecimal } from "../numeric/decimal.ts";
import { REAL_DECIMALS, type Real } from "../numeric/real.ts";
import { instrumentJson } from "./instruments.ts";
import type { Listing, Market, MarketExpiry } from "./market.ts";
import { factorText, priceText, type Json } from "./schema.ts";
import type { VolSurface } from "./vol-surface.ts";

/** parseMarket(marketJson(x)) equals x. */
export function marketJson(market: Market): Json {
  return {
    format: market.format,
    asOf: market.asOf,
    quote: market.quote,
    currencies: market.currencies.map(({ name, price, confidence }) => ({
      name,
      price: priceText(price),
      confidence: factorText(confidence),
    })),
    underlyings: market.underlyings.map(({ name, spot, confidence, expiries }) => ({
      name,
      spot: priceText(spot),
      confidence: factorText(confidence),
      expiries: expiries.map(expiryJson),
    })),
    instruments: market.listings.map(listingJson),
  };
}

function expiryJson({ expiry, forward, rate, surface, confidence }: MarketExpiry): Json {
  return {
    expiry,
    forward: priceText(forward),
    rate: factorText(rate),
    surface: surfaceJson(surface),
    confidence: { forward: factorText(confidence.forward), rate: factorText(confidence.rate), vol: factorText(confidence.vol) },
  };
}

function surfaceJson(surface: VolSurface): Json {
  switch (surface.kind) {
    case "flat":
      return { kind: "flat", vol: realText(surface.vol) };
    case "points":
      return { kind: "points", points: surface.points.map(({ strike, vol }) => ({ strike: realText(strike), vol: realText(vol) })) };
    case "svi": {
      const { kind, a, b, rho, m, sigma, forward, tau } = surface;
      return {
        kind,
        a: realText(a),
        b: realText(b),
        rho: realText(rho),
        m: realText(m),
        sigma: realText(sigma),
        forward: realText(forward),
        tau: realText(tau),
      };
    }
  }
}

function listingJson({ instrument, mark, confidence }: Listing): Json {
  const described = instrumentJson(instrument);
  if (instrument.kind === "cash" || instrument.kind === "spot") return described;
  return { ...described, ...(mark === undefined ? {} : { mark: priceText(mark) }), confidence: factorText(confidence) };
}

const realText = (value: Real): string => formatDecimal(value, REAL_DECIMALS, { trim: true });
