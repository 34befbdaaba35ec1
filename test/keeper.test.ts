import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { send } from "../prover/chain/contracts.ts";
import { MarginProofError } from "../prover/errors.ts";
import { serializeSnapshot } from "../prover/commitment/snapshot-json.ts";
import { hedgeSearch } from "../prover/keeper/hedge-search.ts";
import { keeperFiles } from "../prover/keeper/keeper.ts";
import { restoreAfterEach, now } from "./support/contracts.ts";
import { holding } from "./support/flow.ts";
import { ACCOUNTS, KeeperWorld, HEALTHY, SHORT, type Told } from "./support/keeper-world.ts";

let world: KeeperWorld;
beforeAll(async () => {
  world = await KeeperWorld.open();
});
afterAll(() => world.close());

const events = (told: readonly Told[]) => told.map(({ event }) => event);
const warnings = (told: readonly Told[]) => told.filter(({ event }) => event === "warning").map(({ facts }) => facts.code);

describe("a keeper", () => {
  restoreAfterEach(() => world.chain);
  beforeEach(() => world.begin());
  afterEach(() => world.end());

  it("proves what has arrived, submits it, and calls it final after so many blocks", async () => {
    await world.deliverStatements(1);
    const { settle, told, journal, stop } = await world.keeper();
    await settle();
    expect(await world.health()).toMatchObject({ healthy: true, sequence: 2, snapshotRoot: world.desk.snapshot.root });
    expect(events(told)).toEqual(["decided", "proved", "sent", "mined"]);
    await world.mine(2);
    await settle();
    expect(journal.attempts.map(({ closed }) => closed?.outcome)).toEqual(["final"]);
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
    stop();
  });

  it("proves nothing while a statement is missing, and says which", async () => {
    const { settle, told, stop } = await world.keeper();
    await world.deliverStatements(1);
    copyFileSync(join(world.inbox, "deribit-1.json"), join(world.inbox, "custodian-1.json"));
    await settle();
    expect(told).toEqual([{ event: "warning", facts: { code: "EvidenceMissing", message: "no statement of custodian/vault for this subject and scope" } }]);
    await world.deliverStatements(1);
    await settle();
    expect(await world.accepted()).toEqual([2]);
    stop();
  });

  it("proves again for newer statements, and not for a new snapshot alone, which the registry would refuse", async () => {
    await world.deliverStatements(1);
    const { settle, journal, stop } = await world.keeper({ settings: { confirmations: 1 } });
    await settle();
    await world.pass(600);
    await world.publish(2n);
    await settle();
    expect(await world.accepted()).toEqual([2]);
    await world.deliverStatements(2);
    await settle();
    expect(await world.accepted()).toEqual([2, 4]);
    expect(await world.health()).toMatchObject({ snapshotRoot: world.desk.snapshot.root });
    expect(journal.attempts.map(({ decided }) => decided.reason)).toEqual(["not healthy on chain", "new snapshot"]);
    stop();
  });

  it("waits between routine renewals, but not when health is about to end", async () => {
    await world.deliverStatements(1);
    const running = await world.keeper({ settings: { confirmations: 1, minInterval: 3_000 } });
    await running.settle();
    await world.pass(600);
    await world.publish(2n);
    await world.deliverStatements(2);
    await running.settle();
    expect(await world.accepted()).toEqual([2]);
    const { healthyUntil } = await world.health();
    expect(await running.keeper.pass()).toMatchObject({ progressed: false, wait: 12 });
    await world.pass(healthyUntil - running.keeper.lead - (await now(world.chain)));
    await running.settle();
    expect(await world.accepted()).toEqual([2, 4]);
    expect(running.journal.attempts.at(-1)!.decided.reason).toBe("about to expire");
    running.stop();
  });

  it("begins earlier when proving has turned out to be slow", async () => {
    await world.deliverStatements(1);
    const { keeper, settle, stop } = await world.keeper({ parts: (parts) => ({ ...parts, prover: { prove: async (request) => {
      const bundle = await parts.prover.prove(request);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return bundle;
    } } }), settings: { provingGuess: 0, provingFactor: 100 } });
    expect(keeper.lead).toBe(30);
    await settle();
    expect(keeper.lead).toBeGreaterThanOrEqual(50);
    stop();
  });

  it("never proves a book that is short: it says by how much, what binds, and asks once for a hedge", async () => {
    await world.deliverStatements(1, SHORT);
    let asked = 0;
    const hedge = { propose: async () => [`proposal ${++asked}`] };
    const { settle, told, stop } = await world.keeper({ parts: (parts) => ({ ...parts, hedge }) });
    await settle();
    await settle();
    expect(told).toEqual([
      { event: "warning", facts: { code: "Breach", message: expect.stringMatching(/^the ratio is .+ % of 100 %; [0-9,]+\.[0-9]{2} is missing; BTC −20 % \/ vol up binds$/) } },
      { event: "hedge", facts: { proposal: ["proposal 1"] } },
    ]);
    expect([world.prover.proofs, await world.sent()]).toEqual([0, 0]);
    stop();
  });

  it("does not send a proof it has made when newer statements show that the book is short", async () => {
    await world.deliverStatements(1);
    const first = await world.keeper({ parts: (parts) => ({ ...parts, chain: { ...parts.chain, refusalOf: async () => { throw new Error("killed"); } } }) });
    await expect(first.settle()).rejects.toThrow("killed");
    first.stop();
    await world.deliverStatements(2, SHORT);
    const { settle, journal, stop } = await world.keeper();
    await settle();
    expect(journal.attempts.map(({ closed }) => closed)).toMatchObject([{ outcome: "abandoned", reason: "the book no longer meets what it claims" }]);
    expect(await world.sent()).toBe(0);
    stop();
  });

  it("proposes trades that restore the ratio that is claimed and the margin above it, as a report confirms", async () => {
    await world.deliverStatements(1, SHORT);
    const hedge = hedgeSearch({ account: ACCOUNTS[0]!, maxProposals: 1 });
    const { settle, told, stop } = await world.keeper({ parts: (parts) => ({ ...parts, hedge }) });
    await settle();
    const [, { event, facts }] = told as [Told, Told];
    expect([event, facts.proposal]).toEqual(["hedge", [expect.stringMatching(/^(buy|sell) [0-9.]+ BTC\S+ at [0-9.]+: then [0-9.]+ %, [0-9,.]+ in excess$/)]]);
    expect(Number(/then ([0-9.]+) %/.exec((facts.proposal as string[])[0]!)![1])).toBeGreaterThanOrEqual(105);
    stop();
  });

  it("warns before a breach, while it still proves", async () => {
    await world.deliverStatements(1, [HEALTHY[0]!, [holding("USD", 20_700)]]);
    const { settle, told, stop } = await world.keeper({ settings: { warnMarginBps: 1_000_000n } });
    await settle();
    expect(warnings(told)).toEqual(["NearBreach"]);
    expect(await world.accepted()).toEqual([2]);
    stop();
  });

  it("uses no snapshot that the chain has not accepted, and none that cannot be recomputed", async () => {
    await world.deliverStatements(1);
    const { root } = world.desk.snapshot;
    const name = `snapshot-${world.desk.asOf}.json`;
    const honest = serializeSnapshot(world.desk.snapshot);
    const other = JSON.parse(honest);
    await world.deliver(name, JSON.stringify({ ...other, rows: other.rows.map((row: object, i: number) => (i === 0 ? { ...row, long: other.rows[1].long } : row)) }));
    const { settle, told, stop } = await world.keeper();
    await settle();
    expect(told).toEqual([{ event: "warning", facts: { code: "EvidenceMissing", message: expect.stringMatching(new RegExp(`^snapshot ${root.toString().slice(0, 12)}… cannot be recomputed: `)) } }]);
    await world.pass(10);
    const rejected = await world.publish(2n, { silently: true });
    await world.deliver(name, honest);
    expect(rejected.snapshot.root).not.toBe(root);
    await settle();
    expect(told.at(-1)!.event).toBe("mined");
    expect(told.filter(({ facts }) => facts.code === "EvidencePassedOver").map(({ facts }) => facts.message)).toEqual(["the chain has accepted a newer snapshot, and its file is not here"]);
    expect((await world.health()).snapshotRoot).toBe(root);
    stop();
  });

  it("keeps a proof that a paused registry refuses, and sends it when the pause is over", async () => {
    const { registry } = world.protocol;
    await world.deliverStatements(1);
    await send(registry, "pause", []);
    const { settle, told, stop } = await world.keeper();
    await settle();
    await settle();
    expect(told.filter(({ event }) => event === "warning").map(({ facts }) => facts.message)).toEqual(["EnforcedPause()"]);
    expect([await world.sent(), world.prover.proofs]).toEqual([0, 1]);
    await send(registry, "unpause", []);
    await settle();
    expect([await world.accepted(), world.prover.proofs]).toEqual([[2], 1]);
    stop();
  });

  it("leaves a proof that has lapsed, and makes another from what has come since", async () => {
    const { registry, oracle, desk } = world.protocol;
    await world.deliverStatements(1);
    await send(registry, "pause", []);
    const { settle, journal, stop } = await world.keeper({ settings: { confirmations: 1 } });
    await settle();
    await send(registry, "unpause", []);
    const { snapshot: { policyHash, root } } = desk;
    await send(oracle, "revoke", [`0x${policyHash.toString(16).padStart(64, "0")}`, root]);
    await world.pass(5);
    await world.publish(2n);
    await settle();
    expect(journal.attempts.map(({ closed }) => closed?.reason)).toEqual(["its snapshot or attester root no longer counts", "1 confirmations"]);
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
    stop();
  });

  it("says that health is ending when nothing newer has arrived, and that it has ended", async () => {
    await world.deliverStatements(1);
    const { settle, told, stop } = await world.keeper({ settings: { confirmations: 1 } });
    await settle();
    const { healthyUntil } = await world.health();
    await world.pass(healthyUntil - 10 - (await now(world.chain)));
    await settle();
    expect(warnings(told)).toEqual(["Lapsing"]);
    await world.pass(20);
    await settle();
    expect(warnings(told).at(-1)).toBe("Lapsed");
    stop();
  });

  it("says when the latest block is old, once, and goes on", async () => {
    await world.deliverStatements(1);
    const time = await now(world.chain);
    const { settle, told, stop } = await world.keeper({ parts: (parts) => ({ ...parts, clock: { ...parts.clock, now: () => time + 600 } }) });
    await settle();
    expect(warnings(told)).toEqual(["OldBlock"]);
    expect(await world.accepted()).toEqual([2]);
    stop();
  });

  it("submits before it looks for a hedge, and a search that fails keeps it from nothing", async () => {
    await world.deliverStatements(1);
    const hedge = { propose: async () => { throw new MarginProofError("OutOfRange", "nothing helps"); } };
    const { settle, told, stop } = await world.keeper({ parts: (parts) => ({ ...parts, hedge }), settings: { warnMarginBps: 1_000_000n } });
    await settle();
    expect(events(told)).toEqual(["warning", "decided", "proved", "trouble", "sent", "mined"]);
    expect(await world.accepted()).toEqual([2]);
    stop();
  });

  it("writes neither key nor salt nor positions into journal, proofs or events", async () => {
    await world.deliverStatements(31_337);
    const { settle, told, stop } = await world.keeper();
    await settle();
    stop();
    const { journal, bundles } = keeperFiles(world.folder);
    const written = [readFileSync(journal, "utf8"), readFileSync(join(bundles, "proof-000001.json"), "utf8"), JSON.stringify(told)].join("\n");
    const secrets = [world.sender.privateKey.slice(2), "31337000", "31337001", "BTC-30D", "deribit", "custodian"];
    for (const secret of secrets) expect(written.includes(secret), secret).toBe(false);
  });
});
