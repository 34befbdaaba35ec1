import type { Contract, Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../prover/units.ts";
import { at, connect, eventsOf, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { call, type PublicationArguments } from "./support/margin-world.ts";
import { BTC, deployOracle, ETH, MAX_AGE, OTHER_POLICY, POLICY, publication, ROOT, spots, termsFor, vote as cast, WINDOW, type OracleWorld } from "./support/snapshot-oracle.ts";

let world: OracleWorld;
let chain: Chain;
let oracle: Contract;
let admin: Signer;
let guardian: Signer;
let publishers: readonly Signer[];
let stranger: Signer;
let start: number;

interface Vote extends Partial<Omit<PublicationArguments, "policyId">> {
  policy?: string;
}
const what = ({ policy = POLICY, ...change }: Vote = {}) => publication(world, { policyId: policy, ...change });
const vote = (publisher: Signer, change: Vote = {}) => cast(world, publisher, what(change));
const accept = async (change: Vote = {}) => {
  await vote(publishers[0]!, change);
  return vote(publishers[1]!, change);
};
const refused = (action: Promise<unknown>) => refusal(action, oracle);
const isCurrent = (root: bigint, policy = POLICY): Promise<boolean> => oracle.getFunction("isCurrent")(policy, root);
const lookup = async (root: bigint, policy = POLICY): Promise<unknown[]> => [...(await oracle.getFunction("lookup")(policy, root))];

beforeAll(async () => {
  chain = await connect();
  world = await deployOracle(chain);
  ({ oracle, admin, guardian, publishers, stranger, start } = world);
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
    const [[policy, epoch, voter, root, hash] = []] = await eventsOf(vote(publishers[1]!), oracle, "SnapshotVoted");
    expect([policy, epoch, voter, root]).toEqual([POLICY, 1n, publisher, ROOT]);
    expect(await oracle.getFunction("voteOf")(POLICY, 1, publisher)).toBe(hash);
  });

  it("needs votes that agree on everything", async () => {
    await vote(publishers[0]!);
    await vote(publishers[1]!, { root: ROOT + 1n });
    await vote(publishers[2]!, { asOf: start - 1 });
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await isCurrent(ROOT + 1n)).toBe(false);
    expect(await oracle.getFunction("count")()).toBe(0n);
  });

  it("needs votes that agree on every spot, by asset and price", async () => {
    await vote(publishers[0]!);
    await vote(publishers[1]!, { spots: spots({ BTC: 64_001, ETH: 3_000 }) });
    await vote(publishers[2]!, { spots: spots({ BTC: 64_000 }) });
    expect(await oracle.getFunction("count")()).toBe(0n);
  });

  it("publishes the spots that were agreed on", async () => {
    await accept();
    expect(await Promise.all([BTC, ETH].map((asset) => oracle.getFunction("spotOf")(POLICY, asset)))).toEqual([64_000n * 10n ** 8n, 3_000n * 10n ** 8n]);
    expect(await oracle.getFunction("spotOf")(OTHER_POLICY, BTC)).toBe(0n);
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
    await call(oracle, guardian, "removePublisher", await publishers[0]!.getAddress());
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
  it("from a stranger, admin and guardian included", async () => {
    for (const signer of [stranger, admin, guardian]) expect(await refused(vote(signer))).toEqual({ name: "NotAPublisher", args: [await signer.getAddress()] });
  });

  it("without spots, with more than 64, with one of zero, and with assets that do not ascend", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ asset: BigInt(i), price: 1n }));
    expect(await refused(vote(publishers[0]!, { spots: [] }))).toEqual({ name: "InvalidSpotCount", args: [0n] });
    expect(await refused(vote(publishers[0]!, { spots: many(65) }))).toEqual({ name: "InvalidSpotCount", args: [65n] });
    await vote(publishers[0]!, { spots: many(64) });
    expect(await refused(vote(publishers[1]!, { spots: [{ asset: 1n, price: 1n }, { asset: 2n, price: 0n }] }))).toEqual({ name: "InvalidSpot", args: [1n] });
    for (const asset of [1n, 2n]) expect(await refused(vote(publishers[1]!, { spots: [{ asset: 2n, price: 1n }, { asset, price: 1n }] }))).toEqual({ name: "InvalidSpot", args: [1n] });
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
    expect(await eventsOf(call(oracle, guardian, "revoke", POLICY, ROOT), oracle, "SnapshotRevoked")).toEqual([[POLICY, ROOT]]);
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await refused(call(oracle, guardian, "revoke", POLICY, ROOT))).toEqual({ name: "RootRevoked", args: [ROOT] });
    expect(await refused(vote(publishers[2]!, { epoch: 2, asOf: start + 1 }))).toEqual({ name: "RootRevoked", args: [ROOT] });
    expect((await oracle.getFunction("snapshotAt")(1)).snapshot.revoked).toBe(true);
  });

  it("before it was one, when the guardian revokes what is on its way", async () => {
    await vote(publishers[0]!);
    await call(oracle, guardian, "revoke", POLICY, ROOT);
    expect(await refused(vote(publishers[1]!))).toEqual({ name: "RootRevoked", args: [ROOT] });
    await accept({ policy: OTHER_POLICY });
    await accept({ epoch: 2, root: 8n });
    expect(await oracle.getFunction("opensCredit")(POLICY)).toBe(true);
  });

  it("by nobody's word but the guardian's", async () => {
    await accept();
    for (const signer of [admin, stranger]) expect((await refused(call(oracle, signer, "revoke", POLICY, ROOT))).name).toBe("AccessControlUnauthorizedAccount");
    expect((await refused(call(oracle, publishers[0]!, "revoke", POLICY, ROOT))).name).toBe("AccessControlUnauthorizedAccount");
  });
});

describe("an epoch", () => {
  it("is no further than a bound from the latest: no quorum, though compromised, ends a policy for good", async () => {
    const step = 2 ** 42;
    expect(await oracle.getFunction("MAX_EPOCH_STEP")()).toBe(BigInt(step));
    for (const epoch of [BigInt(step) + 1n, 2n ** 64n - 1n]) {
      expect(await refused(vote(publishers[0]!, { epoch: epoch as unknown as number }))).toEqual({ name: "EpochTooFar", args: [epoch, BigInt(step)] });
    }
    await accept({ epoch: step, asOf: start - 2 });
    await accept({ epoch: 2 * step, root: ROOT + 1n, asOf: start - 1 });
    expect((await refused(vote(publishers[0]!, { epoch: 3 * step + 1, root: ROOT + 2n }))).name).toBe("EpochTooFar");
  });
});

describe("deployment is refused", () => {
  type Terms = Awaited<ReturnType<typeof termsFor>>;
  const bound = (bps: number) => ({ asset: 1n, bps });
  it.each<[string, string, (terms: Terms) => Record<string, unknown>]>([
    ["without a quorum", "InvalidQuorum", () => ({ quorum: 0 })],
    ["without publishers", "InvalidQuorum", () => ({ quorum: 0, publishers: [] })],
    ["with a quorum nobody can reach", "InvalidQuorum", () => ({ quorum: 4 })],
    ["with a quorum of half, which two roots could have", "InvalidQuorum", ({ publishers }) => ({ quorum: 1, publishers: publishers.slice(0, 2) })],
    ["with a publisher listed twice", "PublishersNotAscending", ({ publishers }) => ({ publishers: [publishers[0], publishers[0], publishers[1]] })],
    ["with publishers out of order", "PublishersNotAscending", ({ publishers }) => ({ publishers: publishers.toReversed() })],
    ["with nobody as a publisher", "PublishersNotAscending", ({ publishers }) => ({ publishers: [`0x${"0".repeat(40)}`, ...publishers.slice(1)] })],
    ["without an age limit", "InvalidMaxAge", () => ({ maxAge: 0 })],
    ["with notice of more than a year", "InvalidRotationDelay", () => ({ rotationDelay: 366 * 86_400 })],
    ["with a breaker that never trips", "InvalidBreakerTerms", ({ breaker }) => ({ breaker: { ...breaker, moveBps: 10_000 } })],
    ["with a breaker that trips on any move", "InvalidBreakerTerms", ({ breaker }) => ({ breaker: { ...breaker, moveBps: 0 } })],
    ["with an asset that never trips it", "InvalidBreakerTerms", ({ breaker }) => ({ breaker: { ...breaker, bounds: [bound(10_000)] } })],
    ["with a breaker that is never tripped for long", "InvalidBreakerTerms", ({ breaker }) => ({ breaker: { ...breaker, calmEpochs: 0 } })],
    ["with grace for ever", "InvalidBreakerTerms", ({ breaker }) => ({ breaker: { ...breaker, grace: breaker.graceWindow } })],
  ])("%s", async (_, name, change) => {
    const terms = await termsFor(publishers, admin, guardian);
    expect((await refused(chain.ethers.deployContract("SnapshotOracle", [{ ...terms, ...change(terms) }]))).name).toBe(name);
  });

  it("on a public network with less than a day's notice, or with publishers who must all agree", async () => {
    const publicChain = await connect({ network: "publicNetwork" });
    try {
      const deployment = async (options: object) => publicChain.ethers.deployContract("SnapshotOracle", [await termsFor(publishers, admin, guardian, options)]);
      expect(await refused(deployment({ rotationDelay: 86_399 }))).toEqual({ name: "InvalidRotationDelay", args: [86_399n] });
      // Whom all must agree with, each of them could stop.
      for (const members of [1, 2, 3, 5]) expect(await refused(deployment({ members, quorum: members }))).toEqual({ name: "InvalidQuorum", args: [BigInt(members), BigInt(members)] });
      await deployment({ members: 5, quorum: 4 });
      await deployment({ rotationDelay: 86_400 });
      await chain.ethers.deployContract("SnapshotOracle", [await termsFor(publishers, admin, guardian, { members: 1, quorum: 1, rotationDelay: 0 })]);
    } finally {
      await publicChain.close();
    }
  });
});
