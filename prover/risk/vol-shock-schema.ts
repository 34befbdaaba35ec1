/** Volatility shocks as a policy writes them: one for all underlyings, and what differs for some. */
import { z } from "zod";
import type { VolShock, VolShockOverride } from "./policy.ts";
import { code, ONE, within } from "./policy-fields.ts";
import { refuse as refuseAt, type Checking, type RequireKnown } from "./policy-refusals.ts";
import { factorText, nameField, refuse, type Json } from "./schema.ts";

const power = within({ min: 0n, max: 2n * ONE, remedy: "a power lies between 0 and 2: nearer expiries are shocked more, not less" });
const fields = {
  up: within({ min: 0n, max: 10n * ONE, remedy: "a vol rise lies between 0 and 10" }),
  /** In either kind: more than everything, or more than 100 points, is a slip of the decimal point. What is left is never negative. */
  down: within({ min: 0n, max: ONE, remedy: "a vol fall lies between 0 and 1" }),
  shortPower: power,
  longPower: power,
  dteFloorDays: within({ min: 1n, max: 365n * ONE, remedy: "the floor on days to expiry is above 0 and at most 365" }),
  minShockedVol: within({ min: 0n, max: 10n * ONE, remedy: "a volatility floor lies between 0 and 10 (1000 %)" }),
};
const kind = z.enum(["relative", "additive"]).optional();
const NUMBERS = Object.keys(fields) as (keyof typeof fields)[];

const optional = {
  up: fields.up.optional(),
  down: fields.down.optional(),
  shortPower: power.optional(),
  longPower: power.optional(),
  dteFloorDays: fields.dteFloorDays.optional(),
  minShockedVol: fields.minShockedVol.optional(),
};
const overrideSchema = z.strictObject({ underlying: nameField(), kind, ...optional }).transform((override, context) => {
  if (override.kind !== undefined || NUMBERS.some((field) => override[field] !== undefined)) return override;
  return refuse(context, code, `nothing differs for ${override.underlying}`, "give a kind or a number, or remove the entry");
});

export const volShockSchema = z.strictObject({
  ...fields,
  kind,
  overrides: z.array(overrideSchema).min(1, "list at least one underlying, or leave the overrides out").optional(),
});

/**
 * An override names an underlying that there is, once; and one that changes the kind brings its own rise and fall, because 0.5 of a
 * volatility and 50 points of it are different shocks.
 *
 * @throws InvalidPolicy
 */
export function checkVolShock(shock: VolShock, requireKnown: RequireKnown, check: Checking): void {
  const { kind: base = "relative", overrides = [] } = shock;
  const seen = new Set<string>();
  check.each(overrides, (override, i) => {
    const { underlying, kind: own = base } = override;
    const path = `volShock.overrides[${i}]`;
    requireKnown(underlying, `${path}.underlying`);
    if (seen.has(underlying)) refuseAt(`${path}.underlying`, `${underlying} occurs twice`, "list each once");
    seen.add(underlying);
    const missing = own === base ? undefined : (["up", "down"] as const).find((field) => override[field] === undefined);
    if (missing !== undefined)
      refuseAt(`${path}.${missing}`, `the ${own} shock of ${underlying} takes ${missing} from a shock that is ${base}`, "give its own up and down");
  });
}

/** Canonical; parts that are not there are left out. */
export function volShockJson({ kind, overrides, ...numbers }: VolShock): Json {
  return {
    ...numbersJson(numbers),
    ...(kind === undefined ? {} : { kind }),
    ...(overrides === undefined ? {} : { overrides: overrides.map(overrideJson) }),
  };
}

function overrideJson({ underlying, kind, ...numbers }: VolShockOverride): Json {
  return { underlying, ...(kind === undefined ? {} : { kind }), ...numbersJson(numbers) };
}

function numbersJson(numbers: Partial<Record<keyof typeof fields, VolShock["up"] | undefined>>): { readonly [field: string]: Json } {
  return Object.fromEntries(NUMBERS.flatMap((field) => (numbers[field] === undefined ? [] : [[field, factorText(numbers[field])]])));
}
