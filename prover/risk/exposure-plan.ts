/** Exposure columns of a policy: sums of Greeks or value over some underlyings and expiries, and the rules on them. */
import { divDown } from "../numeric/rounding.ts";
import { BITS, SCALE, type Factor, type Level, type Value } from "../units.ts";
import type { ChargePiece, ExposureRule } from "./margin-rules.ts";
import type { Policy } from "./policy.ts";
import type { PolicyFeatures } from "./policy-features.ts";

export type Measure = "delta" | "gamma" | "vega" | "theta" | "value";

/** What an exposure column sums up. In quote units: delta·spot, gamma·spot²/100 (delta's change for 1 %), vega per point, theta per day. */
export interface ExposureColumn {
  readonly id: string;
  readonly measure: Measure;
  readonly underlyings: readonly string[];
  /** Null for all, and for what does not expire. */
  readonly expiries: readonly number[] | null;
  /** Null for all. */
  readonly kinds?: readonly string[] | null;
}

const BOUND = 1n << BigInt(BITS.total - 1);
const LOWEST = -BOUND as Value;
const HIGHEST = (BOUND - 1n) as Value;
const NOTHING = { MM: 0n as Factor, IM: 0n as Factor };

/** Declared exposures, then for each spread one column per expiry and one for their sum; last the factors of sensitivities. */
export function exposureColumns({ exposures, spreads, sensitivities }: Policy): readonly ExposureColumn[] {
  return [
    ...exposures.map(({ id, measure, underlyings, expiries, kinds }) => ({ id, measure, underlyings, expiries, kinds })),
    ...spreads.flatMap(({ underlying, expiries }) => [
      ...expiries.map((expiry) => ({
        id: `${underlying} ${expiry} delta`,
        measure: "delta" as const,
        underlyings: [underlying],
        expiries: [expiry],
      })),
      { id: `${underlying} net delta`, measure: "delta" as const, underlyings: [underlying], expiries },
    ]),
    ...(sensitivities?.factors ?? []).map(({ id, measure, underlyings, expiries }) => ({ id, measure, underlyings, expiries })),
  ];
}

/** The rules, in the order of `exposureColumns`. */
export function exposureRules({ exposures, spreads, nettingSets, sensitivities }: Policy): readonly ExposureRule[] {
  const outside = nettingSets.length;
  return [
    ...exposures.map(({ id, limit, tiers, nettingSet }): ExposureRule => {
      const target = nettingSet === null ? outside : nettingSets.findIndex((set) => set.id === nettingSet);
      return {
        id,
        line: NOTHING,
        pieces: chargePieces(tiers),
        target,
        low: limit === null ? LOWEST : (-limit as Value),
        high: limit ?? HIGHEST,
      };
    }),
    ...spreads.flatMap(({ underlying, expiries, rate }): ExposureRule[] => {
      const target = nettingSets.findIndex((set) => set.underlyings.includes(underlying));
      const rule = (id: string, sign: bigint): ExposureRule => ({
        id,
        line: half(rate, sign),
        pieces: [],
        target,
        low: LOWEST,
        high: HIGHEST,
      });
      return [...expiries.map((expiry) => rule(`${underlying} ${expiry} delta`, 1n)), rule(`${underlying} net delta`, -1n)];
    }),
    ...(sensitivities?.factors ?? []).map(({ id }): ExposureRule => ({
      id,
      line: NOTHING,
      pieces: [],
      target: outside,
      low: LOWEST,
      high: HIGHEST,
    })),
  ];
}

/** rate/2·(Σ|D_e| − |Σ D_e|) is the rate on what offsets. Half of an odd rate rounds up, for legs and net alike, so that the sum stays at least 0. */
function half({ MM, IM }: { readonly MM: Factor; readonly IM: Factor }, sign: bigint): { readonly MM: Factor; readonly IM: Factor } {
  const of = (rate: bigint): Factor => (sign * ((rate + 1n) / 2n)) as Factor;
  return { MM: of(MM), IM: of(IM) };
}

/**
 * Marginal tiers as lines through their corners: the j-th has slope rate_j and cut Σ_{i≤j} (rate_i − rate_{i−1})·above_i, rounded down. Where the
 * levels differ in rate they differ in cut, and each gets lines of its own, which are below 0 for the other level.
 */
function chargePieces(tiers: PolicyFeatures["exposures"][number]["tiers"]): readonly ChargePiece[] {
  const lines = (level: Level): { readonly slope: Factor; readonly cut: Value }[] => {
    let [cut, before] = [0n, 0n];
    return tiers.map(({ above, rate }) => {
      cut += (rate[level] - before) * above * (SCALE.value / SCALE.price);
      before = rate[level];
      return { slope: rate[level], cut: divDown(cut, SCALE.factor) as Value };
    });
  };
  const [maintenance, initial] = [lines("MM"), lines("IM")];
  if (tiers.every(({ rate }) => rate.MM === rate.IM))
    return maintenance.map(({ slope, cut }) => ({ slope: { MM: slope, IM: slope }, cut }));
  return [
    ...maintenance.map(({ slope, cut }) => ({ slope: { MM: slope, IM: NOTHING.IM }, cut })),
    ...initial.map(({ slope, cut }) => ({ slope: { MM: NOTHING.MM, IM: slope }, cut })),
  ];
}
