/** Contracts together with their quotes, and the conversion of what is quoted into USD. */
import { MarginProofError } from "../errors.ts";
import { mulDivDown } from "../numeric/rounding.ts";
import { SCALE, type Price } from "../units.ts";
import { isInverse, type Contract } from "./deribit-instrument.ts";
import { missing, quotedPrice, type Quote } from "./deribit-prices.ts";

export const QUOTE_CURRENCY = "USD";

/** A contract with its quote, and the factors that turn the quote's prices into USD. */
export interface QuotedContract extends Contract {
  readonly quote: Quote;
  /** USD per unit of the currency of the mark: coins for inverse options, USD for inverse futures, stablecoins for linear contracts. */
  readonly markUnit: Price;
  /** USD per unit of the currency of strikes and forwards. */
  readonly strikeUnit: Price;
}

/** Prices in USD by name: of underlyings and of stablecoins. */
export interface UnitPrices {
  readonly spots: ReadonlyMap<string, Price>;
  readonly currencies: ReadonlyMap<string, Price>;
}

type Quotes = ReadonlyMap<string, Quote>;
type Indices = ReadonlyMap<string, Price>;

const ONE = SCALE.price as Price;

/** Spots of everything the contracts are on, and the stablecoins among the indices. @throws MissingMark, InvalidDecimal, OutOfRange */
export function unitPrices(contracts: readonly Contract[], quotes: Quotes, indices: Indices): UnitPrices {
  const byUnderlying = Map.groupBy(contracts, ({ instrument }) => instrument.underlying);
  const spots = new Map([...byUnderlying].map(([name, siblings]) => [name, spotPrice(name, siblings, quotes, indices)]));
  const named = [...indices].flatMap(([index, price]) => (/^[a-z0-9]+_usd$/.test(index) ? [[index.slice(0, -4).toUpperCase(), price] as const] : []));
  return { spots, currencies: new Map(named.filter(([name]) => !spots.has(name) && name !== QUOTE_CURRENCY)) };
}

/** The index `btc_usd`, or what the newest ticker of an inverse contract says of it. */
function spotPrice(underlying: string, contracts: readonly Contract[], quotes: Quotes, indices: Indices): Price {
  const index = `${underlying.toLowerCase()}_usd`;
  const price = indices.get(index);
  if (price !== undefined) return price;
  const candidates = contracts.filter(isInverse).flatMap(({ instrument }) => quotes.get(instrument.name) ?? []);
  const tickers = candidates.filter(({ index_price: given }) => given !== undefined && given !== null);
  const newest = tickers.sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0];
  if (newest !== undefined) return quotedPrice(newest, "index_price", "index price");
  throw new MarginProofError("MissingMark", `no spot price of ${underlying}`, {
    path: `${contracts[0]!.path}.base_currency`,
    hint: `add public/get_index_price of ${index}, or leave ${underlying} out of the imported underlyings`,
  });
}

/** @throws MissingMark when the contract has no quote, or its currency of settlement no price */
export function withQuote(contract: Contract, quotes: Quotes, { spots, currencies }: UnitPrices): QuotedContract {
  const { instrument, currency, path } = contract;
  const quote = quotes.get(instrument.name);
  if (quote === undefined) throw missing(`no price for ${instrument.name}`, `${path}.instrument_name`);
  if (isInverse(contract)) {
    const markUnit = instrument.kind === "option" ? spots.get(instrument.underlying)! : ONE;
    return { ...contract, quote, markUnit, strikeUnit: ONE };
  }
  const unit = currency === QUOTE_CURRENCY ? ONE : currencies.get(currency);
  if (unit !== undefined) return { ...contract, quote, markUnit: unit, strikeUnit: unit };
  throw new MarginProofError("MissingMark", `${instrument.name} settles in ${currency}, which has no price`, {
    path: `${path}.settlement_currency`,
    hint: `add public/get_index_price of ${currency.toLowerCase()}_usd, or leave the instrument out`,
  });
}

/** The venue's mark in USD; only options may be marked at 0. @throws MissingMark, InvalidDecimal, OutOfRange */
export function markInUsd({ instrument, quote, markUnit }: QuotedContract): Price {
  const mark = quotedPrice(quote, "mark_price", "mark price");
  if (mark === 0n && instrument.kind !== "option") throw missing(`the mark price of ${instrument.name} is 0`, `${quote.path}.mark_price`);
  return inUsd(mark, markUnit);
}

/** An option's strike in USD. */
export function strikeInUsd(strike: Price, { strikeUnit }: QuotedContract): Price {
  return inUsd(strike, strikeUnit);
}

/** What options of this contract's expiry are priced on, in USD. @throws MissingMark, InvalidDecimal, OutOfRange */
export function forwardInUsd({ quote, strikeUnit }: QuotedContract): Price {
  return inUsd(quotedPrice(quote, "underlying_price", "underlying price"), strikeUnit);
}

/** Rounded down, on longs and shorts alike: less than 1e-8 USD for one unit of the underlying. */
function inUsd(price: Price, unit: Price): Price {
  return mulDivDown(price, unit, SCALE.price) as Price;
}
