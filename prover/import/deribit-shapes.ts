/**
 * The fields we read of Deribit's responses; all others are ignored. Amounts arrive as JSON numbers, which
 * `parseLosslessJson` has turned into decimal strings; they are converted where their precision is known.
 */
import { z } from "zod";
import { nameField } from "../risk/schema.ts";

const amount = () => z.string("expected a number").nullish();

/** One item of public/get_instruments. */
export const instrumentShape = z.object({
  instrument_name: nameField(),
  /** future (perpetuals included), option, spot, future_combo, option_combo */
  kind: z.string(),
  base_currency: nameField(),
  /** The coin for inverse contracts, USDC or USDT for linear ones; absent for spot pairs. The contract's name says it too. */
  settlement_currency: nameField().nullish(),
  /** `perpetual`, `day`, `week`, `month` */
  settlement_period: z.string().nullish(),
  /** Inverse futures: USD per contract. Options and linear futures: coins per contract. */
  contract_size: amount(),
  strike: amount(),
  option_type: z.enum(["call", "put"]).nullish(),
  /** Milliseconds. */
  expiration_timestamp: amount(),
  is_active: z.boolean().nullish(),
});
export type DeribitInstrument = z.output<typeof instrumentShape>;

/** One item of public/get_book_summary_by_currency, or one public/ticker: they share these names. */
export const priceShape = z.object({
  instrument_name: nameField(),
  /** Inverse options: coins. Inverse futures: USD. Linear: the settlement currency. */
  mark_price: amount(),
  /** Percent per year. */
  mark_iv: amount(),
  /** The forward of the option's expiry, in USD (linear: in the settlement currency). */
  underlying_price: amount(),
  interest_rate: amount(),
  /** Tickers only. */
  index_price: amount(),
  /** Milliseconds: `timestamp` in tickers, `creation_timestamp` in book summaries. */
  timestamp: amount(),
  creation_timestamp: amount(),
});
export type DeribitPrice = z.output<typeof priceShape>;

/** public/get_index_price; the response does not repeat the index's name. */
export const indexPriceShape = z.object({ index_price: amount() });

/** One item of private/get_positions. */
export const positionShape = z.object({
  instrument_name: nameField(),
  kind: z.string().nullish(),
  direction: z.enum(["buy", "sell", "zero"]).nullish(),
  /** Signed. Inverse futures: USD. Options: coins. Linear futures: the settlement currency, moving with the price. */
  size: amount(),
  /** Futures only: the size in coins; exact for linear contracts, rounded for inverse ones. */
  size_currency: amount(),
  mark_price: amount(),
});

/** private/get_account_summary, or one item of `summaries` in private/get_account_summaries. */
export const summaryShape = z.object({
  currency: nameField(),
  /** Of this currency alone, options at their marks included, also when cross-margined. */
  equity: amount(),
});
