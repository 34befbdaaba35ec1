/** The options of one underlying and expiry, read together: forward, rate and volatility smile. */
import { parseFactor } from "../numeric/amounts.ts";
import { factorText, priceText, type Json } from "../risk/schema.ts";
import type { Factor, Price } from "../units.ts";
import { missing, quotedVol, type Quote } from "./deribit-prices.ts";
import { forwardInUsd, markInUsd, strikeInUsd, type QuotedContract } from "./deribit-quoted.ts";

/** One option, with what the smile needs of it. */
interface QuotedOption {
  readonly contract: QuotedContract;
  readonly quote: Quote;
  readonly strike: Price;
  readonly type: "call" | "put";
}

/**
 * An expiry of `margin-market/1` from all its contracts, newest quotes first when they disagree; undefined without options,
 * because futures carry their own marks. @throws MissingMark, InvalidDecimal, OutOfRange
 */
export function expiryJson(expiry: number, contracts: readonly QuotedContract[]): Json | undefined {
  const newestFirst = [...contracts].sort((a, b) => (b.quote.at ?? 0) - (a.quote.at ?? 0) || (a.instrument.name < b.instrument.name ? -1 : 1));
  const options = newestFirst.flatMap(asOption);
  if (options.length === 0) return undefined;
  const forward = forwardOf(options, newestFirst);
  return { expiry, forward: priceText(forward), rate: factorText(rateOf(options)), surface: { kind: "points", points: smile(options, forward) } };
}

function asOption(contract: QuotedContract): QuotedOption[] {
  const { instrument, quote } = contract;
  if (instrument.kind !== "option") return [];
  return [{ contract, quote, strike: strikeInUsd(instrument.strike, contract), type: instrument.type }];
}

/** What the venue priced the options with; failing that, the mark of the future of this expiry. */
function forwardOf(options: readonly QuotedOption[], contracts: readonly QuotedContract[]): Price {
  const given = options.find(({ quote }) => isGiven(quote.underlying_price));
  const future = contracts.find(({ instrument }) => instrument.kind === "future");
  return given === undefined && future !== undefined ? markInUsd(future) : forwardInUsd((given ?? options[0]!).contract);
}

function rateOf(options: readonly QuotedOption[]): Factor {
  const given = options.find(({ quote }) => isGiven(quote.interest_rate));
  return given === undefined ? (0n as Factor) : parseFactor(given.quote.interest_rate, `${given.quote.path}.interest_rate`);
}

function smile(options: readonly QuotedOption[], forward: Price): Json[] {
  const strikes = [...Map.groupBy(options, ({ strike }) => strike)].sort(([a], [b]) => (a < b ? -1 : 1));
  return strikes.map(([strike, siblings]) => ({ strike: priceText(strike), vol: factorText(volAt(strike, siblings, forward)) }));
}

/** Of the option that is out of the money at this strike, or of the other one if that has none. */
function volAt(strike: Price, options: readonly QuotedOption[], forward: Price): Factor {
  const preferred = strike < forward ? "put" : "call";
  const ordered = [...options.filter(({ type }) => type === preferred), ...options.filter(({ type }) => type !== preferred)];
  const vol = ordered.map(({ quote }) => quotedVol(quote)).find((value) => value !== undefined);
  if (vol !== undefined) return vol;
  const { quote } = ordered[0]!;
  throw missing(`no implied volatility for ${quote.instrument_name}, nor for another option at its strike`, `${quote.path}.mark_iv`);
}

function isGiven(text: string | null | undefined): text is string {
  return text !== undefined && text !== null;
}
