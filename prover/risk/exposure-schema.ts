/** Exposures of a policy and the rules on them: limits, tiers, calendar spreads, correlated sensitivities. */
import { z } from "zod";
import { code, correlationSets, expiryList, ONE, within, share, rate, correlationField, names, amount, level } from "./policy-fields.ts";
import { nameField, nonNegativePrice, refuse, timeField } from "./schema.ts";

/** Marginal tiers, as tax brackets: each rate on the part of |X| above its threshold, until the next one's. */
const tiersSchema = z.array(z.strictObject({ above: nonNegativePrice(code), rate: level })).superRefine((tiers, context) => {
  tiers.forEach((tier, j) => {
    const previous = tiers[j - 1];
    if (previous === undefined) return;
    const rises = tier.above > previous.above && tier.rate.MM >= previous.rate.MM && tier.rate.IM >= previous.rate.IM;
    if (!rises)
      refuse(
        context,
        code,
        "tiers do not rise",
        "order them by threshold, with rates that never fall: a larger exposure must not be charged less",
      );
  });
});

/** Measures in which longs and shorts net. */
const netted = ["delta", "gamma", "vega", "relativeVega", "theta", "value"] as const;

export const exposureSchema = z
  .strictObject({
    id: nameField(),
    /** `notional` and `grossDelta` add up longs and shorts; the others net them. */
    measure: z.enum([...netted, "notional", "grossDelta"]),
    /** Whose instruments count. */
    underlyings: names,
    /** Only instruments of these expiries (unix seconds); null for all. */
    expiries: expiryList.nullable().default(null),
    /** Only instruments of these kinds; null for all. Balances alone make a tiered haircut. */
    kinds: z
      .array(z.enum(["cash", "spot", "perpetual", "future", "option"]))
      .min(1)
      .nullable()
      .default(null),
    /** |X| at most, in quote units. */
    limit: amount.nullable().default(null),
    tiers: tiersSchema.default([]),
    /** Whose loss the charge is part of; null for a charge besides the loss factor. */
    nettingSet: nameField().nullable().default(null),
  })
  .superRefine(({ limit, tiers }, context) => {
    if (limit === null && tiers.length === 0)
      refuse(context, code, "an exposure without limit or tiers does nothing", "give it a limit, or tiers, or remove it");
  });

/** Weighted sensitivities under one root: see sensitivity-plan.ts. Weights up to 4, so that their products stay below 2^34 at 1e-9. */
export const sensitivitiesSchema = z.strictObject({
  factors: z
    .array(
      z.strictObject({
        id: nameField(),
        measure: z.enum(netted),
        underlyings: names,
        expiries: expiryList.nullable().default(null),
        riskWeight: within({ min: 1n, max: 4n * ONE, remedy: "a risk weight is above 0 and at most 4 (400 %)" }),
        /** Sizes beyond `threshold` count for more, exactly at `corners` and for slightly more between them; beyond the last no book may go. */
        concentration: z
          .strictObject({ threshold: amount, corners: z.array(amount).min(1, "give at least one corner: the last limits the exposure") })
          .optional(),
      }),
    )
    .min(1, "list at least one factor"),
  correlation: z.array(z.array(correlationField)),
  /** Whether correlations fade between factors that are concentrated in different degrees (SIMM's f_kl). */
  fading: z.boolean().default(false),
  sets: correlationSets.max(3, "at most three sets").default(["medium", "high", "low"]),
});

const TWO_EXPIRIES = 'name at least two expiries, or say "all"';

/** Calendar spreads: net deltas of the expiries of one class against each other, at `rate` of what offsets. */
export const spreadSchema = z.strictObject({
  underlying: nameField(),
  /** Unix seconds; or all that the market lists contracts of, and its perpetuals as one more. */
  expiries: z.union([z.literal("all"), z.array(timeField()).min(2, TWO_EXPIRIES)], TWO_EXPIRIES),
  rate: level,
});

/** The term structure of one class moves: Σ over its expiries, perpetuals as one, of |net delta|·max(annualMove·τ, minMove). */
export const rollShockSchema = z.strictObject({ underlying: nameField(), annualMove: rate, minMove: rate });

/** Two netting sets against each other: of each spread formed, `rate` of what both legs lose at the end of the scan, each in its own set. */
export const spreadCreditSchema = z.strictObject({
  legs: z
    .array(
      z.strictObject({
        underlying: nameField(),
        /** Deltas, in quote units, that one spread takes. */
        ratio: within({ min: 1n, max: 100n * ONE, remedy: "a delta ratio is above 0 and at most 100" }).prefault("1"),
      }),
    )
    .length(2, "a spread has two legs"),
  rate: share,
});

/** Least loss of a class: unhedged·|net delta| + hedged·(gross delta − |net delta|)/2, in quote units. */
export const deltaMinimumSchema = z.strictObject({ underlying: nameField(), unhedged: rate, hedged: rate });
