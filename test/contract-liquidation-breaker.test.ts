/** An auction that a circuit breaker interrupts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAR } from "../prover/chain/liquidation.ts";
import { createAuction, gracePeriod, type AuctionDesk } from "./support/auction.ts";
import { at, now, restoreAfterEach, travelTo } from "./support/contracts.ts";
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
let refused: AuctionDesk["refused"];
let auction: AuctionDesk["auction"];
let spareUntil: AuctionDesk["spareUntil"];
let started: AuctionDesk["started"];
let sold: AuctionDesk["sold"];

beforeAll(async () => {
  ({ lending, credit, subject, chain, notice, start, after, bid, takeOver, refused, auction, spareUntil, started, sold } = await createAuction());
});
afterAll(() => chain().close());
restoreAfterEach(() => chain());

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

  it("that its source forgets is remembered by whoever observed it, and by every bid", async () => {
    expect(await refused(call(credit, lending.bidder, "observeBreaker", subject))).toEqual(["NotNoticed", subject]);
    // In basis points, to the nearest: what is sold of the pledge changes the shortfall a little.
    const priceAt = async (time: number) => ((await sold(at(chain(), time, () => bid(1n)))).price + 5n * 10n ** 13n) / 10n ** 14n;
    const startedAt = await started();
    await spareUntil(startedAt + 400);
    await travelTo(chain(), startedAt + 200);
    await call(credit, lending.bidder, "observeBreaker", subject);
    const first = await now(chain());
    await spareUntil(0);
    // Observed before its end: what was spared until then is remembered, and no more.
    expect(await priceAt(first + 90)).toBe(9_000n);
    await spareUntil(first + 100);
    expect(await priceAt(first + 110)).toBe(9_222n);
    await spareUntil(0);
    expect(await priceAt(first + 190)).toBe(9_000n);
    await call(credit, lending.bidder, "observeBreaker", subject);
    expect(await priceAt(first + 280)).toBe(8_750n);
  });

  it("observed after a notice prolongs the grace period, though its source forgets it", async () => {
    await notice();
    const until = (await now(chain())) + 1_000;
    await spareUntil(until);
    await travelTo(chain(), until + 5);
    await call(credit, lending.bidder, "observeBreaker", subject);
    await spareUntil(0);
    expect(await refused(at(chain(), until + gracePeriod - 1, () => start()))).toEqual(["GracePeriod", BigInt(until + gracePeriod)]);
    await at(chain(), until + gracePeriod, () => start());
  });

  it("of before the start changes nothing", async () => {
    await spareUntil((await now(chain())) - 5);
    const startedAt = await started();
    expect((await sold(at(chain(), startedAt + 450, () => bid(1n)))).price).toBe((PAR * 8n) / 10n);
  });
});
