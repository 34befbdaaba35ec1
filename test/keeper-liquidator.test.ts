import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, Wallet, type Contract, type Signer } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR, readAuction } from "../prover/chain/liquidation.ts";
import { creditorPort } from "../prover/keeper/creditor-port.ts";
import type { EventName } from "../prover/keeper/events.ts";
import { LiquidationLog } from "../prover/keeper/liquidation-log.ts";
import { Liquidator, liquidatorFiles, type LiquidatorParts } from "../prover/keeper/liquidator.ts";
import { PooledProvider } from "../prover/keeper/rpc.ts";
import { walletPort } from "../prover/keeper/wallet-port.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { connect, now, restoreAfterEach, serve, type Chain } from "./support/contracts.ts";
import { faultyNode, first, type Fault, type FaultyNode } from "./support/faulty-node.ts";
import { passTo, publish } from "./support/lending.ts";
import { call, createWorld, POLICY_ID, signalsFor, submit, type World } from "./support/margin-world.ts";

const BOT = new Wallet(HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, "m/44'/60'/0'/0/9").privateKey);
const DOLLARS = 1_000_000n;
const DEBT = 10_000n * DOLLARS;
const PLEDGE = 11_000n * DOLLARS;

let server: { url: string; close: () => Promise<void> };
let chain: Chain;
let world: World;
let line: Contract;
let node: FaultyNode;
let subject: string;
let folder: string;
const told: { event: EventName; facts: Record<string, unknown> }[] = [];

/** Mints to a holder, who lets a contract take it. */
async function fund(holder: Signer, spender: Contract, amount: bigint): Promise<void> {
  await call(world.token, world.admin, "mint", await holder.getAddress(), amount);
  await call(world.token, holder, "approve", spender.target, amount);
}

async function prove(sequence: number): Promise<void> {
  const root = await publish({ world });
  await submit(world, await signalsFor(world, { claim: { sequence }, signals: { snapshotRoot: root } }));
}

beforeAll(async () => {
  server = await serve();
  chain = await connect({ network: "remote", override: { url: server.url } });
  world = await createWorld(chain);
  subject = await world.subject.getAddress();
  const signers = (await chain.ethers.getSigners()) as unknown as Signer[];
  const [lender, bot] = [signers[6]!, signers[9]!];
  const credit = { marginHealth: world.registry.target, escrow: world.escrow.target, asset: world.token.target, lender: await lender.getAddress(), unitPrice: PAR };
  const terms = { policyId: POLICY_ID, level: 0, minRatioBps: 10_500, minAssurance: 1 };
  line = (await chain.ethers.deployContract("PrivateCreditLine", [credit, terms, AUCTION_TERMS, 10n * DEBT, 0])) as unknown as Contract;
  await fund(lender, line, DEBT);
  await fund(bot, line, DEBT);
  await fund(world.subject, world.escrow, PLEDGE);
  await call(world.escrow, world.subject, "deposit", subject, PLEDGE);
  await call(world.escrow, world.subject, "pledge", line.target, PLEDGE);
  await prove(50);
  await call(line, world.subject, "borrow", DEBT);
  node = await faultyNode(server.url);
});
afterAll(async () => {
  await node.close();
  await chain.close();
  await server.close();
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
    limits: { bids: true, budget: DEBT, maxOffer: DEBT, minDiscountBps: 1_000n, minGain: 0n, observeEvery: 60, ...limits },
    settings: { poll: 12, confirmations: 1, settle: 2, stuckAfter: 60, maxFeePerGas: 10n ** 12n },
  }));
  const settle = async () => {
    for (let i = 0; (await liquidator.pass()).progressed; i++) if (i > 30) throw new Error("the bot does not come to rest");
  };
  return { log, settle, stop: () => (log.close(), provider.destroy()) };
}

const state = () => readAuction({ creditor: line.target as string, subject, provider: chain.ethers.provider as never });
/** Transactions of the bot in blocks; its allowance to the line is not one. */
const sent = async () => (await chain.ethers.provider.getTransactionCount(BOT.address)) - 1;
const lapse = async () => passTo({ world }, Number((await world.registry.getFunction("health")(subject)).healthyUntil) + 1);
const later = async (seconds: number) => passTo({ world }, (await now(chain)) + seconds);
/** An auction that runs, and has for some time. */
async function openAuction(): Promise<void> {
  await lapse();
  const starter = await bot({ bids: false });
  await starter.settle();
  await later(AUCTION_TERMS.gracePeriod);
  await starter.settle();
  starter.stop();
  await later(AUCTION_TERMS.fastPeriod);
  told.length = 0;
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
