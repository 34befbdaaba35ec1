import { PAR } from "../chain/liquidation.ts";
import { SCALE } from "../units.ts";
import type { LiquidationState } from "./liquidation-port.ts";

/** What a bot may do and spend. Amounts in units of the asset unless said otherwise. */
export interface LiquidationLimits {
  /** Whether it bids at all; notices, starts and endings cost gas alone. */
  readonly bids: boolean;
  /** Most for one bid, and for all of them. */
  readonly maxOffer: bigint;
  readonly budget: bigint;
  /** Least that a bid must bring beyond what it costs: as a share, and in units of the pledged token. */
  readonly minDiscountBps: bigint;
  readonly minGain: bigint;
  /** Seconds of a breaker's grace that a creditor may not know of, at most, should the source forget it now. */
  readonly observeEvery: number;
}

/** What a bot has, and has done. */
export interface LiquidationMeans {
  /** What can be paid now, budget apart. */
  readonly available: bigint;
  /** What bids have cost so far. */
  readonly spent: bigint;
  /** Until when the creditor is known to remember breakers that spared the subject; 0 for not at all. */
  readonly observedUntil: number;
}

export type LiquidationStep =
  | { readonly step: "notice" | "start" | "takeOver" | "cancel" | "observeBreaker" }
  | { readonly step: "bid"; readonly offer: bigint; readonly minCollateral: bigint }
  /** Nothing now; null: nothing until something changes. */
  | { readonly step: "wait"; readonly until: number | null };

const NOTHING: LiquidationStep = { step: "wait", until: null };

/** What brings one subject's liquidation on. Pure. */
export function decideLiquidation(state: LiquidationState, limits: LiquidationLimits, means: LiquidationMeans, now: number): LiquidationStep {
  if (state.phase === "void") return { step: "cancel" };
  if (state.phase === "none") return state.isLiquidatable ? { step: "notice" } : NOTHING;
  const unknown = unknownGrace(state, means.observedUntil, now);
  if (state.sparedUntil >= BigInt(now)) return underBreaker(state, limits, unknown, now);
  if (state.phase === "over") return { step: "takeOver" };
  // A start counts from now on, and a bid has the creditor remember: either makes up for what it does not know.
  const step = state.phase === "running" ? bidStep(state, limits, means) : now >= state.startsFrom ? ({ step: "start" } as const) : ({ step: "wait", until: state.startsFrom } as const);
  return step.step === "wait" && unknown > 0 ? { step: "observeBreaker" } : step;
}

/**
 * Seconds by which the clock of a grace period or an auction would run too far, should the source of health forget the breaker that
 * it tells of now: prices would have fallen while nobody could bid.
 */
function unknownGrace({ sparedUntil, begunAt }: LiquidationState, observedUntil: number, now: number): number {
  const told = sparedUntil < BigInt(now) ? Number(sparedUntil) : now;
  return Math.max(0, told - Math.max(begunAt, observedUntil));
}

/** Nobody starts or bids. A breaker may re-arm at any publication, and is forgotten then: the creditor is told in time, and again and again. */
function underBreaker({ sparedUntil }: LiquidationState, { observeEvery }: LiquidationLimits, unknown: number, now: number): LiquidationStep {
  if (unknown > 0 && unknown >= observeEvery) return { step: "observeBreaker" };
  const due = now + Math.max(1, observeEvery - unknown);
  return { step: "wait", until: sparedUntil < BigInt(due) ? Number(sparedUntil) + 1 : due };
}

/** As much as may be repaid and spent, if it brings enough. The price only falls: what is too dear now is looked at again. */
function bidStep(
  { largestRepayment, collateral, unitPrice }: LiquidationState, { bids, maxOffer, budget, minDiscountBps, minGain }: LiquidationLimits, { available, spent }: LiquidationMeans,
): LiquidationStep {
  if (!bids) return NOTHING;
  const offer = [largestRepayment, maxOffer, available, budget - spent].reduce((least, each) => (each < least ? each : least));
  if (offer <= 0n) return NOTHING;
  const brings = (collateral * offer) / largestRepayment;
  const minCollateral = leastFor(offer, unitPrice, minDiscountBps, minGain);
  return brings >= minCollateral ? { step: "bid", offer, minCollateral } : NOTHING;
}

/** What an offer must bring in units of the token, rounded up. */
function leastFor(offer: bigint, unitPrice: bigint, minDiscountBps: bigint, minGain: bigint): bigint {
  const up = (product: bigint, by: bigint) => (product + by - 1n) / by;
  const worth = up(offer * unitPrice, PAR);
  const byShare = up(offer * unitPrice * (SCALE.bps + minDiscountBps), PAR * SCALE.bps);
  return byShare > worth + minGain ? byShare : worth + minGain;
}
