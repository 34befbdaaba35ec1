/** The parts of a policy that most policies leave out. What they mean in integers is in margin-rules.ts; sanity is checked here. */
import { z } from "zod";
import type { Factor, Price } from "../units.ts";
import {
  deltaMinimumSchema,
  exposureSchema,
  rollShockSchema,
  sensitivitiesSchema,
  spreadCreditSchema,
  spreadSchema,
} from "./exposure-schema.ts";
import { code, correlationSets, ONE, within, share, rate, signedRate, multiplier, correlationField, names, amount, level } from "./policy-fields.ts";
import { nameField, nonNegativePrice } from "./schema.ts";
import { tailSchema } from "./tail-schema.ts";

/** Gains of a class count at `gain` against losses of others in its netting set; groups of classes do so again, up to `cap`. */
export const offsetsSchema = z.strictObject({
  classes: z.array(z.strictObject({ underlying: nameField(), gain: share })).default([]),
  groups: z.array(z.strictObject({ id: nameField(), underlyings: names, gain: share, cap: amount.nullable().default(null) })).default([]),
});

/** Value in a scenario is worth base·exp(−τ·(rate·multiplier + add)) of itself if positive, and likewise with + if negative. */
const discountSide = z.strictObject({
  base: within({ min: 1n, max: 2n * ONE, remedy: "a base lies between 0 and 2" }),
  rateMultiplier: signedRate,
  rateAdd: signedRate,
});
export const staticDiscountSchema = z.strictObject({ long: discountSide, short: discountSide });

const skewCap = z.strictObject({ base: signedRate, cap: signedRate });
export const skewSchema = z.strictObject({
  linear: skewCap,
  absolute: skewCap,
  minWidth: within({ min: 1n, max: 10n * ONE, remedy: "a width lies between 0 and 10" }),
  widthScale: rate,
  /** Width grows as √τ·widthScale·(volStatic + √τ·volScale), at least minWidth. */
  volStatic: signedRate,
  volScale: signedRate,
});

/** Forwards of each expiry move to `up` or `down`, whichever is worse, counted at add + perYear·τ. */
export const basisSchema = z.strictObject({ up: multiplier, down: multiplier, add: rate, perYear: rate });

/** How netting sets' requirements add up: √Σ ρ·L·L, the largest over the sets of correlations; without it they are summed. */
export const aggregationSchema = z.strictObject({
  correlation: z.array(z.array(correlationField)),
  sets: correlationSets.max(3, "at most three sets").default(["medium"]),
});

/** Least requirement of a netting set: an amount of the quote per contract held, or per unit of the underlying it is on, and a share of spot notional per short option. */
export const minimumsSchema = z.strictObject({
  perContract: nonNegativePrice(code).default(0n as Price),
  perUnit: nonNegativePrice(code).default(0n as Price),
  optionShort: rate.default(0n as Factor),
});

/** Charge when a feed is unsure: (1 − c)·margin of notional where its confidence c is below the threshold, at the initial level. */
export const confidenceSchema = z.strictObject({ threshold: share, margin: rate });

/** The initial loss factor grows by max(0, threshold − price of `asset`)·factor. */
export const depegSchema = z.strictObject({
  asset: nameField(),
  threshold: share,
  factor: within({ min: 0n, max: 10n * ONE, remedy: "a factor lies between 0 and 10" }),
});

export const featuresSchema = z.strictObject({
  cells: z.enum(["underlying", "expiry"]).default("underlying"),
  offsets: offsetsSchema.optional(),
  staticDiscount: staticDiscountSchema.optional(),
  skew: skewSchema.optional(),
  basis: basisSchema.optional(),
  settlementWindowSeconds: z.int().min(0).max(86_400).default(0),
  tail: tailSchema.optional(),
  aggregation: aggregationSchema.optional(),
  exposures: z.array(exposureSchema).default([]),
  spreads: z.array(spreadSchema).default([]),
  spreadCredits: z.array(spreadCreditSchema).default([]),
  rollShock: z.array(rollShockSchema).default([]),
  deltaMinimum: z.array(deltaMinimumSchema).default([]),
  sensitivities: sensitivitiesSchema.optional(),
  minimums: minimumsSchema.optional(),
  /** On short options that no long one of the same strike covers. */
  optionNaked: level.optional(),
  confidence: confidenceSchema.optional(),
  depeg: depegSchema.optional(),
  /** Assets that move with an underlying without being it: wrapped and staked coins. They keep their own price and haircut. */
  tracking: z.array(z.strictObject({ asset: nameField(), underlying: nameField() })).default([]),
});

export type PolicyFeatures = z.output<typeof featuresSchema>;

/** What a policy without optional parts has. */
export const NO_FEATURES: PolicyFeatures = featuresSchema.parse({});
