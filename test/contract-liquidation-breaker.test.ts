/** An auction that a circuit breaker interrupts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAR } from "../prover/chain/liquidation.ts";
import { createAuction, gracePeriod, type AuctionDesk } from "./support/auction.ts";
import { at, now, restoreAfterEach, travelTo } from "./support/contracts.ts";

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
  ({ chain, notice, start, after, bid, takeOver, refused, auction, spareUntil, started, sold } = await createAuction());
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
