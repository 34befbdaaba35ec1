/**
 * A market, `margin-market/1`: everything risk numbers are computed from besides the policy. All prices are in the quote
 * currency, whose own price is 1.
 */
import { MarginProofError } from "../errors.ts";
import { fromPrice, ratio, type Real } from "../numeric/real.ts";
import { SCALE, type Factor, type Price } from "../units.ts";
import { byName, type Instrument } from "./instruments.ts";
import { checkListings } from "./market-checks.ts";
import { MARKET_FORMAT, marketSchema, type ExpiryFile, type ListingFile, type SurfaceFile, type UnderlyingFile } from "./market-schema.ts";
import { readJson, SEE_PAGE } from "./schema.ts";
import { checkVolSurface, type VolSurface } from "./vol-surface.ts";

export { marketJson } from "./market-json.ts";
export { MARKET_FORMAT };

/** A currency without price risk in the scenarios (a stablecoin): only its haircut protects against it. */
export interface CurrencyPrice {
  readonly name: string;
  readonly price: Price;
  readonly confidence: Factor;
}

/** What options of one expiry need. Confidences are in [0, 1]. */
export interface MarketExpiry {
  /** Unix seconds. */
  readonly expiry: number;
  readonly forward: Price;
  /** Continuously compounded, per year of 365 days. */
  readonly rate: Factor;
  readonly surface: VolSurface;
  readonly confidence: { readonly forward: Factor; readonly rate: Factor; readonly vol: Factor };
}

export interface Underlying {
  readonly name: string;
  readonly spot: Price;
  readonly confidence: Factor;
  /** Ascending by expiry. */
  readonly expiries: readonly MarketExpiry[];
}

/** An instrument that may be held, with its mark: required for perpetuals and futures, optional for options, absent otherwise. */
export interface Listing {
  readonly instrument: Instrument;
  readonly mark: Price | undefined;
  readonly confidence: Factor;
}

export interface Market {
  readonly format: typeof MARKET_FORMAT;
  /** Valuation time, unix seconds. */
  readonly asOf: number;
  readonly quote: string;
  /** Ascending by name. */
  readonly currencies: readonly CurrencyPrice[];
  /** Ascending by name. */
  readonly underlyings: readonly Underlying[];
  /** Ascending by instrument name: the order of snapshot rows. */
  readonly listings: readonly Listing[];
}

export const SECONDS_PER_YEAR = 31_536_000n;

/**
 * Reads a market. Throws InvalidSchema, InvalidDecimal, OutOfRange; InvalidMarket for duplicates, expired entries, prices that
 * are not positive and surfaces without meaning; MissingMark when a listed instrument could not be valued.
 */
export function parseMarket(json: unknown): Market {
  const file = readJson(marketSchema, json, "", SEE_PAGE);
  requireDistinct([file.quote, ...file.currencies.map(({ name }) => name)], (i) => `currencies[${i - 1}].name`);
  requireDistinct(
    [file.quote, ...file.currencies.map(({ name }) => name), ...file.underlyings.map(({ name }) => name)],
    (i) => `underlyings[${i - 1 - file.currencies.length}].name`,
  );
  requireDistinct(
    file.instruments.map(({ name }) => name),
    (i) => `instruments[${i}].name`,
  );
  const underlyings = file.underlyings.map((underlying, u) => readUnderlying(underlying, file.asOf, `underlyings[${u}]`));
  const market = { format: file.format, asOf: file.asOf, quote: file.quote, currencies: file.currencies, underlyings };
  const listings = file.instruments.map(readListing);
  checkListings(listings, market);
  return {
    ...market,
    currencies: [...market.currencies].sort(byName),
    underlyings: [...market.underlyings].sort(byName),
    listings: [...listings].sort((a, b) => byName(a.instrument, b.instrument)),
  };
}

function readUnderlying(file: UnderlyingFile, asOf: number, path: string): Underlying {
  requireDistinct(
    file.expiries.map(({ expiry }) => String(expiry)),
    (e) => `${path}.expiries[${e}].expiry`,
  );
  const expiries = file.expiries.map((expiry, e) => readExpiry(expiry, asOf, `${path}.expiries[${e}]`));
  return { ...file, expiries: expiries.sort((a, b) => a.expiry - b.expiry) };
}

function readExpiry(file: ExpiryFile, asOf: number, path: string): MarketExpiry {
  const { forward, surface } = file;
  if (file.expiry <= asOf) {
    throw new MarginProofError("InvalidMarket", `expiry ${file.expiry} is not after asOf ${asOf}`, {
      path: `${path}.expiry`,
      hint: "remove what has expired",
    });
  }
  if (forward === undefined)
    throw missing(`${path}.forward`, "no forward", "add the forward of this expiry, or remove the expiry and its options");
  if (surface === undefined)
    throw missing(`${path}.surface`, "no volatility surface", "add a surface (svi, points or flat), or remove the expiry and its options");
  const read = readSurface(surface, forward, ratio(BigInt(file.expiry - asOf), SECONDS_PER_YEAR));
  checkVolSurface(read, `${path}.surface`);
  return { ...file, forward, surface: read };
}

/** SVI parameters that do not say what they were fitted against were fitted against this very market. */
function readSurface(file: SurfaceFile, forward: Price, tau: Real): VolSurface {
  if (file.kind !== "svi") return file;
  return { ...file, forward: file.forward ?? fromPrice(forward), tau: file.tau ?? tau };
}

function readListing(file: ListingFile): Listing {
  if (file.kind === "cash" || file.kind === "spot") return { instrument: file, mark: undefined, confidence: SCALE.factor as Factor };
  const { mark, confidence, ...instrument } = file;
  return { instrument, mark, confidence };
}

function missing(path: string, message: string, hint: string): MarginProofError {
  return new MarginProofError("MissingMark", message, { path, hint });
}

/** Throws InvalidMarket at the second occurrence of a key. */
function requireDistinct(keys: readonly string[], path: (index: number) => string): void {
  const seen = new Set<string>();
  keys.forEach((key, index) => {
    if (seen.has(key)) throw new MarginProofError("InvalidMarket", `${key} is listed twice`, { path: path(index), hint: "keep one entry" });
    seen.add(key);
  });
}
