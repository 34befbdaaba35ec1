import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keeperFiles, type KeeperParts } from "../prover/keeper/keeper.ts";
import type { JournalRecord } from "../prover/keeper/journal-records.ts";
import { restoreAfterEach } from "./support/contracts.ts";
import { KeeperWorld } from "./support/keeper-world.ts";
import { rejection } from "./support/rejection.ts";

/** The process is gone: nothing after it runs. */
class Killed extends Error {}

/** Everything by which a keeper changes the world, in the order of a proof's way; reads in between change nothing. */
const STEPS = ["decided", "prove", "proved", "ask", "sign", "sent", "broadcast", "mined", "closed"] as const;
type Step = (typeof STEPS)[number];

/** Dies at a step, before or after it has taken effect. */
function dyingAt(step: Step, when: "before" | "after"): (parts: KeeperParts) => KeeperParts {
  let isDead = false;
  const around = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    if (isDead || (name === step && when === "before")) throw (isDead = true, new Killed());
    const result = await work();
    if (name === step) throw (isDead = true, new Killed());
    return result;
  };
  const now = <T>(name: string, work: () => T): T => {
    if (isDead || (name === step && when === "before")) throw (isDead = true, new Killed());
    const result = work();
    if (name === step) throw (isDead = true, new Killed());
    return result;
  };
  return (parts) => ({
    ...parts,
    prover: { prove: (request) => around("prove", () => parts.prover.prove(request)) },
    journal: {
      get attempts() { return parts.journal.attempts; },
      get open() { return parts.journal.open; },
      append: (record: JournalRecord) => now(record.record, () => parts.journal.append(record)),
    },
    chain: {
      ...parts.chain,
      refusalOf: (call) => around("ask", () => parts.chain.refusalOf(call)),
      sign: (call, nonce, fees) => around("sign", () => parts.chain.sign(call, nonce, fees)),
      broadcast: (raw) => around("broadcast", () => parts.chain.broadcast(raw)),
    },
  });
}

let world: KeeperWorld;
beforeAll(async () => {
  world = await KeeperWorld.open();
});
afterAll(() => world.close());

describe("a keeper that is killed", () => {
  restoreAfterEach(() => world.chain);
  beforeEach(async () => {
    await world.begin();
    await world.deliverStatements(1);
  });
  afterEach(() => world.end());

  /** Runs until it dies; then a new one until the proof is final. */
  async function killAndRestart(step: Step, when: "before" | "after", between: () => void | Promise<void> = () => {}): Promise<void> {
    const first = await world.keeper({ parts: dyingAt(step, when) });
    const run = async () => {
      await first.settle();
      await world.mine(3);
      await first.settle();
    };
    await expect(run()).rejects.toThrow(Killed);
    first.stop();
    await between();
    const second = await world.keeper();
    await second.settle();
    await world.mine(3);
    await second.settle();
    expect(second.journal.attempts.filter(({ closed }) => closed?.outcome === "final")).toHaveLength(1);
    second.stop();
  }

  it.each(STEPS.flatMap((step) => [[step, "before"], [step, "after"]] as const))("at '%s', %s it has taken effect, leaves one accepted proof and one transaction", async (step, when) => {
    await killAndRestart(step, when);
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
    expect(await world.health()).toMatchObject({ healthy: true, sequence: 2 });
  });

  it.each(["proved", "sent", "mined", "closed"] as const)("while it writes '%s' leaves half a line, which does not count, and one accepted proof", async (step) => {
    await killAndRestart(step, "after", () => {
      const { journal } = keeperFiles(world.folder);
      const text = readFileSync(journal, "utf8");
      writeFileSync(journal, text.slice(0, text.trimEnd().lastIndexOf("\n") + 25));
    });
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
  });

  it("after it has proved does not prove again, unless its bundle was changed", async () => {
    await killAndRestart("proved", "after");
    expect(world.prover.proofs).toBe(1);
  });

  it("with a bundle that was changed meanwhile makes it again", async () => {
    await killAndRestart("proved", "after", () => {
      const file = `${keeperFiles(world.folder).bundles}/proof-000001.json`;
      writeFileSync(file, readFileSync(file, "utf8").replace('"tier":"test"', '"tier":"desk"'));
    });
    expect([world.prover.proofs, await world.accepted()]).toEqual([2, [2]]);
  });

  it("goes on with the key it has sent with, and with no other, until that is final", async () => {
    const dying = await world.keeper({ parts: dyingAt("sent", "after") });
    await expect(dying.settle()).rejects.toThrow(Killed);
    dying.stop();
    const other = await world.keeper({ parts: (parts) => ({ ...parts, chain: { ...parts.chain, sender: world.protocol.borrower } }) });
    expect(await rejection(other.settle())).toMatchObject({ code: "InvalidJournal", path: "--key" });
    other.stop();
    const again = await world.keeper();
    await again.settle();
    again.stop();
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
  });

  it("twice in a row, wherever, still leaves one", async () => {
    for (const step of ["sign", "sent", "broadcast"] as const) {
      const dying = await world.keeper({ parts: dyingAt(step, "after") });
      await expect(dying.settle()).rejects.toThrow(Killed);
      dying.stop();
    }
    const last = await world.keeper();
    await last.settle();
    last.stop();
    expect([await world.accepted(), await world.sent(), world.prover.proofs]).toEqual([[2], 1, 1]);
  });
});
