/**
 * JSON in which numbers stay text. Venues send amounts as JSON numbers, and `JSON.parse` turns those into doubles:
 * 12345678901234567.12345678 comes back as 12345678901234568. Here every number becomes the decimal string of exactly
 * the same value, so that no amount ever passes through floating point.
 */
import { MarginProofError } from "../errors.ts";

/** A JSON value whose numbers are decimal strings. */
export type LosslessJson = string | boolean | null | LosslessJson[] | { [key: string]: LosslessJson };

const NUMBER = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
/** Longer expansions are left in exponent form, which no amount parser accepts; `1e999999999` must not fill memory. */
const MAX_SHIFT = 100;

/**
 * Reads JSON text; `label` names the source in errors. A leading byte order mark is ignored.
 * @throws UnreadableFile if the text is not JSON
 */
export function parseLosslessJson(text: string, label?: string): LosslessJson {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""), keepNumberText as (key: string, value: unknown) => unknown);
  } catch (cause) {
    const hint = "save the venue's response body unchanged, as UTF-8 text";
    throw new MarginProofError("UnreadableFile", "not valid JSON", { path: label, hint, cause });
  }
}

/** The third argument of a reviver is newer than the compiler's library, hence the cast above. */
function keepNumberText(_key: string, value: unknown, context: { source?: string }): unknown {
  return typeof value === "number" ? plainDecimal(context.source ?? String(value)) : value;
}

/**
 * The shortest plain notation of the same number: `1.0e-8` is `0.00000001`, `10.0` is `10`, `-0.0` is `0`.
 * Text that is not a number, or whose exponent is absurd, comes back unchanged.
 */
export function plainDecimal(source: string): string {
  const parts = NUMBER.exec(source);
  const exponent = Number(parts?.[4] ?? 0);
  if (parts === null || Math.abs(exponent) > MAX_SHIFT) return source;
  const [, sign, whole = "", fraction = ""] = parts;
  const point = whole.length + exponent;
  const digits = (whole + fraction).padEnd(point, "0").padStart(whole.length + fraction.length + Math.max(0, -point), "0");
  const split = Math.max(0, point);
  const left = digits.slice(0, split).replace(/^0+(?=.)/, "") || "0";
  const right = digits.slice(split).replace(/0+$/, "");
  const magnitude = right === "" ? left : `${left}.${right}`;
  return sign === "-" && magnitude !== "0" ? `-${magnitude}` : magnitude;
}
