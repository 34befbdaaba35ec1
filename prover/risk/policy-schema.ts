/**
 * The shape of `margin-policy/1` and the sanity of each number in it. A hash only fixes parameters; it does not make them
 * safe (a production venue once ran with two discounts swapped, and every margin came out too low).
 */
import { z } from "zod";
import { BITS } from "../units.ts";
import { featuresSchema } from "./policy-features.ts";
import { multiplier, ONE, perLevel, within } from "./policy-fields.ts";
import { byNames, nameField } from "./schema.ts";
import { volShockSchema } from "./vol-shock-schema.ts";

export const POLICY_FORMAT = "margin-policy/1";

const rate = perLevel({ min: 0n, max: 10n * ONE, remedy: "a charge is a share of notional between 0 and 10 (1000 %)" });
const haircut = perLevel({ min: 0n, max: ONE, remedy: "a haircut lies between 0 and 1" });
const lossFactor = perLevel({
  min: 1n,
  max: 2n ** BigInt(BITS.lossFactor) - 1n,
  remedy: "a loss factor is above 0 and below 2^34 at 9 decimals (about 17.18)",
});

const scenarioSchema = z.strictObject({
  spot: multiplier,
  /** For underlyings that move by another multiplier. */
  moves: byNames(multiplier).optional(),
  vol: z.enum(["up", "down", "none", "linear", "absolute"]),
  weight: within({ min: 0n, max: 10n * ONE, remedy: "a weight lies between 0 and 1, of a skew rotation between 0 and 10" }),
  /** Curvature: leaves out what the delta gains. */
  less: z.literal("delta").optional(),
});

export const policySchema = z.strictObject({
  format: z.literal(POLICY_FORMAT),
  name: nameField(),
  version: z.int().min(1),
  description: z.string().default(""),
  quote: nameField(),
  nettingSets: z
    .array(z.strictObject({ id: nameField(), underlyings: z.array(nameField()).min(1, "a netting set has at least one underlying") }))
    .min(1, "a policy has at least one netting set"),
  scenarios: z.array(scenarioSchema).min(1, "a policy has at least one scenario"),
  volShock: volShockSchema,
  lossFactor,
  charges: z.strictObject({ perpetual: rate, future: rate, optionShort: rate }),
  haircuts: z.array(z.strictObject({ asset: nameField(), rate: haircut })),
  ...featuresSchema.shape,
});
