/**
 * Exposures to the shape of a forward curve: one column per expiry that the market lists, perpetuals as one more. What counts is what a
 * contract gains when its own forward moves, so that inverse contracts, whose delta sits in a coin balance, are on the ladder too.
 */
import type { Factor } from "../units.ts";
import type { ExposureColumn } from "./exposure-column.ts";
import { SECONDS_PER_YEAR, type Market } from "./market.ts";
import type { PolicyFeatures } from "./policy-features.ts";

/** An expiry in unix seconds; null for what never expires. */
export type Rung = number | null;

/** Perpetuals first, then expiries ascending; only what the market lists contracts of. */
export function rungs({ listings }: Pick<Market, "listings">, underlying: string): readonly Rung[] {
  const own = listings.flatMap(({ instrument }) =>
    "underlying" in instrument && instrument.underlying === underlying ? [instrument] : [],
  );
  const expiries = own.flatMap((instrument) => ("expiry" in instrument ? [instrument.expiry] : []));
  const perpetual: Rung[] = own.some(({ kind }) => kind === "perpetual") ? [null] : [];
  return [...perpetual, ...[...new Set(expiries)].sort((a, b) => a - b)];
}

/** The column of one rung. */
export function rungColumn(underlying: string, rung: Rung): ExposureColumn {
  const id = `${underlying} ${rung === null ? "perpetual" : `${new Date(1000 * rung).toISOString().slice(0, 16)}Z`} delta`;
  const column = { id, measure: "forwardDelta" as const, underlyings: [underlying] };
  return rung === null ? { ...column, expiries: null, kinds: ["perpetual"] } : { ...column, expiries: [rung] };
}

/** The column of all contracts of a class. */
export function ladderColumn(underlying: string, expiries: readonly number[] | null): ExposureColumn {
  return { id: `${underlying} net delta`, measure: "forwardDelta", underlyings: [underlying], expiries };
}

/** max(annualMove·τ, minMove), rounded up; a perpetual has τ = 0. */
export function rollRate({ annualMove, minMove }: PolicyFeatures["rollShock"][number], rung: Rung, asOf: number): Factor {
  const seconds = BigInt(Math.max(0, (rung ?? asOf) - asOf));
  const grown = (annualMove * seconds + SECONDS_PER_YEAR - 1n) / SECONDS_PER_YEAR;
  return (grown > minMove ? grown : minMove) as Factor;
}
