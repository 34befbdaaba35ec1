/** The liquidation bot as its users run it: a process that may be killed at any moment. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUCTION_TERMS } from "../prover/chain/liquidation.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { BOT, DEBT, DOLLARS, openBorrower, type Borrower } from "./support/borrower.ts";
import { restoreAfterEach } from "./support/contracts.ts";
import { faultyNode, type FaultyNode } from "./support/faulty-node.ts";

/** Less than can be repaid, so that a second bid would find something to bid for. */
const OFFER = 50n * DOLLARS;
const BID = ["--budget", OFFER.toString(), "--min-discount-bps", "1000"];

let borrower: Borrower;
let node: FaultyNode;
let folder: string;

beforeAll(async () => {
  borrower = await openBorrower();
  node = await faultyNode(borrower.url);
});
afterAll(async () => {
  await node.close();
  await borrower.close();
});
restoreAfterEach(() => borrower.world.chain);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "margin-liquidate-"));
  node.rule = () => undefined;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Bot {
  readonly child: ChildProcess;
  /** Lines of JSON so far. */
  readonly lines: string[];
  /** Resolves once a line about this step has been printed. */
  said(event: string, step?: string): Promise<void>;
  readonly end: Promise<number | string>;
}

function liquidate(...more: string[]): Bot {
  const { PATH = "", HOME = "" } = process.env;
  const args = [
    "liquidate", "--creditor", String(borrower.line.target), "--journal", "bot", "--rpc", node.url, "--key", "env:BOT", "--confirmations", "1", "--poll", "1", "--json", ...more,
  ];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(REPOSITORY, "prover/cli/main.ts"), ...args], {
    cwd: folder, env: { PATH, HOME, NO_COLOR: "1", BOT: BOT.privateKey }, stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  let rest = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      lines.push(...parts);
      waiting.forEach((look) => look());
    });
  }
  const end = new Promise<number | string>((resolve) => child.on("close", (code, signal) => resolve(code ?? signal!)));
  const said = (event: string, step?: string) =>
    new Promise<void>((resolve, reject) => {
      const isThere = () => lines.some((line) => line.includes(`"event":"${event}"`) && (step === undefined || line.includes(`"step":"${step}"`)));
      const look = () => (isThere() ? resolve() : undefined);
      waiting.push(look);
      void end.then(() => (isThere() ? resolve() : reject(new Error(`it ended without ${event} ${step}: ${lines.join("\n")}`))));
      look();
    });
  return { child, lines, said, end };
}

async function kill(bot: Bot): Promise<void> {
  bot.child.kill("SIGKILL");
  expect(await bot.end).toBe("SIGKILL");
}

/** Runs to where there is nothing to do but wait. */
async function settle(...more: string[]): Promise<void> {
  const bot = liquidate("--once", ...more);
  expect([await bot.end, bot.lines.at(-1)]).toEqual([0, '{"event":"stopped"}']);
}

const repaid = async () => DEBT - (await borrower.auction()).debt;
const records = async () => (await readFile(join(folder, "bot", "liquidations.jsonl"), "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));

/** An auction whose price has fallen for a quarter of an hour; by a bot that does not bid. */
async function openAuction(): Promise<number> {
  await borrower.lapse();
  await settle();
  await borrower.later(AUCTION_TERMS.gracePeriod);
  await settle();
  await borrower.later(AUCTION_TERMS.fastPeriod);
  return borrower.sent();
}

describe("liquidate", () => {
  it("gives notice, starts and bids, each run going on where the last one stopped", async () => {
    const before = await openAuction();
    await settle(...BID);
    expect([before, await borrower.sent(), await repaid()]).toEqual([2, 3, OFFER]);
    expect((await records()).filter(({ record }) => record === "sent").map(({ step }) => step)).toEqual(["notice", "start", "bid"]);
    expect(existsSync(join(folder, "bot", "liquidator.lock"))).toBe(false);
  });

  it("killed when its bid is on disk and has not left, makes that bid and no other", async () => {
    const before = await openAuction();
    node.rule = ({ method }) => (method === "eth_sendRawTransaction" ? { kind: "drop" } : undefined);
    const dying = liquidate(...BID);
    await dying.said("sent", "bid");
    await kill(dying);
    expect(existsSync(join(folder, "bot", "liquidator.lock"))).toBe(true);
    expect([await borrower.sent(), await repaid()]).toEqual([before, 0n]);
    node.rule = () => undefined;
    await settle(...BID);
    await settle(...BID);
    expect([await borrower.sent(), await repaid()]).toEqual([before + 1, OFFER]);
    const bids = (await records()).filter(({ record, step }) => record === "sent" && step === "bid");
    expect(new Set(bids.map(({ raw }) => raw)).size).toBe(1);
  });

  it("killed when its bid has left and it has not heard so, makes no second one, whatever its budget is then", async () => {
    const before = await openAuction();
    node.rule = ({ method }) => (method === "eth_sendRawTransaction" ? { kind: "loseAnswer" } : undefined);
    const dying = liquidate(...BID);
    await expect.poll(() => borrower.sent(), { timeout: 30_000 }).toBe(before + 1);
    await kill(dying);
    node.rule = () => undefined;
    await settle(...BID);
    await settle("--budget", (2n * OFFER).toString(), "--min-discount-bps", "9000");
    expect([await borrower.sent(), await repaid()]).toEqual([before + 1, OFFER]);
    expect((await records()).filter(({ record }) => record === "closed").at(-1)).toMatchObject({ outcome: "done" });
  });

  it("killed while it writes, goes on from the last whole line", async () => {
    const before = await openAuction();
    node.rule = ({ method }) => (method === "eth_sendRawTransaction" ? { kind: "drop" } : undefined);
    const dying = liquidate(...BID);
    await dying.said("sent", "bid");
    await kill(dying);
    const file = join(folder, "bot", "liquidations.jsonl");
    await writeFile(file, (await readFile(file, "utf8")).slice(0, -40));
    node.rule = () => undefined;
    await settle(...BID);
    expect([await borrower.sent(), await repaid()]).toEqual([before + 1, OFFER]);
  });

  it("runs once per journal, and ends well when it is asked to", async () => {
    const first = liquidate();
    await first.said("watching");
    const second = liquidate();
    expect(await second.end).toBe(1);
    expect(JSON.parse(second.lines.at(-1)!).error).toMatchObject({ code: "KeeperRunning", path: "bot/liquidator.lock", hint: expect.any(String) });
    first.child.kill("SIGTERM");
    expect([await first.end, first.lines.at(-1)]).toEqual([0, '{"event":"stopped"}']);
    for (const secret of [BOT.privateKey.slice(2), node.url]) expect([...first.lines, ...second.lines].some((line) => line.includes(secret))).toBe(false);
  });
});
