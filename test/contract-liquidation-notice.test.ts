/** When a liquidation may begin, and what stops it: notice, the grace period, and health that is regained. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bps } from "../prover/units.ts";
import { createAuction, DEBT, gracePeriod, HEALTHY, PLEDGE, USD, type AuctionDesk } from "./support/auction.ts";
import { at, eventsOf, now, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { lapse, pledge, prove, publish, TERMS } from "./support/lending.ts";
import { BREACH_SECRETS, BREACH_TIER, call, inOrder, signalsFor } from "./support/margin-world.ts";
import { simulate } from "./support/tiny-groth16.ts";

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
let spareUntil: AuctionDesk["spareUntil"];
let owedTo: AuctionDesk["owedTo"];
let started: AuctionDesk["started"];

beforeAll(async () => {
  ({ lending, credit, subject, chain, notice, start, after, bid, takeOver, cancel, refused, auction, debtOf, pledged, spareUntil, owedTo, started } = await createAuction());
});
afterAll(() => chain().close());
restoreAfterEach(() => chain());

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
