import type { Address } from "../statement/address.ts";
import type { Call } from "./ports.ts";

/** Where a subject's liquidation stands with one creditor. */
export type LiquidationPhase =
  /** No notice counts. */
  | "none"
  /** Notice was given, and health has been regained since. */
  | "void"
  /** Notice was given; the auction may start from `startsFrom` on. */
  | "noticed"
  /** Bids are taken. */
  | "running"
  /** The price has fallen to nothing, or nothing is pledged. */
  | "over";

export interface LiquidationState {
  readonly phase: LiquidationPhase;
  /** Whether notice could be given now: something is owed, no proof on the creditor's terms counts, the pledge is not enough. */
  readonly isLiquidatable: boolean;
  readonly startsFrom: number;
  /** Last second for which a circuit breaker or a pause spares the subject; may lie beyond any date. */
  readonly sparedUntil: bigint;
  /** Units of the asset. */
  readonly debt: bigint;
  /** Worth of one unit of the asset in units of the pledged token, times PAR. */
  readonly unitPrice: bigint;
  /** Most that may be repaid now, in units of the asset, and what whoever does receives, in units of the token. */
  readonly largestRepayment: bigint;
  readonly collateral: bigint;
}

/** A creditor whose credit is liquidated by notice, auction and bids. */
export interface LiquidationPort {
  /** Who owes, or has owed, something. */
  debtors(): Promise<readonly Address[]>;
  state(subject: Address): Promise<LiquidationState>;
  /** What a bidder can pay: the lesser of what it has and what the creditor may take, in units of the asset. */
  funds(bidder: Address): Promise<bigint>;
  notice(subject: Address): Call;
  start(subject: Address): Call;
  bid(subject: Address, offer: bigint, minCollateral: bigint): Call;
  takeOver(subject: Address): Call;
  cancel(subject: Address): Call;
}
