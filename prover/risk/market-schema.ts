/** The shape of `margin-market/1`, field by field; what fields must mean together is checked in market.ts. */
import { z } from "zod";
import { MarginProofError } from "../errors.ts";
import { parseDecimal } from "../numeric/decimal.ts";
import { ONE, REAL_DECIMALS, fromScaled, type Real } from "../numeric/real.ts";
import { SCALE } from "../units.ts";
import { instrumentShapes } from "./instruments.ts";
import { confidenceField, factorField, nameField, nonNegativePrice, positivePrice, refuse, timeField } from "./schema.ts";

export const MARKET_FORMAT = "margin-market/1";

/** Surface parameters are fits, not money: up to 27 decimals, magnitude at most 1e12. */
const REAL_LIMIT = ONE * 10n ** 12n;

function realField() {
  return z.unknown().transform((text, context): Real => {
    try {
      const value = fromScaled(parseDecimal(text, REAL_DECIMALS, ""), REAL_DECIMALS);
      return value <= REAL_LIMIT && value >= -REAL_LIMIT
        ? value
        : refuse(context, "OutOfRange", `${text} is out of range`, "surface parameters are at most 1e12");
    } catch (error) {
      if (error instanceof MarginProofError) return refuse(context, error.code, error.reason, error.hint);
      throw error;
    }
  });
}

const surfaceSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("svi"),
    a: realField(),
    b: realField(),
    rho: realField(),
    m: realField(),
    sigma: realField(),
    /** Of the fit; without it, the expiry's forward. */
    forward: realField().optional(),
    /** Years of the fit; without it, the time from the market's asOf to the expiry. */
    tau: realField().optional(),
  }),
  z.strictObject({ kind: z.literal("points"), points: z.array(z.strictObject({ strike: realField(), vol: realField() })) }),
  z.strictObject({ kind: z.literal("flat"), vol: realField() }),
]);

const rateField = factorField("InvalidMarket", {
  min: -SCALE.factor / 2n,
  max: 10n * SCALE.factor,
  remedy: "rates are continuously compounded per year and lie between -0.5 and 10 (1000 %)",
});

const confidence = confidenceField("InvalidMarket");
const fullConfidence = { forward: "1", rate: "1", vol: "1" };

const expirySchema = z.strictObject({
  expiry: timeField(),
  forward: positivePrice("InvalidMarket").optional(),
  rate: rateField,
  surface: surfaceSchema.optional(),
  confidence: z.strictObject({ forward: confidence, rate: confidence, vol: confidence }).prefault(fullConfidence),
});

const marked = { mark: positivePrice("InvalidMarket").optional(), confidence };

const listingSchema = z.discriminatedUnion("kind", [
  z.strictObject(instrumentShapes.cash),
  z.strictObject(instrumentShapes.spot),
  z.strictObject({ ...instrumentShapes.perpetual, ...marked }),
  z.strictObject({ ...instrumentShapes.future, ...marked }),
  z.strictObject({ ...instrumentShapes.option, mark: nonNegativePrice("InvalidMarket").optional(), confidence }),
]);

export const marketSchema = z.strictObject({
  format: z.literal(MARKET_FORMAT),
  asOf: timeField(),
  quote: nameField(),
  currencies: z.array(z.strictObject({ name: nameField(), price: positivePrice("InvalidMarket"), confidence })),
  underlyings: z.array(
    z.strictObject({ name: nameField(), spot: positivePrice("InvalidMarket"), confidence, expiries: z.array(expirySchema).default([]) }),
  ),
  instruments: z.array(listingSchema).min(1, "a market lists at least one instrument"),
});

export type MarketFile = z.output<typeof marketSchema>;
export type UnderlyingFile = MarketFile["underlyings"][number];
export type ExpiryFile = UnderlyingFile["expiries"][number];
export type SurfaceFile = z.output<typeof surfaceSchema>;
export type ListingFile = MarketFile["instruments"][number];
