/**
 * Reading JSON strictly: every field of a risk file is one of these schemas, unknown keys are refused, and the first problem
 * is reported as a MarginProofError with the path of the datum and a remedy.
 */
import { z } from "zod";
import { MarginProofError, type ErrorCode } from "../errors.ts";
import { parseFactor, parsePrice, parseQuantity } from "../numeric/amounts.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { BITS, DECIMALS, SCALE, type Factor, type Price } from "../units.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Inclusive bounds, as integers at the field's scale, and the sentence that explains them to whoever crosses one. */
export interface Bounds {
  readonly min?: bigint;
  readonly max?: bigint;
  readonly remedy?: string;
}

/** Reports a problem at the field being read; readJson turns it into a MarginProofError with this code. */
export function refuse(context: z.RefinementCtx, code: ErrorCode, message: string, hint?: string): never {
  context.addIssue({ code: "custom", message, params: { code, hint } });
  return z.NEVER;
}

/** An amount read by one of the parsers of numeric/amounts.ts, then held to `bounds` under `code`. */
function amountField<T extends bigint>(parse: (text: unknown, path: string) => T, code: ErrorCode, bounds: Bounds) {
  return z.unknown().transform((text, context): T => {
    try {
      const value = parse(text, "");
      if (bounds.min !== undefined && value < bounds.min) return refuse(context, code, `${text} is too small`, bounds.remedy);
      if (bounds.max !== undefined && value > bounds.max) return refuse(context, code, `${text} is too large`, bounds.remedy);
      return value;
    } catch (error) {
      if (error instanceof MarginProofError) return refuse(context, error.code, error.reason, error.hint);
      throw error;
    }
  });
}

/** A price above zero. */
export function positivePrice(code: ErrorCode) {
  return amountField(parsePrice, code, { min: 1n, remedy: "prices are above zero; leave the entry out if there is no price" });
}

/** A price that may be zero: an option's mark. */
export function nonNegativePrice(code: ErrorCode) {
  return amountField(parsePrice, code, { min: 0n, remedy: "a price is never negative; leave the mark out if there is none" });
}

/** A contract multiplier, above zero. */
export function multiplierField() {
  return amountField(parseQuantity, "OutOfRange", {
    min: 1n,
    remedy: "a contract multiplier is above zero; shorts have negative quantities",
  });
}

/** A signed quantity, never zero. */
export function quantityField() {
  return amountField(parseQuantity, "OutOfRange", {});
}

/** A factor within inclusive bounds. */
export function factorField(code: ErrorCode, bounds: Bounds) {
  return amountField(parseFactor, code, bounds);
}

/** A feed's confidence in [0, 1]; a feed that publishes none counts as fully confident. */
export function confidenceField(code: ErrorCode) {
  const bounds = { min: 0n, max: SCALE.factor, remedy: "a confidence lies between 0 and 1" };
  return factorField(code, bounds).prefault("1");
}

/** Unix seconds below 2^32. */
export function timeField() {
  return z
    .int("expected a time in whole unix seconds")
    .min(0)
    .max(2 ** BITS.time - 1);
}

/**
 * Names and identifiers: printable ASCII without blanks, so that code-unit order, byte order and what one sees agree. `__proto__` is none: as a
 * key of an object it gets lost, and the move it stands for with it.
 */
export function nameField() {
  return z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, "expected 1 to 64 printable ASCII characters without blanks")
    .refine((name) => name !== "__proto__", "__proto__ is no name");
}

/** Values by name. Whose names they are is checked where those are known; an entry that reading would drop is refused. */
export function byNames<V extends z.ZodType>(value: V) {
  return z
    .unknown()
    .transform((json, context) =>
      typeof json === "object" && json !== null && Object.hasOwn(json, "__proto__")
        ? refuse(context, "InvalidSchema", "__proto__ is no name", "remove the entry, or correct the name")
        : json,
    )
    .pipe(z.record(z.string(), value));
}

/** What a policy, a market or a book is told whose shape is wrong. */
export const SEE_PAGE = "see prover/risk/README.md, which has every field of the format";

/** Parses `json` with `schema`. Throws InvalidSchema, or the code a field carries, with path and remedy of the first problem. */
export function readJson<S extends z.ZodType>(schema: S, json: unknown, root = "", hint = "see the format's description in the README"): z.output<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw schemaProblems(result.error, root, hint)[0]!;
}

/** Everything that a schema has found, in its order: one refusal each. @param hint for what has no remedy of its own */
export function schemaProblems({ issues }: z.ZodError, root: string, hint: string): readonly MarginProofError[] {
  return issues.map((issue) => {
    const params = (issue.code === "custom" ? issue.params : undefined) ?? {};
    return new MarginProofError((params["code"] as ErrorCode | undefined) ?? "InvalidSchema", issue.message, {
      path: pathText(issue.path, root),
      hint: (params["hint"] as string | undefined) ?? hint,
    });
  });
}

/** Canonical spellings: exact, without trailing zeros. */
export const priceText = (price: Price): string => formatDecimal(price, DECIMALS.price, { trim: true });
export const factorText = (factor: Factor): string => formatDecimal(factor, DECIMALS.factor, { trim: true });

function pathText(path: readonly PropertyKey[], root: string): string | undefined {
  const text = path.reduce<string>((sofar, key) => {
    if (typeof key === "number") return `${sofar}[${key}]`;
    return sofar === "" ? String(key) : `${sofar}.${String(key)}`;
  }, root);
  return text === "" ? undefined : text;
}
