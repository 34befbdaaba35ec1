/**
 * One item of public/get_instruments as an instrument of ours. The canonical name is the venue's, and one unit is one of
 * the venue's contracts, so `multiplier` is `contract_size`:
 *
 * | Deribit                              | contract_size        | ours                                             |
 * |--------------------------------------|----------------------|--------------------------------------------------|
 * | option, inverse (BTC-27NOV26-90000-C)| 1 coin               | option, multiplier 1                             |
 * | future, inverse (BTC-PERPETUAL)      | 10 USD, for ETH 1 USD| perpetual or future, inverse, multiplier 10 or 1 |
 * | future, linear (BTC_USDC-PERPETUAL)  | 0.001 coin           | perpetual or future, linear, multiplier 0.001    |
 * | option, linear                       | e.g. 0.01 coin       | option, multiplier 0.01                          |
 *
 * An inverse option pays max(S − K, 0)/S coins, which are worth max(S − K, 0) USD: valued in USD it is a plain option.
 */
import { MarginProofError } from "../errors.ts";
import { parsePrice, parseQuantity } from "../numeric/amounts.ts";
import type { Instrument } from "../risk/instruments.ts";
import type { Price, Quantity } from "../units.ts";
import { instrumentShape, type DeribitInstrument } from "./deribit-shapes.ts";
import { milliseconds, readRecord, type Located } from "./response.ts";

export interface Contract {
  readonly instrument: Exclude<Instrument, { kind: "cash" | "spot" }>;
  /** The coin for inverse contracts, a stablecoin for linear ones. */
  readonly currency: string;
  readonly path: string;
}

/**
 * Undefined for what cannot be held as a margined position or is not traded: spot pairs, combos, inactive instruments.
 * Strikes are in the currency of settlement for linear options, in USD otherwise.
 * @throws InvalidSchema, InvalidDecimal, OutOfRange, WrongCurrency
 */
export function readContract(record: Located): Contract | undefined {
  const item = readRecord(instrumentShape, record);
  if ((item.kind !== "future" && item.kind !== "option") || item.is_active === false) return undefined;
  const path = record.path;
  const currency = settlement(item, path);
  const common = { name: item.instrument_name, underlying: item.base_currency, multiplier: multiplier(item, path) };
  if (item.kind === "option") {
    return { instrument: { kind: "option", ...common, ...optionTerms(item, path) }, currency, path };
  }
  const delta1 = { ...common, settlement: currency === item.base_currency ? ("inverse" as const) : ("linear" as const) };
  const isPerpetual = item.settlement_period === "perpetual" || item.instrument_name.endsWith("-PERPETUAL");
  return { instrument: isPerpetual ? { kind: "perpetual", ...delta1 } : { kind: "future", ...delta1, expiry: expiry(item, path) }, currency, path };
}

/** What a contract's name says before its first dash: `BTC-PERPETUAL` settles in BTC, `BTC_USDC-PERPETUAL` in USDC. */
export function currencyInName(name: string): string {
  const pair = name.split("-", 1)[0]!;
  return pair.slice(pair.indexOf("_") + 1);
}

/** Whether the contract settles in its underlying's coin. */
export function isInverse({ instrument, currency }: Contract): boolean {
  return currency === instrument.underlying;
}

/** Positions only carry the name, so it must not say anything else. */
function settlement({ instrument_name: name, settlement_currency: given }: DeribitInstrument, path: string): string {
  const named = currencyInName(name);
  if (given === undefined || given === null || given === named) return named;
  throw new MarginProofError("WrongCurrency", `${name} settles in ${given} against its name`, {
    path: `${path}.settlement_currency`,
    hint: `names are ${named}-… for contracts settled in ${named}; fetch the instruments again`,
  });
}

function optionTerms(item: DeribitInstrument, path: string): { expiry: number; strike: Price; type: "call" | "put" } {
  const strike = parsePrice(required(item.strike, `${path}.strike`), `${path}.strike`);
  return { expiry: expiry(item, path), strike, type: required(item.option_type, `${path}.option_type`) };
}

function multiplier(item: DeribitInstrument, path: string): Quantity {
  const size = parseQuantity(required(item.contract_size, `${path}.contract_size`), `${path}.contract_size`);
  if (size > 0n) return size;
  throw new MarginProofError("OutOfRange", "a contract size is above 0", { path: `${path}.contract_size`, hint: "fetch the instruments again" });
}

function expiry(item: DeribitInstrument, path: string): number {
  return Math.floor(required(milliseconds(item.expiration_timestamp ?? undefined), `${path}.expiration_timestamp`) / 1000);
}

function required<T>(value: T | null | undefined, path: string): T {
  if (value !== undefined && value !== null) return value;
  throw new MarginProofError("InvalidSchema", "missing", { path, hint: "save the whole response of public/get_instruments, unchanged" });
}
