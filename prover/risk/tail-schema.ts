/** The tail of a policy: a measure, and where its scenarios come from. */
import { z } from "zod";
import type { Factor } from "../units.ts";
import { code, correlationSets, ONE, within, rate, multiplier, correlationField, names } from "./policy-fields.ts";
import { byNames, nameField, positivePrice } from "./schema.ts";

const list = z.array(
  z.strictObject({
    id: nameField(),
    moves: byNames(multiplier),
    otherwise: multiplier.nullable().default(null),
    vols: byNames(within({ min: 0n, max: 100n * ONE, remedy: "a volatility multiplier lies between 0 and 100" })).default({}),
  }),
);
const lambda = within({ min: 1n, max: ONE - 1n, remedy: "a decay factor lies between 0 and 1, both excluded" });
const impliedVol = within({ min: 1n, max: 10n * ONE, remedy: "an implied volatility is above 0 and at most 10 (1000 %); 0.62 means 62 %" });
const annual = within({ min: 1n, max: 10n * ONE, remedy: "an annual volatility is above 0 and at most 10 (1000 %)" });
/** Where tail scenarios come from. */
export const sourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("stress"), events: list.min(1, "list at least one event") }),
  z.strictObject({
    kind: z.literal("historical"),
    underlyings: names,
    horizon: z.int().min(1),
    ewma: z
      .strictObject({ lambda, seedReturns: z.int().min(1), floor: rate.default(0n as Factor) })
      .nullable()
      .default(null),
    /** Names with an implied volatility in every row. */
    impliedVols: names.optional(),
    rows: z.array(z.strictObject({ date: nameField(), closes: z.array(positivePrice(code)), vols: z.array(impliedVol).optional() })),
  }),
  z.strictObject({
    kind: z.literal("monteCarlo"),
    seed: z.string(),
    count: z.int().min(1).max(65_536),
    horizonDays: within({ min: 1n, max: 365n * ONE, remedy: "a horizon is above 0 and at most 365 days" }),
    underlyings: names,
    volatility: z.array(annual),
    /** Implied volatilities that move as well: `volOfVol` is each one's own annual volatility. */
    volFactors: z.strictObject({ underlyings: names, volOfVol: z.array(annual) }).optional(),
    /** Of the underlyings, then of the names in volFactors. */
    correlation: z.array(z.array(correlationField)),
    /** The correlation-breakdown switch: the worst of these sets counts, each measured by itself. */
    sets: correlationSets.default(["medium"]),
  }),
]);

/**
 * `es`: mean of the `size` worst of a set; `var`: the `size`-th worst. A share of scenarios that is no whole number rounds down, which is the
 * safe side. The larger of it and the worst of the scenario grid counts.
 */
export const tailSchema = z.strictObject({
  measure: z.enum(["es", "var"]),
  size: z.int().min(1),
  source: sourceSchema,
  /**
   * What a volatility's move means for each expiry: the same multiplier for all, or one of 30 days, of which nearer expiries take more and
   * farther ones less, as powers: multiplier^((30 / days)^power) with floor and powers of `volShock`.
   */
  volTerm: z.enum(["parallel", "scaled"]).default("parallel"),
});
