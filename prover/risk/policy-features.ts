/** The parts of a policy that most policies leave out. What they mean in integers is in margin-rules.ts; sanity is checked here. */
import { z } from "zod";
import { BITS, SCALE, type Factor, type Price, type Value } from "../units.ts";
import { factorField, nameField, nonNegativePrice, positivePrice, refuse, type Bounds } from "./schema.ts";

const code = "InvalidPolicy";
const ONE = SCALE.factor;
const within = (bounds: Bounds) => factorField(code, bounds);
const share = within({ min: 0n, max: ONE, remedy: "a share lies between 0 and 1" });
const rate = within({ min: 0n, max: 10n * ONE, remedy: "a rate lies between 0 and 10 (1000 %)" });
const signedRate = within({ min: -10n * ONE, max: 10n * ONE, remedy: "a rate lies between -10 and 10" });
const multiplier = within({ min: 1n, max: 100n * ONE, remedy: "a multiplier is above 0 and at most 100; 0.82 means a fall of 18 %" });
const correlationField = within({ min: -ONE, max: ONE, remedy: "a correlation lies between -1 and 1" });
const names = z.array(nameField()).min(1, "name at least one");

/** An amount of the quote with up to 8 decimals, above 0, as a total (1e-16). */
const amount = positivePrice(code).transform((price) => {
  const value = price * (SCALE.value / SCALE.price);
  return (value < 2n ** BigInt(BITS.total - 1) ? value : 2n ** BigInt(BITS.total - 1) - 1n) as Value;
});

/** Gains of a class count at `gain` against losses of others in its netting set; groups of classes do so again, up to `cap`. */
export const offsetsSchema = z.strictObject({
  classes: z.array(z.strictObject({ underlying: nameField(), gain: share })).default([]),
  groups: z
    .array(z.strictObject({ id: nameField(), underlyings: names, gain: share, cap: amount.nullable().default(null) }))
    .default([]),
});

/** Value in a scenario is worth base·exp(−τ·(rate·multiplier + add)) of itself if positive, and likewise with + if negative. */
const discountSide = z.strictObject({ base: within({ min: 1n, max: 2n * ONE, remedy: "a base lies between 0 and 2" }), rateMultiplier: signedRate, rateAdd: signedRate });
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

const list = z.array(
  z.strictObject({
    id: nameField(),
    moves: z.record(z.string(), multiplier),
    otherwise: multiplier.nullable().default(null),
    vols: z.record(z.string(), within({ min: 0n, max: 100n * ONE, remedy: "a volatility multiplier lies between 0 and 100" })).default({}),
  }),
);
const lambda = within({ min: 1n, max: ONE - 1n, remedy: "a decay factor lies between 0 and 1, both excluded" });
const sourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("stress"), events: list.min(1, "list at least one event") }),
  z.strictObject({
    kind: z.literal("historical"),
    underlyings: names,
    horizon: z.int().min(1),
    ewma: z.strictObject({ lambda, seedReturns: z.int().min(1), floor: rate.default(0n as Factor) }).nullable().default(null),
    rows: z.array(z.strictObject({ date: nameField(), closes: z.array(positivePrice(code)) })),
  }),
  z.strictObject({
    kind: z.literal("monteCarlo"),
    seed: z.string(),
    count: z.int().min(1).max(65_536),
    horizonDays: within({ min: 1n, max: 365n * ONE, remedy: "a horizon is above 0 and at most 365 days" }),
    underlyings: names,
    volatility: z.array(within({ min: 1n, max: 10n * ONE, remedy: "an annual volatility is above 0 and at most 10 (1000 %)" })),
    correlation: z.array(z.array(correlationField)),
    /** The correlation-breakdown switch: the scenarios of these sets are all in the tail. */
    sets: z.array(z.enum(["medium", "high", "low", "one"])).min(1).default(["medium"]),
  }),
]);

/** `es`: mean of the `size` worst; `var`: the `size`-th worst. The larger of it and the worst of the scenario grid counts. */
export const tailSchema = z.strictObject({ measure: z.enum(["es", "var"]), size: z.int().min(1), source: sourceSchema });

/** How netting sets' requirements add up: √Σ ρ·L·L, the largest over the sets of correlations; without it they are summed. */
export const aggregationSchema = z.strictObject({
  correlation: z.array(z.array(correlationField)),
  sets: z.array(z.enum(["medium", "high", "low", "one"])).min(1).max(3).default(["medium"]),
});

const level = z.strictObject({ MM: rate, IM: rate }).refine(({ MM, IM }) => IM >= MM, "raise IM: initial margin contains maintenance margin");

/** Marginal tiers, as tax brackets: each rate on the part of |X| above its threshold, until the next one's. */
const tiersSchema = z.array(z.strictObject({ above: nonNegativePrice(code), rate: level })).superRefine((tiers, context) => {
  tiers.forEach((tier, j) => {
    const previous = tiers[j - 1];
    if (previous === undefined) return;
    const rises = tier.above > previous.above && tier.rate.MM >= previous.rate.MM && tier.rate.IM >= previous.rate.IM;
    if (!rises) refuse(context, code, "tiers do not rise", "order them by threshold, with rates that never fall: a larger exposure must not be charged less");
  });
});

export const exposureSchema = z
  .strictObject({
    id: nameField(),
    measure: z.enum(["delta", "gamma", "vega", "theta", "value"]),
    /** Whose instruments count. */
    underlyings: names,
    /** Only instruments of these expiries (unix seconds); null for all. */
    expiries: z.array(z.int()).nullable().default(null),
    /** Only instruments of these kinds; null for all. Balances alone make a tiered haircut. */
    kinds: z.array(z.enum(["cash", "spot", "perpetual", "future", "option"])).min(1).nullable().default(null),
    /** |X| at most, in quote units. */
    limit: amount.nullable().default(null),
    tiers: tiersSchema.default([]),
    /** Whose loss the charge is part of; null for a charge besides the loss factor. */
    nettingSet: nameField().nullable().default(null),
  })
  .superRefine(({ limit, tiers }, context) => {
    if (limit === null && tiers.length === 0) refuse(context, code, "an exposure without limit or tiers does nothing", "give it a limit, or tiers, or remove it");
  });

/** Weighted sensitivities under one root: see sensitivity-plan.ts. Weights up to 4, so that their products stay below 2^34 at 1e-9. */
export const sensitivitiesSchema = z.strictObject({
  factors: z
    .array(
      z.strictObject({
        id: nameField(),
        measure: z.enum(["delta", "gamma", "vega", "theta", "value"]),
        underlyings: names,
        expiries: z.array(z.int()).nullable().default(null),
        riskWeight: within({ min: 1n, max: 4n * ONE, remedy: "a risk weight is above 0 and at most 4 (400 %)" }),
      }),
    )
    .min(1, "list at least one factor"),
  correlation: z.array(z.array(correlationField)),
  sets: z.array(z.enum(["medium", "high", "low", "one"])).min(1).max(3).default(["medium", "high", "low"]),
});

/** Calendar spreads: net deltas of the expiries of one class against each other, at `rate` of what offsets. */
export const spreadSchema = z.strictObject({ underlying: nameField(), expiries: z.array(z.int()).min(2, "a spread has at least two expiries"), rate: level });

/** Least requirement of a netting set: an amount of the quote per contract held, and a share of spot notional per short option. */
export const minimumsSchema = z.strictObject({ perContract: nonNegativePrice(code).default(0n as Price), optionShort: rate.default(0n as Factor) });

/** Charge when a feed is unsure: (1 − c)·margin of notional where its confidence c is below the threshold, at the initial level. */
export const confidenceSchema = z.strictObject({ threshold: share, margin: rate });

/** The initial loss factor grows by max(0, threshold − price of `asset`)·factor. */
export const depegSchema = z.strictObject({ asset: nameField(), threshold: share, factor: within({ min: 0n, max: 10n * ONE, remedy: "a factor lies between 0 and 10" }) });

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
export type TailSource = z.output<typeof sourceSchema>;
