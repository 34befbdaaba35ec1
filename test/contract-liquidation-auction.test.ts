/** A liquidation from lapse to end: who may do what when, what is refused, and who receives what. */
import type { Contract, Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR, type AuctionTerms } from "../prover/chain/liquidation.ts";
import type { Bps } from "../prover/units.ts";
import * as model from "./support/auction-model.ts";
import { at, eventsOf, gasOf, now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { createLending, creditOf, fund, lapse, pledge, prove, publish, quotedCredit, TERMS, type Lending } from "./support/lending.ts";
import { BREACH_SECRETS, BREACH_TIER, call, inOrder, signalsFor } from "./support/margin-world.ts";
import { simulate } from "./support/tiny-groth16.ts";

const USD = 10n ** 6n;
const DEBT = 100_000n * USD;
/** Short by a tenth of what the debt needs without a proof: 140,000. */
const PLEDGE = 126_000n * USD;
const { gracePeriod, fastPeriod, slowPeriod } = AUCTION_TERMS;
/** twin: Ending */
const [HEALTHY, WHOLE, REPAID, PLEDGE_GONE] = [0n, 1n, 2n, 3n];
const MUCH = 10n ** 30n;

let lending: Lending;
let credit: Contract;
let subject: string;

const chain = () => lending.world.chain;
const notice = (by: Signer = lending.keeper, creditor = credit) => call(creditor, by, "notice", subject);
const start = (creditor = credit) => call(creditor, lending.bidder, "start", subject);
const bid = (offer: bigint, least = 0n, { by = lending.bidder, creditor = credit } = {}) => call(creditor, by, "bid", subject, offer, least);
const takeOver = (creditor = credit) => call(creditor, lending.bidder, "takeOver", subject);
const cancel = (creditor = credit) => call(creditor, lending.bidder, "cancel", subject);
const refused = async (action: Promise<unknown>, contract = credit): Promise<readonly unknown[]> => {
  const { name, args } = await refusal(action, contract);
  return [name, ...args];
};
const auction = async (creditor = credit) => (await creditor.getFunction("auctionOf")(subject)).toObject() as Record<string, bigint> & { isVoid: boolean };
const debtOf = (creditor = credit): Promise<bigint> => creditor.getFunction("debtOf")(subject);
const pledged = (creditor = credit): Promise<bigint> => lending.world.escrow.getFunction("pledgedTo")(subject, creditor.target);
const inEscrow = async (holder: Signer | string): Promise<bigint> => lending.world.escrow.getFunction("balanceOf")(typeof holder === "string" ? holder : await holder.getAddress());
const balance = async (holder: Signer): Promise<bigint> => lending.world.token.getFunction("balanceOf")(await holder.getAddress());
const spareUntil = (until: bigint | number) => lending.health.getFunction("spareUntil")(until);
const after = async (seconds: number) => travelTo(chain(), (await now(chain())) + seconds);

/** A creditor that is owed, its subject's health lapsed. */
async function owedTo(terms: Partial<AuctionTerms> = {}, { debt = DEBT, pledge: amount = PLEDGE } = {}): Promise<Contract> {
  const creditor = await quotedCredit(lending, { ...AUCTION_TERMS, ...terms });
  await pledge(lending, creditor, amount);
  await call(creditor, lending.lender, "charge", subject, debt);
  await fund(lending.world, lending.bidder, creditor, MUCH);
  return creditor;
}
async function started(creditor = credit): Promise<number> {
  await notice(lending.keeper, creditor);
  await after(gracePeriod);
  await start(creditor);
  return now(chain());
}
/** The last bid's figures, from its event. */
const sold = async (sent: ReturnType<typeof bid>, creditor = credit) => {
  const [[, , price, repaid, collateral, reward, fee]] = (await eventsOf(sent, creditor, "PledgeSold")) as [bigint[]];
  return { price: price!, repaid: repaid!, collateral: collateral!, reward: reward!, fee: fee! };
};

beforeAll(async () => {
  lending = await createLending();
  subject = lending.subject;
  await prove(lending, 1);
  credit = await owedTo();
  await lapse(lending);
});
afterAll(() => chain().close());
restoreAfterEach(chain);

describe("notice", () => {
  it("is given by anybody when a proof has lapsed, and recorded with its time", async () => {
    expect(await credit.getFunction("liquidatable")(subject)).toBe(true);
    expect(await eventsOf(notice(), credit, "NoticeGiven")).toEqual([[subject, await lending.keeper.getAddress(), 1n]]);
    const time = BigInt(await now(chain()));
    expect(await auction()).toMatchObject({ keeper: await lending.keeper.getAddress(), noticedAt: time, startedAt: 0n, startsFrom: time + BigInt(gracePeriod), isVoid: false });
    expect(await credit.getFunction("liquidatable")(subject)).toBe(false);
  });

  it.each(["the attesters' root", "the snapshot"])("is given when %s that the proof stands on is revoked", async (revoked) => {
    const { world } = lending;
    await prove(lending, 2);
    expect(await refused(notice())).toEqual(["HealthRegained", subject]);
    const { attesterRoot, snapshotRoot } = await world.registry.getFunction("health")(subject);
    if (revoked === "the snapshot") await call(world.oracle, world.admin, "revoke", TERMS.policyId, snapshotRoot);
    else await call(world.attesters, world.admin, "revokeRoot", attesterRoot);
    await notice();
  });

  it("is given when a breach ends the proof", async () => {
    const { world } = lending;
    await prove(lending, 2);
    const snapshotRoot = await publish(lending);
    const breach = await signalsFor(world, { claim: { sequence: 3, level: "MM", minRatioBps: 10_500n as Bps, minAssurance: "attested" }, signals: { snapshotRoot } });
    await call(world.registry, world.stranger, "proveBreach", BREACH_TIER, simulate(BREACH_SECRETS, inOrder(breach)), inOrder(breach));
    await notice();
  });

  it("is given when the proof that counts falls short of the creditor's terms", async () => {
    await prove(lending, 2, { minRatioBps: 10_999n as Bps });
    await notice();
  });

  it("is refused while a proof on the terms counts, in its last second still", async () => {
    await prove(lending, 2);
    const { healthyUntil } = await lending.world.registry.getFunction("health")(subject);
    expect(await credit.getFunction("liquidatable")(subject)).toBe(false);
    expect(await refused(at(chain(), Number(healthyUntil), () => notice()))).toEqual(["HealthRegained", subject]);
    await at(chain(), Number(healthyUntil) + 1, () => notice());
  });

  it("is refused where nothing is owed", async () => {
    const idle = await owedTo({}, { debt: 0n });
    expect(await refused(notice(lending.keeper, idle))).toEqual(["NoDebt", subject]);
    expect(await idle.getFunction("liquidatable")(subject)).toBe(false);
  });

  it("is refused where the pledge carries the debt alone, to the unit", async () => {
    const needed = 140_000n * USD;
    await pledge(lending, credit, needed - PLEDGE);
    expect(await refused(notice())).toEqual(["PledgeSuffices", needed, needed]);
    expect(await credit.getFunction("liquidatable")(subject)).toBe(false);
    await call(credit, lending.lender, "giveBack", subject, 1n);
    await notice();
  });

  it("is refused a second time: nobody sets the clock back", async () => {
    await notice();
    const noticedAt = BigInt(await now(chain()));
    expect(await refused(notice(lending.bidder))).toEqual(["AlreadyNoticed", noticedAt]);
    await after(gracePeriod);
    await start();
    expect(await refused(notice(lending.bidder))).toEqual(["AlreadyNoticed", noticedAt]);
  });
});

describe("the start", () => {
  it("is anybody's, when the grace period is over and not a second before", async () => {
    await notice();
    const from = (await now(chain())) + gracePeriod;
    expect(await refused(at(chain(), from - 1, () => start()))).toEqual(["GracePeriod", BigInt(from)]);
    expect(await eventsOf(at(chain(), from, () => start()), credit, "AuctionStarted")).toEqual([[subject, DEBT, PLEDGE]]);
    expect(await auction()).toMatchObject({ startedAt: BigInt(from) });
  });

  it("is refused without notice, and a second time", async () => {
    expect(await refused(start())).toEqual(["NotNoticed", subject]);
    const startedAt = BigInt(await started());
    expect(await refused(start())).toEqual(["AlreadyStarted", startedAt]);
  });

  it("is refused once the pledge carries the debt", async () => {
    await notice();
    await pledge(lending, credit, 140_000n * USD - PLEDGE);
    await after(gracePeriod);
    expect(await refused(start())).toEqual(["PledgeSuffices", 140_000n * USD, 140_000n * USD]);
  });

  it("waits for a circuit breaker, and for a whole grace period after it", async () => {
    await notice();
    await after(gracePeriod);
    const until = (await now(chain())) + 100;
    await spareUntil(until);
    expect(await refused(at(chain(), until, () => start()))).toEqual(["Spared", BigInt(until)]);
    const from = until + gracePeriod;
    expect(await refused(at(chain(), from - 1, () => start()))).toEqual(["GracePeriod", BigInt(from)]);
    await at(chain(), from, () => start());
  });

  it("is refused for as long as a breaker has no end", async () => {
    await notice();
    await spareUntil(2n ** 256n - 1n);
    await after(gracePeriod);
    expect(await refused(start())).toEqual(["Spared", 2n ** 256n - 1n]);
    expect((await auction()).startsFrom).toBe(BigInt((await now(chain())) + gracePeriod));
  });
});

describe("health that is regained", () => {
  it("stops the start and every bid, and anybody cancels", async () => {
    await started();
    await prove(lending, 2);
    expect(await auction()).toMatchObject({ isVoid: true });
    for (const action of [() => start(), () => bid(1n), () => takeOver()]) expect(await refused(action())).toEqual(["HealthRegained", subject]);
    expect(await eventsOf(cancel(), credit, "LiquidationEnded")).toEqual([[subject, HEALTHY]]);
    expect(await refused(cancel())).toEqual(["NotNoticed", subject]);
    expect([await debtOf(), await pledged()]).toEqual([DEBT, PLEDGE]);
  });

  it("and lost again makes the old notice count for nothing, though nobody cancelled it", async () => {
    await started();
    await prove(lending, 2);
    await lapse(lending);
    expect(await auction()).toMatchObject({ isVoid: true });
    expect(await refused(bid(1n))).toEqual(["HealthRegained", subject]);
    expect(await credit.getFunction("liquidatable")(subject)).toBe(true);
    expect(await eventsOf(notice(lending.bidder), credit, "LiquidationEnded")).toEqual([[subject, HEALTHY]]);
    const from = (await now(chain())) + gracePeriod;
    expect(await auction()).toMatchObject({ keeper: await lending.bidder.getAddress(), startedAt: 0n, startsFrom: BigInt(from), isVoid: false });
    expect(await refused(start())).toEqual(["GracePeriod", BigInt(from)]);
  });

  it.each<[string, Parameters<typeof prove>[2]]>([
    ["level", { level: "MM" }],
    ["ratio", { minRatioBps: 10_999n as Bps }],
    ["assurance", { minAssurance: "attested" }],
  ])("is not had by a proof whose %s was never enough: it voids no notice", async (_, claim) => {
    await notice();
    const { startsFrom } = await auction();
    await prove(lending, 2, claim);
    expect(await auction()).toMatchObject({ isVoid: false, startsFrom });
    await lapse(lending);
    await travelTo(chain(), Number(startsFrom));
    await start();
    await bid(1n);
  });
});

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

describe("a circuit breaker", () => {
  it("stops bids, and its time does not count: the price begins anew", async () => {
    const startedAt = await started();
    await travelTo(chain(), startedAt + 500);
    const until = startedAt + 10_000;
    await spareUntil(until);
    expect(await auction()).toMatchObject({ price: (PAR * 925n) / 1_000n, sparedUntil: BigInt(until) });
    for (const action of [() => bid(1n), () => takeOver()]) expect(await refused(action())).toEqual(["Spared", BigInt(until)]);
    expect(await refused(at(chain(), until, () => bid(1n)))).toEqual(["Spared", BigInt(until)]);
    // 180 s after it: .925 - .25 * 180/900
    expect((await sold(at(chain(), until + 180, () => bid(1n)))).price).toBe((PAR * 875n) / 1_000n);
  });

  it("that nobody saw counts as much: who asks is told when it ended", async () => {
    // In basis points, to the nearest: what is sold of the pledge changes the shortfall a little.
    const priceAt = async (time: number) => ((await sold(at(chain(), time, () => bid(1n)))).price + 5n * 10n ** 13n) / 10n ** 14n;
    const startedAt = await started();
    await travelTo(chain(), startedAt + 400);
    await spareUntil(startedAt + 200);
    expect(await priceAt(startedAt + 200 + 270)).toBe(8_500n);
    await spareUntil(startedAt + 471);
    expect(await priceAt(startedAt + 471 + 90)).toBe(9_000n);
  });

  it("that began and ended after the notice prolongs the grace period", async () => {
    await notice();
    const until = (await now(chain())) + 1_000;
    await travelTo(chain(), until + 5);
    await spareUntil(until);
    expect(await refused(at(chain(), until + gracePeriod - 1, () => start()))).toEqual(["GracePeriod", BigInt(until + gracePeriod)]);
    await at(chain(), until + gracePeriod, () => start());
  });

  it("of before the start changes nothing", async () => {
    await spareUntil((await now(chain())) - 5);
    const startedAt = await started();
    expect((await sold(at(chain(), startedAt + 450, () => bid(1n)))).price).toBe((PAR * 8n) / 10n);
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
