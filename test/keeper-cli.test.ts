import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REPOSITORY } from "../scripts/circom.ts";
import { openWorkspace, SALT, SENDER, type Workspace } from "./support/cli-workspace.ts";

let workspace: Workspace;
const transcript: string[] = [];

beforeAll(async () => {
  workspace = await openWorkspace();
  await mkdir(join(workspace.folder, "inbox"));
  for (const file of ["market.json", "snapshot.json", "registry.json", "deribit.statement.json", "custodian.statement.json"]) await copyFile(join(workspace.folder, file), join(workspace.folder, "inbox", file));
});
afterAll(() => workspace.close());

const args = (journal: string, ...more: string[]) => [
  "watch", "--from", "inbox", "--journal", journal, "--policy", "policy.json", "--subject", workspace.protocol.borrower, "--account", "deribit/main", "custodian/vault",
  "--account-set-salt", "set.salt", "--registry-address", workspace.protocol.address, "--rpc", workspace.rpc, "--key", "env:SENDER", "--confirmations", "1", "--poll", "1", ...more,
];

interface Watching {
  readonly child: ChildProcess;
  /** Resolves once a line with this text has been printed. */
  said(text: string): Promise<void>;
  /** How it ended: an exit code or a signal. */
  readonly end: Promise<number | string>;
}

function watch(journal: string, ...more: string[]): Watching {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(REPOSITORY, "prover/cli/main.ts"), ...args(journal, ...more)], {
    cwd: workspace.folder, env: { PATH, HOME, NO_COLOR: "1", SENDER: SENDER.privateKey }, stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      transcript.push(text);
      waiting.forEach((look) => look());
    });
  }
  const end = new Promise<number | string>((resolve) => child.on("close", (code, signal) => resolve(code ?? signal!)));
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => (printed.includes(text) ? resolve() : undefined);
      waiting.push(look);
      void end.then(() => (printed.includes(text) ? resolve() : reject(new Error(`it ended without ${JSON.stringify(text)}: ${printed}`))));
      look();
    });
  return { child, said, end };
}

const accepted = async () => {
  const { registry, borrower } = workspace.protocol;
  return (await registry.queryFilter(registry.filters.HealthProved!(borrower))).map((event) => Number(registry.interface.parseLog(event)!.args.sequence));
};

/** The sender has voted for the snapshot before. */
const transactions = () => workspace.protocol.chain.ethers.provider.getTransactionCount(SENDER.address);

describe("watch", () => {
  it("killed while it proves and again when it has sent, ends up with one accepted proof", async () => {
    const before = await transactions();
    const proving = watch("keeper", "--json");
    await proving.said('"event":"decided"');
    proving.child.kill("SIGKILL");
    expect(await proving.end).toBe("SIGKILL");
    expect(existsSync(join(workspace.folder, "keeper", "keeper.lock"))).toBe(true);
    const sending = watch("keeper", "--json");
    await sending.said('"event":"sent"');
    sending.child.kill("SIGKILL");
    expect(await sending.end).toBe("SIGKILL");
    const last = watch("keeper", "--json", "--once");
    expect(await last.end).toBe(0);
    expect(await accepted()).toEqual([6]);
    expect((await transactions()) - before).toBe(1);
    const records = (await readFile(join(workspace.folder, "keeper", "journal.jsonl"), "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
    expect(records.filter(({ outcome }) => outcome === "final")).toHaveLength(1);
    expect((await readdir(join(workspace.folder, "keeper"))).toSorted()).toEqual(["journal.jsonl", "proofs"]);
  });

  it("runs once per journal: the second one is told whose it is, and leaves it alone", async () => {
    const first = watch("keeper", "--json");
    await first.said('"event":"watching"');
    const second = await workspace.cli.run([...args("keeper"), "--json"], { env: { SENDER: SENDER.privateKey } });
    expect([second.code, second.stdout, JSON.parse(second.stderr).error]).toEqual([1, "", expect.objectContaining({ code: "KeeperRunning", path: "keeper/keeper.lock", message: expect.stringContaining(`process ${first.child.pid} `), hint: expect.any(String) })]);
    first.child.kill("SIGTERM");
    await first.end;
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends well on %s: exit code 0, lock released, a last line", async (signal) => {
    const watching = watch("keeper");
    await watching.said("watching");
    watching.child.kill(signal);
    await watching.said("stopped");
    expect(await watching.end).toBe(0);
    expect(existsSync(join(workspace.folder, "keeper", "keeper.lock"))).toBe(false);
  });

  it("does not continue the journal of another subject", async () => {
    const other = args("keeper").map((each) => (each === workspace.protocol.borrower ? "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" : each));
    const { code, stderr } = await workspace.cli.run([...other, "--json"], { env: { SENDER: SENDER.privateKey } });
    expect([code, JSON.parse(stderr).error.code]).toEqual([1, "InvalidJournal"]);
    expect(existsSync(join(workspace.folder, "keeper", "keeper.lock"))).toBe(false);
  });

  it("prints a line for each event, in JSON for machines, and no secret in either", async () => {
    const printed = transcript.join("");
    const lines = printed.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("event");
    expect(printed).toMatch(/^[0-9]{4}-[0-9-]+T[0-9:]+Z {2}watching {5}subject 0x[0-9a-fA-F]{40}, registry 0x/m);
    const salts = await Promise.all(["deribit", "custodian"].map(async (venue) => (await workspace.read(`${venue}.statement.json`)).salt as string));
    const files = await Promise.all(["journal.jsonl", "proofs/proof-000001.json", "proofs/proof-000002.json"].map((name) => readFile(join(workspace.folder, "keeper", name), "utf8").catch(() => "")));
    for (const secret of [SENDER.privateKey.slice(2), SALT, ...salts, workspace.rpc]) expect([printed, ...files].some((text) => text.includes(secret)), secret.slice(0, 4)).toBe(false);
  });
});
