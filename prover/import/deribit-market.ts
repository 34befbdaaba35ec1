/** Deribit's public responses as a market in USD: what is traded, at which marks, with the forwards and volatilities behind them. */
import { isDeepStrictEqual } from "node:util";
import { MarginProofError } from "../errors.ts";
import { instrumentJson } from "../risk/instruments.ts";
import { MARKET_FORMAT, parseMarket, type Market } from "../risk/market.ts";
import { priceText, type Json } from "../risk/schema.ts";
import { expiryJson } from "./deribit-expiry.ts";
import { readContract, type Contract } from "./deribit-instrument.ts";
import { readIndexPrices, readQuotes, type IndexResponses, type Quote } from "./deribit-prices.ts";
import { markInUsd, QUOTE_CURRENCY, strikeInUsd, unitPrices, withQuote, type QuotedContract, type UnitPrices } from "./deribit-quoted.ts";
import { oldestSecond, openResponse, recordsOf } from "./response.ts";
import type { SourceText } from "./source-text.ts";

export interface DeribitMarketResponses {
  /** public/get_instruments, one or more. */
  readonly instruments: readonly SourceText[];
  /** public/get_book_summary_by_currency and public/ticker, in any mixture; the newer quote of an instrument counts. */
  readonly prices: readonly SourceText[];
  /** public/get_index_price by index name. `btc_usd` is the spot of BTC; `usdc_usd` makes USDC a currency one can hold. */
  readonly indexPrices: IndexResponses;
}

export interface DeribitMarketOptions {
  /** Unix seconds; without it, the time of the oldest price used. */
  readonly asOf?: number | undefined;
  /** Import only these; without it, every base currency of the instruments. */
  readonly underlyings?: readonly string[] | undefined;
}

/**
 * A market with every active future and option of the responses, the coins as spot, and USD and the stablecoins as cash.
 * Marks become USD at the venue's own index, rounded down to 1e-8. Combos, spot pairs and expired instruments are left out.
 * @throws UnreadableFile, VenueError, InvalidSchema; MissingMark, InvalidDecimal, OutOfRange for prices; InvalidMarket
 */
export function importDeribitMarket(responses: DeribitMarketResponses, options: DeribitMarketOptions = {}): Market {
  const quotes = readQuotes(responses.prices);
  const listed = readContracts(responses.instruments).filter(({ instrument }) => options.underlyings?.includes(instrument.underlying) ?? true);
  const asOf = options.asOf ?? oldest(listed, quotes);
  const contracts = listed.filter(({ instrument }) => instrument.kind === "perpetual" || instrument.expiry > asOf);
  const units = unitPrices(contracts, quotes, readIndexPrices(responses.indexPrices));
  const quoted = contracts.map((contract) => withQuote(contract, quotes, units));
  return parseMarket({
    format: MARKET_FORMAT,
    asOf,
    quote: QUOTE_CURRENCY,
    currencies: [...units.currencies].map(([name, price]) => ({ name, price: priceText(price) })),
    underlyings: [...units.spots].map(([name, spot]) => ({ name, spot: priceText(spot), expiries: expiriesOf(name, quoted) })),
    instruments: [...holdings(units), ...quoted.map(listingJson)],
  });
}

/** Every instrument once. @throws InvalidMarket when two responses describe one differently */
function readContracts(responses: readonly SourceText[]): Contract[] {
  const contracts = new Map<string, Contract>();
  for (const record of responses.flatMap((response) => recordsOf(openResponse(response)))) {
    const contract = readContract(record);
    if (contract === undefined) continue;
    const known = contracts.get(contract.instrument.name);
    if (known !== undefined && !isDeepStrictEqual(known.instrument, contract.instrument)) {
      throw new MarginProofError("InvalidMarket", `${contract.instrument.name} differs from ${known.path}`, {
        path: `${record.path}.instrument_name`,
        hint: "fetch all instruments at the same time",
      });
    }
    contracts.set(contract.instrument.name, known ?? contract);
  }
  return [...contracts.values()];
}

function oldest(contracts: readonly Contract[], quotes: ReadonlyMap<string, Quote>): number {
  const asOf = oldestSecond(contracts.map(({ instrument }) => quotes.get(instrument.name)?.at));
  if (asOf !== undefined) return asOf;
  throw new MarginProofError("InvalidMarket", "no price of a listed instrument says when it was made", {
    path: "asOf",
    hint: "import tickers, book summaries or whole JSON-RPC envelopes of these instruments, or give the time as asOf",
  });
}

function expiriesOf(underlying: string, contracts: readonly QuotedContract[]): Json[] {
  const dated = contracts.flatMap((contract) => {
    const { instrument } = contract;
    return instrument.underlying === underlying && instrument.kind !== "perpetual" ? [{ expiry: instrument.expiry, contract }] : [];
  });
  const groups = Map.groupBy(dated, ({ expiry }) => expiry);
  return [...groups].flatMap(([expiry, group]) => expiryJson(expiry, group.map(({ contract }) => contract)) ?? []);
}

function holdings({ spots, currencies }: UnitPrices): Json[] {
  const cash = [QUOTE_CURRENCY, ...currencies.keys()].map((name) => ({ kind: "cash", name, currency: name }));
  return [...cash, ...[...spots.keys()].map((name) => ({ kind: "spot", name, underlying: name }))];
}

function listingJson(contract: QuotedContract): Json {
  const { instrument } = contract;
  const strike = instrument.kind === "option" ? { strike: priceText(strikeInUsd(instrument.strike, contract)) } : {};
  return { ...instrumentJson(instrument), ...strike, mark: priceText(markInUsd(contract)) };
}
