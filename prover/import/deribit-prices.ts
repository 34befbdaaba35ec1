/** Deribit's public prices, looked up by instrument and by index: book summaries and tickers in any mixture. */
import { MarginProofError } from "../errors.ts";
import { parseDecimal } from "../numeric/decimal.ts";
import { parsePrice } from "../numeric/amounts.ts";
import { DECIMALS, type Factor, type Price } from "../units.ts";
import { indexPriceShape, priceShape, type DeribitPrice } from "./deribit-shapes.ts";
import { milliseconds, openResponse, readRecord, recordsOf, type OpenResponse } from "./response.ts";
import type { SourceText } from "./source-text.ts";

/** One book summary or ticker. Amounts are read when they are needed: those nobody needs may have any number of digits. */
export interface Quote extends DeribitPrice {
  readonly path: string;
  /** Unix milliseconds at which the venue made it. */
  readonly at: number | undefined;
}

/**
 * The newest quote of each instrument. Combos and whatever else is quoted without being wanted do no harm.
 * @throws UnreadableFile, VenueError, InvalidSchema
 */
export function readQuotes(responses: readonly SourceText[]): Map<string, Quote> {
  const quotes = new Map<string, Quote>();
  for (const response of responses.map(openResponse)) {
    for (const record of recordsOf(response)) {
      const quote = toQuote(readRecord(priceShape, record), record.path, response);
      const known = quotes.get(quote.instrument_name);
      if (known === undefined || (quote.at ?? 0) >= (known.at ?? 0)) quotes.set(quote.instrument_name, quote);
    }
  }
  return quotes;
}

function toQuote(price: DeribitPrice, path: string, response: OpenResponse): Quote {
  const own = price.timestamp ?? price.creation_timestamp ?? undefined;
  return { ...price, path, at: milliseconds(own) ?? response.answeredAt };
}

/** @throws MissingMark, InvalidDecimal, OutOfRange; `what` completes "no … for BTC-PERPETUAL" */
export function quotedPrice(quote: Quote, field: "mark_price" | "underlying_price" | "index_price", what: string): Price {
  const path = `${quote.path}.${field}`;
  const text = quote[field];
  if (text === undefined || text === null) throw missing(`no ${what} for ${quote.instrument_name}`, path);
  const price = parsePrice(text, path);
  if (price < 0n) throw new MarginProofError("OutOfRange", `${text} is negative`, { path, hint: "prices are 0 or more; fetch it again" });
  return price;
}

/** Percent to factor, exactly: `44.93` is 0.4493. Undefined when the venue gives none, or 0 for an option without bids. */
export function quotedVol(quote: Quote): Factor | undefined {
  const text = quote.mark_iv;
  if (text === undefined || text === null) return undefined;
  const path = `${quote.path}.mark_iv`;
  const percent = parseDecimal(text, DECIMALS.factor - 2, path);
  if (percent < 0n) throw new MarginProofError("OutOfRange", `${text} is negative`, { path, hint: "volatilities are 0 or more; fetch it again" });
  return percent === 0n ? undefined : (percent as Factor);
}

/** Index prices by index name (`btc_usd`), whose responses do not carry it. */
export type IndexResponses = Readonly<Record<string, SourceText>>;

/** @throws UnreadableFile, VenueError, InvalidSchema, MissingMark, InvalidDecimal, OutOfRange */
export function readIndexPrices(responses: IndexResponses): Map<string, Price> {
  const prices = new Map<string, Price>();
  for (const [index, response] of Object.entries(responses)) {
    const opened = openResponse(response);
    const path = `${opened.path}.index_price`;
    const { index_price: text } = readRecord(indexPriceShape, opened);
    if (text === undefined || text === null) throw missing(`no price of index ${index}`, path);
    const price = parsePrice(text, path);
    if (price <= 0n) throw new MarginProofError("OutOfRange", `${text} is not above 0`, { path, hint: "fetch the index price again" });
    prices.set(index, price);
  }
  return prices;
}

export function missing(message: string, path: string): MarginProofError {
  return new MarginProofError("MissingMark", message, {
    path,
    hint: "fetch public/ticker or public/get_book_summary_by_currency again and import its whole response",
  });
}
