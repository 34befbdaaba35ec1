/** The sale of a pledge: bids, breakers in the middle of it, and what happens to what nobody wanted. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR } from "../prover/chain/liquidation.ts";
import { createAuction, DEBT, fastPeriod, MUCH, PLEDGE, PLEDGE_GONE, REPAID, slowPeriod, USD, WHOLE, type AuctionDesk } from "./support/auction.ts";
import * as model from "./support/auction-model.ts";
import { at, eventsOf, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { fund, pledge } from "./support/lending.ts";
import { call } from "./support/margin-world.ts";

let lending: AuctionDesk["lending"];
let credit: AuctionDesk["credit"];
let subject: AuctionDesk["subject"];
let chain: AuctionDesk["chain"];
let notice: AuctionDesk["notice"];
let start: AuctionDesk["start"];
let after: AuctionDesk["after"];
let bid: AuctionDesk["bid"];
let takeOver: AuctionDesk["takeOver"];
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
  ({ lending, credit, subject, chain, notice, start, after, bid, takeOver, cancel, refused, auction, debtOf, pledged, inEscrow, balance, owedTo, started, sold } = await createAuction());
});
afterAll(() => chain().close());
restoreAfterEach(() => chain());

describe("a bid", () => {
  it("repays a part for a part of the pledge, and the rest is whole: 52.7817... % at 92.5 %", async () => {
    const startedAt = await started();
    const [lenderHad, bidderHad] = [await balance(lending.lender), await balance(lending.bidder)];
    // At the moment of the start s = 10 %, so the price is .925 and x = .2 / (1.46 - 1/.925) of the debt.
    expect(await auction()).toMatchObject({ shortfall: PAR / 10n, price: (PAR * 925n) / 1_000n, largestRepayment: 52_781_740_371n });
    const sent = at(chain(), startedAt + 450, () => bid(MUCH));
    const { price, repaid, collateral, reward, fee } = await sold(sent);
    // 450 s later it is .80: x = .2 / .21, received x / .8; a quarter of x is penalty, of which a tenth each goes to lender and keeper.
    expect([price, repaid]).toEqual([(PAR * 8n) / 10n, 95_238_095_239n]);
    const taken = 119_047_619_048n;
    expect([reward, fee, collateral]).toEqual([1_000n * USD, 2_380_952_380n, taken - 1_000n * USD - 2_380_952_380n]);
    expect([await debtOf(), await pledged()]).toEqual([DEBT - repaid, PLEDGE - taken]);
    expect([await inEscrow(lending.keeper), await inEscrow(lending.lender), await inEscrow(subject)]).toEqual([reward, fee, PLEDGE - taken]);
    expect([await balance(lending.lender), await balance(lending.bidder)]).toEqual([lenderHad + repaid, bidderHad - repaid + collateral]);
    expect(await eventsOf(sent, credit, "LiquidationEnded")).toEqual([[subject, WHOLE]]);
    const left = { debt: await debtOf(), pledge: await pledged(), unitPrice: PAR };
    expect(model.isWhole(AUCTION_TERMS, left)).toBe(true);
  });

  it("takes no more than may be closed, and leaves the auction to others when it takes less", async () => {
    const startedAt = await started();
    const sent = at(chain(), startedAt + 100, () => bid(10_000n * USD));
    const { repaid } = await sold(sent);
    expect([repaid, await debtOf()]).toEqual([10_000n * USD, DEBT - 10_000n * USD]);
    expect(await eventsOf(sent, credit, "LiquidationEnded")).toEqual([]);
    expect((await auction()).startedAt).toBe(BigInt(startedAt));
    expect(await eventsOf(bid(MUCH), credit, "LiquidationEnded")).toEqual([[subject, WHOLE]]);
    expect(await refused(bid(1n))).toEqual(["NotNoticed", subject]);
  });

  it("closes a small position whole, and gives the subject the rest of its pledge back", async () => {
    const small = await owedTo({}, { debt: 1_000n * USD, pledge: 1_300n * USD });
    const startedAt = await started(small);
    const free: bigint = await lending.world.escrow.getFunction("freeOf")(subject);
    const sent = at(chain(), startedAt + 60, () => bid(MUCH, 0n, { creditor: small }));
    const { repaid, collateral, reward, fee } = await sold(sent, small);
    expect(repaid).toBe(1_000n * USD);
    expect(await eventsOf(sent, small, "LiquidationEnded")).toEqual([[subject, REPAID]]);
    expect([await debtOf(small), await pledged(small)]).toEqual([0n, 0n]);
    expect(await lending.world.escrow.getFunction("freeOf")(subject)).toBe(free + 1_300n * USD - collateral - reward - fee);
    await call(lending.world.escrow, lending.world.subject, "withdraw", subject, free + 1n);
  });

  it("takes the whole pledge where it does not cover the debt, and the rest is bad debt", async () => {
    const poor = await owedTo({}, { pledge: 70_000n * USD });
    const startedAt = await started(poor);
    const sent = at(chain(), startedAt + 450, () => bid(MUCH, 0n, { creditor: poor }));
    // A penalty of 21,000, of which the keeper has at most 1,000 and the lender nothing: it is owed the rest still.
    expect(await sold(sent, poor)).toMatchObject({ repaid: 49_000n * USD, collateral: 69_000n * USD, reward: 1_000n * USD, fee: 0n });
    expect(await eventsOf(sent, poor, "BadDebt")).toEqual([[subject, 51_000n * USD]]);
    expect(await eventsOf(sent, poor, "LiquidationEnded")).toEqual([[subject, PLEDGE_GONE]]);
    expect([await debtOf(poor), await poor.getFunction("badDebtOf")(subject), await poor.getFunction("totalDebt")(), await poor.getFunction("totalBadDebt")()]).toEqual([0n, 51_000n * USD, 0n, 51_000n * USD]);
    await fund(lending.world, lending.world.subject, poor, 60_000n * USD);
    expect(await eventsOf(call(poor, lending.world.subject, "recover", subject, 1_000n * USD), poor, "BadDebtRecovered")).toEqual([[subject, 1_000n * USD]]);
    expect(await eventsOf(call(poor, lending.world.subject, "recover", subject, MUCH), poor, "BadDebtRecovered")).toEqual([[subject, 50_000n * USD]]);
    expect([await poor.getFunction("badDebtOf")(subject), await poor.getFunction("totalBadDebt")()]).toEqual([0n, 0n]);
  });

  it("is refused before the start and without notice", async () => {
    expect(await refused(bid(1n))).toEqual(["NotNoticed", subject]);
    await notice();
    expect(await refused(bid(1n))).toEqual(["NotStarted", subject]);
    expect(await refused(takeOver())).toEqual(["NotStarted", subject]);
  });

  it("is refused when it offers nothing", async () => {
    await started();
    expect(await refused(bid(0n))).toEqual(["NothingOffered"]);
  });

  it("is refused where the bidder would receive less than it accepts, for all of its offer or for a part", async () => {
    const startedAt = await started();
    const position = { debt: DEBT, pledge: PLEDGE, unitPrice: PAR };
    const offer = 10_000n * USD;
    const { collateral } = model.sale(AUCTION_TERMS, position, (PAR * 8n) / 10n, offer, 0n);
    expect(await refused(at(chain(), startedAt + 450, () => bid(offer, collateral + 1n)))).toEqual(["TooLittleCollateral", collateral, collateral + 1n]);
    // Twice what may be closed is offered: half of it is taken, and half of the demand must be met.
    const most = await auction();
    const double = [2n * most["largestRepayment"]!, 2n * most["collateral"]!] as const;
    expect((await refused(bid(double[0], double[1] + MUCH)))[0]).toBe("TooLittleCollateral");
    await bid(...double);
  });

  it("is refused once the price has fallen to nothing, a second before it is not", async () => {
    const startedAt = await started();
    // A tenth is missing, so the curve began a tenth of its fast period ahead.
    const over = startedAt + fastPeriod - fastPeriod / 10 + slowPeriod;
    expect((await sold(at(chain(), over - 1, () => bid(1n)))).price).toBe(PAR * 7n / 10n / BigInt(slowPeriod) + 1n);
    await travelTo(chain(), over);
    expect(await refused(bid(1n))).toEqual(["AuctionOver", subject]);
    expect(await auction()).toMatchObject({ price: 0n, largestRepayment: 0n, collateral: 0n });
  });

  it("is refused where the pledge has become enough", async () => {
    await started();
    await pledge(lending, credit, 146_000n * USD - PLEDGE);
    expect(await refused(bid(1n))).toEqual(["PledgeSuffices", 146_000n * USD, 146_000n * USD]);
    expect(await eventsOf(cancel(), credit, "LiquidationEnded")).toEqual([[subject, WHOLE]]);
  });

  it("without an allowance leaves everything as it was", async () => {
    await started();
    await expect(bid(1n, 0n, { by: lending.keeper })).rejects.toThrow(/ERC20InsufficientAllowance/);
    expect([await debtOf(), await pledged()]).toEqual([DEBT, PLEDGE]);
  });
});

describe("taking over", () => {
  it("gives the lender what nobody wanted, for all it is worth and no more than restores the buffer", async () => {
    const startedAt = await started();
    expect((await refused(takeOver()))[0]).toBe("AuctionRunning");
    const sent = at(chain(), startedAt + fastPeriod + slowPeriod, () => takeOver());
    // x = .2 / (1.46 - 1) of the debt, at par
    expect(await eventsOf(sent, credit, "PledgeTakenOver")).toEqual([[subject, 43_478_260_870n, 43_478_260_870n]]);
    expect(await eventsOf(sent, credit, "LiquidationEnded")).toEqual([[subject, WHOLE]]);
    expect([await inEscrow(lending.lender), await inEscrow(lending.keeper)]).toEqual([43_478_260_870n, 0n]);
    expect(model.isWhole(AUCTION_TERMS, { debt: await debtOf(), pledge: await pledged(), unitPrice: PAR })).toBe(true);
  });

  it("takes all where it does not cover the debt", async () => {
    const poor = await owedTo({}, { pledge: 70_000n * USD });
    await started(poor);
    await after(fastPeriod + slowPeriod);
    expect(await eventsOf(takeOver(poor), poor, "BadDebt")).toEqual([[subject, 30_000n * USD]]);
    expect([await debtOf(poor), await pledged(poor), await inEscrow(lending.lender)]).toEqual([0n, 0n, 70_000n * USD]);
  });

  it("records bad debt at once where nothing is pledged, which nobody can bid for", async () => {
    const bare = await owedTo({}, { pledge: 0n });
    await started(bare);
    expect(await refused(bid(1n, 0n, { creditor: bare }))).toEqual(["AuctionOver", subject]);
    expect(await eventsOf(takeOver(bare), bare, "BadDebt")).toEqual([[subject, DEBT]]);
  });

  it("gives the surplus of a small position back", async () => {
    const small = await owedTo({}, { debt: 1_000n * USD, pledge: 1_300n * USD });
    await started(small);
    await after(fastPeriod + slowPeriod);
    expect(await eventsOf(takeOver(small), small, "LiquidationEnded")).toEqual([[subject, REPAID]]);
    expect([await inEscrow(lending.lender), await pledged(small)]).toEqual([1_000n * USD, 0n]);
  });
});

describe("cancelling", () => {
  it("is refused while the credit stands on neither, with a notice or without", async () => {
    expect(await refused(cancel())).toEqual(["NotNoticed", subject]);
    await notice();
    expect(await refused(cancel())).toEqual(["StillShort", PLEDGE, 146_000n * USD]);
    await pledge(lending, credit, 146_000n * USD - PLEDGE - 1n);
    expect(await refused(cancel())).toEqual(["StillShort", 146_000n * USD - 1n, 146_000n * USD]);
  });
});
