/** One item of private/get_positions: signed contracts, and what they are worth in the currency they settle in. */
import { MarginProofError } from "../errors.ts";
import { parsePrice } from "../numeric/amounts.ts";
import { divUp } from "../numeric/rounding.ts";
import type { Instrument } from "../risk/instruments.ts";
import type { Market } from "../risk/market.ts";
import { DECIMALS, SCALE, type Price, type Quantity } from "../units.ts";
import { unknownInstrument } from "./accounts.ts";
import { currencyInName } from "./deribit-instrument.ts";
import { positionShape } from "./deribit-shapes.ts";
import { readRecord, requiredDecimal, type Located } from "./response.ts";

export interface VenuePosition {
  readonly instrument: string;
  /** In contracts. */
  readonly quantity: Quantity;
  /** Of settlement. */
  readonly currency: string;
  /** At the venue's mark, 1e-16 of `currency`, rounded up because the cash leg is what it leaves of the equity. */
  readonly value: bigint;
  /** Where the instrument is named. */
  readonly path: string;
}

type Contract = Exclude<Instrument, { kind: "cash" | "spot" }>;
type DeribitPosition = ReturnType<typeof readRecord<typeof positionShape>>;

/**
 * Undefined for a position of size zero, which the venue lists after a close.
 * @throws InvalidSchema, InvalidDecimal, OutOfRange, UnsupportedInstrument, UnknownInstrument, MissingMark
 */
export function readPosition(record: Located, market: Market): VenuePosition | undefined {
  const position = readRecord(positionShape, record);
  const size = signedSize(position, record.path);
  if (size === 0n) return undefined;
  const contract = knownContract(position, market, record.path);
  const mark = readMark(position, contract, record.path);
  const currency = currencyInName(contract.name);
  const amount = contractAmount(position, contract, size, record.path);
  return {
    instrument: contract.name,
    quantity: inContracts(amount, contract, record.path),
    currency,
    value: contract.kind !== "option" && contract.settlement === "inverse" ? divUp(-amount * SCALE.value, mark) : amount * mark,
    path: `${record.path}.instrument_name`,
  };
}

/** The side is `direction`'s when given; the venue signs sizes as well, and a negative buy is refused. */
function signedSize({ size: text, direction }: DeribitPosition, path: string): bigint {
  const size = requiredDecimal(text, DECIMALS.quantity, `${path}.size`);
  if (size === 0n || direction === undefined || direction === null) return size;
  if (direction === "sell") return size < 0n ? size : -size;
  if (direction === "buy" && size > 0n) return size;
  throw new MarginProofError("InvalidSchema", `direction ${direction} contradicts size ${text}`, {
    path: `${path}.direction`,
    hint: "sells have negative sizes; fetch the positions again",
  });
}

function knownContract({ instrument_name: name, kind }: DeribitPosition, market: Market, path: string): Contract {
  if (kind !== undefined && kind !== null && kind !== "option" && kind !== "future") {
    throw new MarginProofError("UnsupportedInstrument", `${name} is a ${kind.slice(0, 40)}; only options and futures can be margined`, {
      path: `${path}.kind`,
      hint: "report a combo as its legs, and a spot balance through the account summary",
    });
  }
  const instrument = market.listings.find((listing) => listing.instrument.name === name)?.instrument;
  if (instrument === undefined || instrument.kind === "cash" || instrument.kind === "spot") throw unknownInstrument(name, `${path}.instrument_name`);
  return instrument;
}

function readMark({ mark_price: text, instrument_name: name }: DeribitPosition, contract: Contract, path: string): Price {
  const mark = text === undefined || text === null ? undefined : parsePrice(text, `${path}.mark_price`);
  if (mark !== undefined && (mark > 0n || (mark === 0n && contract.kind === "option"))) return mark;
  throw new MarginProofError("MissingMark", mark === undefined ? `no mark price for ${name}` : `the mark price of ${name} is ${text}`, {
    path: `${path}.mark_price`,
    hint: "fetch private/get_positions again and import its whole response",
  });
}

/** Signed, 1e-8: dollars for inverse futures, coins otherwise. */
function contractAmount(position: DeribitPosition, contract: Contract, size: bigint, path: string): bigint {
  if (contract.kind === "option" || contract.settlement === "inverse") return size;
  const coins = requiredDecimal(position.size_currency, DECIMALS.quantity, `${path}.size_currency`);
  const magnitude = coins < 0n ? -coins : coins;
  return size < 0n ? -magnitude : magnitude;
}

function inContracts(amount: bigint, { name, multiplier }: Contract, path: string): Quantity {
  const scaled = amount * SCALE.quantity;
  if (scaled % multiplier === 0n && scaled !== 0n) return (scaled / multiplier) as Quantity;
  throw new MarginProofError("InvalidDecimal", `not a whole number of 1e-8 contracts of ${name}`, {
    path: `${path}.size`,
    hint: "positions are multiples of the instrument's contract size; fetch instruments and positions again",
  });
}
