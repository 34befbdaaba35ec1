import type { Provider, Signer } from "ethers";
import { sendCall, type Submission } from "./calls.ts";
import { contractAt } from "./contracts.ts";
import { ask } from "./refusals.ts";

/** One, in prices and shares of an auction. twin: Rounding.WAD */
export const PAR = 10n ** 18n;

/** How a creditor liquidates. Times in seconds, shares in basis points, amounts in units of the pledged token. twin: `AuctionTerms` in AuctionTerms.sol */
export interface AuctionTerms {
  readonly gracePeriod: number;
  readonly fastPeriod: number;
  readonly slowPeriod: number;
  readonly openingPriceBps: number;
  readonly kneePriceBps: number;
  readonly marginBps: number;
  readonly bufferBps: number;
  readonly feeBps: number;
  readonly keeperBps: number;
  readonly maxReward: bigint;
  readonly smallPosition: bigint;
}

/**
 * Terms for a pledged dollar of six decimals: an hour of grace; from 95 % of its worth to 70 % in 15 minutes, from there to nothing in 12 hours, and a
 * buffer of 15 %, as a large options venue auctions portfolios; a margin that partial closing restores at any price down to the knee; a tenth of each
 * penalty to the lender and one to the keeper, 1,000 dollars at most; debts of up to 1,000 dollars closed whole.
 */
export const AUCTION_TERMS: AuctionTerms = {
  gracePeriod: 3_600,
  fastPeriod: 900,
  slowPeriod: 43_200,
  openingPriceBps: 9_500,
  kneePriceBps: 7_000,
  marginBps: 4_000,
  bufferBps: 1_500,
  feeBps: 1_000,
  keeperBps: 1_000,
  maxReward: 1_000_000_000n,
  smallPosition: 1_000_000_000n,
};

/** Where a liquidation stands: what may be done next, breakers apart. */
export type AuctionPhase =
  /** No notice, or one that counts for nothing: `giveNotice` where `liquidatable`. */
  | "none"
  /** Health was regained since the notice: `cancelLiquidation`. */
  | "void"
  /** `startAuction` from `startsFrom` on. */
  | "noticed"
  /** `bidInAuction`. */
  | "running"
  /** The price has fallen to nothing or nothing is pledged: `takeOverPledge`. */
  | "over";

/** A subject's liquidation by one creditor, in the block it was read in. twin: `Auction` in ILiquidationAuction.sol */
export interface Auction {
  readonly phase: AuctionPhase;
  /** Who gave notice; null when nobody did. */
  readonly keeper: string | null;
  /** Unix seconds; 0 before. */
  readonly noticedAt: number;
  readonly startedAt: number;
  readonly startsFrom: number;
  /** Last second for which a circuit breaker or a pause spares the subject: nobody starts or bids. 0 or past when none does; may lie beyond any date. */
  readonly sparedUntil: bigint;
  /** Units of the asset. */
  readonly debt: bigint;
  /** Units of the pledged token. */
  readonly pledge: bigint;
  /** Worth of one unit of the asset in units of the token, times PAR. */
  readonly unitPrice: bigint;
  /** Share of what the debt needs without a proof that the pledge lacks, times PAR. */
  readonly shortfall: bigint;
  /** Price of the pledge as a share of its worth, times PAR. */
  readonly price: bigint;
  /** Most that may be repaid in one go, and what whoever does receives. */
  readonly largestRepayment: bigint;
  readonly collateral: bigint;
}

interface Liquidation {
  /** Address of the credit line or other creditor. */
  readonly creditor: string;
  readonly subject: string;
}
export interface AuctionQuery extends Liquidation {
  readonly provider: Provider;
}
export interface AuctionAction extends Liquidation {
  /** Pays; anybody. */
  readonly signer: Signer;
}
export interface Bid extends AuctionAction {
  /** Most that is repaid, in units of the asset, which the creditor must be allowed to take. */
  readonly offer: bigint;
  /** Least that is accepted for all of the offer; for a part of it, as large a part. */
  readonly minCollateral: bigint;
}

/** Reads a subject's liquidation. @throws ChainError when there is no creditor at the address */
export async function readAuction({ creditor, subject, provider }: AuctionQuery): Promise<Auction> {
  const contract = contractAt("ILiquidationAuction", creditor, provider);
  const auction = await ask(contract, "auctionOf", subject);
  const { debt, pledge, unitPrice, shortfall, price, largestRepayment, collateral, sparedUntil, isVoid } = auction;
  const [noticedAt, startedAt, startsFrom] = [auction.noticedAt, auction.startedAt, auction.startsFrom].map(Number) as [number, number, number];
  const phase = noticedAt === 0 ? "none" : isVoid ? "void" : startedAt === 0 ? "noticed" : price === 0n || pledge === 0n ? "over" : "running";
  return { phase, keeper: noticedAt === 0 ? null : auction.keeper, noticedAt, startedAt, startsFrom, sparedUntil, debt, pledge, unitPrice, shortfall, price, largestRepayment, collateral };
}

/** Whether notice could be given now. @throws ChainError when there is no creditor at the address */
export async function liquidatable({ creditor, subject, provider }: AuctionQuery): Promise<boolean> {
  const contract = contractAt("ILiquidationAuction", creditor, provider);
  return ask(contract, "liquidatable", subject);
}

const act = ({ creditor, signer }: AuctionAction, method: string, args: readonly unknown[]): Promise<Submission> =>
  sendCall({ contract: contractAt("ILiquidationAuction", creditor, signer), method, args });

/** Records that a credit stands on neither health nor pledge. @throws ContractRefused, e.g. `HealthRegained(…)`; ChainError */
export const giveNotice = (action: AuctionAction): Promise<Submission> => act(action, "notice", [action.subject]);

/** Starts the auction after the grace period. @throws ContractRefused, e.g. `GracePeriod(…)` or `Spared(…)`; ChainError */
export const startAuction = (action: AuctionAction): Promise<Submission> => act(action, "start", [action.subject]);

/** Repays a part of the debt for a part of the pledge. @throws ContractRefused, e.g. `TooLittleCollateral(…)`; ChainError */
export const bidInAuction = (bid: Bid): Promise<Submission> => act(bid, "bid", [bid.subject, bid.offer, bid.minCollateral]);

/** Gives the lender what nobody wanted. @throws ContractRefused, e.g. `AuctionRunning(…)`; ChainError */
export const takeOverPledge = (action: AuctionAction): Promise<Submission> => act(action, "takeOver", [action.subject]);

/** Ends a liquidation whose reason is gone. @throws ContractRefused, e.g. `StillShort(…)`; ChainError */
export const cancelLiquidation = (action: AuctionAction): Promise<Submission> => act(action, "cancel", [action.subject]);
