/** One credit in liquidation, as the tests of auctions call it: who gives notice, bids and asks, and what everybody has. */
import type { Contract, Signer } from "ethers";
import { AUCTION_TERMS, type AuctionTerms } from "../../prover/chain/liquidation.ts";
import { eventsOf, now, refusal, travelTo } from "./contracts.ts";
import { createLending, fund, lapse, pledge, prove, quotedCredit, type Lending } from "./lending.ts";
import { call } from "./margin-world.ts";

export const USD = 10n ** 6n;
export const DEBT = 100_000n * USD;
/** Short by a tenth of what the debt needs without a proof: 140,000. */
export const PLEDGE = 126_000n * USD;
export const { gracePeriod, fastPeriod, slowPeriod } = AUCTION_TERMS;
/** twin: Ending */
export const [HEALTHY, WHOLE, REPAID, PLEDGE_GONE] = [0n, 1n, 2n, 3n];
export const MUCH = 10n ** 30n;

export type AuctionDesk = Awaited<ReturnType<typeof createAuction>>;

/** A creditor that is owed, its subject's health lapsed, and all that may be done about it; to that creditor unless another is given. */
export async function createAuction() {
  const lending = await createLending();
  const { world, subject } = lending;
  await prove(lending, 1);
  const credit = await owed(lending);
  await lapse(lending);
  const chain = () => world.chain;
  const notice = (by: Signer = lending.keeper, creditor = credit) => call(creditor, by, "notice", subject);
  const start = (creditor = credit) => call(creditor, lending.bidder, "start", subject);
  const after = async (seconds: number) => travelTo(world.chain, (await now(world.chain)) + seconds);
  const bid = (offer: bigint, least = 0n, { by = lending.bidder, creditor = credit } = {}) => call(creditor, by, "bid", subject, offer, least);
  return {
    lending, credit, subject, chain, notice, start, after, bid,
    takeOver: (creditor = credit) => call(creditor, lending.bidder, "takeOver", subject),
    cancel: (creditor = credit) => call(creditor, lending.bidder, "cancel", subject),
    refused: async (action: Promise<unknown>, contract = credit): Promise<readonly unknown[]> => {
      const { name, args } = await refusal(action, contract);
      return [name, ...args];
    },
    auction: async (creditor = credit) => (await creditor.getFunction("auctionOf")(subject)).toObject() as Record<string, bigint> & { isVoid: boolean },
    debtOf: (creditor = credit): Promise<bigint> => creditor.getFunction("debtOf")(subject),
    pledged: (creditor = credit): Promise<bigint> => world.escrow.getFunction("pledgedTo")(subject, creditor.target),
    inEscrow: async (holder: Signer | string): Promise<bigint> => world.escrow.getFunction("balanceOf")(typeof holder === "string" ? holder : await holder.getAddress()),
    balance: async (holder: Signer): Promise<bigint> => world.token.getFunction("balanceOf")(await holder.getAddress()),
    spareUntil: (until: bigint | number) => lending.health.getFunction("spareUntil")(until),
    /** Another creditor that is owed. */
    owedTo: (terms: Partial<AuctionTerms> = {}, amounts: Partial<Amounts> = {}) => owed(lending, terms, amounts),
    /** Notice and start. @returns when it started */
    started: async (creditor = credit): Promise<number> => {
      await notice(lending.keeper, creditor);
      await after(gracePeriod);
      await start(creditor);
      return now(world.chain);
    },
    /** A bid's figures, from its event. */
    sold: async (sent: ReturnType<typeof bid>, creditor = credit) => {
      const [[, , price, repaid, collateral, reward, fee]] = (await eventsOf(sent, creditor, "PledgeSold")) as [bigint[]];
      return { price: price!, repaid: repaid!, collateral: collateral!, reward: reward!, fee: fee! };
    },
  };
}

interface Amounts {
  readonly debt: bigint;
  readonly pledge: bigint;
}

async function owed(lending: Lending, terms: Partial<AuctionTerms> = {}, { debt = DEBT, pledge: amount = PLEDGE }: Partial<Amounts> = {}): Promise<Contract> {
  const creditor = await quotedCredit(lending, { ...AUCTION_TERMS, ...terms });
  await pledge(lending, creditor, amount);
  await call(creditor, lending.lender, "charge", lending.subject, debt);
  await fund(lending.world, lending.bidder, creditor, MUCH);
  return creditor;
}
