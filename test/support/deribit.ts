import type { DeribitAccountResponses } from "../../prover/import/deribit-account.ts";
import type { DeribitMarketResponses } from "../../prover/import/deribit-market.ts";
import type { SourceText } from "../../prover/import/source-text.ts";
import { formatDecimal } from "../../prover/numeric/decimal.ts";

// A venue with seven contracts, small enough to check by hand. BTC is at 90,000 USD, USDC at 0.9998 USD.

export const NOW = 1_795_170_600;
export const EXPIRY = 1_798_185_600;

const inverse = { base_currency: "BTC", quote_currency: "USD", counter_currency: "USD", settlement_currency: "BTC", is_active: true, price_index: "btc_usd" };
const linear = { ...inverse, quote_currency: "USDC", settlement_currency: "USDC", price_index: "btc_usdc" };
const perpetual = { kind: "future", settlement_period: "perpetual", expiration_timestamp: 32_503_708_800_000 };
const dated = { kind: "future", settlement_period: "month", expiration_timestamp: EXPIRY * 1000 };
const option = { kind: "option", settlement_period: "month", expiration_timestamp: EXPIRY * 1000 };

export const INSTRUMENTS = [
  { ...inverse, ...perpetual, instrument_name: "BTC-PERPETUAL", contract_size: 10 },
  { ...inverse, ...dated, instrument_name: "BTC-25DEC26", contract_size: 10 },
  { ...inverse, ...option, instrument_name: "BTC-25DEC26-80000-P", contract_size: 1, strike: 80_000, option_type: "put" },
  { ...inverse, ...option, instrument_name: "BTC-25DEC26-90000-C", contract_size: 1, strike: 90_000, option_type: "call" },
  { ...inverse, ...option, instrument_name: "BTC-25DEC26-90000-P", contract_size: 1, strike: 90_000, option_type: "put" },
  { ...linear, ...perpetual, instrument_name: "BTC_USDC-PERPETUAL", contract_size: 0.001 },
  { ...linear, ...option, instrument_name: "BTC_USDC-25DEC26-100000-C", contract_size: 0.01, strike: 100_000, option_type: "call" },
  { ...inverse, instrument_name: "BTC-FS-25DEC26_PERP", kind: "future_combo", contract_size: 10, expiration_timestamp: EXPIRY * 1000 },
  { instrument_name: "BTC_USDC", kind: "spot", base_currency: "BTC", quote_currency: "USDC", contract_size: 0.0001, is_active: true },
];

const made = { creation_timestamp: NOW * 1000 };
const priced = { ...made, underlying_price: 90_500.25, underlying_index: "BTC-25DEC26", interest_rate: 0 };

export const PRICES = [
  { ...made, instrument_name: "BTC-PERPETUAL", mark_price: 90_000 },
  { ...made, instrument_name: "BTC-25DEC26", mark_price: 90_500.25 },
  { ...priced, instrument_name: "BTC-25DEC26-80000-P", mark_price: 0.0123, mark_iv: 46.58 },
  { ...priced, instrument_name: "BTC-25DEC26-90000-C", mark_price: 0.05, mark_iv: 44.71 },
  { ...priced, instrument_name: "BTC-25DEC26-90000-P", mark_price: 0.045, mark_iv: 44.93 },
  { ...made, instrument_name: "BTC_USDC-PERPETUAL", mark_price: 90_020 },
  { ...priced, instrument_name: "BTC_USDC-25DEC26-100000-C", mark_price: 1_500.5, mark_iv: 45.25, underlying_price: 90_518.35 },
  { ...made, instrument_name: "BTC-FS-25DEC26_PERP", mark_price: -12.5 },
];

/** Short five calls, long two puts; long 90,000 USD of the perpetual; linear: short 0.5 BTC of the perpetual, long one call. */
export const POSITIONS = [
  { instrument_name: "BTC-25DEC26-90000-C", kind: "option", direction: "sell", size: -5, mark_price: 0.02 },
  { instrument_name: "BTC-25DEC26-80000-P", kind: "option", direction: "buy", size: 2, mark_price: 0.01 },
  { instrument_name: "BTC-PERPETUAL", kind: "future", direction: "buy", size: 90_000, size_currency: 1, mark_price: 90_000 },
  { instrument_name: "BTC_USDC-PERPETUAL", kind: "future", direction: "sell", size: -45_010, size_currency: -0.5, mark_price: 90_020 },
  { instrument_name: "BTC_USDC-25DEC26-100000-C", kind: "option", direction: "buy", size: 0.25, mark_price: 1_500.5 },
];

export const SUMMARIES = [
  { currency: "BTC", equity: 10 },
  { currency: "USDC", equity: 50_000.123456 },
  { currency: "SOL", equity: 0 },
];

const envelope = (result: unknown) => ({ jsonrpc: "2.0", id: 7, result, usIn: NOW * 1e6 - 900, usOut: NOW * 1e6, usDiff: 900, testnet: false });

/** A response as the venue sends it, with numbers as JSON numbers. */
export const response = (result: unknown, name = ""): SourceText => ({ name, text: JSON.stringify(envelope(result)) });

export const index = (price: number): SourceText => response({ index_price: price, estimated_delivery_price: price }, "index");

export function publicResponses(changes: Partial<DeribitMarketResponses> = {}): DeribitMarketResponses {
  const indexPrices = { btc_usd: index(90_000), usdc_usd: index(0.9998) };
  return { instruments: [response(INSTRUMENTS, "instruments")], prices: [response(PRICES, "prices")], indexPrices, ...changes };
}

export function privateResponses(changes: Partial<DeribitAccountResponses> = {}): DeribitAccountResponses {
  return { account: "desk", positions: [response(POSITIONS, "positions")], summaries: [response({ summaries: SUMMARIES }, "summaries")], ...changes };
}

/** Replaces fields of one item of a list; `undefined` removes one. */
export const withItem = <T extends { instrument_name: string }>(list: readonly T[], name: string, change: Record<string, unknown>) => {
  if (!list.some((item) => item.instrument_name === name)) throw new Error(`no item ${name}`);
  return list.map((item) => (item.instrument_name === name ? { ...item, ...change } : item));
};

/** Quantities by instrument, in plain decimals. */
export const quantities = (positions: readonly { instrument: string; quantity: bigint }[]) =>
  Object.fromEntries(positions.map(({ instrument, quantity }) => [instrument, formatDecimal(quantity, 8, { trim: true })]));
