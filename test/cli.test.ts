import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policyId } from "../prover/chain/calldata.ts";
import { deploy } from "../prover/chain/contracts.ts";
import { snapshotTerms } from "../prover/chain/snapshot-terms.ts";
import { serializeSnapshot } from "../prover/commitment/snapshot-json.ts";
import { makeProgram } from "../prover/cli/program.ts";
import { Terminal } from "../prover/cli/terminal.ts";
import { bookGreeks } from "../prover/risk/greeks.ts";
import { greeksJson } from "../prover/risk/greeks-table.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { marginReportJson } from "../prover/risk/margin-report-json.ts";
import { policyJson } from "../prover/risk/policy.ts";
import type { Bps, Usd } from "../prover/units.ts";
import { build } from "../scripts/build.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { runNode, type CommandLine } from "./support/cli.ts";
import { REFUSED, writeOddities } from "./support/cli-refusals.ts";
import { MARKET, openWorkspace, PROVE, PUBLISHERS, SALT, SENDER, STATEMENTS, type Workspace } from "./support/cli-workspace.ts";
import { oneAtATime } from "./support/one-at-a-time.ts";
import { OTHER_KEY, SUBJECT, VENUE_KEY } from "./support/statements.ts";

const DEMO = join(REPOSITORY, "scripts/demo-book");
const DEMO_TIME = Date.UTC(2026, 10, 20, 10, 30) / 1000;
/** Whatever a test makes is added. */
const SECRETS = [VENUE_KEY.exportSecret(), OTHER_KEY.exportSecret(), ...PUBLISHERS.map(({ privateKey }) => privateKey.slice(2)), SALT];

let workspace: Workspace;
let cli: CommandLine;

const inFolder = (name: string): string => join(workspace.folder, name);
const read = (name: string): Promise<any> => workspace.read(name);
const CHECK = ["check", "--book", "book.json", ...MARKET];

beforeAll(async () => {
  workspace = await openWorkspace();
  cli = workspace.cli;
});
afterAll(() => workspace.close());

describe("import", () => {
  it("makes a market and a book of the shipped responses, and a second book of the shipped CSV", async () => {
    const imported = await cli.json(["import", "deribit", join(DEMO, "deribit"), "--account", "main", "--market", "demo-market.json", "--book", "demo-book.json"]);
    expect(imported).toEqual({
      market: { out: "demo-market.json", asOf: DEMO_TIME, quote: "USD", underlyings: ["BTC", "ETH"], instruments: 156 },
      book: { out: "demo-book.json", accounts: [{ venue: "deribit", account: "main", asOf: DEMO_TIME, positions: 27 }] },
    });
    const custody = await cli.json(["import", "csv", join(DEMO, "custody.csv"), "--market", "demo-market.json", "--book", "demo-custody.json"]);
    expect(custody.book.accounts).toEqual([{ venue: "custody", account: "treasury", asOf: DEMO_TIME, positions: 4 }]);
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
    const report = marginReport(workspace.book.accounts, workspace.protocol.desk.risks, workspace.protocol.desk.policy, { level: "MM", minRatioBps: 12_000n as Bps, onChainCollateral: 500_000_000n as Usd });
    const printed = await cli.json([...CHECK, "--level", "MM", "--ratio-bps", "12000", "--collateral", "5"]);
    expect(printed).toEqual(marginReportJson(report));
  });

  it("answers no with exit code 1 and the same report", async () => {
    const printed = await cli.json([...CHECK, "--ratio-bps", "900000"], { code: 1 });
    expect([printed.isHealthy, printed.level]).toEqual([false, "IM"]);
  });

  it("sets a second policy beside the first, and answers for the first", async () => {
    const dearer = { ...(policyJson(workspace.protocol.desk.policy) as object), name: "dearer", lossFactor: { MM: "2", IM: "3" } };
    await writeFile(inFolder("dearer.json"), JSON.stringify(dearer));
    const [alone, compared] = [await cli.json(CHECK), await cli.json([...CHECK, "--compare", "dearer.json"])];
    expect(compared.base.report).toEqual(alone);
    expect(compared.other.policy).toEqual({ name: "dearer", version: 1 });
    expect(Number(compared.change.requirement.IM)).toBeGreaterThan(0);
    expect((await cli.run([...CHECK, "--compare", "dearer.json"])).stdout).toMatch(/binds under dearer 1/);
  });

  it("has the greeks of the book, shows those of its positions when asked, and draws what scenarios do", async () => {
    const [plain, asked] = [await cli.json(CHECK), await cli.json([...CHECK, "--greeks", "--chart"])];
    expect(asked).toEqual(plain);
    expect(plain.greeks).toEqual(greeksJson(bookGreeks(workspace.book.accounts, workspace.protocol.desk.market)));
    const [short, long] = await Promise.all([cli.run(CHECK), cli.run([...CHECK, "--greeks", "--chart"])]);
    expect(long.stdout.startsWith(short.stdout.trimEnd())).toBe(true);
    expect(short.stdout).toMatch(/│ greeks +│ delta \(units\)/);
    expect(long.stdout).toMatch(/│ BTC-PERPETUAL +│ +1\.0/);
    expect(long.stdout).toMatch(/BTC: P&L by scenario, USD[^]*█│ ◄ binds/);
    expect((await cli.json([...CHECK, "--greeks", "--compare", "policy.json"])).greeks).toEqual(plain.greeks);
  });

  it("names the second policy's file when that policy does not fit the market", async () => {
    const narrow = { ...(policyJson(workspace.protocol.desk.policy) as object), haircuts: [] };
    await writeFile(inFolder("narrow.json"), JSON.stringify(narrow));
    const { code, stderr } = await cli.run([...CHECK, "--compare", "narrow.json"]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/InvalidPolicy[^]*narrow\.json/);
  });
});

describe("snapshot", () => {
  it("build writes the library's snapshot, of the smallest tier that fits", async () => {
    expect(await readFile(inFolder("snapshot.json"), "utf8")).toBe(`${serializeSnapshot(workspace.protocol.desk.snapshot)}\n`);
    expect(workspace.said.snapshot).toMatchObject({ root: workspace.protocol.desk.snapshot.root.toString(), treeParents: 1, instruments: 11, out: "snapshot.json" });
  });

  it("build makes a tree of the size asked for, by tier or by parents", async () => {
    const build = (...size: string[]) => cli.json(["snapshot", "build", ...MARKET, ...size, "--out", `${size.at(-1)}.json`]);
    expect((await build("--tier", "desk")).treeParents).toBe(24);
    expect((await build("--tree-parents", "2")).treeParents).toBe(2);
  });

  it("verify recomputes it from market and policy", async () => {
    expect(await cli.json(["snapshot", "verify", "snapshot.json", ...MARKET])).toMatchObject({ verified: true, root: workspace.said.snapshot.root });
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
    expect(workspace.said.registry.root).toBe(workspace.protocol.desk.registry.root.toString());
  });
});

describe("statement", () => {
  it("sign makes a statement for subject and scope that only its owner can read", async () => {
    const statement = await read("deribit.statement.json");
    expect(statement).toMatchObject({ subject: workspace.protocol.borrower, scope: workspace.protocol.scope.toString(), venue: "deribit", account: "main", sequence: 3, asOf: workspace.protocol.desk.asOf });
    expect((await stat(inFolder("deribit.statement.json"))).mode & 0o777).toBe(0o600);
    expect(workspace.said.deribit).not.toHaveProperty("salt");
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
    const { accountSet } = await cli.json(["account-set", ...STATEMENTS, "--salt-file", "set.salt"]);
    expect(accountSet).toBe(workspace.said.accountSet.accountSet);
  });

  it("draws a salt where there is none, and keeps it", async () => {
    const set = () => cli.json(["account-set", "--account", "deribit/main", "--salt-file", "fresh.salt"]);
    const first = await set();
    SECRETS.push((await readFile(inFolder("fresh.salt"), "utf8")).trim());
    expect((await stat(inFolder("fresh.salt"))).mode & 0o777).toBe(0o600);
    expect(await set()).toEqual({ ...first, saltIsNew: false });
    expect(first.saltIsNew).toBe(true);
  });

  describe("grow", () => {
    const grow = (...more: string[]) => cli.json(["account-set", "grow", "--subject", SUBJECT, "--account", "deribit/main", "custodian/vault", "--salt", "set.salt", ...more]);
    beforeAll(() => oneAtATime("tier-growth", () => build(["growth"])), 300_000);

    it("proves from the registered set to one under a new salt, that account-set gives for the same names, and verify says what was shown", async () => {
      const grown = await grow("--add", "okx/main", "--new-salt-file", "grown.salt", "--account-set", workspace.said.accountSet.accountSet, "--out", "growth.json");
      SECRETS.push((await readFile(inFolder("grown.salt"), "utf8")).trim());
      const { accountSet } = await cli.json(["account-set", "--account", "deribit/main", "custodian/vault", "okx/main", "--salt-file", "grown.salt"]);
      const shown = { tier: "growth", states: "account-set-growth", setup: "local", subject: SUBJECT, accountSet: workspace.said.accountSet.accountSet, grownSet: accountSet };
      expect(grown).toMatchObject({ ...shown, accounts: ["deribit/main", "custodian/vault", "okx/main"], newSaltIsNew: true });
      expect(await cli.json(["verify", "growth.json"])).toMatchObject({ valid: true, ...shown, checked: ["proof, public signals, circuit and key"] });
    });

    it("changes the salt alone when nothing is added", async () => {
      const grown = await grow("--new-salt-file", "fresh.salt", "--out", "resalted.json");
      expect(grown.accounts).toEqual(["deribit/main", "custodian/vault"]);
      expect(grown.grownSet).not.toBe(grown.accountSet);
    });
  });
});

describe("prove and verify", () => {
  const claim = () => ({ subject: workspace.protocol.borrower, asOf: workspace.protocol.desk.asOf, sequence: 6, minRatioBps: "10500", level: "IM", minAssurance: "attested", onChainCollateral: "0" });

  it("prove chooses the smallest tier and claims what the statements carry", () => {
    expect(workspace.said.proof).toMatchObject({ tier: "test", setup: "local", claim: claim(), out: "proof.json" });
    expect(workspace.said.proof.warnings[0]).toContain("LOCAL set-up");
  });

  it("verify needs public material alone, and says what it covered", async () => {
    const checked = await cli.json(["verify", "proof.json", "--snapshot", "snapshot.json", ...MARKET, "--registry", "registry.json"]);
    expect(checked).toMatchObject({ valid: true, claim: claim(), publicSignals: workspace.said.proof.publicSignals });
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
    const files = ["verification_key.json", "public.json", "proof.json"].map((file) => inFolder(join("exported", file)));
    const { code, stdout } = await runNode([snarkjs, "groth16", "verify", ...files], workspace.folder);
    expect([code, /OK!/.test(stdout)]).toEqual([0, true]);
  });

  it("prove shows the time of its stages, and only to people", async () => {
    const hopeless = [...PROVE, "--ratio-bps", "900000", "--min-assurance", "attested", "--out", "hopeless.json"];
    const stages = ["read and check", "risk vectors", "load tier test, compare digests"].map((stage) => expect.stringMatching(new RegExp(`^  ✔ ${stage} +[0-9]+\\.[0-9] s$`)));
    expect((await cli.run(hopeless)).stderr.split("\n").slice(0, 3)).toEqual(stages);
    expect((await cli.run([...hopeless, "--json"])).stderr).not.toContain("✔");
  });
});

describe("submit and status", () => {
  it("a proof is accepted once, and the subject is healthy from then on", async () => {
    const status = (code: number) => cli.json(["status", workspace.protocol.borrower, "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc], { code });
    expect(await status(1)).toMatchObject({ healthy: false, sequence: 0 });
    const asked = await cli.json(["submit", "proof.json", "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc, "--key", "env:SENDER", "--dry-run"], { env: { SENDER: SENDER.privateKey } });
    expect(asked).toMatchObject({ dryRun: true, transactions: [{ call: "submit", gas: expect.stringMatching(/^3[0-9]{5}$/) }], claim: { sequence: 6 } });
    expect(await status(1)).toMatchObject({ healthy: false, sequence: 0 });
    const submit = ["submit", "proof.json", "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc, "--key", "env:SENDER", "--prepare"];
    const hash = expect.stringMatching(/^0x[0-9a-f]{64}$/);
    expect(await cli.json(submit, { env: { SENDER: SENDER.privateKey } })).toMatchObject({ accepted: true, prepared: hash, transactionHash: hash, claim: { sequence: 6 } });
    expect(await status(0)).toMatchObject({ healthy: true, sequence: 6, minRatioBps: "10500", level: "IM", minAssurance: "attested", snapshotRoot: workspace.said.snapshot.root });
    const again = await cli.run([...submit, "--json"], { env: { SENDER: SENDER.privateKey } });
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stderr).error).toMatchObject({ code: "ContractRefused", path: "proof.json", message: expect.stringContaining("SequenceNotIncreasing"), hint: expect.any(String) });
  });
});

describe("submit of several", () => {
  const submit = (...files: string[]) => ["submit", ...files, "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc, "--key", "env:SENDER"];
  const ENV = { env: { SENDER: SENDER.privateKey } };
  const refused = async (...files: string[]) => {
    const { code, stderr } = await cli.run([...submit(...files), "--json"], ENV);
    return [code, JSON.parse(stderr).error];
  };

  it("takes all in one transaction, or none and names the file at fault", async () => {
    for (const sequence of [4, 5]) {
      await cli.json([
        "statement", "sign", "--book", "book.json", "--account", "deribit/main", "--key", "deribit.key", "--subject", workspace.protocol.borrower, "--chain-id", "31337",
        "--registry-address", workspace.protocol.address, "--policy", "policy.json", "--sequence", String(sequence), "--out", `deribit-${sequence}.json`,
      ]);
      const prove = PROVE.map((word) => (word === "deribit.statement.json" ? `deribit-${sequence}.json` : word));
      await cli.json([...prove, "--ratio-bps", "10500", "--min-assurance", "attested", "--out", `proof-${sequence}.json`]);
    }
    const health = () => cli.json(["status", workspace.protocol.borrower, "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc]);
    expect(await refused("proof-5.json", "proof-4.json")).toEqual([1, expect.objectContaining({ code: "ContractRefused", path: "proof-4.json", message: expect.stringContaining("SequenceNotIncreasing") })]);
    expect(await health()).toMatchObject({ sequence: 6 });
    expect(await cli.json(submit("proof-4.json", "proof-5.json"), ENV)).toMatchObject({ accepted: true, claims: [{ sequence: 7 }, { sequence: 8 }], gasUsed: expect.stringMatching(/^[0-9]+$/) });
    expect(await health()).toMatchObject({ healthy: true, sequence: 8 });
  }, 120_000);

  it("is of proofs of margin alone, and prepares no key", async () => {
    expect(await refused("proof-4.json", "proof-5.json", "--prepare")).toEqual([2, expect.objectContaining({ code: "UsageError", path: "--prepare" })]);
    await writeFile(inFolder("other-tier.json"), JSON.stringify({ ...(await read("proof.json")), tier: "desk" }));
    expect(await refused("proof-5.json", "other-tier.json")).toEqual([1, expect.objectContaining({ code: "InvalidBundle", path: "other-tier.json, tier" })]);
  });
});

describe("breach", () => {
  const ENV = { SENDER: SENDER.privateKey };
  beforeAll(() => oneAtATime("tier-test-breach", () => build(["test-breach"])), 300_000);

  it("prove --breach shows what the book does not cover, and verify says which of the two was shown", async () => {
    const proved = await cli.json([...PROVE, "--ratio-bps", "900000", "--min-assurance", "attested", "--breach", "--out", "breach.json"]);
    expect(proved).toMatchObject({ tier: "test-breach", states: "breach", claim: { minRatioBps: "900000" } });
    expect(await cli.json(["verify", "breach.json"])).toMatchObject({ valid: true, states: "breach" });
    expect(await cli.json(["verify", "proof.json"])).toMatchObject({ valid: true, states: "health" });
  });

  it("submit sends it as a breach, and the registry refuses a breach of more than it demands", async () => {
    const { code, stderr } = await cli.run(["submit", "breach.json", "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc, "--key", "env:SENDER", "--json"], { env: ENV });
    expect([code, JSON.parse(stderr).error]).toEqual([1, expect.objectContaining({ code: "ContractRefused", path: "breach.json", message: expect.stringMatching(/BreachOfHigher(Level|Ratio)/), hint: expect.stringContaining("the registry demands") })]);
  });

  it("of a book that covers what is claimed there is none, and nothing is written", async () => {
    const { code, stderr } = await cli.run([...PROVE, "--min-assurance", "attested", "--breach", "--out", "none.json", "--json"]);
    expect([code, JSON.parse(stderr).error]).toEqual([1, expect.objectContaining({ code: "Healthy", path: "claim" })]);
    expect(existsSync(inFolder("none.json"))).toBe(false);
  });
});

describe("register", () => {
  it("fixes the sender's own account set, once", async () => {
    const env = { SENDER: SENDER.privateKey };
    const register = ["register", ...STATEMENTS, "--salt-file", "set.salt", "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc, "--key", "env:SENDER"];
    const { accountSet } = await cli.json(["account-set", ...STATEMENTS, "--salt-file", "set.salt"]);
    expect(await cli.json(register, { env })).toMatchObject({ subject: SENDER.address, accountSet, saltIsNew: false, transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) });
    const again = await cli.run([...register, "--json"], { env });
    expect([again.code, JSON.parse(again.stderr).error]).toEqual([1, expect.objectContaining({ code: "ContractRefused", message: expect.stringContaining("AlreadyRegistered"), hint: expect.any(String) })]);
  });
});

describe("publishing", () => {
  const RPC = () => ["--rpc", workspace.rpc, "--key", "env:SENDER"];
  const ENV = { SENDER: SENDER.privateKey };
  const sign = (i: number, at: { chainId: string; oracle: string }, out: string) => cli.json(
    ["snapshot", "sign", "next.json", "--market", "next-market.json", "--policy", "policy.json", "--epoch", "2", "--chain-id", at.chainId, "--oracle-address", at.oracle, "--key", "env:PUBLISHER", "--out", out],
    { env: { PUBLISHER: PUBLISHERS[i]!.privateKey } },
  );

  beforeAll(async () => {
    await workspace.write("next-market.json", { ...(await read("market.json")), asOf: workspace.protocol.desk.asOf + 1 });
    await cli.json(["snapshot", "build", "--market", "next-market.json", "--policy", "policy.json", "--out", "next.json"]);
  });

  it("takes one publisher's signature as a vote, and two as a snapshot", async () => {
    const { root } = await read("next.json");
    const at = { chainId: "31337", oracle: await workspace.protocol.oracle.getAddress() };
    const first = await sign(1, at, "publisher-1.json");
    expect(first).toMatchObject({ publisher: PUBLISHERS[1]!.address, epoch: "2", root, spots: { BTC: expect.stringMatching(/^[0-9]+/) }, chainId: "31337", oracle: at.oracle });
    await sign(2, at, "publisher-2.json");
    expect(await cli.json(["snapshot", "publish", "publisher-1.json", ...RPC()], { env: ENV })).toMatchObject({ accepted: false });
    const published = await cli.json(["snapshot", "publish", "publisher-2.json", "publisher-1.json", ...RPC()], { env: ENV });
    expect(published).toMatchObject({ accepted: true, breakerTripped: false, root, transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) });
    expect(published.publishers.toSorted()).toEqual([1, 2].map((i) => PUBLISHERS[i]!.address).toSorted());
    const again = await cli.run(["snapshot", "publish", "publisher-1.json", ...RPC(), "--json"], { env: ENV });
    expect([again.code, JSON.parse(again.stderr).error]).toEqual([1, expect.objectContaining({ code: "ContractRefused", message: expect.stringContaining("EpochNotIncreasing"), hint: expect.any(String) })]);
  });

  it("relays what was signed for an oracle on another chain", async () => {
    const at = { chainId: "1", oracle: SUBJECT };
    await Promise.all([sign(0, at, "relayed-0.json"), sign(1, at, "relayed-1.json")]);
    const owner = await workspace.protocol.admin.getAddress();
    const terms = snapshotTerms({ publishers: PUBLISHERS.map(({ address }) => address), quorum: 2, maxSnapshotAge: 3_600, historyWindow: 1 }, owner);
    const relay = await deploy("RelayedSnapshots", workspace.protocol.admin, [terms, 1, SUBJECT]);
    const relayTo = (address: string) => ["snapshot", "publish", "relayed-0.json", "relayed-1.json", "--relay-address", address, ...RPC()];
    const stray = await cli.run([...relayTo(await workspace.protocol.oracle.getAddress()), "--json"], { env: ENV });
    expect([stray.code, JSON.parse(stray.stderr).error]).toEqual([1, expect.objectContaining({ code: "ChainError", path: await workspace.protocol.oracle.getAddress() })]);
    const published = await cli.json(relayTo(await relay.getAddress()), { env: ENV });
    expect(published).toMatchObject({ accepted: true, chainId: "1" });
    expect(await relay.getFunction("isCurrent")(policyId(BigInt(published.policyHash)), BigInt(published.root))).toBe(true);
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

describe("refuses, with code, path and remedy, and leaves nothing behind:", () => {
  beforeAll(() => writeOddities(workspace));

  it.each(REFUSED)("$title", async ({ title, args, env = {}, exit, code, path }) => {
    const empty = inFolder(join("refused", title.replaceAll(" ", "-")));
    await mkdir(empty, { recursive: true });
    const result = await cli.runHere([...args, "--json"], { cwd: empty, env: { ...env, RPC: workspace.rpc } });
    expect(result.stderr).not.toBe("");
    const { error } = JSON.parse(result.stderr);
    expect({ exit: result.code, code: error.code, path: error.path }).toEqual({ exit, code, path });
    expect(error.hint).toMatch(/\S/);
    expect(result.stdout).toBe("");
    expect(await readdir(empty)).toEqual([]);
  });

  it("a process ends with 2 when it was misused, and with 1 when it was refused", async () => {
    const runs = await Promise.all([cli.run(["check"]), cli.run(["verify", "nowhere.json"])]);
    expect(runs.map(({ code }) => code)).toEqual([2, 1]);
  });

  it("people read code, path and message on one line and the remedy below", async () => {
    const { code, stdout, stderr } = await cli.run(["check", "--book", "odd-book.json", ...MARKET]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.split("\n").slice(-3)).toEqual(["UnknownInstrument: accounts[0].positions[0].instrument: GOLD is not in the market", expect.stringMatching(/^  \S/), ""]);
  });

  it("a file in the way stays as it is without --force, and is replaced with it", async () => {
    await writeFile(inFolder("mine.json"), "mine");
    const build = ["snapshot", "build", ...MARKET, "--out", "mine.json"];
    expect((await cli.run(build)).code).toBe(1);
    expect(await readFile(inFolder("mine.json"), "utf8")).toBe("mine");
    expect((await cli.run([...build, "--force"])).code).toBe(0);
    expect((await read("mine.json")).root).toBe(workspace.said.snapshot.root);
  });
});

describe("of everything printed so far", () => {
  it("nothing holds a key or a salt", async () => {
    const salts = await Promise.all(["deribit", "custodian"].map(async (venue) => (await read(`${venue}.statement.json`)).salt as string));
    const printed = cli.transcript.join("\n").toLowerCase();
    expect(printed.length).toBeGreaterThan(10_000);
    // Not even most of one.
    for (const secret of [...SECRETS, ...salts]) expect(printed.includes(secret.slice(1).toLowerCase())).toBe(false);
    expect(printed).not.toContain("with-an-api-key");
  });

  it("no draft of a file is left", async () => {
    const files = await readdir(workspace.folder, { recursive: true });
    expect(files.filter((file) => file.includes(".partial"))).toEqual([]);
  });
});
