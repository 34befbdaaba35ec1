import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet } from "ethers";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contractAt, send } from "../prover/chain/contracts.ts";
import { serializeSnapshot } from "../prover/commitment/snapshot-json.ts";
import { makeProgram } from "../prover/cli/program.ts";
import { Terminal } from "../prover/cli/terminal.ts";
import { bookJson, type Book } from "../prover/risk/book.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { marginReportJson } from "../prover/risk/margin-report-json.ts";
import { marketJson } from "../prover/risk/market-json.ts";
import { policyJson } from "../prover/risk/policy.ts";
import { attesterJson } from "../prover/statement/registry-json.ts";
import type { Bps, Usd } from "../prover/units.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { commandLine, runNode, type CommandLine } from "./support/cli.ts";
import { connect, serve } from "./support/contracts.ts";
import { holding } from "./support/flow.ts";
import { deployFlow, testArtifacts, type Protocol } from "./support/protocol.ts";
import { OTHER_KEY, SUBJECT, VENUE_KEY } from "./support/statements.ts";

const SALT = "31415926535897932384626433832795028841";
/** The account that the development mnemonic funds third. */
const SENDER = HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, "m/44'/60'/0'/0/2");
const SECRETS = [VENUE_KEY.exportSecret(), OTHER_KEY.exportSecret(), SENDER.privateKey.slice(2), SALT];
const DEMO = join(REPOSITORY, "scripts/demo-book");
const ACCOUNTS = [
  { venue: "deribit", account: "main", positions: [holding("BTC-30D-44000-C", -2), holding("BTC-PERPETUAL", 1), holding("USD", -20_000)] },
  { venue: "custodian", account: "vault", positions: [holding("BTC", 1)] },
];

let folder: string;
let cli: CommandLine;
let node: Awaited<ReturnType<typeof serve>>;
let protocol: Protocol;
let book: Book;
/** What the commands of the flow below said, by name. */
const said: Record<string, any> = {};

const inFolder = (name: string): string => join(folder, name);
const write = (name: string, json: unknown) => writeFile(inFolder(name), JSON.stringify(json));
const read = async (name: string): Promise<any> => JSON.parse(await readFile(inFolder(name), "utf8"));
const PUBLIC = ["--snapshot", "snapshot.json", "--market", "market.json", "--policy", "policy.json"];
const ALL_STATEMENTS = ["--statement", "deribit.statement.json", "custodian.statement.json"];
const onChain = () => ["--registry-address", protocol.address, "--rpc", node.url];
const scopeParts = () => ["--chain-id", "31337", "--registry-address", protocol.address, "--policy", "policy.json"];
const prove = (...more: string[]) => ["prove", ...PUBLIC, ...ALL_STATEMENTS, "--registry", "registry.json", "--account-set-salt", "set.salt", "--min-assurance", "attested", ...more];

async function writeInputs(): Promise<void> {
  const { desk } = protocol;
  book = { format: "margin-book/1", accounts: ACCOUNTS.map((account) => ({ ...account, asOf: desk.asOf })) };
  await write("market.json", marketJson(desk.market));
  await write("policy.json", policyJson(desk.policy));
  await write("book.json", bookJson(book));
  await write("entries.json", desk.registry.attesters.map((attester) => attester && attesterJson(attester)));
  await writeFile(inFolder("deribit.key"), `${VENUE_KEY.exportSecret()}\n`);
  await writeFile(inFolder("set.salt"), `${SALT}\n`);
}

/** The whole way of one book, command by command, up to the bundle. */
async function runFlow(): Promise<void> {
  const sign = (venue: string, account: string, key: string) =>
    ["statement", "sign", "--book", "book.json", "--account", `${venue}/${account}`, "--key", key, "--subject", protocol.borrower, ...scopeParts(), "--sequence", "3", "--out", `${venue}.statement.json`];
  said.snapshot = await cli.json(["snapshot", "build", "--market", "market.json", "--policy", "policy.json", "--out", "snapshot.json"]);
  said.registry = await cli.json(["attester", "registry", "entries.json", "--out", "registry.json"]);
  said.deribit = await cli.json(sign("deribit", "main", "deribit.key"));
  said.custodian = await cli.json(sign("custodian", "vault", "env:CUSTODIAN_KEY"), { env: { CUSTODIAN_KEY: `0x${OTHER_KEY.exportSecret().toUpperCase()}` } });
  said.accountSet = await cli.json(["account-set", "--account", "deribit/main", "custodian/vault", "--salt-file", "set.salt"]);
  said.proof = await cli.json(prove("--ratio-bps", "10500", "--out", "proof.json"));
}

beforeAll(async () => {
  const artifacts = await testArtifacts();
  folder = await mkdtemp(join(tmpdir(), "margin-health-cli-"));
  cli = commandLine(folder);
  node = await serve();
  protocol = await deployFlow(artifacts, await connect({ network: "remote", override: { url: node.url } }));
  await writeInputs();
  await runFlow();
  await send(contractAt("MarginHealthRegistry", protocol.address, protocol.subject), "registerAccountSet", [BigInt(said.accountSet.accountSet)]);
});
afterAll(async () => {
  await protocol.chain.close();
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

describe("import", () => {
  it("makes a market and a book of the shipped responses, and a second book of the shipped CSV", async () => {
    const imported = await cli.json(["import", "deribit", join(DEMO, "deribit"), "--account", "main", "--market", "demo-market.json", "--book", "demo-book.json"]);
    expect(imported).toEqual({
      market: { out: "demo-market.json", asOf: Date.UTC(2026, 10, 20, 10, 30) / 1000, quote: "USD", underlyings: ["BTC", "ETH"], instruments: 156 },
      book: { out: "demo-book.json", accounts: [{ venue: "deribit", account: "main", asOf: Date.UTC(2026, 10, 20, 10, 30) / 1000, positions: 27 }] },
    });
    const custody = await cli.json(["import", "csv", join(DEMO, "custody.csv"), "--market", "demo-market.json", "--book", "demo-custody.json"]);
    expect(custody.book.accounts).toEqual([{ venue: "custody", account: "treasury", asOf: Date.UTC(2026, 10, 20, 10, 30) / 1000, positions: 4 }]);
    const report = await cli.json(["check", "--book", "demo-book.json", "demo-custody.json", "--market", "demo-market.json", "--policy", "grid-33"]);
    expect([report.isHealthy, report.positions.length]).toEqual([true, 31]);
  });

  it("lets a later folder replace files of an earlier one", async () => {
    await cli.json(["import", "deribit", join(DEMO, "deribit"), join(DEMO, "deribit-unhealthy"), "--account", "main", "--market", "strangles-market.json", "--book", "strangles.json", "--as-of", "2026-11-20T11:00:00Z", "--venue", "elsewhere"]);
    expect((await read("strangles.json")).accounts[0]).toMatchObject({ venue: "elsewhere", asOf: Date.UTC(2026, 10, 20, 11) / 1000 });
    const { code, stdout } = await cli.run(["check", "--book", "strangles.json", "--market", "strangles-market.json", "--policy", "grid-33"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/│ healthy +│ +no │/);
  });
});

describe("check", () => {
  it("prints the engine's report, exactly", async () => {
    const report = marginReport(book.accounts, protocol.desk.risks, protocol.desk.policy, { level: "MM", minRatioBps: 12_000n as Bps, onChainCollateral: 500_000_000n as Usd });
    const printed = await cli.json(["check", "--book", "book.json", "--market", "market.json", "--policy", "policy.json", "--level", "MM", "--ratio-bps", "12000", "--collateral", "5"]);
    expect(printed).toEqual(marginReportJson(report));
  });

  it("answers no with exit code 1 and the same report", async () => {
    const printed = await cli.json(["check", "--book", "book.json", "--market", "market.json", "--policy", "policy.json", "--ratio-bps", "900000"], { code: 1 });
    expect([printed.isHealthy, printed.level]).toEqual([false, "IM"]);
  });
});

describe("snapshot", () => {
  it("build writes the library's snapshot, of the smallest tier that fits", async () => {
    expect(await readFile(inFolder("snapshot.json"), "utf8")).toBe(`${serializeSnapshot(protocol.desk.snapshot)}\n`);
    expect(said.snapshot).toMatchObject({ root: protocol.desk.snapshot.root.toString(), treeParents: 1, instruments: 11, out: "snapshot.json" });
  });

  it("build makes a tree of the size asked for, by tier or by parents", async () => {
    const build = (...size: string[]) => cli.json(["snapshot", "build", "--market", "market.json", "--policy", "policy.json", ...size, "--out", `${size.at(-1)}.json`]);
    expect((await build("--tier", "desk")).treeParents).toBe(16);
    expect((await build("--tree-parents", "2")).treeParents).toBe(2);
  });

  it("verify recomputes it from market and policy", async () => {
    expect(await cli.json(["snapshot", "verify", "snapshot.json", "--market", "market.json", "--policy", "policy.json"])).toMatchObject({ verified: true, root: said.snapshot.root });
  });
});

describe("attester", () => {
  it("keygen keeps the secret in a file of the owner's and prints the public key", async () => {
    const made = await cli.json(["attester", "keygen", "--out", "new.key", "--entry-out", "new.json", "--venue", "okx", "--assurance", "attested", "--valid-from", "0", "--valid-until", "2030-01-01T00:00:00Z"]);
    const secret = (await readFile(inFolder("new.key"), "utf8")).trim();
    SECRETS.push(secret);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(inFolder("new.key"))).mode & 0o777).toBe(0o600);
    expect(await read("new.json")).toEqual({ venue: "okx", key: made.publicKey, assurance: "attested", validFrom: 0, validUntil: Date.UTC(2030, 0) / 1000 });
    const { attesters } = await cli.json(["attester", "registry", "entries.json", "new.json", "--out", "larger.json"]);
    expect(attesters.map(({ venue }: { venue: string }) => venue)).toEqual(["deribit", "custodian", "okx"]);
  });

  it("registry gives the root that the library gives", () => {
    expect(said.registry.root).toBe(protocol.desk.registry.root.toString());
  });
});

describe("statement", () => {
  it("sign makes a statement for subject and scope that only its owner can read", async () => {
    const statement = await read("deribit.statement.json");
    expect(statement).toMatchObject({ subject: protocol.borrower, scope: protocol.scope.toString(), venue: "deribit", account: "main", sequence: 3, asOf: protocol.desk.asOf });
    expect((await stat(inFolder("deribit.statement.json"))).mode & 0o777).toBe(0o600);
    expect(said.deribit).not.toHaveProperty("salt");
  });

  it("sign takes scope and salt as they are, and another time than the book's", async () => {
    await cli.json(["statement", "sign", "--book", "book.json", "--account", "custodian/vault", "--key", "deribit.key", "--subject", SUBJECT, "--scope", "77", "--sequence", "1", "--as-of", "1700000000", "--salt", "set.salt", "--out", "other.json"]);
    expect(await read("other.json")).toMatchObject({ scope: "77", salt: SALT, asOf: 1_700_000_000 });
  });

  it("verify tells how good its source is", async () => {
    expect(await cli.json(["statement", "verify", "custodian.statement.json", "--registry", "registry.json"])).toMatchObject({ verified: true, assurance: "attested", sequence: 3 });
  });
});

describe("account-set", () => {
  it("is the same for names and for statements", async () => {
    const { accountSet } = await cli.json(["account-set", ...ALL_STATEMENTS, "--salt-file", "set.salt"]);
    expect(accountSet).toBe(said.accountSet.accountSet);
  });

  it("draws a salt where there is none, and keeps it", async () => {
    const set = () => cli.json(["account-set", "--account", "deribit/main", "--salt-file", "fresh.salt"]);
    const first = await set();
    SECRETS.push((await readFile(inFolder("fresh.salt"), "utf8")).trim());
    expect((await stat(inFolder("fresh.salt"))).mode & 0o777).toBe(0o600);
    expect(await set()).toEqual({ ...first, saltIsNew: false });
    expect(first.saltIsNew).toBe(true);
  });
});

describe("prove and verify", () => {
  const claim = () => ({ subject: protocol.borrower, asOf: protocol.desk.asOf, sequence: 6, minRatioBps: "10500", level: "IM", minAssurance: "attested", onChainCollateral: "0" });

  it("prove chooses the smallest tier and claims what the statements carry", () => {
    expect(said.proof).toMatchObject({ tier: "test", setup: "local", claim: claim(), out: "proof.json" });
    expect(said.proof.warnings[0]).toContain("LOCAL set-up");
  });

  it("verify needs public material alone, and says what it covered", async () => {
    const checked = await cli.json(["verify", "proof.json", ...PUBLIC, "--registry", "registry.json"]);
    expect(checked).toMatchObject({ valid: true, claim: claim(), publicSignals: said.proof.publicSignals });
    expect(checked.notChecked).toEqual([expect.stringContaining("registry contract")]);
    expect((await cli.json(["verify", "proof.json", "--snapshot", "snapshot.json"])).notChecked).toHaveLength(3);
    expect((await cli.json(["verify", "proof.json"])).notChecked).toHaveLength(4);
  });

  it("verify warns people of a local key, apart from its answer", async () => {
    const { code, stdout, stderr } = await cli.run(["verify", "proof.json"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^valid +true\n/);
    expect(stderr).toContain("WARNING: the tier's key comes from a LOCAL set-up");
  });

  it("verify exports what snarkjs's own command accepts", async () => {
    await cli.json(["verify", "proof.json", "--export", "exported"]);
    const snarkjs = join(REPOSITORY, "node_modules/snarkjs/build/cli.cjs");
    const files = ["verification_key.json", "public.json", "proof.json"].map((file) => join(folder, "exported", file));
    const { code, stdout } = await runNode([snarkjs, "groth16", "verify", ...files], folder);
    expect([code, /OK!/.test(stdout)]).toEqual([0, true]);
  });

  it("prove shows its stages and their times, unless a program asks", async () => {
    const { code, stderr } = await cli.run(prove("--out", "again.json"));
    expect(code).toBe(0);
    for (const stage of ["read and check", "risk vectors", "load tier test", "witness", "prove", "verify"]) expect(stderr).toMatch(new RegExp(`✔ ${stage}.* [0-9]+\\.[0-9] s`));
  });
});

describe("submit and status", () => {
  it("a proof is accepted once, and the subject is healthy from then on", async () => {
    const status = (code: number) => cli.json(["status", protocol.borrower, ...onChain()], { code });
    expect(await status(1)).toMatchObject({ healthy: false, sequence: 0 });
    const submit = ["submit", "proof.json", ...onChain(), "--key", "env:SENDER"];
    expect(await cli.json(submit, { env: { SENDER: SENDER.privateKey } })).toMatchObject({ accepted: true, transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/), claim: { sequence: 6 } });
    expect(await status(0)).toMatchObject({ healthy: true, sequence: 6, minRatioBps: "10500", level: "IM", minAssurance: "attested", snapshotRoot: said.snapshot.root });
    const again = await cli.run([...submit, "--json"], { env: { SENDER: SENDER.privateKey } });
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stderr).error).toMatchObject({ code: "ContractRefused", path: "proof.json", message: expect.stringContaining("SequenceNotIncreasing"), hint: expect.any(String) });
  });
});

/** The commands that do something, with their full names. */
function leaves(command: Command = makeProgram(new Terminal(true, { write: () => {} }, { write: () => {} })), names: readonly string[] = []): { names: readonly string[]; command: Command }[] {
  return command.commands.length === 0 ? [{ names, command }] : command.commands.flatMap((each) => leaves(each, [...names, each.name()]));
}

describe("help", () => {
  it.each(leaves().map(({ names }) => ({ name: names.join(" ") })))("of $name has an example that its own command line accepts", async ({ name }) => {
    const { code, stdout } = await cli.runHere([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--json");
    const example = /\nExample:\n  \$ margin-health (.+)\n$/.exec(stdout)![1]!.split(" ");
    const program = makeProgram(new Terminal(true, { write: () => {} }, { write: () => {} }));
    const ran: string[] = [];
    for (const { names, command } of leaves(program)) command.action(() => void ran.push(names.join(" ")));
    await program.parseAsync(example, { from: "user" });
    expect(ran).toEqual([name]);
  });

  it("of the program lists every command, and its version is the package's", async () => {
    const { stdout } = await cli.run(["--help"]);
    for (const { names } of leaves()) expect(stdout).toContain(`\n  ${names[0]}`);
    expect((await cli.run(["--version"])).stdout).toBe(`${JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8")).version}\n`);
  });
});

interface Refusal {
  readonly title: string;
  /** Command line; paths are absolute, because each runs in an empty folder. */
  readonly args: () => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit: 1 | 2;
  readonly code: string;
  readonly path: string | RegExp | undefined;
}

const at = (name: string): string => join(folder, name);
const market = () => ["--market", at("market.json"), "--policy", at("policy.json")];
const signing = (...more: string[]) => ["statement", "sign", "--book", at("book.json"), "--account", "deribit/main", "--subject", SUBJECT, "--sequence", "1", ...more, "--out", "out.json"];
const proving = (...more: string[]) => ["prove", "--snapshot", at("snapshot.json"), ...market(), "--statement", at("deribit.statement.json"), at("custodian.statement.json"), "--registry", at("registry.json"), "--account-set-salt", at("set.salt"), "--out", "out.json", ...more];

const MISUSES: readonly Refusal[] = [
  { title: "an unknown command", args: () => ["forge"], exit: 2, code: "UsageError", path: "margin-health" },
  { title: "a group without a command", args: () => ["snapshot"], exit: 2, code: "UsageError", path: "margin-health snapshot" },
  { title: "an unknown option", args: () => ["verify", at("proof.json"), "--lenient"], exit: 2, code: "UsageError", path: "margin-health verify" },
  { title: "a missing option", args: () => ["check", "--book", at("book.json")], exit: 2, code: "UsageError", path: "margin-health check" },
  { title: "a missing argument", args: () => ["statement", "verify", "--registry", at("registry.json")], exit: 2, code: "UsageError", path: "margin-health statement verify" },
  { title: "a level that does not exist", args: () => ["check", "--book", at("book.json"), ...market(), "--level", "XM"], exit: 2, code: "UsageError", path: "margin-health check" },
  { title: "a ratio with a fraction", args: () => ["check", "--book", at("book.json"), ...market(), "--ratio-bps", "1.5"], exit: 2, code: "UsageError", path: "--ratio-bps" },
  { title: "a ratio beyond its bits", args: () => ["check", "--book", at("book.json"), ...market(), "--ratio-bps", "1048576"], exit: 2, code: "UsageError", path: "--ratio-bps" },
  { title: "collateral with nine decimals", args: () => ["check", "--book", at("book.json"), ...market(), "--collateral", "0.000000001"], exit: 2, code: "UsageError", path: "--collateral" },
  { title: "an address with a wrong checksum", args: () => signing("--key", at("deribit.key"), "--scope", "1", "--subject", `0x5${SUBJECT.slice(3).replace("A", "a")}`), exit: 2, code: "UsageError", path: "--subject" },
  { title: "a day that does not exist", args: () => signing("--key", at("deribit.key"), "--scope", "1", "--as-of", "2026-02-30T00:00:00Z"), exit: 2, code: "UsageError", path: "--as-of" },
  { title: "an account without its venue", args: () => ["account-set", "--account", "main", "--salt-file", "new.salt"], exit: 2, code: "UsageError", path: "--account" },
  { title: "no accounts", args: () => ["account-set", "--salt-file", "new.salt"], exit: 2, code: "UsageError", path: "--account" },
  { title: "a statement without scope", args: () => signing("--key", at("deribit.key")), exit: 2, code: "UsageError", path: "--scope" },
  { title: "half a scope", args: () => signing("--key", at("deribit.key"), "--chain-id", "1"), exit: 2, code: "UsageError", path: "--scope" },
  { title: "a tier and a number of parents", args: () => ["snapshot", "build", ...market(), "--tier", "test", "--tree-parents", "1", "--out", "out.json"], exit: 2, code: "UsageError", path: "margin-health snapshot build" },
  { title: "an import of nothing", args: () => ["import", "deribit", join(DEMO, "deribit")], exit: 2, code: "UsageError", path: "--market" },
  { title: "a book of a nameless account", args: () => ["import", "deribit", join(DEMO, "deribit"), "--book", "out.json"], exit: 2, code: "UsageError", path: "--account" },
  { title: "an entry without validity", args: () => ["attester", "keygen", "--out", "k", "--entry-out", "e", "--venue", "okx"], exit: 2, code: "UsageError", path: "--valid-from" },
  { title: "a market without its snapshot", args: () => ["verify", at("proof.json"), ...market()], exit: 2, code: "UsageError", path: "--snapshot" },
  { title: "a key on the command line", args: () => signing("--key", VENUE_KEY.exportSecret(), "--scope", "1"), exit: 2, code: "UsageError", path: "--key" },
  { title: "a salt on the command line", args: () => ["account-set", "--account", "a/b", "--salt-file", SALT], exit: 2, code: "UsageError", path: "--salt-file" },
];

const REFUSALS: readonly Refusal[] = [
  { title: "a file that is not there", args: () => ["verify", "nowhere.json"], exit: 1, code: "UnreadableFile", path: "nowhere.json" },
  { title: "a file that is not JSON", args: () => ["check", "--book", at("deribit.key"), ...market()], exit: 1, code: "UnreadableFile", path: /deribit\.key$/ },
  { title: "a book in place of a market", args: () => ["check", "--book", at("book.json"), "--market", at("book.json"), "--policy", at("policy.json")], exit: 1, code: "InvalidSchema", path: /book\.json, / },
  { title: "one account in two books", args: () => ["check", "--book", at("book.json"), at("book.json"), ...market()], exit: 1, code: "InvalidBook", path: "accounts[2]" },
  { title: "an instrument that the market does not list", args: () => ["check", "--book", at("odd-book.json"), ...market()], exit: 1, code: "UnknownInstrument", path: "accounts[0].positions[0].instrument" },
  { title: "a CSV with excess digits", args: () => ["import", "csv", at("odd.csv"), "--market", at("market.json"), "--book", "out.json"], exit: 1, code: "InvalidDecimal", path: "odd.csv, line 2, quantity" },
  { title: "a folder without responses", args: () => ["import", "deribit", ".", "--market", "out.json"], exit: 1, code: "UnreadableFile", path: "." },
  { title: "an edited snapshot", args: () => ["snapshot", "verify", at("odd-snapshot.json"), ...market()], exit: 1, code: "SnapshotMismatch", path: /odd-snapshot\.json, root$/ },
  { title: "a tier that does not exist", args: () => ["snapshot", "build", ...market(), "--tier", "huge", "--out", "out.json"], exit: 1, code: "ArtifactMissing", path: "huge" },
  { title: "a folder that does not exist", args: () => ["snapshot", "build", ...market(), "--out", "nowhere/out.json"], exit: 1, code: "UnwritableFile", path: "nowhere/out.json" },
  { title: "a file that is already there", args: () => ["snapshot", "build", ...market(), "--out", at("snapshot.json")], exit: 1, code: "FileExists", path: /snapshot\.json$/ },
  { title: "a key file that is there already", args: () => ["attester", "keygen", "--out", at("deribit.key")], exit: 1, code: "FileExists", path: /deribit\.key$/ },
  { title: "a key that expires before it is valid", args: () => ["attester", "keygen", "--out", "k", "--entry-out", "e", "--venue", "okx", "--valid-from", "5", "--valid-until", "4"], exit: 1, code: "OutOfRange", path: "attesters[0].validUntil" },
  { title: "an entry whose key is no point", args: () => ["attester", "registry", at("odd-entry.json"), "--out", "out.json"], exit: 1, code: "InvalidPoint", path: /odd-entry\.json, key/ },
  { title: "an account that the book does not have", args: () => [...signing("--key", at("deribit.key"), "--scope", "1"), "--account", "okx/main"], exit: 1, code: "StatementMismatch", path: /book\.json, accounts$/ },
  { title: "a file that holds no key", args: () => signing("--key", at("set.salt"), "--scope", "1"), exit: 1, code: "InvalidSchema", path: /set\.salt$/ },
  { title: "a variable that holds no key", args: () => signing("--key", "env:KEY", "--scope", "1"), env: { KEY: `${VENUE_KEY.exportSecret()}0` }, exit: 1, code: "InvalidSchema", path: "env:KEY" },
  { title: "a variable that is not set", args: () => signing("--key", "env:KEY", "--scope", "1"), exit: 1, code: "UnreadableFile", path: "env:KEY" },
  { title: "a salt that is a key", args: () => signing("--key", at("deribit.key"), "--scope", "1", "--salt", at("deribit.key")), exit: 1, code: "InvalidSchema", path: /deribit\.key$/ },
  { title: "an edited statement", args: () => ["statement", "verify", at("odd-statement.json"), "--registry", at("registry.json")], exit: 1, code: "InvalidSignature", path: /odd-statement\.json, signature$/ },
  { title: "a statement of an unregistered key", args: () => ["statement", "verify", at("custodian.statement.json"), "--registry", at("half-registry.json")], exit: 1, code: "UnknownAttester", path: /custodian\.statement\.json, attesterKey$/ },
  { title: "an unhealthy book", args: () => proving("--min-assurance", "attested", "--ratio-bps", "900000"), exit: 1, code: "Unhealthy", path: undefined },
  { title: "a statement of too weak a source", args: () => proving(), exit: 1, code: "StatementMismatch", path: "statements[1].attesterKey" },
  { title: "a statement for another subject", args: () => proving("--min-assurance", "attested", "--subject", SUBJECT), exit: 1, code: "StatementMismatch", path: "statements[0].subject" },
  { title: "a statement for another scope", args: () => proving("--min-assurance", "attested", "--scope", "1"), exit: 1, code: "StatementMismatch", path: "statements[0].scope" },
  { title: "a statement older than claimed", args: () => proving("--min-assurance", "attested", "--as-of", "4000000000"), exit: 1, code: "StatementMismatch", path: "statements[0].asOf" },
  { title: "a snapshot of another tree", args: () => proving("--min-assurance", "attested", "--tier", "desk"), exit: 1, code: "SnapshotMismatch", path: "snapshot.treeParents" },
  { title: "artefacts that are not there", args: () => proving("--min-assurance", "attested", "--artifacts", "nowhere"), exit: 1, code: "ArtifactMissing", path: join("nowhere", "test", "artifacts.json") },
  { title: "a bundle with a changed signal", args: () => ["verify", at("odd-proof.json")], exit: 1, code: "ProofRejected", path: /odd-proof\.json, proof$/ },
  { title: "a bundle that boasts of a ceremony", args: () => ["verify", at("boastful-proof.json")], exit: 1, code: "ArtifactMismatch", path: /boastful-proof\.json, artifacts\.setup$/ },
  { title: "a bundle made with another key", args: () => ["verify", at("foreign-proof.json")], exit: 1, code: "ArtifactMismatch", path: /foreign-proof\.json, artifacts\.vkey$/ },
  { title: "a bundle about another snapshot", args: () => ["verify", at("proof.json"), "--snapshot", at("2.json")], exit: 1, code: "SnapshotMismatch", path: /proof\.json, snapshot\.root$/ },
  { title: "a bundle of other attesters", args: () => ["verify", at("proof.json"), "--registry", at("half-registry.json")], exit: 1, code: "UnknownAttester", path: /proof\.json, publicSignals\.attesterRoot$/ },
  { title: "a node that does not answer", args: () => ["status", SUBJECT, "--registry-address", SUBJECT, "--rpc", "http://127.0.0.1:9/with-an-api-key"], exit: 1, code: "ChainError", path: "--rpc" },
  { title: "a subject that is no address", args: () => ["status", "alice", "--registry-address", SUBJECT, "--rpc", node.url], exit: 1, code: "InvalidSchema", path: "subject" },
  { title: "an address without a registry", args: () => ["status", SUBJECT, "--registry-address", SUBJECT, "--rpc", node.url], exit: 1, code: "ChainError", path: SUBJECT },
];

async function writeOddities(): Promise<void> {
  const [snapshot, statement, proof, entries] = await Promise.all(["snapshot.json", "deribit.statement.json", "proof.json", "entries.json"].map(read));
  await write("odd-book.json", { format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: 1, positions: [{ instrument: "GOLD", quantity: "1" }] }] });
  await writeFile(inFolder("odd.csv"), "venue,account,as_of,instrument,quantity\nv,a,1,USD,0.123456789\n");
  await write("odd-snapshot.json", { ...snapshot, root: "1" });
  await write("odd-entry.json", { ...entries[0], key: ["1", "1"] });
  await write("odd-statement.json", { ...statement, sequence: 4 });
  await write("odd-proof.json", { ...proof, publicSignals: { ...proof.publicSignals, onChainCollateral: "1" } });
  await write("boastful-proof.json", { ...proof, artifacts: { ...proof.artifacts, setup: "ceremony" } });
  await write("foreign-proof.json", { ...proof, artifacts: { ...proof.artifacts, vkey: "0".repeat(64) } });
  await write("one-entry.json", entries[0]);
  await cli.json(["attester", "registry", "one-entry.json", "--out", "half-registry.json"]);
}

describe("refuses, with code, path and remedy, and leaves nothing behind:", () => {
  beforeAll(writeOddities);

  it.each([...MISUSES, ...REFUSALS])("$title", async ({ title, args, env = {}, exit, code, path }) => {
    const empty = join(folder, "refused", title.replaceAll(" ", "-"));
    await mkdir(empty, { recursive: true });
    const result = await cli.runHere([...args(), "--json"], { cwd: empty, env });
    expect(result.stderr).not.toBe("");
    const { error } = JSON.parse(result.stderr);
    expect({ exit: result.code, code: error.code, path: error.path }).toEqual({ exit, code, path: path instanceof RegExp ? expect.stringMatching(path) : path });
    expect(error.hint).toMatch(/\S/);
    expect(result.stdout).toBe("");
    expect(await readdir(empty)).toEqual([]);
  });

  it("a process ends with 2 when it was misused, and with 1 when it was refused", async () => {
    const runs = await Promise.all([cli.run(["check"]), cli.run(["verify", "nowhere.json"])]);
    expect(runs.map(({ code }) => code)).toEqual([2, 1]);
  });

  it("people read code, path and message on one line and the remedy below", async () => {
    const { code, stdout, stderr } = await cli.run(["check", "--book", "odd-book.json", "--market", "market.json", "--policy", "policy.json"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.split("\n").slice(-3)).toEqual(["UnknownInstrument: accounts[0].positions[0].instrument: GOLD is not in the market", expect.stringMatching(/^  \S/), ""]);
  });

  it("a file in the way stays as it is without --force, and is replaced with it", async () => {
    await writeFile(inFolder("mine.json"), "mine");
    const build = ["snapshot", "build", "--market", "market.json", "--policy", "policy.json", "--out", "mine.json"];
    expect((await cli.run(build)).code).toBe(1);
    expect(await readFile(inFolder("mine.json"), "utf8")).toBe("mine");
    expect((await cli.run([...build, "--force"])).code).toBe(0);
    expect((await read("mine.json")).root).toBe(said.snapshot.root);
  });
});

describe("of everything printed so far", () => {
  it("nothing holds a key or a salt", async () => {
    const salts = await Promise.all(["deribit", "custodian"].map(async (venue) => (await read(`${venue}.statement.json`)).salt as string));
    const printed = cli.transcript.join("\n").toLowerCase();
    expect(printed.length).toBeGreaterThan(10_000);
    for (const secret of [...SECRETS, ...salts]) expect(printed.includes(secret.toLowerCase())).toBe(false);
    expect(printed).not.toContain("with-an-api-key");
  });

  it("no draft of a file is left", async () => {
    const files = await readdir(folder, { recursive: true });
    expect(files.filter((file) => file.includes(".partial"))).toEqual([]);
  });
});
