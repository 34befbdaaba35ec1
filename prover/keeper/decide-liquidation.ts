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
}

/** What a bot has, and has done. */
export interface LiquidationMeans {
  /** What can be paid now, budget apart. */
  readonly available: bigint;
  /** What bids have cost so far. */
  readonly spent: bigint;
}

export type LiquidationStep =
  | { readonly step: "notice" | "start" | "takeOver" | "cancel" }
  | { readonly step: "bid"; readonly offer: bigint; readonly minCollateral: bigint }
  /** Nothing now; null: nothing until something changes. */
  | { readonly step: "wait"; readonly until: number | null };

const NOTHING: LiquidationStep = { step: "wait", until: null };

/** What brings one subject's liquidation on. Pure. */
export function decideLiquidation(state: LiquidationState, limits: LiquidationLimits, means: LiquidationMeans, now: number): LiquidationStep {
  if (state.phase === "void") return { step: "cancel" };
  if (state.phase === "none") return state.isLiquidatable ? { step: "notice" } : NOTHING;
  if (state.sparedUntil >= BigInt(now)) return { step: "wait", until: state.sparedUntil < BigInt(Number.MAX_SAFE_INTEGER) ? Number(state.sparedUntil) + 1 : null };
  if (state.phase === "over") return { step: "takeOver" };
  if (state.phase === "running") return bidStep(state, limits, means);
  return now >= state.startsFrom ? { step: "start" } : { step: "wait", until: state.startsFrom };
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
