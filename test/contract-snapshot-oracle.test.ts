import type { Contract, Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../prover/units.ts";
import { at, connect, eventsOf, now, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { call, policyIdOf } from "./support/margin-world.ts";

const POLICY = policyIdOf(1n);
const OTHER_POLICY = policyIdOf(2n);
const MAX_AGE = 600;
const WINDOW = 2;
const ROOT = 77n;

let chain: Chain;
let oracle: Contract;
let admin: Signer;
let publishers: Signer[];
let stranger: Signer;
let start: number;

interface Vote {
  policy?: string;
  epoch?: number;
  root?: bigint;
  asOf?: number;
}
const vote = (publisher: Signer, { policy = POLICY, epoch = 1, root = ROOT, asOf = start }: Vote = {}) => call(oracle, publisher, "submit", policy, epoch, root, asOf);
const accept = async (change: Vote = {}) => {
  await vote(publishers[0]!, change);
  return vote(publishers[1]!, change);
};
const refused = (action: Promise<unknown>) => refusal(action, oracle);
const isCurrent = (root: bigint, policy = POLICY): Promise<boolean> => oracle.getFunction("isCurrent")(policy, root);
const lookup = async (root: bigint, policy = POLICY): Promise<unknown[]> => [...(await oracle.getFunction("lookup")(policy, root))];
const roleOf = (name: string): Promise<string> => oracle.getFunction(name)();

beforeAll(async () => {
  chain = await connect();
  const signers = await chain.ethers.getSigners();
  [admin, stranger] = [signers[0]!, signers[4]!];
  publishers = signers.slice(1, 4);
  const addresses = await Promise.all(publishers.map((publisher) => publisher.getAddress()));
  oracle = await chain.ethers.deployContract("SnapshotOracle", [await admin.getAddress(), addresses, 2, MAX_AGE, WINDOW]);
  start = await now(chain);
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("acceptance", () => {
  it("comes with the vote that completes the quorum, not before", async () => {
    expect(await eventsOf(vote(publishers[0]!), oracle, "SnapshotAccepted")).toEqual([]);
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await eventsOf(vote(publishers[2]!), oracle, "SnapshotAccepted")).toEqual([[POLICY, 1n, 1n, ROOT, BigInt(start)]]);
    expect(await isCurrent(ROOT)).toBe(true);
    expect(await lookup(ROOT)).toEqual([1n, BigInt(start + MAX_AGE), true]);
  });

  it("leaves a trace of every vote", async () => {
    const publisher = await publishers[1]!.getAddress();
    expect(await eventsOf(vote(publishers[1]!), oracle, "SnapshotVoted")).toEqual([[POLICY, 1n, publisher, ROOT, BigInt(start)]]);
  });

  it("needs votes that agree on everything", async () => {
    await vote(publishers[0]!);
    await vote(publishers[1]!, { root: ROOT + 1n });
    await vote(publishers[2]!, { asOf: start - 1 });
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await isCurrent(ROOT + 1n)).toBe(false);
    expect(await oracle.getFunction("count")()).toBe(0n);
  });

  it("takes no votes of two epochs together", async () => {
    await vote(publishers[0]!, { epoch: 1 });
    await vote(publishers[1]!, { epoch: 2 });
    expect(await isCurrent(ROOT)).toBe(false);
  });

  it("of one policy is none of another's", async () => {
    await accept();
    expect(await isCurrent(ROOT, OTHER_POLICY)).toBe(false);
    await accept({ policy: OTHER_POLICY, root: ROOT });
    expect(await lookup(ROOT, OTHER_POLICY)).toEqual([2n, BigInt(start + MAX_AGE), true]);
  });

  it("does not count the vote of a key withdrawn since", async () => {
    await vote(publishers[0]!);
    await call(oracle, admin, "revokeRole", await roleOf("PUBLISHER_ROLE"), await publishers[0]!.getAddress());
    await vote(publishers[1]!);
    expect(await isCurrent(ROOT)).toBe(false);
    await vote(publishers[2]!);
    expect(await isCurrent(ROOT)).toBe(true);
  });

  it("of a later epoch goes on after a disagreement", async () => {
    await vote(publishers[0]!);
    await vote(publishers[1]!, { root: ROOT + 1n });
    await accept({ epoch: 2, root: ROOT + 2n });
    expect(await refused(vote(publishers[2]!))).toEqual({ name: "EpochNotIncreasing", args: [1n, 2n] });
  });

  it("is found by number and as the latest", async () => {
    await accept();
    await accept({ epoch: 5, root: 88n, asOf: start + 1 });
    const [root, snapshot] = await oracle.getFunction("latest")(POLICY);
    expect([root, ...snapshot]).toEqual([88n, 2n, 5n, BigInt(start + 1), false]);
    const [policyId, firstRoot, first] = await oracle.getFunction("snapshotAt")(1);
    expect([policyId, firstRoot, ...first]).toEqual([POLICY, ROOT, 1n, 1n, BigInt(start), false]);
    const [none, blank] = await oracle.getFunction("latest")(OTHER_POLICY);
    expect([none, ...blank]).toEqual([0n, 0n, 0n, 0n, false]);
  });
});

describe("a vote is refused", () => {
  it("from a stranger, the admin included", async () => {
    for (const signer of [stranger, admin]) {
      expect(await refused(vote(signer))).toEqual({ name: "AccessControlUnauthorizedAccount", args: [await signer.getAddress(), await roleOf("PUBLISHER_ROLE")] });
    }
  });

  it("a second time in an epoch, for the same root or another", async () => {
    await vote(publishers[0]!);
    const publisher = await publishers[0]!.getAddress();
    for (const root of [ROOT, ROOT + 1n]) expect(await refused(vote(publishers[0]!, { root }))).toEqual({ name: "AlreadyVoted", args: [publisher, 1n] });
  });

  it("for an epoch that is not after the latest", async () => {
    await accept({ epoch: 3 });
    for (const epoch of [1, 2, 3]) expect(await refused(vote(publishers[2]!, { epoch, root: 5n, asOf: start + 1 }))).toEqual({ name: "EpochNotIncreasing", args: [BigInt(epoch), 3n] });
    expect(await refused(vote(publishers[2]!, { policy: OTHER_POLICY, epoch: 0 }))).toEqual({ name: "EpochNotIncreasing", args: [0n, 0n] });
  });

  it("for market data of a later second, and taken in the same", async () => {
    const next = start + 100;
    expect((await refused(at(chain, next, () => vote(publishers[0]!, { asOf: next + 1 })))).name).toBe("SnapshotFromFuture");
    await at(chain, next + 10, () => vote(publishers[0]!, { asOf: next + 10 }));
  });

  it("for market data past their age, and taken in the last second of it", async () => {
    expect(await refused(at(chain, start + MAX_AGE + 1, () => vote(publishers[0]!)))).toEqual({ name: "SnapshotExpired", args: [BigInt(start), BigInt(start + 1)] });
    await at(chain, start + MAX_AGE + 5, () => vote(publishers[0]!, { asOf: start + 5 }));
  });

  it("for market data not newer than the latest", async () => {
    await accept();
    for (const asOf of [start - 1, start]) expect(await refused(vote(publishers[2]!, { epoch: 2, root: 5n, asOf }))).toEqual({ name: "SnapshotNotNewer", args: [BigInt(asOf), BigInt(start)] });
  });

  it("for a root that is zero, no field element, or accepted before", async () => {
    for (const root of [0n, FIELD, ROOT + FIELD]) expect(await refused(vote(publishers[0]!, { root }))).toEqual({ name: "InvalidRoot", args: [root] });
    await accept();
    expect(await refused(vote(publishers[2]!, { epoch: 2, asOf: start + 1 }))).toEqual({ name: "RootAcceptedBefore", args: [ROOT] });
  });

  it("while paused; unpausing is the admin's alone", async () => {
    const guardian = stranger;
    await call(oracle, admin, "grantRole", await roleOf("GUARDIAN_ROLE"), await guardian.getAddress());
    await accept();
    await call(oracle, guardian, "pause");
    expect((await refused(vote(publishers[2]!, { epoch: 2, root: 5n }))).name).toBe("EnforcedPause");
    expect(await isCurrent(ROOT)).toBe(true);
    expect((await refused(call(oracle, guardian, "unpause"))).name).toBe("AccessControlUnauthorizedAccount");
    expect((await refused(call(oracle, publishers[0]!, "pause"))).name).toBe("AccessControlUnauthorizedAccount");
    await call(oracle, admin, "unpause");
    await accept({ epoch: 2, root: 5n, asOf: start + 1 });
  });
});

describe("a snapshot stops being current", () => {
  it("after its last second", async () => {
    await accept();
    await travelTo(chain, start + MAX_AGE);
    expect(await isCurrent(ROOT)).toBe(true);
    await travelTo(chain, start + MAX_AGE + 1);
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await lookup(ROOT)).toEqual([1n, BigInt(start + MAX_AGE), false]);
  });

  it("when the history window has passed it", async () => {
    await accept({ epoch: 1 });
    await accept({ epoch: 1 + WINDOW, root: 8n, asOf: start + 1 });
    expect(await isCurrent(ROOT)).toBe(true);
    await accept({ epoch: 2 + WINDOW, root: 9n, asOf: start + 2 });
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await isCurrent(8n)).toBe(true);
  });

  it("when the guardian revokes it, at once and for good", async () => {
    await accept();
    expect(await eventsOf(call(oracle, admin, "revoke", POLICY, ROOT), oracle, "SnapshotRevoked")).toEqual([[POLICY, ROOT]]);
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await refused(call(oracle, admin, "revoke", POLICY, ROOT))).toEqual({ name: "NothingToRevoke", args: [ROOT] });
    expect(await refused(vote(publishers[2]!, { epoch: 2, asOf: start + 1 }))).toEqual({ name: "RootAcceptedBefore", args: [ROOT] });
    expect((await oracle.getFunction("snapshotAt")(1)).snapshot.revoked).toBe(true);
  });

  it("only by the guardian, and only what was accepted", async () => {
    await vote(publishers[0]!);
    expect(await refused(call(oracle, admin, "revoke", POLICY, ROOT))).toEqual({ name: "NothingToRevoke", args: [ROOT] });
    expect((await refused(call(oracle, publishers[0]!, "revoke", POLICY, ROOT))).name).toBe("AccessControlUnauthorizedAccount");
  });
});

describe("deployment is refused", () => {
  it.each<[string, string, (addresses: string[]) => unknown[]]>([
    ["without a quorum", "InvalidQuorum", (addresses) => [addresses, 0, MAX_AGE, WINDOW]],
    ["with a quorum nobody can reach", "InvalidQuorum", (addresses) => [addresses, 4, MAX_AGE, WINDOW]],
    ["with a publisher listed twice", "InvalidQuorum", (addresses) => [[...addresses, addresses[0]], 2, MAX_AGE, WINDOW]],
    ["without an age limit", "InvalidMaxAge", (addresses) => [addresses, 2, 0, WINDOW]],
  ])("%s", async (_, name, parameters) => {
    const addresses = await Promise.all(publishers.map((publisher) => publisher.getAddress()));
    const deployment = chain.ethers.deployContract("SnapshotOracle", [await admin.getAddress(), ...parameters(addresses)]);
    expect(await refused(deployment)).toEqual({ name, args: [] });
  });
});
