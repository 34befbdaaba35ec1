/** How large trades are, by a measure. */
import type { Quantity } from "../../units.ts";
import type { Candidate } from "./candidates.ts";
import type { HedgeMeasure } from "./hedge.ts";
import type { Leg } from "./trial.ts";

/** What a lot adds to the measure, in units of a lot; a count is compared before it, and only where there are several trades. */
export function lotSize({ price, notional }: Candidate, measure: HedgeMeasure): bigint {
  if (measure !== "value") return notional;
  return price < 0n ? -price : price;
}

/** In units of a lot. */
export const sizeOf = (legs: readonly Leg[], measure: HedgeMeasure): bigint =>
  legs.reduce((sum, { candidate, lots }) => sum + lots * lotSize(candidate, measure), 0n);

/** Units between two points of a slope, 0.001 contracts: roundings are 1e-8 per contract. */
const SLOPE_UNITS = 100_000n;

/** The same in lots. */
export const slopeStep = (lot: Quantity): bigint => (SLOPE_UNITS + lot - 1n) / lot;
