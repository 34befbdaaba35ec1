/** Fields that several parts of a policy are made of. */
import { z } from "zod";
import { BITS, SCALE, type Value } from "../units.ts";
import { factorField, nameField, positivePrice, refuse, timeField, type Bounds } from "./schema.ts";

/** What every refusal here is. */
export const code = "InvalidPolicy";
/** 1 at 1e-9. */
export const ONE = SCALE.factor;
/** A factor within bounds. */
export const within = (bounds: Bounds) => factorField(code, bounds);
/** Between 0 and 1. */
export const share = within({ min: 0n, max: ONE, remedy: "a share lies between 0 and 1" });
/** Between -10 and 10. */
export const signedRate = within({ min: -10n * ONE, max: 10n * ONE, remedy: "a rate lies between -10 and 10" });
/** Of a price. */
export const multiplier = within({
  min: 1n,
  max: 100n * ONE,
  remedy: "a multiplier is above 0 and at most 100; 0.82 means a fall of 18 %",
});
/** Between -1 and 1. */
export const correlationField = within({ min: -ONE, max: ONE, remedy: "a correlation lies between -1 and 1" });
/** At least one name. */
export const names = z.array(nameField()).min(1, "name at least one");

/** An amount of the quote with up to 8 decimals, above 0, as a total (1e-16). */
export const amount = positivePrice(code).transform((price) => {
  const value = price * (SCALE.value / SCALE.price);
  return (value < 2n ** BigInt(BITS.total - 1) ? value : 2n ** BigInt(BITS.total - 1) - 1n) as Value;
});

/** One number per level. Initial margin contains maintenance margin, so IM ≥ MM whatever the number is. */
export function perLevel(bounds: Bounds) {
  return z
    .strictObject({ MM: within(bounds), IM: within(bounds) })
    .transform((each, context) =>
      each.IM >= each.MM
        ? each
        : refuse(
            context,
            code,
            "the initial level is below the maintenance level",
            "swap MM and IM, or raise IM: initial margin contains maintenance margin",
          ),
    );
}

const rateBounds: Bounds = { min: 0n, max: 10n * ONE, remedy: "a rate lies between 0 and 10 (1000 %)" };
/** Between 0 and 10. */
export const rate = within(rateBounds);
/** One rate per margin level. */
export const level = perLevel(rateBounds);

/** Unix seconds of the expiries that count. An empty list would be a rule on nothing. */
export const expiryList = z.array(timeField()).min(1, "name at least one expiry, or leave the list out for all");

/** Which correlations count, each set once. */
export const correlationSets = z
  .array(z.enum(["medium", "high", "low", "one"]))
  .min(1, "name at least one set")
  .superRefine((sets, context) => {
    const twice = sets.findIndex((set, i) => sets.indexOf(set) !== i);
    if (twice < 0) return;
    const params = { code, hint: "list each set once: the same correlations would count twice" };
    context.addIssue({ code: "custom", path: [twice], message: `${sets[twice]} occurs twice`, params });
  });
