/** The hedge command, on files of the market that hedge.test.ts works out by hand. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseBps, parsePrice, parseQuantity, parseUsd } from "../prover/numeric/amounts.ts";
import { bookJson } from "../prover/risk/book.ts";
import { hedgeJson, parseHedge } from "../prover/risk/hedge/hedge-json.ts";
import { marketJson } from "../prover/risk/market-json.ts";
import { policyJson } from "../prover/risk/policy.ts";
import { commandLine, type CommandLine } from "./support/cli.ts";
import { accountOf, hedge, MARKET, POLICY, traded } from "./support/hedge-market.ts";

const SHORT = { "BTC-PERP": "-2", "ETH-PERP": "-4", USD: "125000" };
const FILES = ["--book", "book.json", "--market", "market.json", "--policy", "policy.json"];

let folder: string;
let cli: CommandLine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "margin-health-hedge-"));
  cli = commandLine(folder);
  const write = (name: string, json: unknown) => writeFile(join(folder, name), JSON.stringify(json));
  await write("market.json", marketJson(MARKET));
  await write("policy.json", policyJson(POLICY));
  await write("book.json", bookJson({ format: "margin-book/1", accounts: [accountOf(SHORT)] }));
  await write("custody.json", bookJson({ format: "margin-book/1", accounts: [accountOf({ USD: "20000" }, "custody", "vault")] }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("hedge", () => {
  it("prints the library's proposals, exactly, with every option handed on", async () => {
    const plain = await cli.json(["hedge", ...FILES]);
    expect(plain).toEqual(JSON.parse(JSON.stringify(hedgeJson(hedge(SHORT)))));
    const asked = await cli.json([
      "hedge", ...FILES, "--ratio-bps", "11000", "--excess", "12.5", "--lot", "0.01", "--max-trades", "2", "--measure", "value", "--kinds", "perpetual", "future",
      "--instruments", "BTC-PERP", "ETH-PERP", "CALL-60000", "--max-notional", "70000", "--cost", "BTC-PERP=5", "ETH-PERP=0.5", "--cost-bps", "2", "--cash", "USDC", "--proposals", "2", "--reduce-only",
    ]);
    const expected = hedge(SHORT, {
      bps: 11_000, minExcess: parseUsd("12.5", ""), lot: parseQuantity("0.01", ""), maxTrades: 2, measure: "value", kinds: ["perpetual", "future"],
      instruments: ["BTC-PERP", "ETH-PERP", "CALL-60000"], maxNotional: parseUsd("70000", ""), costs: new Map([["BTC-PERP", parsePrice("5", "")], ["ETH-PERP", parsePrice("0.5", "")]]),
      costBps: parseBps("0.0002", ""), cash: "USDC", maxProposals: 2, reduceOnly: true,
    });
    expect(asked).toEqual(JSON.parse(JSON.stringify(hedgeJson(expected))));
    expect(expected.proposals[0]!.cost > 0n).toBe(true);
  });

  it("proposes what check then finds healthy", async () => {
    const { proposals } = parseHedge(await cli.json(["hedge", ...FILES, "--instruments", "BTC-PERP"]));
    const [{ quantity, settlement }] = proposals[0]!.trades as [(typeof proposals)[0]["trades"][0]];
    const after = { ...SHORT, "BTC-PERP": Number(-2n * 10n ** 8n + quantity) / 1e8, USD: Number(125_000n * 10n ** 8n + settlement.quantity) / 1e8 };
    const held = Object.fromEntries(Object.entries(after).map(([name, amount]) => [name, String(amount)]));
    await writeFile(join(folder, "after.json"), JSON.stringify(bookJson({ format: "margin-book/1", accounts: [accountOf(held)] })));
    expect((await cli.json(["check", ...FILES.slice(2), "--book", "after.json"])).isHealthy).toBe(true);
    expect((await cli.json(["check", ...FILES], { code: 1 })).isHealthy).toBe(false);
  });

  it("reads for people, with the search on stderr as it goes", async () => {
    const { code, stdout, stderr } = await cli.run(["hedge", ...FILES, "--max-trades", "2", "--lot", "0.1"]);
    expect(code).toBe(0);
    expect(stdout).toContain(traded(hedge(SHORT, { maxTrades: 2, lot: parseQuantity("0.1", "") }))[0]!.split(" ")[1]);
    expect(stdout).toMatch(/│ now │/);
    for (const stage of ["risk vectors", "single trades", "pairs of trades", "confirmed by reports"]) expect(stderr).toContain(stage);
  });

  it("trades in the account that is named", async () => {
    const books = ["--book", "book.json", "custody.json", ...FILES.slice(2)];
    const { account, proposals } = await cli.json(["hedge", ...books, "--account", "custody/vault", "--ratio-bps", "20000", "--instruments", "BTC-PERP"]);
    expect([account, proposals[0].trades[0].side]).toEqual([{ venue: "custody", account: "vault" }, "buy"]);
    expect((await cli.run(["hedge", ...books, "--json"])).code).toBe(1);
  });

  it("says of a healthy book that there is nothing to hedge and how much room there is, unless more is asked for than it has", async () => {
    const report = await cli.json(["check", ...FILES, "--ratio-bps", "5000"]);
    expect(report.isHealthy).toBe(true);
    const room = Number(report.excess) - 12.5;
    const asked = ["hedge", ...FILES, "--ratio-bps", "5000"];
    expect(await cli.json([...asked, "--excess", "12.5"])).toEqual({
      nothingToHedge: true, level: "IM", minRatioBps: "5000", minExcess: "12.5", ratioBps: report.ratioBps, equity: report.equity, requirement: report.requirement.IM, excess: report.excess, room: String(room),
    });
    const { code, stdout } = await cli.run(asked);
    expect([code, stdout.split("\n")[0]]).toEqual([0, expect.stringMatching(/^nothing to hedge: the ratio is [0-9.]+ % of IM, and 50\.00 % is asked for$/)]);
    expect(stdout).toMatch(/^room: [0-9,.]+ USD before anything is missing$/m);
    expect((await cli.json([...asked, "--excess", String(Math.ceil(room + 13))])).proposals.length).toBeGreaterThan(0);
  });

  it("answers with 1 where nothing is enough, and with 2 to a misuse", async () => {
    const answer = async (...args: string[]) => {
      const { code, stdout, stderr } = await cli.run(["hedge", ...FILES, ...args, "--json"]);
      return [code, stdout, JSON.parse(stderr).error.code];
    };
    expect(await answer("--instruments", "ETH-PERP", "--ratio-bps", "900000")).toEqual([1, "", "NoHedge"]);
    expect(await answer("--cost", "BTC-PERP=1e3")).toEqual([2, "", "UsageError"]);
    expect(await answer("--measure", "delta")).toEqual([2, "", "UsageError"]);
  });
});
