import { ZeroHash, type Contract, type Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signVeto } from "../prover/chain/publisher-decisions.ts";
import { connect, eventsOf, now, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { call } from "./support/margin-world.ts";
import { DAY, deployOracle, POLICY, publication, publish, ROOT, signatures, termsFor, vote, type OracleWorld } from "./support/snapshot-oracle.ts";

let chain: Chain;
let world: OracleWorld;
let oracle: Contract;
let admin: Signer;
let guardian: Signer;
let publishers: readonly Signer[];
let addresses: string[];

const refused = (action: Promise<unknown>) => refusal(action, oracle);
const fresh = async (change: object = {}) => publication({ start: await now(chain) }, change);
const isAccepted = (root = ROOT): Promise<boolean> => oracle.getFunction("isCurrent")(POLICY, root);
const set = async (): Promise<[string[], bigint]> => [[...(await oracle.getFunction("publishers")())], await oracle.getFunction("quorum")()];
const announce = (members: readonly string[], quorum: number) => call(oracle, admin, "announceRotation", members, quorum);
const apply = (members: readonly string[], quorum: number) => call(oracle, world.stranger, "applyRotation", members, quorum);
const rotate = async (members: readonly string[], quorum: number) => {
  await announce(members, quorum);
  await travelTo(chain, Number(await oracle.getFunction("rotationFrom")()));
  return apply(members, quorum);
};
const remove = (i: number) => call(oracle, guardian, "removePublisher", addresses[i]!);

beforeAll(async () => {
  chain = await connect();
  world = await deployOracle(chain);
  ({ oracle, admin, guardian, publishers } = world);
  addresses = await Promise.all(publishers.map((publisher) => publisher.getAddress()));
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("a set of publishers", () => {
  it("is replaced as a whole, once it was announced for the whole notice", async () => {
    const next = addresses.slice(2, 6);
    const announced = await eventsOf(announce(next, 3), oracle, "RotationAnnounced");
    const from = BigInt((await now(chain)) + DAY);
    expect(announced).toEqual([[2n, next, 3n, from]]);
    expect(await set()).toEqual([addresses.slice(0, 3), 2n]);
    await travelTo(chain, Number(from) - 2);
    expect(await refused(apply(next, 3))).toEqual({ name: "RotationNotDue", args: [from, from + 14n * BigInt(DAY)] });
    await travelTo(chain, Number(from));
    expect(await eventsOf(apply(next, 3), oracle, "PublishersRotated")).toEqual([[2n, next, 3n]]);
    expect(await set()).toEqual([next, 3n]);
    expect(await oracle.getFunction("announcedRotation")()).toBe(ZeroHash);
  });

  it("publishes to the last second of its time, and not after", async () => {
    await rotate(addresses.slice(2, 5), 2);
    expect(await refused(publish(world, publishers.slice(0, 2), await fresh()))).toEqual({ name: "NotAPublisher", args: [addresses[0]] });
    await publish(world, publishers.slice(3, 5), await fresh());
    expect(await isAccepted()).toBe(true);
  });

  it("can be put to use for a fortnight after its notice, and then lapses", async () => {
    const next = addresses.slice(2, 5);
    await announce(next, 2);
    const until = Number(await oracle.getFunction("rotationFrom")()) + 14 * DAY;
    await travelTo(chain, until);
    expect((await refused(apply(next, 2))).name).toBe("RotationNotDue");
    await announce(next, 2);
    await travelTo(chain, Number(await oracle.getFunction("rotationFrom")()));
    await apply(next, 2);
  });

  it("takes votes cast before it of those whom it keeps, and of nobody else", async () => {
    await announce([addresses[1]!, addresses[3]!, addresses[4]!], 2);
    await travelTo(chain, Number(await oracle.getFunction("rotationFrom")()));
    const straddling = await fresh();
    await vote(world, publishers[0]!, straddling);
    await apply([addresses[1]!, addresses[3]!, addresses[4]!], 2);
    await vote(world, publishers[3]!, straddling);
    expect(await isAccepted()).toBe(false);
    await vote(world, publishers[1]!, straddling);
    expect(await isAccepted()).toBe(true);
  });

  it("of a lower quorum accepts what votes suffice for, when somebody asks", async () => {
    const five = await deployOracle(chain, { members: 5, quorum: 4 });
    await call(five.oracle, admin, "announceRotation", addresses.slice(0, 3), 2);
    await travelTo(chain, Number(await five.oracle.getFunction("rotationFrom")()));
    const what = await fresh();
    for (const publisher of publishers.slice(0, 2)) await vote(five, publisher, what);
    await call(five.oracle, world.stranger, "applyRotation", addresses.slice(0, 3), 2);
    expect(await five.oracle.getFunction("isCurrent")(POLICY, ROOT)).toBe(false);
    await publish(five, [], what);
    expect(await five.oracle.getFunction("isCurrent")(POLICY, ROOT)).toBe(true);
  });
});

describe("an announcement is refused", () => {
  it.each<[string, string, () => [string[], number]]>([
    ["of fewer members than must agree", "InvalidQuorum", () => [addresses.slice(0, 2), 3]],
    ["of a quorum of half", "InvalidQuorum", () => [addresses.slice(0, 4), 2]],
    ["of nobody", "InvalidQuorum", () => [[], 0]],
    ["of more than sixteen", "InvalidQuorum", () => [Array.from({ length: 17 }, (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}`), 9]],
    ["of one publisher twice", "PublishersNotAscending", () => [[addresses[0]!, addresses[1]!, addresses[1]!], 2]],
    ["of the set in use", "SetInUse", () => [addresses.slice(0, 3), 2]],
  ])("%s", async (_, name, change) => {
    expect((await refused(announce(...change()))).name).toBe(name);
  });

  it("of the same members, unless under another quorum", async () => {
    await rotate(addresses.slice(0, 3), 3);
    expect(await set()).toEqual([addresses.slice(0, 3), 3n]);
  });

  it("while another stands", async () => {
    await announce(addresses.slice(1, 4), 2);
    const pending = await oracle.getFunction("announcedRotation")();
    expect(await refused(announce(addresses.slice(2, 5), 2))).toEqual({ name: "RotationPending", args: [pending] });
  });

  it("by anyone but the admin", async () => {
    for (const signer of [guardian, publishers[0]!, world.stranger]) {
      expect((await refused(call(oracle, signer, "announceRotation", addresses.slice(1, 4), 2))).name).toBe("AccessControlUnauthorizedAccount");
    }
  });
});

describe("the guardian", () => {
  it("cancels an announced set, which then never gets that version", async () => {
    const next = addresses.slice(1, 4);
    await announce(next, 2);
    const rotation = await oracle.getFunction("announcedRotation")();
    expect(await eventsOf(call(oracle, guardian, "cancelRotation"), oracle, "RotationCancelled")).toEqual([[2n, rotation]]);
    await travelTo(chain, (await now(chain)) + DAY);
    expect(await refused(apply(next, 2))).toEqual({ name: "RotationNotAnnounced", args: [rotation] });
    expect(await refused(announce(next, 2))).toEqual({ name: "RotationWasCancelled", args: [rotation] });
    await rotate(addresses.slice(2, 5), 2);
    await announce(next, 2);
  });

  it("cancels nothing where nothing is announced, and is the only one to", async () => {
    expect(await refused(call(oracle, guardian, "cancelRotation"))).toEqual({ name: "RotationNotAnnounced", args: [ZeroHash] });
    await announce(addresses.slice(1, 4), 2);
    for (const signer of [admin, publishers[0]!, world.stranger]) expect((await refused(call(oracle, signer, "cancelRotation"))).name).toBe("AccessControlUnauthorizedAccount");
  });

  it("removes a publisher at once and for good, with its votes and signatures", async () => {
    await vote(world, publishers[0]!, publication(world));
    expect(await eventsOf(remove(0), oracle, "PublisherRemoved")).toEqual([[1n, addresses[0]]]);
    expect(await set()).toEqual([addresses.slice(1, 3), 2n]);
    expect(await refused(publish(world, publishers.slice(0, 2), publication(world)))).toEqual({ name: "NotAPublisher", args: [addresses[0]] });
    await vote(world, publishers[1]!, publication(world));
    expect(await isAccepted()).toBe(false);
    expect(await refused(announce(addresses.slice(0, 3), 2))).toEqual({ name: "PublisherBarred", args: [addresses[0]] });
    await vote(world, publishers[2]!, publication(world));
    expect(await isAccepted()).toBe(true);
  });

  it("removes nobody below the quorum, and none but publishers", async () => {
    await remove(1);
    for (const i of [0, 2]) expect(await refused(remove(i))).toEqual({ name: "QuorumOutOfReach", args: [addresses[i]] });
    expect(await refused(remove(1))).toEqual({ name: "NotAPublisher", args: [addresses[1]] });
    expect((await refused(call(oracle, admin, "removePublisher", addresses[0]!))).name).toBe("AccessControlUnauthorizedAccount");
    expect(await set()).toEqual([[addresses[0], addresses[2]], 2n]);
  });

  it("leaves no set for ever in one publisher's hands: the admin replaces one that was cut down to its quorum", async () => {
    await remove(0);
    // One of two will not sign, and its veto alone is none.
    await publish(world, publishers.slice(1, 2), await fresh());
    expect(await isAccepted()).toBe(false);
    await announce(addresses.slice(2, 5), 2);
    const rotation: string = await oracle.getFunction("announcedRotation")();
    expect((await refused(call(oracle, world.stranger, "vetoRotation", [await signVeto({ rotation }, world.domain, publishers[1]!)]))).name).toBe("QuorumNotReached");
    await travelTo(chain, Number(await oracle.getFunction("rotationFrom")()));
    await apply(addresses.slice(2, 5), 2);
    await publish(world, publishers.slice(2, 4), await fresh());
    expect(await isAccepted()).toBe(true);
  });

  it("keeps who was removed out of a set announced before", async () => {
    const next = addresses.slice(0, 4);
    await announce(next, 3);
    await remove(1);
    await travelTo(chain, Number(await oracle.getFunction("rotationFrom")()));
    expect(await refused(apply(next, 3))).toEqual({ name: "PublisherBarred", args: [addresses[1]] });
  });

  it("is appointed and dismissed by guardians alone: an admin cannot clear the way", async () => {
    const role = await oracle.getFunction("GUARDIAN_ROLE")();
    for (const action of ["grantRole", "revokeRole"]) {
      expect((await refused(call(oracle, admin, action, role, await guardian.getAddress()))).name).toBe("AccessControlUnauthorizedAccount");
    }
    await call(oracle, guardian, "grantRole", role, await world.stranger.getAddress());
    await call(oracle, world.stranger, "revokeRole", role, await guardian.getAddress());
  });
});

describe("a quorum in use", () => {
  const veto = async (who: readonly Signer[], rotation?: string, domain = world.domain) => {
    const against = rotation ?? (await oracle.getFunction("announcedRotation")());
    return call(oracle, world.stranger, "vetoRotation", await Promise.all(who.map((publisher) => signVeto({ rotation: against }, domain, publisher))));
  };

  it("cancels an announced set by its signatures, whatever admin and guardian want", async () => {
    await announce(addresses.slice(3, 6), 2);
    expect(await refused(veto(publishers.slice(0, 1)))).toEqual({ name: "QuorumNotReached", args: [1n, 2n] });
    expect((await eventsOf(veto(publishers.slice(1, 3)), oracle, "RotationCancelled"))).toHaveLength(1);
    expect((await refused(announce(addresses.slice(3, 6), 2))).name).toBe("RotationWasCancelled");
  });

  it("vetoes but the very set it signed against, at its own oracle", async () => {
    await announce(addresses.slice(3, 6), 2);
    const first: string = await oracle.getFunction("announcedRotation")();
    await call(oracle, guardian, "cancelRotation");
    expect((await refused(veto(publishers.slice(0, 2), first))).name).toBe("RotationNotAnnounced");
    await announce(addresses.slice(2, 5), 2);
    expect((await refused(veto(publishers.slice(0, 2), first))).name).toBe("InvalidPublisherSignature");
    expect((await refused(veto(publishers.slice(0, 2), undefined, { ...world.domain, chainId: 1n }))).name).toBe("InvalidPublisherSignature");
    expect((await refused(veto(publishers.slice(3, 5)))).name).toBe("NotAPublisher");
  });
});

describe("no role publishes", () => {
  it("whatever admin and guardian send within the notice, no quorum is theirs", async () => {
    const writing = oracle.interface.fragments.flatMap((fragment) => (fragment.type === "function" && !("constant" in fragment && fragment.constant) ? [(fragment as unknown as { name: string }).name] : [])).sort();
    expect(writing).toEqual([
      "announceRotation", "applyRotation", "cancelRotation", "grantRole", "pause", "publish", "rearm", "removePublisher", "renounceRole", "revoke", "revokeRole", "submit", "trip", "unpause", "vetoRotation",
    ]);
    const own = (await Promise.all([admin, guardian, world.stranger].map((signer) => signer.getAddress()))).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    await announce(own, 2);
    await remove(0);
    for (const role of ["DEFAULT_ADMIN_ROLE", "GUARDIAN_ROLE"]) {
      for (const signer of [admin, guardian]) await call(oracle, signer, "grantRole", await oracle.getFunction(role)(), own[0]!).catch(() => undefined);
    }
    await travelTo(chain, Number(await oracle.getFunction("rotationFrom")()) - 10);
    expect((await refused(apply(own, 2))).name).toBe("RotationNotDue");
    const what = await fresh();
    for (const signer of [admin, guardian]) expect((await refused(vote(world, signer, what))).name).toBe("NotAPublisher");
    const theirs = await signatures(world.domain, [admin, guardian], what);
    expect((await refused(call(oracle, admin, "publish", what, theirs))).name).toBe("NotAPublisher");
  });

  it("with notice of no time only on a local network", async () => {
    const instant = (await chain.ethers.deployContract("SnapshotOracle", [await termsFor(publishers, admin, guardian, { rotationDelay: 0 })])) as unknown as Contract;
    await call(instant, admin, "announceRotation", addresses.slice(2, 5), 2);
    await call(instant, world.stranger, "applyRotation", addresses.slice(2, 5), 2);
    expect(await instant.getFunction("setVersion")()).toBe(2n);
  });
});
