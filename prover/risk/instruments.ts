/**
 * What a book can hold. Every instrument has a canonical name, its only key: it is hashed into the snapshot, signed in
 * statements and matched in markets, so two instruments that differ in anything have different names.
 */
import { z } from "zod";
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, type Price, type Quantity } from "../units.ts";
import { multiplierField, nameField, positivePrice, priceText, readJson, timeField, type Json } from "./schema.ts";

/** A balance in a currency; one unit is one unit of the currency. In an underlying's coin it moves with that underlying. */
export interface Cash {
  readonly kind: "cash";
  readonly name: string;
  readonly currency: string;
}

/** A holding of an underlying itself; one unit is one coin. */
export interface Spot {
  readonly kind: "spot";
  readonly name: string;
  readonly underlying: string;
}

/**
 * Linear: one contract is `multiplier` units of the underlying, settled in the quote.
 * Inverse: one contract is worth `multiplier` units of the quote, settled in the underlying's coin.
 */
export type Settlement = "linear" | "inverse";

export interface Perpetual {
  readonly kind: "perpetual";
  readonly name: string;
  readonly underlying: string;
  readonly settlement: Settlement;
  readonly multiplier: Quantity;
}

export interface Future {
  readonly kind: "future";
  readonly name: string;
  readonly underlying: string;
  readonly settlement: Settlement;
  readonly multiplier: Quantity;
  /** Unix seconds. */
  readonly expiry: number;
}

/** European, valued in the quote; one contract is on `multiplier` units of the underlying. */
export interface Option {
  readonly kind: "option";
  readonly name: string;
  readonly underlying: string;
  /** Unix seconds. */
  readonly expiry: number;
  readonly strike: Price;
  readonly type: "call" | "put";
  readonly multiplier: Quantity;
}

export type Instrument = Cash | Spot | Perpetual | Future | Option;
export type InstrumentKind = Instrument["kind"];

const delta1 = {
  name: nameField(),
  underlying: nameField(),
  settlement: z.enum(["linear", "inverse"]),
  multiplier: multiplierField(),
};

/** The JSON fields of each kind, for files that list instruments with more data (a market adds marks). */
export const instrumentShapes = {
  cash: { kind: z.literal("cash"), name: nameField(), currency: nameField() },
  spot: { kind: z.literal("spot"), name: nameField(), underlying: nameField() },
  perpetual: { kind: z.literal("perpetual"), ...delta1 },
  future: { kind: z.literal("future"), ...delta1, expiry: timeField() },
  option: {
    kind: z.literal("option"),
    name: nameField(),
    underlying: nameField(),
    expiry: timeField(),
    strike: positivePrice("OutOfRange"),
    type: z.enum(["call", "put"]),
    multiplier: multiplierField(),
  },
} as const;

const instrumentSchema = z.discriminatedUnion("kind", [
  z.strictObject(instrumentShapes.cash),
  z.strictObject(instrumentShapes.spot),
  z.strictObject(instrumentShapes.perpetual),
  z.strictObject(instrumentShapes.future),
  z.strictObject(instrumentShapes.option),
]);

/** Reads one instrument. Throws InvalidSchema, InvalidDecimal or OutOfRange with the path below `path`. */
export function parseInstrument(json: unknown, path = ""): Instrument {
  return readJson(instrumentSchema, json, path);
}

/** The canonical JSON of an instrument: parseInstrument(instrumentJson(x)) equals x. */
export function instrumentJson(instrument: Instrument): { readonly [key: string]: Json } {
  if (instrument.kind === "cash" || instrument.kind === "spot") return { ...instrument };
  const multiplier = formatDecimal(instrument.multiplier, DECIMALS.quantity, { trim: true });
  if (instrument.kind === "option") return { ...instrument, strike: priceText(instrument.strike), multiplier };
  return { ...instrument, multiplier };
}

/** Ascending by name, by UTF-16 code units: the order of rows, positions and hashes. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
