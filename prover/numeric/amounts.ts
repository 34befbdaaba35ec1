/** The only makers of branded amounts: decimal text in, range-checked integer out. Ranges are those of `BITS`. */
import { MarginProofError } from "../errors.ts";
import { BITS, DECIMALS } from "../units.ts";
import type { Bps, Factor, Price, Quantity, Usd } from "../units.ts";
import { formatDecimal, parseDecimal } from "./decimal.ts";

/** Contracts (1e-8), signed, |q| < 2^64, never zero. @throws InvalidDecimal, OutOfRange */
export function parseQuantity(text: unknown, path: string): Quantity {
  const value = parseSigned(text, DECIMALS.quantity, BITS.quantity, path);
  if (value === 0n) throw new MarginProofError("OutOfRange", "a quantity of zero", { path, hint: "leave the position out" });
  return value as Quantity;
}

/** Quote units (1e-8), signed, magnitude < 2^64. @throws InvalidDecimal, OutOfRange */
export function parsePrice(text: unknown, path: string): Price {
  return parseSigned(text, DECIMALS.price, BITS.entry, path) as Price;
}

/** Quote units (1e-8), 0 ≤ v < 2^64. @throws InvalidDecimal, OutOfRange */
export function parseUsd(text: unknown, path: string): Usd {
  return parseUnsigned(text, DECIMALS.usd, BITS.collateral, path) as Usd;
}

/** Rates, haircuts, weights, volatilities (1e-9), signed, magnitude < 2^64. @throws InvalidDecimal, OutOfRange */
export function parseFactor(text: unknown, path: string): Factor {
  return parseSigned(text, DECIMALS.factor, BITS.entry, path) as Factor;
}

/** Multiplier of the worst loss (1e-9), 0 ≤ f < 2^34. @throws InvalidDecimal, OutOfRange */
export function parseLossFactor(text: unknown, path: string): Factor {
  return parseUnsigned(text, DECIMALS.factor, BITS.lossFactor, path) as Factor;
}

/** A claimed ratio: `"1.25"` is 12500 basis points; 0 ≤ r < 2^20. @throws InvalidDecimal, OutOfRange */
export function parseBps(text: unknown, path: string): Bps {
  return parseUnsigned(text, DECIMALS.bps, BITS.claimRatio, path) as Bps;
}

function parseSigned(text: unknown, decimals: number, bits: number, path: string): bigint {
  const limit = (1n << BigInt(bits)) - 1n;
  return within(parseDecimal(text, decimals, path), -limit, limit, decimals, path);
}

function parseUnsigned(text: unknown, decimals: number, bits: number, path: string): bigint {
  return within(parseDecimal(text, decimals, path), 0n, (1n << BigInt(bits)) - 1n, decimals, path);
}

function within(value: bigint, low: bigint, high: bigint, decimals: number, path: string): bigint {
  if (value >= low && value <= high) return value;
  const show = (bound: bigint) => formatDecimal(bound, decimals, { trim: true });
  throw new MarginProofError("OutOfRange", `${show(value)} is out of range`, { path, hint: `use a value from ${show(low)} to ${show(high)}` });
}
