import { PAR, type AuctionTerms } from "../../prover/chain/liquidation.ts";

/** A debt and what is pledged for it. twin: `Position` in ClosingShare.sol */
export interface Position {
  readonly debt: bigint;
  readonly pledge: bigint;
  readonly unitPrice: bigint;
}

export interface Sale {
  readonly repaid: bigint;
  /** All that leaves the pledge, and its three parts. */
  readonly taken: bigint;
  readonly collateral: bigint;
  readonly reward: bigint;
  readonly fee: bigint;
}

/**
 * What an auction must do, from its rules and not from its formulas: every comparison is between exact fractions, and how much may be closed is found by
 * trying. The contract's closed forms are compared with this.
 */
const BPS = 10_000n;
const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Smallest whole number in (low, high] for which a rising condition holds. */
function smallest(low: bigint, high: bigint, holds: (x: bigint) => boolean): bigint {
  let [no, yes] = [low, high];
  while (yes - no > 1n) {
    const middle = (no + yes) / 2n;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/** 1 + m and 1 + m (1 + b), times BPS squared. */
const marginFactor = ({ marginBps }: AuctionTerms): bigint => (BPS + BigInt(marginBps)) * BPS;
const bufferedFactor = ({ marginBps, bufferBps }: AuctionTerms): bigint => BPS * BPS + BigInt(marginBps) * (BPS + BigInt(bufferBps));
/** Whether a pledge is worth a multiple of a debt. */
const carries = ({ debt, pledge, unitPrice }: Position, factor: bigint): boolean => pledge * PAR * BPS * BPS >= debt * unitPrice * factor;

export const isShort = (terms: AuctionTerms, position: Position): boolean => !carries(position, marginFactor(terms));
export const isWhole = (terms: AuctionTerms, position: Position): boolean => carries(position, bufferedFactor(terms));

/** The smallest pledge that carries the debt with its margin, or with the buffer as well. */
export const requirement = (terms: AuctionTerms, { debt, unitPrice }: Position): bigint => ceilDiv(debt * unitPrice * marginFactor(terms), PAR * BPS * BPS);
export const buffered = (terms: AuctionTerms, { debt, unitPrice }: Position): bigint => ceilDiv(debt * unitPrice * bufferedFactor(terms), PAR * BPS * BPS);

export function shortfall(terms: AuctionTerms, position: Position): bigint {
  const needed = requirement(terms, position);
  return needed <= position.pledge ? 0n : ((needed - position.pledge) * PAR) / needed;
}

/** The curve's points are joined by straight lines; any fraction is the bidder's to pay. */
export function price(terms: AuctionTerms, elapsed: bigint, short: bigint): bigint {
  const [fast, slow] = [BigInt(terms.fastPeriod) * PAR, BigInt(terms.slowPeriod) * PAR];
  const [opening, knee] = [BigInt(terms.openingPriceBps), BigInt(terms.kneePriceBps)];
  const point = elapsed * PAR + short * BigInt(terms.fastPeriod);
  const between = (from: bigint, to: bigint, passed: bigint, whole: bigint) => ceilDiv((from * (whole - passed) + to * passed) * PAR, whole * BPS);
  if (point < fast) return between(opening, knee, point, fast);
  return point < fast + slow ? between(knee, 0n, point - fast, slow) : 0n;
}

/** Whether repaying x at a price leaves the rest with margin and buffer, nothing rounded. */
export function restores(terms: AuctionTerms, { debt, pledge, unitPrice }: Position, at: bigint, x: bigint): boolean {
  const left = pledge * at - x * unitPrice;
  return left * BPS * BPS * PAR >= (debt - x) * unitPrice * at * bufferedFactor(terms);
}

export function largestRepayment(terms: AuctionTerms, position: Position, at: bigint): bigint {
  const { debt, pledge, unitPrice } = position;
  if (isWhole(terms, position)) return 0n;
  if (debt * unitPrice > pledge * at) return smallest(-1n, debt, (x) => x * unitPrice >= pledge * at);
  if (debt * unitPrice <= terms.smallPosition * PAR) return debt;
  return smallest(0n, debt, (x) => restores(terms, position, at, x));
}

/** @param rewarded what the keeper has received in this auction */
export function sale(terms: AuctionTerms, position: Position, at: bigint, offer: bigint, rewarded: bigint): Sale {
  const repaid = min(offer, largestRepayment(terms, position, at));
  const taken = min(position.pledge, (repaid * position.unitPrice) / at);
  const worth = ceilDiv(repaid * position.unitPrice, PAR);
  const penalty = taken > worth ? taken - worth : 0n;
  const reward = min((penalty * BigInt(terms.keeperBps)) / BPS, terms.maxReward - rewarded);
  const covered = position.debt * position.unitPrice <= position.pledge * at;
  const fee = covered ? (penalty * BigInt(terms.feeBps)) / BPS : 0n;
  return { repaid, taken, reward, fee, collateral: taken - reward - fee };
}
