/** Columns of exposures: what they sum up, and the plainest rule on one. */
import type { Factor } from "../units.ts";
import { UNLIMITED, type ExposureRule } from "./margin-rules.ts";
import type { PerLevel } from "./policy.ts";
import type { PolicyFeatures } from "./policy-features.ts";

/** `forwardDelta` is the delta of contracts alone, with respect to their own forward: see delta-ladder.ts. */
export type Measure = PolicyFeatures["exposures"][number]["measure"] | "forwardDelta";

/**
 * What an exposure column sums up. In quote units: delta·spot, gamma·spot²/100 (delta's change for 1 %), vega per point, relative vega for a
 * volatility that doubles (vega times the volatility, as supervisors weigh it), theta per day,
 * notional multiplier·spot; gross ones the same for long and short.
 */
export interface ExposureColumn {
  readonly id: string;
  readonly measure: Measure;
  readonly underlyings: readonly string[];
  /** Null for all, and for what does not expire. */
  readonly expiries: readonly number[] | null;
  /** Null for all. */
  readonly kinds?: readonly string[] | null;
  /** Multiplies what counts, by underlying. */
  readonly scale?: Readonly<Record<string, Factor>>;
}

/** A column with its rule. */
export interface PlannedExposure {
  readonly column: ExposureColumn;
  readonly rule: ExposureRule;
}

export const NOTHING: PerLevel = { MM: 0n as Factor, IM: 0n as Factor };

/** A column that is only charged `line` for each unit of its size, or gives it back. */
export function lineExposure(column: ExposureColumn, line: PerLevel, target: number, part?: ExposureRule["part"]): PlannedExposure {
  return { column, rule: { id: column.id, ...(part === undefined ? {} : { part }), line, pieces: [], target, ...UNLIMITED } };
}
