import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Journal } from "../prover/keeper/journal.ts";
import type { JournalRecord, JournalSubject } from "../prover/keeper/journal-records.ts";
import { lockFile } from "../prover/keeper/lock-file.ts";
import { SUBJECT } from "./support/statements.ts";
import { remedy } from "./support/remedy.ts";

const ABOUT: JournalSubject = { chainId: "31337", registry: "0x1", subject: "0x2", policyId: "0x3" };
const HASH = `0x${"a".repeat(64)}`;
const record = {
  decided: (attempt: number): JournalRecord => ({ record: "decided", at: 1, attempt, reason: "newer statements", sequence: 2, snapshotRoot: 2n ** 250n, attesterRoot: 4n, lapsesAt: 9 }),
  proved: (attempt: number): JournalRecord => ({ record: "proved", at: 2, attempt, file: "p.json", sha256: "b".repeat(64), seconds: 1.5 }),
  sent: (attempt: number): JournalRecord => ({ record: "sent", at: 3, attempt, from: SUBJECT, hash: HASH, nonce: 0, maxFeePerGas: 2n ** 70n, maxPriorityFeePerGas: 1n, raw: "0x02" }),
  mined: (attempt: number): JournalRecord => ({ record: "mined", at: 4, attempt, hash: HASH, blockNumber: 7, blockHash: HASH }),
  reorged: (attempt: number): JournalRecord => ({ record: "reorged", at: 5, attempt, hash: HASH, blockNumber: 7, blockHash: HASH }),
  closed: (attempt: number): JournalRecord => ({ record: "closed", at: 6, attempt, outcome: "final", reason: "enough" }),
};
const WHOLE = (["decided", "proved", "sent", "mined", "reorged", "closed"] as const).map((name) => record[name](1));

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "margin-journal-"));
  path = join(folder, "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (records: readonly JournalRecord[]) => {
  const journal = new Journal(path, ABOUT, 0);
  records.forEach((each) => journal.append(each));
  journal.close();
};
const reopened = () => {
  const journal = new Journal(path, ABOUT, 0);
  journal.close();
  return journal;
};

describe("a journal", () => {
  it("gives back after a restart what was written, amounts beyond a number's included", () => {
    write([...WHOLE, record.decided(2), record.proved(2)]);
    const { attempts, open } = reopened();
    expect(attempts.map(({ closed }) => closed?.outcome)).toEqual(["final", undefined]);
    expect(attempts[0]).toMatchObject({ decided: { snapshotRoot: 2n ** 250n }, sent: [{ maxFeePerGas: 2n ** 70n }], mined: null });
    expect(open?.number).toBe(2);
  });

  it("is its owner's alone to read", () => {
    write([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("cut anywhere in its last line is the journal without that line, and goes on from there", () => {
    write(WHOLE);
    const text = readFileSync(path, "utf8");
    const start = text.trimEnd().lastIndexOf("\n") + 1;
    for (let length = start; length < text.length; length += 7) {
      writeFileSync(path, text.slice(0, length));
      const journal = new Journal(path, ABOUT, 0);
      expect(journal.open?.number).toBe(1);
      journal.append(record.closed(1));
      journal.close();
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });

  it("cut in its first line is new", () => {
    write([]);
    writeFileSync(path, readFileSync(path, "utf8").slice(0, 20));
    expect(reopened().attempts).toEqual([]);
    expect(readFileSync(path, "utf8")).toMatch(/^\{"record":"opened".*\}\n$/);
  });

  it.each<[string, (text: string) => string]>([
    ["a line that is not JSON", (text) => text.replace('{"record":"proved"', "{")],
    ["a record that there is not", (text) => text.replace('"record":"proved"', '"record":"approved"')],
    ["a record with one thing more", (text) => text.replace('"seconds":1.5', '"seconds":1.5,"key":1')],
    ["another version", (text) => text.replace("margin-keeper-journal/1", "margin-keeper-journal/2")],
    ["a record of an attempt that never began", (text) => text.replace('"record":"closed","at":6,"attempt":1', '"record":"closed","at":6,"attempt":2')],
    ["a line twice", (text) => text + text.slice(text.trimEnd().lastIndexOf("\n") + 1)],
    ["no beginning", (text) => text.slice(text.indexOf("\n") + 1)],
  ])("with %s in the middle is refused, and left as it is", (_, damage) => {
    write(WHOLE);
    const damaged = damage(readFileSync(path, "utf8"));
    writeFileSync(path, damaged);
    expect(remedy(reopened)).toMatchObject({ code: "InvalidJournal", path: expect.stringContaining(path), hint: expect.any(String) });
    expect(readFileSync(path, "utf8")).toBe(damaged);
  });

  it.each(["chainId", "registry", "subject", "policyId"] as const)("about another %s is refused", (name) => {
    write(WHOLE);
    expect(remedy(() => new Journal(path, { ...ABOUT, [name]: "0x9" }, 0))).toMatchObject({ code: "InvalidJournal", path });
  });

  it("takes no record out of turn, and writes nothing of it", () => {
    const journal = new Journal(path, ABOUT, 0);
    journal.append(record.decided(1));
    const before = readFileSync(path, "utf8");
    for (const wrong of [record.decided(2), record.proved(2), record.decided(1)]) expect(remedy(() => journal.append(wrong)).code).toBe("InvalidJournal");
    journal.append(record.closed(1));
    expect(remedy(() => journal.append(record.proved(1))).code).toBe("InvalidJournal");
    expect(readFileSync(path, "utf8").startsWith(before)).toBe(true);
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(3);
    journal.close();
  });

  it("in a folder that is not there is refused", () => {
    expect(remedy(() => new Journal(join(folder, "nowhere", "journal.jsonl"), ABOUT, 0))).toMatchObject({ code: "UnwritableFile", hint: expect.any(String) });
  });
});

describe("a lock", () => {
  const lock = () => join(folder, "keeper.lock");
  const left = () => readdirSync(folder);

  it("is one process's, who is named to the next, and anyone's after its release", () => {
    const held = lockFile(lock());
    expect(remedy(() => lockFile(lock()))).toMatchObject({ code: "KeeperRunning", reason: `process ${process.pid} keeps this journal`, path: lock(), hint: expect.any(String) });
    expect(left()).toEqual(["keeper.lock"]);
    held.release();
    expect(left()).toEqual([]);
    lockFile(lock()).release();
  });

  it("of a process that died is taken over", async () => {
    const child = spawn(process.execPath, ["-e", "0"]);
    await new Promise((resolve) => child.on("close", resolve));
    writeFileSync(lock(), JSON.stringify({ pid: child.pid, host: hostname(), started: null }));
    const held = lockFile(lock());
    expect(JSON.parse(readFileSync(lock(), "utf8")).pid).toBe(process.pid);
    expect(left()).toEqual(["keeper.lock"]);
    held.release();
  });

  it("of a process whose number was given to another is taken over", () => {
    writeFileSync(lock(), JSON.stringify({ pid: process.pid, host: hostname(), started: "1" }));
    lockFile(lock()).release();
  });

  it("of another machine is not taken over: nobody here can tell whether it runs", () => {
    writeFileSync(lock(), JSON.stringify({ pid: 1, host: "elsewhere", started: null }));
    expect(remedy(() => lockFile(lock()))).toMatchObject({ code: "KeeperRunning", reason: "process 1 on elsewhere keeps this journal" });
  });

  it("that is not a lock, such as one of a disk that was full, is taken over", () => {
    writeFileSync(lock(), "");
    lockFile(lock()).release();
  });

  it("of a dead process is taken over by exactly one of many that try", async () => {
    writeFileSync(lock(), "");
    const program = `import { lockFile } from ${JSON.stringify(join(import.meta.dirname, "../prover/keeper/lock-file.ts"))};
      try { lockFile(${JSON.stringify(lock())}); console.log("held"); setTimeout(() => {}, 3000); } catch (error) { console.log(error.code); }`;
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] }));
    const said = await Promise.all(children.map((child) => new Promise<string>((resolve) => child.stdout!.once("data", (text) => resolve(String(text).trim())))));
    expect(said.toSorted()).toEqual(["KeeperRunning", "KeeperRunning", "KeeperRunning", "held"]);
    children.forEach((child) => child.kill("SIGKILL"));
  });

  it("in a folder that is not there is refused, and leaves nothing", () => {
    expect(remedy(() => lockFile(join(folder, "nowhere", "lock"))).code).toBe("UnwritableFile");
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
  });
});
