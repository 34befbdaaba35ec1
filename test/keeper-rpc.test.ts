import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MarginProofError } from "../prover/errors.ts";
import { keep } from "../prover/keeper/keep.ts";
import { RpcPool } from "../prover/keeper/rpc.ts";
import { restoreAfterEach } from "./support/contracts.ts";
import { faultyNode, first, type Fault, type FaultyNode } from "./support/faulty-node.ts";
import { KeeperWorld } from "./support/keeper-world.ts";
import { rejection } from "./support/rejection.ts";

let world: KeeperWorld;
/** A second way to the same node. */
let second: FaultyNode;
beforeAll(async () => {
  world = await KeeperWorld.open();
  second = await faultyNode(world.direct);
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const FAST = { timeout: 300, retries: 2, minDelay: 1, maxDelay: 5 };
const ask = (pool: RpcPool, method = "eth_getBlockByNumber", params: unknown[] = ["latest", false]) => pool.request({ jsonrpc: "2.0", id: 1, method, params });

describe("a pool of nodes", () => {
  restoreAfterEach(() => world.chain);
  beforeEach(() => {
    world.node.rule = second.rule = () => undefined;
    world.node.seen.length = second.seen.length = 0;
  });

  it.each<[string, Fault]>([
    ["a connection that drops", { kind: "drop" }],
    ["an answer that is lost", { kind: "loseAnswer" }],
    ["a server error", { kind: "status", status: 503 }],
    ["a rate limit by status", { kind: "status", status: 429 }],
    ["a rate limit by error", { kind: "error", error: { code: -32005, message: "limit exceeded" } }],
    ["an answer that is too late", { kind: "delay", ms: 600 }],
    ["a block the node has not seen", { kind: "error", error: { code: -32000, message: "header not found" } }],
  ])("bears %s: the same node is asked again, or the next one", async (_, fault) => {
    const alone = new RpcPool({ urls: [world.node.url], ...FAST });
    world.node.rule = first(1, "eth_getBlockByNumber", fault);
    expect(await ask(alone)).toHaveProperty("result.number");
    const both = new RpcPool({ urls: [world.node.url, second.url], ...FAST });
    world.node.rule = first(9, "eth_getBlockByNumber", fault);
    expect(await ask(both)).toHaveProperty("result.number");
    expect(second.seen).toEqual(["eth_chainId", "eth_getBlockByNumber"]);
  });

  it("stays with the node that answered", async () => {
    const both = new RpcPool({ urls: [world.node.url, second.url], ...FAST });
    world.node.rule = first(1, "eth_chainId", { kind: "drop" });
    for (let i = 0; i < 3; i++) await ask(both);
    expect([world.node.seen.length, second.seen.length]).toEqual([1, 4]);
  });

  it("gives up after its rounds, with a code and without an address", async () => {
    world.node.rule = () => ({ kind: "drop" });
    const told: unknown[] = [];
    const pool = new RpcPool({ urls: [world.node.url], ...FAST, report: (...event) => told.push(event) });
    const error = await rejection(ask(pool));
    expect(error).toMatchObject({ code: "RpcUnavailable", path: "--rpc", hint: expect.any(String) });
    expect(world.node.seen).toHaveLength(3);
    expect(JSON.stringify([told, error, error.stack])).not.toContain(world.node.url);
  });

  it("waits longer from round to round, up to its limit", async () => {
    world.node.rule = () => ({ kind: "drop" });
    const times: number[] = [];
    const pool = new RpcPool({ urls: [world.node.url], timeout: 300, retries: 4, minDelay: 40, maxDelay: 100, report: () => times.push(performance.now()) });
    await rejection(ask(pool));
    const pauses = times.slice(1).map((time, i) => time - times[i]!);
    // Between 1 and 2 times 40, 80, then the limit; the machine may add to it.
    [40, 80, 100, 100].forEach((least, i) => expect(pauses[i]).toBeGreaterThanOrEqual(least - 2));
  });

  it("refuses a node of another chain at once, and goes to one of the right chain", async () => {
    const lie: Fault = { kind: "lie", tell: () => "0x1" };
    world.node.rule = first(99, "eth_chainId", lie);
    const alone = new RpcPool({ urls: [world.node.url], chainId: 31_337n, ...FAST });
    expect(await rejection(ask(alone))).toMatchObject({ code: "WrongChain", path: "--rpc" });
    expect(world.node.seen).toEqual(["eth_chainId"]);
    const both = new RpcPool({ urls: [world.node.url, second.url], chainId: 31_337n, ...FAST });
    expect(await ask(both)).toHaveProperty("result.number");
    expect(await both.chainId()).toBe(31_337n);
  });

  it("asks a node for its chain again after it failed: another may have taken its place", async () => {
    const pool = new RpcPool({ urls: [world.node.url], ...FAST, trust: 0 });
    await ask(pool);
    let failed = false;
    world.node.rule = ({ method }) => {
      if (method === "eth_chainId") return { kind: "lie", tell: () => "0x1" };
      return failed ? undefined : ((failed = true), { kind: "drop" });
    };
    expect(await rejection(ask(pool))).toMatchObject({ code: "WrongChain" });
  });

  it("does not believe a node whose latest block is behind what was seen, and takes another", async () => {
    const both = new RpcPool({ urls: [world.node.url, second.url], ...FAST });
    await ask(both);
    await world.mine(3);
    await ask(both);
    world.node.rule = ({ method, params }) => (method === "eth_getBlockByNumber" && params[0] === "latest" ? { kind: "lie", tell: (block) => ({ ...block, number: "0x1" }) } : undefined);
    expect(Number(((await ask(both)) as { result: { number: string } }).result.number)).toBeGreaterThan(1);
    expect(second.seen).toContain("eth_getBlockByNumber");
  });

  it("believes that the chain went back when all nodes have said so three times", async () => {
    const both = new RpcPool({ urls: [world.node.url, second.url], ...FAST });
    const fork = await world.chain.ethers.provider.send("evm_snapshot", []);
    await world.mine(3);
    await ask(both);
    await world.chain.ethers.provider.send("evm_revert", [fork]);
    for (let i = 0; i < 3; i++) expect(await rejection(ask(both))).toMatchObject({ code: "StaleNode" });
    expect(await ask(both)).toHaveProperty("result.number");
  });

  it("passes a contract's refusal on: no other node would say anything else", async () => {
    const both = new RpcPool({ urls: [world.node.url, second.url], ...FAST });
    expect(await ask(both, "eth_call", [{ to: world.protocol.address, data: "0x12345678" }, "latest"])).toHaveProperty("error");
    expect(second.seen).toEqual([]);
  });
});

describe("a keeper behind bad nodes", () => {
  restoreAfterEach(() => world.chain);
  beforeEach(async () => {
    await world.begin();
    await world.deliverStatements(1);
  });
  afterEach(() => world.end());

  it.each<[string, Fault]>([
    ["was taken, and the answer is lost", { kind: "loseAnswer" }],
    ["never arrives", { kind: "drop" }],
    ["is passed on twice", { kind: "repeat" }],
    ["is known already", { kind: "error", error: { code: -32000, message: "already known" } }],
    ["is refused for its nonce", { kind: "error", error: { code: -32000, message: "nonce too low" } }],
    ["is refused as underpriced", { kind: "error", error: { code: -32000, message: "replacement transaction underpriced" } }],
    ["meets a node that fails", { kind: "status", status: 502 }],
  ])("gets one proof accepted by one transaction when the first that it sends %s", async (_, fault) => {
    world.node.rule = first(1, "eth_sendRawTransaction", fault);
    const { settle, journal, stop } = await world.keeper();
    for (let i = 0; i < 3; i++) {
      await settle();
      await world.mine(3);
    }
    await settle();
    stop();
    expect([await world.accepted(), await world.sent(), world.prover.proofs]).toEqual([[2], 1, 1]);
    expect(journal.attempts.map(({ closed }) => closed?.outcome)).toEqual(["final"]);
  });

  it("gets there when every third answer is lost, every fifth connection drops and every seventh answer is late", async () => {
    const { keeper, stop } = await world.keeper({ rpc: { timeout: 300, retries: 6 } });
    let count = 0;
    world.node.rule = () => (++count % 3 === 0 ? { kind: "loseAnswer" } : count % 5 === 0 ? { kind: "drop" } : count % 7 === 0 ? { kind: "delay", ms: 350 } : undefined);
    const outages: string[] = [];
    for (let i = 0; i < 20; i++) {
      // A pass that gives up is repeated by whoever keeps the keeper.
      await keeper.pass().catch((error: MarginProofError) => outages.push(error.code));
      if ((await world.accepted()).length > 0) await world.mine(1);
    }
    stop();
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
    expect(outages.filter((code) => code !== "RpcUnavailable")).toEqual([]);
  });

  it("calls nothing final on the word of a node that puts the transaction into a block that is not there", async () => {
    world.node.rule = ({ method }) => (method === "eth_getTransactionReceipt" ? { kind: "lie", tell: (receipt) => receipt && { ...receipt, blockHash: `0x${"ab".repeat(32)}` } } : undefined);
    const { settle, journal, told, stop } = await world.keeper();
    await settle();
    await world.mine(5);
    await settle();
    expect(told.map(({ event }) => event)).not.toContain("mined");
    expect(journal.open).not.toBeNull();
    world.node.rule = () => undefined;
    await settle();
    expect(journal.attempts.map(({ closed }) => closed?.outcome)).toEqual(["final"]);
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
    stop();
  });

  it("sends nothing twice on the word of a node that hides the receipt", async () => {
    world.node.rule = ({ method }) => (method === "eth_getTransactionReceipt" || method === "eth_getTransactionByHash" ? { kind: "lie", tell: () => null } : undefined);
    const { settle, journal, stop } = await world.keeper();
    for (let i = 0; i < 4; i++) {
      await settle();
      await world.mine(2);
    }
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
    expect(journal.attempts.map(({ closed }) => closed?.outcome)).toEqual(["superseded"]);
    stop();
  });

  it("reports a node that is away, waits longer each time, and goes on when it is back", async () => {
    const { keeper, told, stop } = await world.keeper({ rpc: { retries: 0 } });
    const pauses: number[] = [];
    const stopping = new AbortController();
    world.node.rule = () => ({ kind: "drop" });
    const clock = {
      now: () => 0,
      sleep: async (seconds: number) => {
        pauses.push(seconds);
        if (pauses.length === 4) world.node.rule = () => undefined;
        if (pauses.length === 5) stopping.abort();
      },
    };
    await keep(keeper, { clock, signal: stopping.signal, pause: 10, longest: 25, report: (event, facts) => told.push({ event, facts }) });
    stop();
    expect(told.filter(({ event }) => event === "trouble").map(({ facts }) => facts.code)).toEqual(Array(4).fill("RpcUnavailable"));
    [[5, 10], [10, 20], [12.5, 25], [12.5, 25], [12, 12]].forEach(([least, most], i) => expect(pauses[i]! >= least! && pauses[i]! <= most!, `${pauses[i]}`).toBe(true));
    expect(await world.accepted()).toEqual([2]);
  });

  it.each<[string, (request: { method: string }) => boolean]>([
    ["blocks", ({ method }) => method === "eth_getBlockByNumber"],
    ["receipts", ({ method }) => method === "eth_getTransactionReceipt"],
    ["nonces", ({ method }) => method === "eth_getTransactionCount"],
    ["a contract", ({ method }) => method === "eth_call"],
  ])("is troubled, not broken, by a node that answers nonsense about %s", async (_, isAsked) => {
    const { keeper, stop } = await world.keeper({ rpc: { retries: 0 } });
    for (const nonsense of ["0x", "nonsense", {}, 7, []]) {
      world.node.rule = (request) => (isAsked(request) ? { kind: "lie", tell: () => nonsense } : undefined);
      let error: unknown = null;
      for (let i = 0; i < 4 && error === null; i++) error = await keeper.pass().then(() => null, (reason: unknown) => reason);
      expect((error as MarginProofError).code, JSON.stringify(nonsense)).toMatch(/^(ChainError|RpcUnavailable)$/);
    }
    world.node.rule = () => undefined;
    for (let i = 0; i < 4; i++) await keeper.pass();
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
    stop();
  });

  it("does not begin on a chain that is not the registry's", async () => {
    world.node.rule = first(99, "eth_chainId", { kind: "lie", tell: () => "0x1" });
    expect(await rejection(world.keeper({ rpc: { chainId: 31_337n } }))).toMatchObject({ code: "WrongChain" });
  });
});
