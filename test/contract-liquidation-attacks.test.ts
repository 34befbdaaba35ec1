/** What attackers of an auction try, what each step costs a keeper, and what is never deployed. */
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR } from "../prover/chain/liquidation.ts";
import { createAuction, DEBT, gracePeriod, MUCH, PLEDGE, PLEDGE_GONE, USD, type AuctionDesk } from "./support/auction.ts";
import * as model from "./support/auction-model.ts";
import { at, eventsOf, gasOf, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { creditOf, fund, lapse, pledge, prove, quotedCredit, TERMS } from "./support/lending.ts";
import { call } from "./support/margin-world.ts";

let lending: AuctionDesk["lending"];
let credit: AuctionDesk["credit"];
let subject: AuctionDesk["subject"];
let chain: AuctionDesk["chain"];
let notice: AuctionDesk["notice"];
let start: AuctionDesk["start"];
let after: AuctionDesk["after"];
let bid: AuctionDesk["bid"];
let cancel: AuctionDesk["cancel"];
let refused: AuctionDesk["refused"];
let auction: AuctionDesk["auction"];
let debtOf: AuctionDesk["debtOf"];
let pledged: AuctionDesk["pledged"];
let inEscrow: AuctionDesk["inEscrow"];
let balance: AuctionDesk["balance"];
let owedTo: AuctionDesk["owedTo"];
let started: AuctionDesk["started"];
let sold: AuctionDesk["sold"];

beforeAll(async () => {
  ({ lending, credit, subject, chain, notice, start, after, bid, cancel, refused, auction, debtOf, pledged, inEscrow, balance, owedTo, started, sold } = await createAuction());
});
afterAll(() => chain().close());
restoreAfterEach(() => chain());

describe("attacks:", () => {
  it("who liquidates itself pays more than who repays: the penalty's shares are gone", async () => {
    const rich = () => Promise.all([balance(lending.world.subject), inEscrow(subject), debtOf()]).then(([held, escrowed, debt]) => held + escrowed - debt);
    const startedAt = await started();
    await fund(lending.world, lending.world.subject, credit, DEBT);
    const before = await rich();
    const { reward, fee } = await sold(at(chain(), startedAt + 450, () => bid(MUCH, 0n, { by: lending.world.subject })));
    expect(reward + fee).toBeGreaterThan(0n);
    expect(await rich()).toBe(before - reward - fee);
  });

  it("a smaller bid or repayment before one's own does not make it fail", async () => {
    await started();
    const { largestRepayment, collateral } = await auction();
    await fund(lending.world, lending.world.subject, credit, 1n);
    await bid(1n, 0n, { by: lending.world.subject });
    await bid(largestRepayment!, (collateral! * 99n) / 100n);
  });

  it("a bid of one unit moves neither clock nor price in the bidder's favour, and receives no more than it paid for", async () => {
    const startedAt = await started();
    const { price: before } = await auction();
    const { price, repaid, collateral, reward, fee } = await sold(at(chain(), startedAt + 1, () => bid(1n)));
    expect([repaid, collateral + reward + fee]).toEqual([1n, 1n]);
    expect(price).toBeLessThan(before!);
    expect((await auction()).startedAt).toBe(BigInt(startedAt));
  });

  it("dust does not block the end: the last unit of a pledge is sold, and what is owed still is bad debt", async () => {
    const poor = await owedTo({}, { pledge: 70_000n * USD });
    const startedAt = await started(poor);
    const all = model.sale(AUCTION_TERMS, { debt: DEBT, pledge: 70_000n * USD, unitPrice: PAR }, (PAR * 7n) / 10n, MUCH, 0n);
    await at(chain(), startedAt + 450, () => bid(all.repaid - 1n, 0n, { creditor: poor }));
    const left = await pledged(poor);
    expect([left > 0n, left < 3n]).toEqual([true, true]);
    expect(await eventsOf(bid(MUCH, 0n, { creditor: poor }), poor, "LiquidationEnded")).toEqual([[subject, PLEDGE_GONE]]);
  });

  it("a keeper earns once, and no more than the cap, however many bids there are", async () => {
    const capped = await owedTo({ maxReward: 100n * USD });
    const startedAt = await started(capped);
    await travelTo(chain(), startedAt + 450);
    for (const _ of [1, 2, 3]) await bid(20_000n * USD, 0n, { creditor: capped });
    expect(await inEscrow(lending.keeper)).toBe(100n * USD);
  });

  it("a creditor that lies about debt reaches what was pledged to it and nothing else", async () => {
    const liar = await quotedCredit(lending);
    await pledge(lending, liar, 10n * USD);
    await call(liar, lending.lender, "charge", subject, MUCH);
    await fund(lending.world, lending.bidder, liar, MUCH);
    const startedAt = await started(liar);
    const mine = await pledged();
    expect((await sold(at(chain(), startedAt + 900, () => bid(MUCH, 0n, { creditor: liar })), liar)).repaid).toBeLessThan(10n * USD);
    expect([await pledged(liar), await pledged()]).toEqual([0n, mine]);
    expect((await refusal(call(liar, lending.lender, "giveBack", subject, 1n), lending.world.escrow)).name).toBe("PledgeTooSmall");
  });

  it("a token that calls back during a bid finds every door shut", async () => {
    const { world } = lending;
    const odd = (await chain().ethers.deployContract("OddToken", [6, 0])) as unknown as Contract;
    const parts = await creditOf(lending, PAR, { escrow: world.escrow, asset: odd });
    const reentered = (await chain().ethers.deployContract("QuotedCredit", [parts, TERMS, AUCTION_TERMS])) as unknown as Contract;
    await pledge(lending, reentered, PLEDGE);
    await call(reentered, lending.lender, "charge", subject, DEBT);
    await fund({ ...world, token: odd }, lending.bidder, reentered, MUCH);
    await started(reentered);
    const doors: [string, unknown[]][] = [["bid", [subject, 1n, 0n]], ["takeOver", [subject]], ["cancel", [subject]], ["notice", [subject]], ["start", [subject]], ["recover", [subject, 1n]]];
    for (const [name, args] of doors) {
      await odd.getFunction("listen")(reentered.target, reentered.interface.encodeFunctionData(name, args));
      expect(await refused(bid(USD, 0n, { creditor: reentered }), reentered), name).toEqual(["ReentrancyGuardReentrantCall"]);
    }
  });
});

describe("costs", () => {
  it("of each step stay within what a keeper reckons with", async () => {
    const most = { notice: 180_000, start: 140_000, bid: 300_000, "bid that ends it": 240_000, cancel: 100_000 };
    const costs = { notice: await gasOf(notice()), start: 0, bid: 0, "bid that ends it": 0, cancel: 0 };
    await after(gracePeriod);
    costs.start = await gasOf(start());
    await prove(lending, 2);
    costs.cancel = await gasOf(cancel());
    await lapse(lending);
    await started();
    costs.bid = await gasOf(bid(10_000n * USD));
    costs["bid that ends it"] = await gasOf(bid(MUCH));
    for (const [step, gas] of Object.entries(costs)) expect(gas, step).toBeLessThan(most[step as keyof typeof most]);
  });
});

describe("deployment", () => {
  it("is refused on terms that no auction could follow", async () => {
    const deployed = chain().ethers.deployContract("QuotedCredit", [await creditOf(lending), TERMS, { ...AUCTION_TERMS, gracePeriod: 0 }]);
    expect(await refused(deployed)).toEqual(["InvalidAuctionTerms"]);
  });

  it("leaves no debt that could not be closed", async () => {
    const most = (2n ** 256n - 1n) / (PAR * 146_000_000n) / 2n;
    await call(credit, lending.lender, "charge", subject, most - DEBT);
    expect(await refused(call(credit, lending.lender, "charge", subject, 1n))).toEqual(["DebtOutOfRange", most + 1n, PAR]);
  });
});
