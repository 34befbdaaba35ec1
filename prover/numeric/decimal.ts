/** Decimal text ↔ scaled integers. Reading is strict and never rounds; writing is exact unless a direction is given. */
import { MarginProofError } from "../errors.ts";
import { divDown, divUp } from "./rounding.ts";

const DECIMAL = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
/** More than any range below admits; keeps hostile input from being converted at all. */
const MAX_LENGTH = 100;

/**
 * Reads `text` as an integer in units of 10^−decimals: `parseDecimal("1.5", 8, "cash")` is `150000000n`.
 * Accepts digits with an optional leading `-` and an optional fraction of at most `decimals` digits, and nothing else:
 * no exponent, `+`, spaces, separators, leading zeros, bare dots or negative zero.
 * @throws InvalidDecimal naming the remedy, and `path` unless the caller adds it
 */
export function parseDecimal(text: unknown, decimals: number, path?: string): bigint {
  if (typeof text === "number" || typeof text === "bigint") {
    throw invalid(path, `${text} is not a string`, `write it as a string: "${text}" (JSON numbers lose digits)`);
  }
  if (typeof text !== "string") {
    throw invalid(path, `expected a decimal string, got ${text === null ? "null" : typeof text}`, 'write a decimal string such as "12.5"');
  }
  const parts = text.length <= MAX_LENGTH ? DECIMAL.exec(text) : null;
  if (parts === null) {
    throw invalid(path, `${quote(text)} is not a plain decimal`, 'write digits with an optional leading "-" and one ".", such as "-0.25"');
  }
  const [, sign = "", whole = "", fraction = ""] = parts;
  if (fraction.length > decimals) {
    const hint = decimals === 0 ? "write a whole number" : `shorten it to ${decimals} decimals yourself; it is never rounded for you`;
    throw invalid(path, `${quote(text)} has ${fraction.length} decimals, at most ${decimals} are allowed`, hint);
  }
  const magnitude = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (sign === "-" && magnitude === 0n) throw invalid(path, `${quote(text)} is negative zero`, 'write "0"');
  return sign === "-" ? -magnitude : magnitude;
}

/** How to write a decimal. Without `digits` the text is exact; with it, the direction must be said. */
export type FormatOptions = {
  /** Drop trailing zeros of the fraction. */
  trim?: boolean;
  /** Separate thousands with commas. The result is for reading only: `parseDecimal` refuses it. */
  group?: boolean;
} & (
  | { digits?: never; round?: never }
  /** `down` is towards −∞, `up` towards +∞. */
  | { digits: number; round: "down" | "up" }
);

/** Writes `value` units of 10^−decimals: `formatDecimal(150000000n, 8)` is `"1.50000000"`. */
export function formatDecimal(value: bigint, decimals: number, options: FormatOptions = {}): string {
  const digits = options.digits ?? decimals;
  const shown = rescale(value, decimals, digits, options.round);
  const text = (shown < 0n ? -shown : shown).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const fraction = text.slice(text.length - digits);
  const kept = options.trim ? fraction.replace(/0+$/, "") : fraction;
  const grouped = options.group ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return (shown < 0n ? "-" : "") + grouped + (kept === "" ? "" : `.${kept}`);
}

function rescale(value: bigint, from: number, to: number, round: "down" | "up" | undefined): bigint {
  if (to >= from) return value * 10n ** BigInt(to - from);
  return (round === "up" ? divUp : divDown)(value, 10n ** BigInt(from - to));
}

/** Untrusted text in a message: one line, bounded length. */
function quote(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 40)}…`);
}

function invalid(path: string | undefined, message: string, hint: string): MarginProofError {
  return new MarginProofError("InvalidDecimal", message, { path, hint });
}
