/** Options that only the privately healthy may sell: the life of a series, what is refused, and who is paid what. */
import type { Contract, Signer } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { at, eventsOf, now, refusal, restoreAfterEach } from "./support/contracts.ts";
import { fund, lapse, passTo, pledge, prove, TERMS, createLending, type Lending } from "./support/lending.ts";
import { call, type World } from "./support/margin-world.ts";

/** Calls struck at 100 that pay 40 at most, of which 10 are reserved; each costs 3. */
const CALL = { isCall: true, strike: 100n, cap: 40n, reserve: 10n, premium: 3n };
const COVERED_PUT = { isCall: false, strike: 100n, cap: 100n, reserve: 100n, premium: 3n };
const MIN_RESERVE_BPS = 2_500n;
const TERM = 4_000;

let lending: Lending;
let world: World;
let options: Contract;
let prices: Contract;
let writer: string;
let expiry: number;

/** Prices are posted once. */
const postedAt = new Set<number>();

const holder = () => lending.bidder;
const other = () => lending.keeper;
const offer = async (change: object = {}, quantity = 100n) => call(options, world.subject, "offer", { writer, expiry, ...CALL, ...change }, quantity);
const offered = async (change: object = {}, quantity = 100n): Promise<bigint> => (await eventsOf(offer(change, quantity), options, "Offered"))[0]![0] as bigint;
const buy = (id: bigint, quantity: bigint, by: Signer = holder()) => call(options, by, "buy", id, quantity);
const settleAt = async (id: bigint, price: bigint) => {
  await passTo(lending, expiry);
  if (!postedAt.has(expiry)) await prices.getFunction("post")(expiry, price);
  postedAt.add(expiry);
  return call(options, world.stranger, "settle", id);
};
const claim = async (id: bigint, by: Signer = holder()): Promise<bigint> => ((await eventsOf(call(options, by, "claim", id), options, "Claimed"))[0]![2] as bigint);
const read = (name: string, ...parameters: unknown[]): Promise<bigint> => options.getFunction(name)(...parameters);
const pledged = (): Promise<bigint> => world.escrow.getFunction("pledgedTo")(writer, options.target);
const balance = async (of: Signer): Promise<bigint> => world.token.getFunction("balanceOf")(await of.getAddress());
const refused = async (action: Promise<unknown>): Promise<readonly unknown[]> => {
  const { name, args } = await refusal(action, options);
  return [name, ...args];
};

beforeAll(async () => {
  lending = await createLending();
  ({ world, subject: writer } = lending);
  prices = (await world.chain.ethers.deployContract("PostedPrice")) as unknown as Contract;
  options = (await world.chain.ethers.deployContract("GatedOptionWriter", [world.registry.target, world.escrow.target, world.token.target, prices.target, MIN_RESERVE_BPS, TERMS])) as unknown as Contract;
  for (const buyer of [holder(), other(), world.subject]) await fund(world, buyer, options, 10_000n);
  await pledge(lending, options, 1_000n);
  await prove(lending, 1);
  expiry = (await now(world.chain)) + TERM;
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);
beforeEach(() => postedAt.clear());

describe("a series", () => {
  it("is offered, sold for its premium against a reserve, settled at expiry and paid from the pledge", async () => {
    const id = await offered();
    const had = await balance(world.subject);
    expect(await eventsOf(buy(id, 20n), options, "Sold")).toEqual([[id, await holder().getAddress(), 20n]]);
    expect([await read("reservedOf", writer), await read("uncoveredOf", writer), (await balance(world.subject)) - had]).toEqual([200n, 600n, 60n]);
    expect(await eventsOf(settleAt(id, 125n), options, "Settled")).toEqual([[id, 25n, 25n]]);
    const paid = await balance(holder());
    expect(await claim(id)).toBe(500n);
    expect([(await balance(holder())) - paid, await pledged(), await read("reservedOf", writer), await read("uncoveredOf", writer)]).toEqual([500n, 500n, 0n, 0n]);
    expect(await claim(id)).toBe(0n);
  });

  it.each<[string, object, bigint, bigint]>([
    ["a call at the strike", {}, 100n, 0n],
    ["a call a unit above it", {}, 101n, 1n],
    ["a call at its cap", {}, 140n, 40n],
    ["a call beyond its cap", {}, 1_000n, 40n],
    ["a put at the strike", COVERED_PUT, 100n, 0n],
    ["a put a unit below it", COVERED_PUT, 99n, 1n],
    ["a put of something worthless", COVERED_PUT, 1n, 99n],
  ])("pays what its terms say: %s", async (_, change, price, payoff) => {
    const id = await offered(change);
    await buy(id, 2n);
    expect(await eventsOf(settleAt(id, price), options, "Settled")).toEqual([[id, payoff, payoff]]);
    expect(await claim(id)).toBe(2n * payoff);
  });

  it("is paid to every holder alike, in any order, where the pledge is too small; and in full when more is pledged", async () => {
    const id = await offered();
    await buy(id, 30n);
    await buy(id, 10n, other());
    await call(options, world.subject, "release", 600n);
    // 400 are left for 40 options that pay 40 each.
    expect(await eventsOf(settleAt(id, 200n), options, "Settled")).toEqual([[id, 40n, 10n]]);
    expect(await claim(id)).toBe(300n);
    expect(await read("unpaidOf", writer)).toBe(1_200n);
    await pledge(lending, options, 450n);
    await settleAt(id, 200n);
    expect([await claim(id), await claim(id, other())]).toEqual([30n * 11n, 10n * 21n]);
    await pledge(lending, options, 10_000n);
    await settleAt(id, 200n);
    expect([await claim(id), await claim(id, other()), await read("unpaidOf", writer)]).toEqual([30n * 19n, 10n * 19n, 0n]);
    expect(await read("reservedOf", writer)).toBe(0n);
  });

  it("never pays from another's reserve", async () => {
    const [greedy, covered] = [await offered(), await offered(COVERED_PUT)];
    await buy(covered, 7n, other());
    await buy(greedy, 30n);
    expect(await eventsOf(settleAt(greedy, 60n), options, "Settled")).toEqual([[greedy, 0n, 0n]]);
    await call(options, world.stranger, "settle", covered);
    expect(await claim(covered, other())).toBe(280n);
  });

  it("that is uncovered leaves the reserve of a covered one whole", async () => {
    const [greedy, covered] = [await offered(), await offered({ ...COVERED_PUT, expiry: expiry + 100 })];
    await buy(covered, 7n, other());
    await buy(greedy, 30n);
    expect(await eventsOf(settleAt(greedy, 200n), options, "Settled")).toEqual([[greedy, 40n, 10n]]);
    await passTo(lending, expiry + 100);
    await prices.getFunction("post")(expiry + 100, 1n);
    await call(options, world.stranger, "settle", covered);
    expect(await claim(covered, other())).toBe(693n);
  });
});

describe("an offer is refused", () => {
  it.each<[string, object]>([
    ["that has expired", { expiry: 1 }],
    ["that pays nothing", { cap: 0n, reserve: 0n }],
    ["of a put that pays more than its strike", { isCall: false, cap: 101n, reserve: 101n }],
    ["that reserves more than it pays", { reserve: 41n }],
    ["that reserves less than the least share", { reserve: 9n }],
  ])("%s", async (_, change) => {
    expect(await refused(offer(change))).toEqual(["InvalidSeries"]);
  });

  it("in another's name, and changed by another", async () => {
    const stranger = await world.stranger.getAddress();
    expect(await refused(offer({ writer: stranger }))).toEqual(["NotWriter", writer]);
    const id = await offered();
    expect(await refused(call(options, world.stranger, "reoffer", id, 1n))).toEqual(["NotWriter", stranger]);
  });
});

describe("a sale is refused", () => {
  it("once the writer's proof has lapsed, and as soon as it counts again it is not", async () => {
    expiry = (await now(world.chain)) + TERM;
    const id = await offered();
    await lapse(lending);
    expect(await refused(buy(id, 1n))).toEqual(["NotHealthyEnough", writer]);
    await prove(lending, 2);
    await buy(id, 1n);
  });

  it("while the registry is paused", async () => {
    const id = await offered();
    await call(world.registry, world.admin, "pause");
    expect(await refused(buy(id, 1n))).toEqual(["NotHealthyEnough", writer]);
  });

  it("beyond what is offered, which the writer may take back", async () => {
    const id = await offered({}, 5n);
    expect(await refused(buy(id, 6n))).toEqual(["NotOffered", 6n, 5n]);
    await buy(id, 2n);
    await call(options, world.subject, "reoffer", id, 0n);
    expect(await refused(buy(id, 1n))).toEqual(["NotOffered", 1n, 0n]);
  });

  it("beyond what the pledge reserves", async () => {
    const id = await offered({}, 1_000n);
    expect(await refused(buy(id, 101n))).toEqual(["PledgeTooLow", 1_000n, 1_010n]);
    await buy(id, 100n);
    expect(await refused(buy(id, 1n))).toEqual(["PledgeTooLow", 0n, 10n]);
  });

  it("from expiry on", async () => {
    expiry = (await now(world.chain)) + 600;
    const id = await offered();
    await at(world.chain, expiry - 1, () => buy(id, 1n));
    await passTo(lending, expiry);
    expect(await refused(buy(id, 1n))).toEqual(["WrongTime", BigInt(expiry)]);
    expiry += TERM;
  });

  it("by a writer that has not paid for earlier options", async () => {
    const [first, second] = [await offered({}, 1_000n), await offered({ expiry: expiry + TERM })];
    await buy(first, 100n);
    await settleAt(first, 200n);
    await prove(lending, 2);
    expect(await refused(buy(second, 1n))).toEqual(["Unpaid", 3_000n]);
    expect(await refused(call(options, world.subject, "release", 0n))).toEqual(["Unpaid", 3_000n]);
  });

  it("without the premium", async () => {
    const id = await offered();
    await expect(buy(id, 1n, world.stranger)).rejects.toThrow(/ERC20InsufficientAllowance/);
  });
});

describe("settlement is refused", () => {
  it("before expiry, before the price is known, and claims before settlement", async () => {
    const id = await offered();
    await buy(id, 1n);
    expect(await refused(call(options, world.stranger, "settle", id))).toEqual(["WrongTime", BigInt(expiry)]);
    expect(await refused(call(options, holder(), "claim", id))).toEqual(["NotSettled", id]);
    await passTo(lending, expiry);
    expect((await refusal(call(options, world.stranger, "settle", id), prices)).name).toBe("UnknownPrice");
  });
});

describe("the pledge", () => {
  it("is given back to the healthy but for reserves, and to others but for all that options may pay", async () => {
    const id = await offered();
    await buy(id, 20n);
    expect(await refused(call(options, world.subject, "release", 801n))).toEqual(["PledgeTooLow", 800n, 801n]);
    await call(options, world.subject, "release", 100n);
    await lapse(lending);
    expect(await refused(call(options, world.subject, "release", 101n))).toEqual(["PledgeTooLow", 700n, 701n]);
    await call(options, world.subject, "release", 100n);
    expect(await world.escrow.getFunction("freeOf")(writer)).toBe(200n);
  });
});

describe("whatever is sold and settled", () => {
  it("a holder receives what its options pay or an equal share, the pledge loses just that, and what is set aside is there", async () => {
    const sale = fc.record({ isCall: fc.boolean(), cap: fc.bigInt(1n, 100n), reserveBps: fc.bigInt(2_500n, 10_000n), mine: fc.bigInt(0n, 12n), others: fc.bigInt(0n, 12n) });
    let end = expiry;
    const paid = { full: 0, part: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(sale, { minLength: 1, maxLength: 4 }), fc.bigInt(1n, 250n), async (sales, price) => {
        expiry = end += TERM;
        await prove(lending, Math.floor(expiry / TERM));
        const sold: { id: bigint; cap: bigint; isCall: boolean; mine: bigint; others: bigint }[] = [];
        for (const { isCall, cap, reserveBps, mine, others } of sales) {
          const reserve = (cap * reserveBps + 9_999n) / 10_000n;
          const id = await offered({ isCall, cap, reserve });
          const free = (await pledged()) - (await read("reservedOf", writer));
          if (reserve * (mine + others) > free) continue;
          await buy(id, mine);
          await buy(id, others, other());
          sold.push({ id, cap, isCall, mine, others });
        }
        for (const { id, cap, isCall, mine, others } of sold) {
          const before = await pledged();
          const [[, payoff, each] = [0n, 0n, 0n]] = (await eventsOf(settleAt(id, price), options, "Settled")) as bigint[][];
          const gain = isCall ? price - 100n : 100n - price;
          if (mine + others > 0n) expect(payoff).toBe(gain < 0n ? 0n : gain < cap ? gain : cap);
          expect([await claim(id), await claim(id, other())]).toEqual([each! * mine, each! * others]);
          expect(before - (await pledged())).toBe(each! * (mine + others));
          paid[each === payoff ? "full" : "part"] += 1;
          expect((await pledged()) >= (await read("reservedOf", writer))).toBe(true);
        }
        await pledge(lending, options, 3_000n);
        for (const { id } of sold) {
          await settleAt(id, price);
          await claim(id);
          await claim(id, other());
        }
        expect([await read("reservedOf", writer), await read("uncoveredOf", writer), await read("unpaidOf", writer)]).toEqual([0n, 0n, 0n]);
        // Nothing is kept from a writer whose options are paid, and the next run begins with little again.
        await call(options, world.subject, "release", (await pledged()) - 600n);
      }),
      { seed: 20_260_801, numRuns: 25 },
    );
    expect([paid.full > 5, paid.part > 2], JSON.stringify(paid)).toEqual([true, true]);
  });
});
