import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { submitArguments } from "../prover/chain/calldata.ts";
import { send } from "../prover/chain/contracts.ts";
import { submitBundle } from "../prover/chain/submit.ts";
import { keeperFiles } from "../prover/keeper/keeper.ts";
import { parseBundle, type ProofBundle } from "../prover/proof/bundle.ts";
import { now, restoreAfterEach } from "./support/contracts.ts";
import { KeeperWorld, type RunningKeeper } from "./support/keeper-world.ts";

let world: KeeperWorld;
let running: RunningKeeper;
beforeAll(async () => {
  world = await KeeperWorld.open();
});
afterAll(() => world.close());

const rpc = (method: string, ...params: unknown[]) => world.chain.ethers.provider.send(method, params);
const events = () => running.told.map(({ event }) => event);
const outcomes = () => running.journal.attempts.map(({ closed }) => closed?.outcome);
const bundleOf = (attempt: number): ProofBundle => parseBundle(JSON.parse(readFileSync(join(keeperFiles(world.folder).bundles, `proof-00000${attempt}.json`), "utf8")));

/** Automatic blocks off while `work` runs: transactions wait. */
async function withoutBlocks(work: () => Promise<void>): Promise<void> {
  await rpc("evm_setAutomine", false);
  try {
    await work();
  } finally {
    await rpc("evm_setAutomine", true);
  }
}

describe("a proof on its way", () => {
  restoreAfterEach(() => world.chain);
  beforeEach(async () => {
    await world.begin();
    await world.deliverStatements(1);
    running = await world.keeper();
  });
  afterEach(async () => {
    running.stop();
    await world.end();
  });

  /** Submits, and puts another branch in the place of the block that has it. */
  async function losingItsBlock(branch: () => Promise<void>): Promise<void> {
    const fork = await rpc("evm_snapshot");
    await running.settle();
    expect(await world.accepted()).toEqual([2]);
    await rpc("evm_revert", fork);
    await branch();
    expect(await world.accepted()).toEqual([]);
  }

  it("whose block disappears is sent again as it was, without proving again", async () => {
    await losingItsBlock(() => world.mine(4));
    await running.settle();
    expect(events()).toEqual(["decided", "proved", "sent", "mined", "reorged", "rebroadcast", "mined"]);
    expect([await world.accepted(), await world.sent(), world.prover.proofs]).toEqual([[2], 1, 1]);
    const { attempts: [attempt] } = running.journal;
    expect(attempt!.sent).toHaveLength(1);
    await world.mine(2);
    await running.settle();
    expect(outcomes()).toEqual(["final"]);
  });

  it("is not final before so many blocks of one branch, however often its block changes", async () => {
    const fork = await rpc("evm_snapshot");
    await running.settle();
    await world.mine(1);
    await running.settle();
    expect(outcomes()).toEqual([undefined]);
    await rpc("evm_revert", fork);
    await world.mine(5);
    await running.settle();
    await world.mine(1);
    await running.settle();
    expect(outcomes()).toEqual([undefined]);
    await world.mine(1);
    await running.settle();
    expect(outcomes()).toEqual(["final"]);
    expect(await world.accepted()).toEqual([2]);
  });

  it("is sent in a new transaction when another one has used its nonce on the new branch, once that is certain", async () => {
    const other = world.sender.connect(world.chain.ethers.provider);
    await losingItsBlock(async () => {
      await (await other.sendTransaction({ to: other.address, nonce: 0 })).wait();
      await world.mine(3);
    });
    await running.settle();
    expect(await world.sent()).toBe(1);
    await world.mine(2);
    await running.settle();
    expect([await world.accepted(), await world.sent(), world.prover.proofs]).toEqual([[2], 2, 1]);
    expect(running.journal.attempts[0]!.sent.map(({ nonce }) => nonce)).toEqual([0, 1]);
  });

  it("is found accepted after a restart on the new branch, when it is there as well", async () => {
    await running.settle();
    running.stop();
    running = await world.keeper();
    await world.mine(2);
    await running.settle();
    expect([outcomes(), world.prover.proofs]).toEqual([["final"], 1]);
  });

  it("whose snapshot is not accepted on the new branch waits unsent, and goes out when it is accepted there", async () => {
    // The publishers' votes are in the blocks that disappear.
    const fork = await rpc("evm_snapshot");
    await world.pass(60);
    const desk = await world.publish(2n);
    await world.deliverStatements(2);
    await running.settle();
    expect((await world.health()).snapshotRoot).toBe(desk.snapshot.root);
    await rpc("evm_revert", fork);
    await world.pass(60);
    await world.mine(8);
    await running.settle();
    expect(running.journal.attempts.map(({ decided, closed }) => [decided.snapshotRoot === desk.snapshot.root, closed?.outcome])).toEqual([[true, "abandoned"], [false, undefined]]);
    expect(await world.accepted()).toEqual([4]);
  });

  it("that waits too long is paid more under the same nonce, and is accepted once", async () => {
    await withoutBlocks(async () => {
      await running.settle();
      expect(events()).toEqual(["decided", "proved", "sent"]);
      await rpc("evm_setNextBlockTimestamp", (await now(world.chain)) + 61);
      // An empty block: the transaction waits on.
      await rpc("hardhat_dropTransaction", running.journal.attempts[0]!.sent[0]!.hash);
      await rpc("evm_mine");
      await rpc("eth_sendRawTransaction", running.journal.attempts[0]!.sent[0]!.raw);
      await running.settle();
    });
    const { sent } = running.journal.attempts[0]!;
    expect(sent.map(({ nonce }) => nonce)).toEqual([0, 0]);
    expect(Number(sent[1]!.maxFeePerGas) / Number(sent[0]!.maxFeePerGas)).toBeGreaterThanOrEqual(1.1);
    await world.mine(3);
    await running.settle();
    expect([await world.accepted(), await world.sent(), outcomes()]).toEqual([[2], 1, ["final"]]);
  });

  it("that the node has forgotten is told it again", async () => {
    await withoutBlocks(async () => {
      await running.settle();
      await rpc("hardhat_dropTransaction", running.journal.attempts[0]!.sent[0]!.hash);
      await running.settle();
      expect(events().slice(2)).toEqual(["sent", "rebroadcast"]);
    });
    await world.mine(3);
    await running.settle();
    expect([await world.accepted(), await world.sent()]).toEqual([[2], 1]);
  });

  it("is never paid beyond the limit, and says so", async () => {
    running.stop();
    running = await world.keeper({ settings: { maxFeePerGas: 1n } });
    await running.settle();
    expect(running.told.filter(({ event }) => event === "warning").map(({ facts }) => facts.code)).toEqual(["FeeLimit"]);
    expect(await world.sent()).toBe(0);
  });

  it("that somebody else submits first is left to them: it reverts, and no second one is made", async () => {
    await withoutBlocks(async () => {
      await running.settle();
      // Anyone may submit anyone's proof: the front-runner pays more for the same block.
      const [, , , other] = await world.chain.ethers.getSigners();
      const { registry } = world.protocol;
      await (registry.connect(other!) as typeof registry).getFunction("submit").send(...submitArguments(bundleOf(1)), { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n, gasLimit: 2_000_000n });
      await rpc("evm_mine");
    });
    await world.mine(3);
    await running.settle();
    expect([await world.accepted(), outcomes(), world.prover.proofs]).toEqual([[2], ["superseded"], 1]);
    expect(running.told.find(({ event }) => event === "mined")!.facts).toMatchObject({ accepted: false });
  });

  it("that was submitted by somebody else before it was sent is not sent at all", async () => {
    const { registry } = world.protocol;
    await send(registry, "pause", []);
    await running.settle();
    await send(registry, "unpause", []);
    await submitBundle(bundleOf(1), { registry: world.protocol.address, signer: world.protocol.admin });
    await running.settle();
    expect([await world.accepted(), await world.sent(), outcomes()]).toEqual([[2], 0, ["abandoned"]]);
  });

  it("that reverts because its snapshot was revoked in the same block gives way to a proof on the next one", async () => {
    const { oracle, admin } = world.protocol;
    const { policyHash, root } = world.desk.snapshot;
    await withoutBlocks(async () => {
      await running.settle();
      await (oracle.connect(admin) as typeof oracle).getFunction("revoke").send(`0x${policyHash.toString(16).padStart(64, "0")}`, root, { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n });
      await rpc("evm_mine");
    });
    await running.settle();
    await world.mine(2);
    await running.settle();
    expect(outcomes()).toEqual(["reverted"]);
    await world.pass(5);
    await world.publish(2n);
    await running.settle();
    expect([await world.accepted(), await world.sent(), world.prover.proofs]).toEqual([[2], 2, 2]);
  });
});
