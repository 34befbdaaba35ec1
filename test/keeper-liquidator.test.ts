import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contract } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR } from "../prover/chain/liquidation.ts";
import { creditorPort } from "../prover/keeper/creditor-port.ts";
import type { EventName } from "../prover/keeper/events.ts";
import { LiquidationLog } from "../prover/keeper/liquidation-log.ts";
import { Liquidator, liquidatorFiles, type LiquidatorParts } from "../prover/keeper/liquidator.ts";
import { PooledProvider } from "../prover/keeper/rpc.ts";
import { walletPort } from "../prover/keeper/wallet-port.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { BOT, DEBT, DOLLARS, openBorrower, type Borrower } from "./support/borrower.ts";
import { now, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { faultyNode, first, type Fault, type FaultyNode } from "./support/faulty-node.ts";
import { publish } from "./support/lending.ts";
import { call, POLICY_ID, type World } from "./support/margin-world.ts";

let borrower: Borrower;
let chain: Chain;
let world: World;
let line: Contract;
let node: FaultyNode;
let subject: string;
let folder: string;
const told: { event: EventName; facts: Record<string, unknown> }[] = [];

beforeAll(async () => {
  borrower = await openBorrower();
  ({ world, line, subject } = borrower);
  chain = world.chain;
  node = await faultyNode(borrower.url);
});
afterAll(async () => {
  await node.close();
  await borrower.close();
});

interface Running {
  readonly log: LiquidationLog;
  settle(): Promise<void>;
  stop(): void;
}

async function bot(limits: Partial<LiquidatorParts["limits"]> = {}, parts: (same: LiquidatorParts) => LiquidatorParts = (same) => same): Promise<Running> {
  const creditor = parseAddress(line.target as string);
  const provider = await PooledProvider.connect({ urls: [node.url], timeout: 2_000, retries: 2, minDelay: 5, maxDelay: 20 });
  const log = new LiquidationLog(liquidatorFiles(folder).journal, { chainId: "31337", creditor }, 0);
  const liquidator = new Liquidator(parts({
    creditor: await creditorPort(creditor, provider, { fromBlock: 0 }), chain: walletPort(provider, BOT), log,
    report: (event, facts) => told.push({ event, facts }),
    limits: { bids: true, budget: DEBT, maxOffer: DEBT, minDiscountBps: 1_000n, minGain: 0n, ...limits },
    settings: { poll: 12, confirmations: 1, settle: 2, stuckAfter: 60, maxFeePerGas: 10n ** 12n },
  }));
  const settle = async () => {
    for (let i = 0; (await liquidator.pass()).progressed; i++) if (i > 30) throw new Error("the bot does not come to rest");
  };
  return { log, settle, stop: () => (log.close(), provider.destroy()) };
}

const state = () => borrower.auction();
const sent = () => borrower.sent();
const prove = (sequence: number) => borrower.prove(sequence);
const lapse = () => borrower.lapse();
const later = (seconds: number) => borrower.later(seconds);
/** An auction that runs, and has for some time. @returns the price it began with */
async function openAuction(): Promise<bigint> {
  await lapse();
  const starter = await bot({ bids: false });
  await starter.settle();
  await later(AUCTION_TERMS.gracePeriod);
  await starter.settle();
  starter.stop();
  const { price } = await state();
  await later(AUCTION_TERMS.fastPeriod);
  told.length = 0;
  return price;
}
const steps = () => told.filter(({ event }) => event === "sent").map(({ facts }) => facts.step);

describe("a liquidation bot", () => {
  restoreAfterEach(() => chain);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "margin-liquidator-"));
    node.rule = () => undefined;
    told.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("leaves a healthy debtor alone", async () => {
    const running = await bot();
    await running.settle();
    running.stop();
    expect([told, await sent()]).toEqual([[], 0]);
  });

  it("gives notice when health has lapsed, starts after the grace period, waits for its price, and bids once it is low enough", async () => {
    await lapse();
    const running = await bot({ minDiscountBps: 2_500n });
    await running.settle();
    expect([(await state()).phase, steps()]).toEqual(["noticed", ["notice"]]);
    await later(AUCTION_TERMS.gracePeriod);
    await running.settle();
    expect([(await state()).phase, steps()]).toEqual(["running", ["notice", "start"]]);
    // From 95 % to 70 % in 15 minutes: a quarter more than is paid, after the shares of keeper and lender, is not there yet.
    const before = (await world.escrow.getFunction("balanceOf")(BOT.address)) as bigint;
    await later(AUCTION_TERMS.fastPeriod);
    const { largestRepayment } = await state();
    await running.settle();
    running.stop();
    expect(steps()).toEqual(["notice", "start", "bid"]);
    const { log } = running;
    expect([log.spent, (await state()).phase]).toEqual([largestRepayment, "none"]);
    // A quarter and more beyond what was paid, by the bot's own balances.
    const left = await world.token.getFunction("balanceOf")(BOT.address);
    const got = (left as bigint) + ((await world.escrow.getFunction("balanceOf")(BOT.address)) as bigint) - before - (DEBT - log.spent);
    expect(got * 4n >= log.spent * 5n).toBe(true);
  });

  it("does not start when health is regained in the grace period, and ends the liquidation", async () => {
    await lapse();
    const running = await bot();
    await running.settle();
    await prove(60);
    await later(AUCTION_TERMS.gracePeriod);
    await prove(61);
    await running.settle();
    running.stop();
    expect([(await state()).phase, steps()]).toEqual(["none", ["notice", "cancel"]]);
  });

  it("bids no more than its budget over all bids, across restarts", async () => {
    const budget = 100n * DOLLARS;
    await lapse();
    for (const seconds of [AUCTION_TERMS.gracePeriod, AUCTION_TERMS.fastPeriod, 60, 60]) {
      const running = await bot({ budget, maxOffer: 60n * DOLLARS });
      await running.settle();
      running.stop();
      await later(seconds);
    }
    const last = await bot({ budget, maxOffer: 60n * DOLLARS });
    await last.settle();
    last.stop();
    expect(told.filter(({ facts }) => facts.step === "bid" && facts.offer !== undefined).map(({ facts }) => facts.offer)).toEqual([String(60n * DOLLARS), String(40n * DOLLARS)]);
    expect([last.log.spent, DEBT - (await state()).debt]).toEqual([budget, budget]);
  });

  it("without a budget gives notice and starts, and never bids", async () => {
    await lapse();
    const running = await bot({ bids: false, budget: 0n });
    for (const seconds of [AUCTION_TERMS.gracePeriod, AUCTION_TERMS.fastPeriod, 60]) {
      await running.settle();
      await later(seconds);
    }
    await running.settle();
    running.stop();
    expect(steps()).toEqual(["notice", "start"]);
  });

  it("has the lender take over what nobody wanted", async () => {
    await lapse();
    const running = await bot({ bids: false, budget: 0n });
    for (const seconds of [AUCTION_TERMS.gracePeriod, AUCTION_TERMS.fastPeriod + AUCTION_TERMS.slowPeriod + 1]) {
      await running.settle();
      await later(seconds);
    }
    await running.settle();
    running.stop();
    expect(steps()).toEqual(["notice", "start", "takeOver"]);
  });

  it("leaves to another keeper what that one has done first", async () => {
    await lapse();
    const running = await bot({}, (parts) => ({ ...parts, chain: { ...parts.chain, refusalOf: async (asked) => {
      if (asked.method === "notice") await call(line, world.stranger, "notice", subject);
      return parts.chain.refusalOf(asked);
    } } }));
    await running.settle();
    running.stop();
    expect([steps(), await sent(), (await state()).phase]).toEqual([[], 0, "noticed"]);
    expect(told.find(({ event }) => event === "warning")!.facts.message).toMatch(/^notice of 0x.+AlreadyNoticed/);
  });

  describe("under a circuit breaker that re-arms before its grace is over", () => {
    const MINUTE = 60;
    /** In steps of a minute, with a publication in each. @returns minutes until the breaker re-armed */
    async function untilRearmed(look: () => Promise<void>): Promise<number> {
      for (let minutes = 1; minutes < 59; minutes++) {
        await travelTo(chain, (await now(chain)) + MINUTE - 1);
        await publish({ world });
        if (await world.oracle.getFunction("opensCredit")(POLICY_ID)) return minutes;
        await look();
      }
      throw new Error("the breaker does not re-arm within its grace");
    }
    const trip = () => call(world.oracle, world.admin, "trip", POLICY_ID);

    it("sends nothing, and the price has not fallen while nobody could bid", async () => {
      const opening = await openAuction();
      expect((await state()).price).toBeLessThan(opening);
      await trip();
      const running = await bot({ bids: false });
      const minutes = await untilRearmed(() => running.settle());
      running.stop();
      expect([minutes > 10, steps()]).toEqual([true, []]);
      const { price, sparedUntil } = await state();
      // It begins anew with the second after the breaker, which stays known.
      expect([price, Number(sparedUntil)]).toEqual([opening, await now(chain)]);
    });

    it("waits for a whole grace period from its end before it starts an auction", async () => {
      await lapse();
      const running = await bot();
      await running.settle();
      await trip();
      await untilRearmed(() => running.settle());
      const rearmedAt = await now(chain);
      await running.settle();
      running.stop();
      expect(steps()).toEqual(["notice"]);
      expect((await state()).startsFrom).toBe(rearmedAt + AUCTION_TERMS.gracePeriod);
    });
  });

  it.each<[string, Fault]>([
    ["is taken, and the answer is lost", { kind: "loseAnswer" }],
    ["never arrives", { kind: "drop" }],
    ["is known already", { kind: "error", error: { code: -32000, message: "already known" } }],
    ["is passed on twice", { kind: "repeat" }],
  ])("pays for one bid when the one that it sends %s", async (_, fault) => {
    await openAuction();
    const running = await bot({ budget: 50n * DOLLARS });
    node.rule = first(1, "eth_sendRawTransaction", fault);
    for (let i = 0; i < 3; i++) await running.settle();
    running.stop();
    expect([DEBT - (await state()).debt, await sent()]).toEqual([50n * DOLLARS, 3]);
  });

  it("killed before or after its bid leaves, makes no second one after a restart", async () => {
    const limits = { maxOffer: 50n * DOLLARS, budget: 50n * DOLLARS };
    await openAuction();
    const fork = await chain.ethers.provider.send("evm_snapshot", []);
    for (const when of ["before", "after"] as const) {
      const dying = await bot(limits, (parts) => ({ ...parts, chain: { ...parts.chain, broadcast: async (raw) => {
        if (when === "after") await parts.chain.broadcast(raw);
        throw new Error("killed");
      } } }));
      await expect(dying.settle()).rejects.toThrow("killed");
      dying.stop();
      const next = await bot({ ...limits, budget: 1_000n * DOLLARS, maxOffer: 0n });
      await next.settle();
      await next.settle();
      next.stop();
      expect([when, DEBT - (await state()).debt, next.log.spent]).toEqual([when, 50n * DOLLARS, 50n * DOLLARS]);
      if (when === "before") {
        await chain.ethers.provider.send("evm_revert", [fork]);
        rmSync(liquidatorFiles(folder).journal);
        await later(1);
      }
    }
  });
});
