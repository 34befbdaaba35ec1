/** What a policy limits and charges besides scenarios, as columns with rules on their totals. */
import { MarginProofError } from "../errors.ts";
import { divDown } from "../numeric/rounding.ts";
import { BITS, SCALE, type Factor, type Level, type Value } from "../units.ts";
import { concentrationPieces } from "./concentration.ts";
import { ladderColumn, rollRate, rungColumn, rungs } from "./delta-ladder.ts";
import { NOTHING, lineExposure, type PlannedExposure } from "./exposure-column.ts";
import { UNLIMITED, type ChargePiece } from "./margin-rules.ts";
import type { Market } from "./market.ts";
import type { PerLevel, Policy } from "./policy.ts";
import type { PolicyFeatures } from "./policy-features.ts";
import { creditExposures } from "./spread-credit.ts";

const SLOPE_END = 1n << BigInt(BITS.lossFactor);

/** Declared exposures, then what moves with forward curves, then credits between netting sets; last the factors of sensitivities. */
export function plannedExposures(market: Market, policy: Policy, lossFactor: PerLevel): readonly PlannedExposure[] {
  const outside = policy.nettingSets.length;
  const declared = policy.exposures.map(({ id, measure, underlyings, expiries, kinds, limit, tiers, nettingSet }): PlannedExposure => {
    const target = nettingSet === null ? outside : policy.nettingSets.findIndex((set) => set.id === nettingSet);
    const limits = limit === null ? UNLIMITED : { low: -limit as Value, high: limit };
    return {
      column: { id, measure, underlyings, expiries, kinds },
      rule: { id, line: NOTHING, pieces: chargePieces(tiers), target, ...limits },
    };
  });
  const factors = (policy.sensitivities?.factors ?? []).map(({ id, measure, underlyings, expiries, riskWeight, concentration }, k): PlannedExposure => {
    const plain = lineExposure({ id, measure, underlyings, expiries }, NOTHING, outside);
    if (concentration === undefined) return plain;
    const limit = concentration.corners.at(-1)!;
    const pieces = concentrationPieces(riskWeight, concentration, lossFactor, policy.sensitivities!.fading);
    requireSlopes(pieces, `sensitivities.factors[${k}].concentration.corners`);
    return { column: plain.column, rule: { ...plain.rule, pieces, low: -limit as Value, high: limit } };
  });
  return [
    ...declared,
    ...merged([...spreadExposures(market, policy), ...rollExposures(market, policy)]),
    ...creditExposures(policy),
    ...factors,
  ];
}

/** Slopes have the width of a loss factor. @throws InvalidPolicy */
function requireSlopes(pieces: readonly ChargePiece[], path: string): void {
  if (pieces.every(({ slope }) => slope.MM < SLOPE_END && slope.IM < SLOPE_END)) return;
  throw new MarginProofError("InvalidPolicy", "so far beyond the threshold the charge grows by more than 17.18 of what is added", {
    path,
    hint: "lower the last corner, which limits the exposure, or the weight",
  });
}

/** rate/2·(Σ|D_e| − |Σ D_e|) is the rate on what offsets: one column per expiry, and one for their sum. */
function spreadExposures(market: Market, { spreads, nettingSets }: Policy): PlannedExposure[] {
  return spreads.flatMap(({ underlying, expiries, rate }) => {
    const legs = expiries === "all" ? rungs(market, underlying) : expiries;
    if (legs.length < 2) return [];
    const target = nettingSets.findIndex((set) => set.underlyings.includes(underlying));
    const net = ladderColumn(underlying, expiries === "all" ? null : expiries);
    return [
      ...legs.map((leg) => lineExposure(rungColumn(underlying, leg), half(rate, 1n), target, "curve")),
      lineExposure(net, half(rate, -1n), target, "curve"),
    ];
  });
}

function rollExposures(market: Market, { rollShock, nettingSets }: Policy): PlannedExposure[] {
  return rollShock.flatMap((shock) => {
    const target = nettingSets.findIndex((set) => set.underlyings.includes(shock.underlying));
    return rungs(market, shock.underlying).map((rung) => {
      const rate = rollRate(shock, rung, market.asOf);
      return lineExposure(rungColumn(shock.underlying, rung), { MM: rate, IM: rate }, target, "curve");
    });
  });
}

/** Columns cost: where two rules are lines on the same column for the same netting set, one line is their sum. */
function merged(planned: readonly PlannedExposure[]): PlannedExposure[] {
  const known = new Map<string, PlannedExposure>();
  for (const { column, rule } of planned) {
    const key = JSON.stringify([column, rule.target]);
    const before = known.get(key)?.rule.line ?? NOTHING;
    const line = { MM: (before.MM + rule.line.MM) as Factor, IM: (before.IM + rule.line.IM) as Factor };
    known.set(key, { column, rule: { ...rule, line } });
  }
  return [...known.values()];
}

/** Half of an odd rate rounds up, for legs and net alike, so that the sum stays at least 0. */
function half({ MM, IM }: PerLevel, sign: bigint): PerLevel {
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
