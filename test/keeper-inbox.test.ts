import { mkdir, mkdtemp, rename, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serializeSnapshot } from "../prover/commitment/snapshot-json.ts";
import { chooseStatements, type StatementWish } from "../prover/keeper/choose-statements.ts";
import { Inbox } from "../prover/keeper/inbox.ts";
import { AttesterKey } from "../prover/statement/attester-key.ts";
import { buildRegistry } from "../prover/statement/attester-registry.ts";
import { serializeRegistry } from "../prover/statement/registry-json.ts";
import { serializeStatement, signStatement } from "../prover/statement/signed-statement.ts";
import type { Statement } from "../prover/statement/statement.ts";
import { remedy } from "./support/remedy.ts";
import { MARKET_JSON, SNAPSHOT } from "./support/small-market.ts";
import { OTHER_KEY, STATEMENT, SUBJECT, VENUE_KEY } from "./support/statements.ts";

const signed = (change: Partial<Statement> = {}, key = VENUE_KEY) => signStatement({ ...STATEMENT, ...change }, key);
const VALIDITY = { validFrom: 1_600_000_000, validUntil: 1_800_000_000 };
const REGISTRY = buildRegistry([
  { venue: "deribit", key: VENUE_KEY.publicKey, assurance: "venue-signed", ...VALIDITY },
  { venue: "custodian", key: OTHER_KEY.publicKey, assurance: "attested", ...VALIDITY },
]);

describe("an inbox", () => {
  let folder: string;
  let inbox: Inbox;
  const file = (name: string) => join(folder, name);
  const sequences = (now = 0) => inbox.scan(now).contents.statements.map(({ statement }) => statement.sequence);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "margin-inbox-"));
    inbox = new Inbox([folder], 30);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("sorts what arrives by what it is, and leaves the rest alone", async () => {
    await writeFile(file("a.json"), serializeSnapshot(SNAPSHOT));
    await writeFile(file("b.json"), JSON.stringify(MARKET_JSON));
    await writeFile(file("c.json"), serializeStatement(signed()));
    await writeFile(file("d.json"), serializeRegistry(REGISTRY));
    await writeFile(file("e.json"), JSON.stringify({ format: "something-else/1" }));
    await writeFile(file("f.json"), "null");
    await writeFile(file("notes.txt"), "no document");
    await mkdir(file("folder.json"));
    const { contents, problems } = inbox.scan(0);
    expect(problems).toEqual([]);
    expect(contents.snapshots.map(({ root, asOf }) => [root, asOf])).toEqual([[SNAPSHOT.root, SNAPSHOT.asOf]]);
    expect([...contents.markets.keys()]).toEqual([SNAPSHOT.marketHash]);
    expect(contents.statements).toEqual([signed()]);
    expect(contents.registries.map(({ root }) => root)).toEqual([REGISTRY.root]);
  });

  it("gathers from several folders", async () => {
    const other = await mkdtemp(join(tmpdir(), "margin-inbox-"));
    inbox = new Inbox([folder, other], 30);
    await writeFile(file("a.json"), serializeStatement(signed({ sequence: 1 })));
    await writeFile(join(other, "a.json"), serializeStatement(signed({ sequence: 2 })));
    expect(sequences().sort()).toEqual([1, 2]);
    await rm(other, { recursive: true });
  });

  it("reads a half-written file again until it is whole, and says nothing meanwhile", async () => {
    const text = serializeStatement(signed());
    await writeFile(file("a.json"), text.slice(0, 100));
    expect(inbox.scan(0)).toMatchObject({ contents: { statements: [] }, problems: [] });
    await writeFile(file("a.json"), text.slice(0, 200));
    expect(inbox.scan(29).problems).toEqual([]);
    await writeFile(file("a.json"), text);
    expect(sequences(100)).toEqual([7]);
  });

  it("reports a file that stays unreadable, once for each version of it", async () => {
    await writeFile(file("a.json"), "{");
    expect(inbox.scan(0).problems).toEqual([]);
    expect(inbox.scan(29).problems).toEqual([]);
    expect(inbox.scan(30).problems).toEqual([{ file: file("a.json"), code: "UnreadableFile", problem: "cannot be read, or is not JSON" }]);
    expect(inbox.scan(60).problems).toEqual([]);
    await writeFile(file("a.json"), "{{");
    expect(inbox.scan(61).problems).toEqual([]);
    expect(inbox.scan(91).problems).toHaveLength(1);
  });

  it("keeps what a name held while its next version is being written, and drops it with the file", async () => {
    await writeFile(file("a.json"), serializeStatement(signed({ sequence: 1 })));
    expect(sequences()).toEqual([1]);
    await truncate(file("a.json"), 50);
    expect(sequences()).toEqual([1]);
    await writeFile(file(".a.json"), serializeStatement(signed({ sequence: 2 })));
    expect(sequences()).toEqual([1]);
    await rename(file(".a.json"), file("a.json"));
    expect(sequences()).toEqual([2]);
    await unlink(file("a.json"));
    expect(sequences()).toEqual([]);
  });

  it("takes no statement whose signature is another's, and does not quote from it", async () => {
    const json = { ...JSON.parse(serializeStatement(signed())), sequence: 8 };
    await writeFile(file("a.json"), JSON.stringify(json));
    inbox.scan(0);
    const [problem] = inbox.scan(30).problems;
    expect(problem).toEqual({ file: file("a.json"), code: "InvalidSignature", problem: "signature: not a statement as a venue signs it" });
    await writeFile(file("b.json"), JSON.stringify({ ...json, positions: [{ instrument: "BTC-PERPETUAL", quantity: "4711.123456789" }] }));
    inbox.scan(30);
    expect(JSON.stringify(inbox.scan(60).problems)).not.toContain("4711");
  });

  it("does not read again what has not changed: a snapshot stays the same object", async () => {
    await writeFile(file("a.json"), serializeSnapshot(SNAPSHOT));
    const [first] = inbox.scan(0).contents.snapshots;
    expect(inbox.scan(1).contents.snapshots[0]!.json).toBe(first!.json);
    await writeFile(file("a.json"), serializeSnapshot(SNAPSHOT));
    expect(inbox.scan(2).contents.snapshots[0]!.json).not.toBe(first!.json);
  });

  it("refuses a folder that is not there, at once and when it goes", async () => {
    expect(remedy(() => new Inbox([join(folder, "nowhere")], 30))).toMatchObject({ code: "UnreadableFile", path: join(folder, "nowhere"), hint: expect.any(String) });
    await rm(folder, { recursive: true });
    expect(remedy(() => inbox.scan(0))).toMatchObject({ code: "UnreadableFile", path: folder });
  });
});

describe("chooseStatements", () => {
  const WISH: StatementWish = {
    subject: SUBJECT, scope: STATEMENT.scope, registry: REGISTRY, minAssurance: "attested", oldest: STATEMENT.asOf - 100, newest: STATEMENT.asOf + 100,
    accounts: [{ venue: "deribit", account: "main" }, { venue: "custodian", account: "vault" }],
  };
  const vault = (change: Partial<Statement> = {}) => signed({ venue: "custodian", account: "vault", ...change }, OTHER_KEY);
  const choose = (statements: Parameters<typeof chooseStatements>[0], wish: Partial<StatementWish> = {}) => {
    const { chosen, problems } = chooseStatements(statements, { ...WISH, ...wish });
    return { chosen: chosen?.map(({ statement }) => `${statement.venue} ${statement.sequence}`) ?? null, problems };
  };

  it("takes the newest of each account, in the order of the set", () => {
    expect(choose([vault(), signed({ sequence: 8 }), signed({ sequence: 10 }), signed({ sequence: 9 })])).toEqual({ chosen: ["deribit 10", "custodian 7"], problems: [] });
    expect(choose([signed(), vault()], { accounts: WISH.accounts.toReversed() }).chosen).toEqual(["custodian 7", "deribit 7"]);
  });

  it("takes the later of two with one sequence", () => {
    const { chosen } = chooseStatements([signed({ asOf: STATEMENT.asOf - 1 }), signed(), vault()], WISH);
    expect(chosen![0]!.statement.asOf).toBe(STATEMENT.asOf);
  });

  it("takes nothing unless every account of the set is there, and names those that are not", () => {
    expect(choose([signed()])).toEqual({ chosen: null, problems: ["no statement of custodian/vault for this subject and scope"] });
    expect(choose([])).toMatchObject({ chosen: null, problems: [expect.stringContaining("deribit/main"), expect.stringContaining("custodian/vault")] });
  });

  it.each<[string, Partial<Statement>, string]>([
    ["too old", { asOf: WISH.oldest - 1 }, "is too old"],
    ["from the future", { asOf: WISH.newest + 1 }, "is from the future"],
  ])("passes over a statement that is %s, says so, and takes the newest that is not", (_, change, problem) => {
    expect(choose([signed({ sequence: 9, ...change }), signed({ sequence: 6 }), vault()])).toEqual({ chosen: ["deribit 6", "custodian 7"], problems: [`statement 9 of deribit/main ${problem}`] });
    expect(choose([signed({ sequence: 9, ...change }), vault()])).toEqual({ chosen: null, problems: [`statement 9 of deribit/main ${problem}`] });
  });

  it("takes the ends of the time that is allowed", () => {
    expect(choose([signed({ asOf: WISH.oldest }), vault({ asOf: WISH.newest })]).problems).toEqual([]);
  });

  it.each<[string, AttesterKey, Partial<StatementWish>, string]>([
    ["of a key that is not registered", AttesterKey.fromHex("22".repeat(32)), {}, "is not signed by a valid key: the statement's key is not registered for deribit"],
    ["of another venue's key", OTHER_KEY, {}, "is not signed by a valid key: the statement's key is not registered for deribit"],
    ["of a key that was not valid then", VENUE_KEY, { registry: buildRegistry([{ ...REGISTRY.attesters[0]!, validUntil: STATEMENT.asOf - 1 }, REGISTRY.attesters[1]!]) }, "is not signed by a valid key: the key is valid from"],
    ["of too weak a source", VENUE_KEY, { registry: buildRegistry([{ ...REGISTRY.attesters[0]!, assurance: "self-claimed" }, REGISTRY.attesters[1]!]) }, "has assurance self-claimed, and attested is demanded"],
  ])("passes over a statement %s", (_, key, wish, problem) => {
    const { chosen, problems } = choose([signed({}, key), vault()], wish);
    expect([chosen, problems]).toEqual([null, [expect.stringContaining(`statement 7 of deribit/main ${problem}`)]]);
  });

  it("takes none for another subject or scope, newer or not", () => {
    const others = [signed({ sequence: 9, scope: 1n }), signed({ sequence: 9, subject: "0x0000000000000000000000000000000000000001" })];
    expect(choose([...others, signed(), vault()])).toEqual({ chosen: ["deribit 7", "custodian 7"], problems: [] });
  });
});
