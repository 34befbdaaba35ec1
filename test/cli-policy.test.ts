/** The command line on policies: a history put into one, and what its scenarios are. */
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policyHash } from "../prover/commitment/snapshot.ts";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { importHistory } from "../prover/import/history-csv.ts";
import { parseFactor } from "../prover/numeric/amounts.ts";
import { policySizes } from "../prover/proof/policy-sizes.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, policyJson, policyProblems } from "../prover/risk/policy.ts";
import { policyWithHistory } from "../prover/risk/policy-history.ts";
import { policyTable } from "../prover/risk/policy-table.ts";
import { scenarioSummary } from "../prover/risk/scenario-summary.ts";
import { scenarioSummaryJson, scenarioTable } from "../prover/risk/scenario-table.ts";
import { commandLine, type CommandLine } from "./support/cli.ts";
import { MARKET_JSON } from "./support/small-market.ts";

/** Eighty days in which nothing stands still. */
const CSV = ["date,BTC,ETH,SOL,BTC vol", ...Array.from({ length: 80 }, (_, i) => `${day(i)},${40_000 + ((i * 7_919) % 9_001)},${2_000 + ((i * 104_729) % 401)},${i + 1},0.${60 + ((i * 31) % 17)}`)];
function day(i: number): string {
  return new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
}
const f = (text: string) => parseFactor(text, "");

let folder: string;
let cli: CommandLine;
const inFolder = (name: string): string => join(folder, name);
const HISTORY = ["policy", "history", "closes.csv", "--policy", "grid-33"];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "margin-health-policy-"));
  cli = commandLine(folder);
  await writeFile(inFolder("closes.csv"), CSV.join("\r\n"));
  await writeFile(inFolder("gap.csv"), CSV.filter((_, i) => i !== 40).join("\n"));
  await writeFile(inFolder("odd.csv"), CSV.map((line, i) => (i === 9 ? line.replace(/,0\.\d+$/, ",") : line)).join("\n"));
  await writeFile(inFolder("no-eth.csv"), "date,BTC\n2026-01-01,1\n2026-01-02,2");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("policy history", () => {
  const ASKED = ["--tail", "es:6", "--horizon", "2", "--ewma", "0.97", "--ewma-seed", "20", "--ewma-floor", "0.5", "--policy-name", "desk-es", "--policy-version", "3", "--description", "The desk's."];

  it("writes the library's policy, whole and hashed, and says what it took", async () => {
    const said = await cli.json([...HISTORY, ...ASKED, "--out", "policy.json"]);
    const expected = policyWithHistory(
      readPolicy("grid-33")!,
      importHistory({ name: "", text: CSV.join("\n") }),
      { measure: "es", size: 6, horizon: 2, ewma: { lambda: f("0.97"), seedReturns: 20, floor: f("0.5") } },
      { name: "desk-es", version: 3, description: "The desk's." },
    );
    const written = JSON.parse(await readFile(inFolder("policy.json"), "utf8"));
    expect(written).toEqual(policyJson(expected));
    expect(said).toEqual({
      out: "policy.json", name: "desk-es", version: 3, policyHash: policyHash(parsePolicy(written)).toString(),
      tail: { measure: "es", size: 6, scenarios: 58, horizon: 2 }, rows: 80, from: "2026-01-01", to: "2026-03-21", underlyings: ["BTC", "ETH"], impliedVols: ["BTC"], leftOut: ["SOL"],
    });
  });

  it("makes a policy that a book is margined under at once", async () => {
    await cli.json([...HISTORY, "--tail", "var:3", "--out", "checked.json"]);
    await writeFile(inFolder("market.json"), JSON.stringify(MARKET_JSON));
    await writeFile(inFolder("book.json"), JSON.stringify({ format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: 1, positions: [{ instrument: "BTC-15DEC23-40000-C", quantity: "-1" }, { instrument: "USD", quantity: "90000" }] }] }));
    const check = (policy: string) => cli.json(["check", "--book", "book.json", "--market", "market.json", "--policy", policy]);
    const [before, after] = [await check("grid-33"), await check("checked.json")];
    expect(Number(before.tail)).toBe(0);
    expect(Number(after.tail)).toBeGreaterThan(0);
    expect(after.equity).toBe(before.equity);
  });

  it("keeps moves as they were without --ewma, of one day unless told otherwise, as the next version", async () => {
    expect(await cli.json([...HISTORY, "--tail", "es:1", "--out", "plain.json"])).toMatchObject({ name: "grid-33", version: readPolicy("grid-33")!.version + 1, tail: { scenarios: 79, horizon: 1 } });
    expect(parsePolicy(JSON.parse(await readFile(inFolder("plain.json"), "utf8"))).tail!.source).toMatchObject({ ewma: null, horizon: 1 });
  });

  it("warns of a description that speaks of another tail, and of more scenarios than any circuit takes", async () => {
    const long = ["date,BTC,ETH", ...Array.from({ length: 1100 }, (_, i) => `${day(i)},${100 + (i % 7)},${10 + (i % 5)}`)];
    await writeFile(inFolder("long.csv"), long.join("\n"));
    const { warnings } = await cli.json(["policy", "history", "long.csv", "--policy", "es975", "--tail", "es:6", "--out", "long.json"]);
    expect(warnings).toEqual([expect.stringContaining("--description"), "no circuit takes 1099 tail scenarios, the largest takes 1024: the policy can be checked, not proved"]);
    const { stderr } = await cli.runHere(["policy", "history", "long.csv", "--policy", "es975", "--tail", "es:6", "--description", "x", "--out", "long-2.json"]);
    expect(stderr.match(/WARNING/g)).toHaveLength(1);
  });

  it.each<[string, string[], number, string, string | undefined]>([
    ["a measure that does not exist", ["--tail", "cvar:6"], 2, "UsageError", "--tail"],
    ["a tail of none", ["--tail", "es:0"], 2, "UsageError", "--tail"],
    ["no measure", [], 2, "UsageError", "margin-health policy history"],
    ["a horizon of none", ["--tail", "es:6", "--horizon", "0"], 2, "UsageError", "--horizon"],
    ["a horizon with a fraction", ["--tail", "es:6", "--horizon", "1.5"], 2, "UsageError", "--horizon"],
    ["a decay factor of 1", ["--tail", "es:6", "--ewma", "1"], 2, "UsageError", "--ewma"],
    ["a seed of what is not rescaled", ["--tail", "es:6", "--ewma-seed", "20"], 2, "UsageError", "--ewma"],
    ["a floor of what is not rescaled", ["--tail", "es:6", "--ewma-floor", "1"], 2, "UsageError", "--ewma"],
    ["a name with blanks", ["--tail", "es:6", "--policy-name", "my policy"], 2, "UsageError", "--policy-name"],
    ["a tail longer than the history", ["--tail", "es:80"], 1, "InvalidPolicy", "closes.csv, tail.size"],
    ["a seed longer than the history", ["--tail", "es:6", "--ewma", "0.97", "--ewma-seed", "79"], 1, "InvalidPolicy", "closes.csv, tail.source.rows"],
    ["a file that is not there", ["--tail", "es:6", "nowhere.csv"], 1, "UnreadableFile", "nowhere.csv"],
    ["a missing day", ["--tail", "es:6", "gap.csv"], 1, "InvalidSchema", "gap.csv, line 41, date"],
    ["an empty cell", ["--tail", "es:6", "odd.csv"], 1, "InvalidSchema", "odd.csv, line 10, BTC vol"],
    ["no closes of an underlying", ["--tail", "es:1", "no-eth.csv"], 1, "InvalidPolicy", "no-eth.csv, tail.source.underlyings"],
  ])("refuses %s, and leaves nothing behind", async (_, args, exit, code, path) => {
    const file = args.find((each) => each.endsWith(".csv")) ?? "closes.csv";
    const options = args.filter((each) => each !== file);
    const before = await readdir(folder);
    const { code: ended, stdout, stderr } = await cli.runHere(["policy", "history", file, "--policy", "grid-33", ...options, "--out", "none.json", "--json"]);
    const { error } = JSON.parse(stderr);
    expect([ended, stdout, error.code, error.path]).toEqual([exit, "", code, path]);
    expect(error.hint).toMatch(/\S/);
    expect(await readdir(folder)).toEqual(before);
  });

  it("allows days to be left out when told to", async () => {
    expect(await cli.json(["policy", "history", "gap.csv", "--policy", "grid-33", "--tail", "es:6", "--max-gap-days", "2", "--out", "gap.json"])).toMatchObject({ rows: 79 });
  });

  it("replaces no file without --force", async () => {
    await writeFile(inFolder("mine.json"), "mine");
    const asked = [...HISTORY, "--tail", "es:6", "--out", "mine.json"];
    expect((await cli.runHere(asked)).code).toBe(1);
    expect(await readFile(inFolder("mine.json"), "utf8")).toBe("mine");
    expect((await cli.runHere([...asked, "--force"])).code).toBe(0);
    expect(existsSync(inFolder("mine.json"))).toBe(true);
    expect(parsePolicy(JSON.parse(await readFile(inFolder("mine.json"), "utf8"))).tail!.size).toBe(6);
  });
});

describe("scenarios", () => {
  it.each(["grid-33", "es975"])("of %s are the library's, as JSON and as a table", async (name) => {
    const summary = scenarioSummary(readPolicy(name)!);
    expect(await cli.json(["scenarios", "--policy", name])).toEqual(scenarioSummaryJson(summary));
    expect((await cli.runHere(["scenarios", "--policy", name])).stdout).toBe(`${scenarioTable(summary)}\n`);
  });

  it("of a policy with a history are there day by day", async () => {
    await cli.json([...HISTORY, "--tail", "es:6", "--out", "daily.json"]);
    const { tail } = await cli.json(["scenarios", "--policy", "daily.json"]);
    expect(tail.sets[0].scenarios.map(({ id }: { id: string }) => id)).toEqual(Array.from({ length: 79 }, (_, i) => day(i + 1)));
    expect(tail.sets[0].factors.map(({ factor }: { factor: string }) => factor)).toEqual(["BTC", "ETH", "BTC vol"]);
  });

  it("that cannot be drawn are refused with the file and the place", async () => {
    const policy = JSON.parse(await readFile(inFolder("daily.json"), "utf8"));
    await writeFile(inFolder("long-tail.json"), JSON.stringify({ ...policy, tail: { ...policy.tail, size: 99 } }));
    const { code, stderr } = await cli.runHere(["scenarios", "--policy", "long-tail.json", "--json"]);
    expect([code, JSON.parse(stderr).error]).toMatchObject([1, { code: "InvalidPolicy", path: "long-tail.json, tail.size" }]);
  });
});

describe("policy check", () => {
  const write = (name: string, json: unknown) => writeFile(inFolder(name), typeof json === "string" ? json : JSON.stringify(json));
  const grid = (change: object) => ({ ...(policyJson(readPolicy("grid-33")!) as object), ...change });

  it("says that nothing is wrong, with the hash that a publisher compares and the tier", async () => {
    await write("sound.json", grid({ name: "sound" }));
    const said = await cli.json(["policy", "check", "sound.json"]);
    expect(said).toMatchObject({ ok: true, problems: [], name: "sound", policyHash: policyHash(parsePolicy(grid({ name: "sound" }))).toString(), tier: "desk", sizes: { scenarios: 33 } });
    const { code, stdout, stderr } = await cli.runHere(["policy", "check", "sound.json"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^sound\.json: nothing is wrong with sound 1\n/);
  });

  const WRONG = grid({ version: 0, haircuts: [{ asset: "BTC", rate: { MM: "0.2", IM: "0.1" } }], lossFactor: { MM: "0.8", IM: "18" } });
  it("says all that is wrong, each with code, place and remedy, and ends with 1", async () => {
    await write("wrong.json", WRONG);
    const { ok, problems } = await cli.json(["policy", "check", "wrong.json"], { code: 1 });
    expect([ok, problems]).toEqual([false, JSON.parse(JSON.stringify(policyProblems(WRONG)))]);
    expect(problems.map(({ path }: { path: string }) => path)).toEqual(["version", "lossFactor.IM", "haircuts[0].rate"]);
    const { code, stdout, stderr } = await cli.runHere(["policy", "check", "wrong.json"]);
    expect([code, stderr]).toEqual([1, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("wrong.json: 3 problems");
    for (const { code: kind, message, hint } of problems) {
      const line = lines.findIndex((each) => each.includes(`${kind}`) && each.endsWith(message));
      expect([line > 0, lines[line + 1]]).toEqual([true, `  ${hint}`]);
    }
  });

  it("prints no escape sequence that a key of the document holds", async () => {
    await write("escape.json", grid({ "\u001b[2J": "1" }));
    expect((await cli.runHere(["policy", "check", "escape.json"])).stdout).not.toContain("\u001b[2J");
  });

  it("says what only a market shows when it is given one", async () => {
    await write("market.json", { ...MARKET_JSON, currencies: [{ name: "EURC", price: "1.1" }], instruments: [...MARKET_JSON.instruments, { kind: "cash", name: "EURC", currency: "EURC" }] });
    await write("sound.json", grid({}));
    expect(await cli.json(["policy", "check", "sound.json"])).toMatchObject({ ok: true });
    const { problems } = await cli.json(["policy", "check", "sound.json", "--market", "market.json"], { code: 1 });
    expect(problems).toEqual([expect.objectContaining({ code: "InvalidPolicy", path: "haircuts", message: "haircuts: no haircut for EURC" })]);
  });

  it("warns of a policy that no circuit takes: it can be checked, not proved", async () => {
    const scenarios = Array.from({ length: 40 }, (_, s) => ({ spot: `1.${s + 10}`, vol: "none", weight: "1" }));
    await write("large.json", grid({ scenarios }));
    const { ok, tier, warnings } = await cli.json(["policy", "check", "large.json"]);
    expect([ok, tier, warnings]).toEqual([true, null, [expect.stringContaining("40 scenarios, and this tier takes 36")]]);
  });

  it.each([
    ["a file that is not there", "nowhere.json", undefined],
    ["a file that is not JSON", "text.json", "not JSON"],
  ])("refuses %s", async (_, file, content) => {
    if (content !== undefined) await write(file, content);
    const { code, stdout, stderr } = await cli.runHere(["policy", "check", file, "--json"]);
    expect([code, stdout, JSON.parse(stderr).error]).toMatchObject([1, "", { code: "UnreadableFile", path: file }]);
  });
});

describe("policy show", () => {
  it("prints a policy's tables, sizes, tier and hash; as JSON the document itself", async () => {
    const policy = readPolicy("span")!;
    const hash = policyHash(policy).toString();
    const { code, stdout } = await cli.runHere(["policy", "show", "span"]);
    expect([code, stdout.startsWith(`${policyTable(policy)}\n`)]).toEqual([0, true]);
    for (const line of [`policy hash    ${hash}`, "cheapest tier  book: "]) expect(stdout).toContain(line);
    expect(stdout).toMatch(/│ exposures +│ +12 │ +\+1 │/);
    const { shape, perExpiry, why } = policySizes(policy);
    expect(await cli.json(["policy", "show", "span"])).toEqual({ policy: policyJson(policy), policyHash: hash, sizes: { ...shape }, perExpiry, tier: "book", why });
  });

  it("has the sizes of a market that it is given", async () => {
    await writeFile(inFolder("market.json"), JSON.stringify(MARKET_JSON));
    const { shape } = policySizes(readPolicy("deribit")!, parseMarket(MARKET_JSON));
    expect(await cli.json(["policy", "show", "deribit", "--market", "market.json"])).toMatchObject({ sizes: { ...shape }, perExpiry: {} });
    expect((await cli.runHere(["policy", "show", "deribit", "--market", "market.json"])).stdout).toContain("in the market");
  });

  it("refuses what is neither a policy's name nor a file", async () => {
    const { code, stdout, stderr } = await cli.runHere(["policy", "show", "grid-34", "--json"]);
    const { error } = JSON.parse(stderr);
    expect([code, stdout, error]).toMatchObject([1, "", { code: "UnreadableFile", path: "grid-34" }]);
    expect(error.hint).toContain("grid-33");
  });
});

describe("policy list", () => {
  it("has every policy that ships, with its hash, and prints each", async () => {
    const listed = await cli.json(["policy", "list"]);
    expect(listed.map(({ name, policyHash: hash }: any) => [name, hash])).toEqual(policyNames().map((name) => [name, policyHash(readPolicy(name)!).toString()]));
    const { stdout } = await cli.runHere(["policy", "list"]);
    const rows = stdout.split("\n").map((line) => line.split("│").map((cell) => cell.trim()));
    for (const { name, version, tier, measure } of listed) expect(rows.find((row) => row[1] === name)).toMatchObject({ 2: String(version), 4: measure, 5: tier });
  });
});
