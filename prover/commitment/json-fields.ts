import { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import { refuse } from "../risk/schema.ts";
import { FIELD } from "../units.ts";
import { isOnCurve } from "./curve.ts";
import type { Point } from "./curve.ts";

const CANONICAL_INTEGER = /^(?:0|[1-9][0-9]{0,77})$/;

/** A non-negative integer below `limit`, as a canonical decimal string: one text for one value. */
export function integerField(limit: bigint, code: ErrorCode = "OutOfRange") {
  return z
    .string("expected an integer written as a decimal string")
    .regex(CANONICAL_INTEGER, "expected a canonical decimal integer: digits only, no leading zero")
    .transform((text, context): bigint => {
      const value = BigInt(text);
      return value < limit ? value : refuse(context, code, "the integer is too large", `use an integer below ${limit}`);
    });
}

export const fieldElementField = (code?: ErrorCode) => integerField(FIELD, code);

/** A Baby Jubjub point `["x", "y"]`, checked to lie on the curve; the subgroup is the caller's to check. */
export function pointField() {
  return z.tuple([fieldElementField("InvalidPoint"), fieldElementField("InvalidPoint")]).transform(([x, y], context): Point => {
    const point = { x, y };
    return isOnCurve(point) ? point : refuse(context, "InvalidPoint", "not on the Baby Jubjub curve", "ask for the object again from its publisher");
  });
}

export const pointJson = ({ x, y }: Point): [string, string] => [x.toString(), y.toString()];
