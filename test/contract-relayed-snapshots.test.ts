import type { Contract, Signer } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signRevocation, signRotation, signVeto } from "../prover/chain/publisher-decisions.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { connect, eventsOf, now, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { ACCOUNT_SET, call, createWorld, DEMANDED, POLICY_ID, signalsFor, submit, type World } from "./support/margin-world.ts";
import { DAY, deployOracle, MAX_AGE, POLICY, publication, publish, ROOT, signature, signatures, spots, termsFor, type OracleWorld, type Signature } from "./support/snapshot-oracle.ts";

let source: OracleWorld;
let destination: Chain;
let relay: Contract;
let admin: Signer;
let guardian: Signer;
let stranger: Signer;
let publishers: readonly Signer[];
let addresses: string[];
/** A second that is past on both chains. */
let time: number;

const what = (change: object = {}) => publication({ start: time }, change);
const relayed = (contract: Contract, publication: object, given: readonly Signature[]) => call(contract, stranger, "publish", publication, given);
const signed = (who: readonly Signer[], change: object = {}) => signatures(source.domain, who, what(change));
const accept = async (change: object = {}, who = publishers.slice(0, 2)) => relayed(relay, what(change), await signed(who, change));
const refused = (action: Promise<unknown>) => refusal(action, relay);
const isCurrent = (root: bigint): Promise<boolean> => relay.getFunction("isCurrent")(POLICY, root);

const revocation = () => ({ policyHash: BigInt(POLICY), root: ROOT });
/** Signers' word that the snapshot is to be revoked, and that a set is to follow. */
const againstIt = (who: readonly Signer[]) => Promise.all(who.map((publisher) => signRevocation(revocation(), source.domain, publisher)));
const rotation = (members: readonly string[], quorum: number, version = 2n) => ({ version, publishers: members, quorum });
const forIt = (who: readonly Signer[], what: ReturnType<typeof rotation>, domain = source.domain) => Promise.all(who.map((publisher) => signRotation(what, domain, publisher)));
const announce = (members: readonly string[], quorum: number, given: readonly Signature[]) => call(relay, stranger, "relayRotation", members, quorum, given);

beforeAll(async () => {
  source = await deployOracle(await connect());
  destination = await connect({ network: "publicNetwork" });
  ({ publishers } = source);
  addresses = await Promise.all(publishers.map((publisher) => publisher.getAddress()));
  [admin, guardian, stranger] = (await destination.ethers.getSigners()) as unknown as [Signer, Signer, Signer];
  const { chainId, oracle } = source.domain;
  relay = (await destination.ethers.deployContract("RelayedSnapshots", [await termsFor(publishers, admin, guardian), chainId, oracle])) as unknown as Contract;
});
afterAll(async () => {
  await source.chain.close();
  await destination.close();
});
restoreAfterEach(() => source.chain);
restoreAfterEach(() => destination);
beforeEach(async () => {
  time = Math.min(await now(source.chain), await now(destination));
});

describe("a publication accepted at the source", () => {
  it("counts on another chain by the same signatures, whoever sends them", async () => {
    await publish(source, publishers.slice(0, 2), what());
    expect(await source.oracle.getFunction("isCurrent")(POLICY, ROOT)).toBe(true);
    expect(await eventsOf(accept(), relay, "SnapshotAccepted")).toEqual([[POLICY, 1n, 1n, ROOT, BigInt(time)]]);
    const at = async (contract: Contract) => [...(await contract.getFunction("lookup")(POLICY, ROOT))];
    expect(await at(relay)).toEqual(await at(source.oracle));
  });

  it("brings the spots, which trip the breaker there as here", async () => {
    for (const [epoch, BTC] of [[1, 64_000], [2, 80_000]] as const) {
      const change = { epoch, root: BigInt(epoch), asOf: time + epoch - 1, spots: spots({ BTC }) };
      await publish(source, publishers.slice(0, 2), what(change));
      await accept(change);
    }
    for (const contract of [source.oracle, relay]) {
      expect((await contract.getFunction("breaker")(POLICY)).reason).toBe(1n);
      expect(await contract.getFunction("opensCredit")(POLICY)).toBe(false);
      expect(await contract.getFunction("graceUntil")(POLICY)).toBeGreaterThan(0n);
    }
  });

  it("signs in the source's domain, which the relay names", async () => {
    expect(await relay.getFunction("domainSeparator")()).toBe(await source.oracle.getFunction("domainSeparator")());
    expect([await relay.getFunction("sourceChainId")(), await relay.getFunction("sourceOracle")()]).toEqual([31_337n, source.domain.oracle]);
  });
});

describe("a publication is refused", () => {
  it("with fewer signatures than must agree, and there are no votes to add", async () => {
    expect(await refused(accept({}, publishers.slice(0, 1)))).toEqual({ name: "QuorumNotReached", args: [1n, 2n] });
    expect(await refused(relayed(relay, what(), []))).toEqual({ name: "QuorumNotReached", args: [0n, 2n] });
    expect(relay.interface.getFunction("submit")).toBeNull();
    expect(relay.interface.getFunction("announceRotation")).toBeNull();
  });

  it("by strangers, and by one publisher twice", async () => {
    expect(await refused(accept({}, [publishers[0]!, publishers[4]!]))).toEqual({ name: "NotAPublisher", args: [addresses[4]] });
    const [once] = await signed(publishers.slice(0, 1));
    expect(await refused(relayed(relay, what(), [once!, once!]))).toEqual({ name: "NotAPublisher", args: [addresses[0]] });
  });

  it.each<[string, () => Promise<object>]>([
    ["the destination's chain", async () => ({ chainId: 1n })],
    ["the relay itself", async () => ({ chainId: 1n, oracle: parseAddress(String(relay.target)) })],
    ["another oracle of the source's chain", async () => ({ oracle: parseAddress(await stranger.getAddress()) })],
  ])("signed for %s", async (_, change) => {
    const elsewhere = { ...source.domain, ...(await change()) };
    expect((await refused(relayed(relay, what(), await signatures(elsewhere, publishers.slice(0, 2), what())))).name).toBe("InvalidPublisherSignature");
  });

  it("changed in any part after it was signed", async () => {
    const given = await signed(publishers.slice(0, 2));
    for (const change of [{ epoch: 2 }, { root: ROOT + 1n }, { asOf: time - 1 }, { spots: spots({ BTC: 64_000 }) }]) {
      expect((await refused(relayed(relay, what(change), given))).name).toBe("InvalidPublisherSignature");
    }
  });

  it("of an epoch that a later one has passed, however well signed", async () => {
    const old = await signed(publishers.slice(0, 2), { epoch: 3 });
    await accept({ epoch: 4, root: 78n });
    expect(await refused(relayed(relay, what({ epoch: 3 }), old))).toEqual({ name: "EpochNotIncreasing", args: [3n, 4n] });
    expect((await refused(accept({ epoch: 5, root: 79n, asOf: time - 1 }))).name).toBe("SnapshotNotNewer");
    expect((await refused(accept({ epoch: 5, root: 78n, asOf: time + 1 }))).name).toBe("RootAcceptedBefore");
  });

  it("once expired, and while paused", async () => {
    await call(relay, guardian, "pause");
    expect((await refused(accept())).name).toBe("EnforcedPause");
    await call(relay, admin, "unpause");
    await travelTo(destination, time + MAX_AGE + 1);
    expect((await refused(accept())).name).toBe("SnapshotExpired");
  });

  it("in the name of a contract: at its address another may stand on this chain", async () => {
    const key = publishers[5]!;
    const impostor = await destination.ethers.deployContract("ContractPublisher", [await key.getAddress()]);
    const terms = await termsFor(publishers, admin, guardian);
    const members = [addresses[0]!, addresses[1]!, String(impostor.target)].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const trusting = (await destination.ethers.deployContract("RelayedSnapshots", [{ ...terms, publishers: members }, 31_337n, source.domain.oracle])) as unknown as Contract;
    const given = [await signature(source.domain, publishers[0]!, what()), await signature(source.domain, key, what(), String(impostor.target))];
    given.sort((a, b) => (BigInt(a.publisher) < BigInt(b.publisher) ? -1 : 1));
    expect(await refused(relayed(trusting, what(), given))).toEqual({ name: "InvalidPublisherSignature", args: [impostor.target] });
  });
});

describe("a revocation", () => {
  it("is relayed by a quorum's signatures, and spares who stood on the snapshot", async () => {
    await accept();
    const given = await againstIt(publishers.slice(1, 3));
    expect(await eventsOf(call(relay, stranger, "relayRevocation", POLICY, ROOT, given), relay, "SnapshotRevoked")).toEqual([[POLICY, ROOT]]);
    expect([await isCurrent(ROOT), await relay.getFunction("opensCredit")(POLICY)]).toEqual([false, false]);
    expect(await refused(call(relay, stranger, "relayRevocation", POLICY, ROOT, given))).toEqual({ name: "RootRevoked", args: [ROOT] });
  });

  it("comes before the snapshot where somebody holds that back, and keeps it out", async () => {
    const held = await signed(publishers.slice(0, 2));
    await call(relay, stranger, "relayRevocation", POLICY, ROOT, await againstIt(publishers.slice(1, 3)));
    expect(await refused(relayed(relay, what(), held))).toEqual({ name: "RootRevoked", args: [ROOT] });
  });

  it("is the guardian's as well, and nobody's else", async () => {
    await accept();
    const [one] = await againstIt(publishers.slice(1, 2));
    expect((await refused(call(relay, stranger, "relayRevocation", POLICY, ROOT, [one]))).name).toBe("QuorumNotReached");
    const publicationSignatures = await signed(publishers.slice(0, 2));
    expect((await refused(call(relay, stranger, "relayRevocation", POLICY, ROOT, publicationSignatures))).name).toBe("InvalidPublisherSignature");
    expect((await refused(call(relay, admin, "revoke", POLICY, ROOT))).name).toBe("AccessControlUnauthorizedAccount");
    await call(relay, guardian, "revoke", POLICY, ROOT);
    expect(await isCurrent(ROOT)).toBe(false);
  });
});

describe("a rotation at the source", () => {
  const next = () => addresses.slice(2, 5);

  it("is mirrored by a quorum of the old set, after the same notice", async () => {
    await announce(next(), 2, await forIt(publishers.slice(0, 2), rotation(next(), 2)));
    const from = Number(await relay.getFunction("rotationFrom")());
    expect(from).toBe((await now(destination)) + DAY);
    expect((await refused(call(relay, stranger, "applyRotation", next(), 2))).name).toBe("RotationNotDue");
    await travelTo(destination, from);
    await call(relay, stranger, "applyRotation", next(), 2);
    expect([...(await relay.getFunction("publishers")())]).toEqual(next());
    time = await now(destination);
    await accept({}, publishers.slice(3, 5));
    expect(await refused(accept({ epoch: 2, root: 78n }, publishers.slice(0, 2)))).toEqual({ name: "SnapshotNotNewer", args: [BigInt(time), BigInt(time)] });
    expect(await refused(accept({ epoch: 2, root: 78n, asOf: time + 1 }, publishers.slice(0, 2)))).toEqual({ name: "NotAPublisher", args: [addresses[0]] });
  });

  it("is not announced by fewer, by the new set, for another version, nor in another domain", async () => {
    const attempt = async (who: readonly Signer[], message: ReturnType<typeof rotation>, domain = source.domain) => (await refused(announce(next(), 2, await forIt(who, message, domain)))).name;
    expect(await attempt(publishers.slice(0, 1), rotation(next(), 2))).toBe("QuorumNotReached");
    expect(await attempt(publishers.slice(3, 5), rotation(next(), 2))).toBe("NotAPublisher");
    for (const version of [1n, 3n]) expect(await attempt(publishers.slice(0, 2), rotation(next(), 2, version))).toBe("InvalidPublisherSignature");
    expect(await attempt(publishers.slice(0, 2), rotation(next(), 3))).toBe("InvalidPublisherSignature");
    expect(await attempt(publishers.slice(0, 2), rotation(next(), 2), { ...source.domain, chainId: 1n })).toBe("InvalidPublisherSignature");
  });

  it("that the guardian cancelled does not come back by the same signatures", async () => {
    const given = await forIt(publishers.slice(0, 2), rotation(next(), 2));
    await announce(next(), 2, given);
    await call(relay, guardian, "cancelRotation");
    expect((await refused(announce(next(), 2, given))).name).toBe("RotationWasCancelled");
  });

  it("is cancelled by a veto of a quorum in use, as at the source", async () => {
    await announce(next(), 2, await forIt(publishers.slice(0, 2), rotation(next(), 2)));
    const announced: string = await relay.getFunction("announcedRotation")();
    const veto = (who: readonly Signer[]) => Promise.all(who.map((publisher) => signVeto({ rotation: announced }, source.domain, publisher)));
    expect((await refused(call(relay, stranger, "vetoRotation", await veto(publishers.slice(0, 1))))).name).toBe("QuorumNotReached");
    await call(relay, stranger, "vetoRotation", await veto(publishers.slice(1, 3)));
    expect(await relay.getFunction("rotationFrom")()).toBe(0n);
  });

  it("waits for no one when a publisher is compromised: the guardian removes it here as well", async () => {
    await call(relay, guardian, "removePublisher", addresses[0]!);
    expect(await refused(accept())).toEqual({ name: "NotAPublisher", args: [addresses[0]] });
    await accept({}, publishers.slice(1, 3));
  });
});

describe("a set that guardians cut down to its quorum", () => {
  const next = () => addresses.slice(2, 5);
  const replace = (signer = admin, members = next(), quorum = 2) => call(relay, signer, "replaceBlockedSet", members, quorum);
  const cut = () => call(relay, guardian, "removePublisher", addresses[0]!);
  /** The first second of a silence: the snapshot has expired, and a rotation's notice has passed. */
  const silence = () => time + MAX_AGE + DAY + 1;
  const due = async () => travelTo(destination, Number(await relay.getFunction("rotationFrom")()));

  it("and that has fallen silent is replaced by the admin, with notice: one that refuses to sign does not block the relay for ever", async () => {
    await accept();
    await cut();
    await travelTo(destination, silence() - 2);
    expect((await refused(replace())).name).toBe("SetNotBlocked");
    await travelTo(destination, silence());
    expect(await eventsOf(replace(), relay, "RotationAnnounced")).toEqual([[2n, next(), 2n, BigInt((await now(destination)) + DAY)]]);
    expect((await refused(call(relay, stranger, "applyRotation", next(), 2))).name).toBe("RotationNotDue");
    await due();
    await call(relay, stranger, "applyRotation", next(), 2);
    time = await now(destination);
    await accept({ epoch: 2, root: 78n }, publishers.slice(3, 5));
    expect(await isCurrent(78n)).toBe(true);
  });

  it("is left alone while it publishes, while a member more than the quorum is left, and while publication is paused", async () => {
    await accept();
    await travelTo(destination, silence());
    expect((await refused(replace())).name).toBe("SetNotBlocked");
    await cut();
    await call(relay, guardian, "pause");
    expect((await refused(replace())).name).toBe("SetNotBlocked");
    await call(relay, admin, "unpause");
    time = await now(destination);
    await accept({ epoch: 2, root: 78n }, publishers.slice(1, 3));
    expect((await refused(replace())).name).toBe("SetNotBlocked");
    await travelTo(destination, silence());
    await replace();
  });

  it("is replaced by nobody else, and never by one of whom all must agree or who was removed", async () => {
    await cut();
    for (const signer of [guardian, stranger]) expect((await refused(replace(signer))).name).toBe("AccessControlUnauthorizedAccount");
    expect((await refused(replace(admin, addresses.slice(2, 4), 2))).name).toBe("InvalidQuorum");
    expect((await refused(replace(admin, addresses.slice(0, 3), 2))).name).toBe("PublisherBarred");
  });

  it("keeps its place if all of it objects, or the guardian does: an admin forges no root", async () => {
    await cut();
    await replace();
    const announced: string = await relay.getFunction("announcedRotation")();
    const veto = await Promise.all(publishers.slice(1, 3).map((publisher) => signVeto({ rotation: announced }, source.domain, publisher)));
    expect((await refused(call(relay, stranger, "vetoRotation", veto.slice(0, 1)))).name).toBe("QuorumNotReached");
    await call(relay, stranger, "vetoRotation", veto);
    expect((await refused(replace())).name).toBe("RotationWasCancelled");
    await replace(admin, addresses.slice(3, 6));
    await call(relay, guardian, "cancelRotation");
    await travelTo(destination, (await now(destination)) + DAY);
    expect((await refused(call(relay, stranger, "applyRotation", addresses.slice(3, 6), 2))).name).toBe("RotationNotAnnounced");
    time = await now(destination);
    expect((await refused(accept({}, publishers.slice(3, 5)))).name).toBe("NotAPublisher");
    await accept({}, publishers.slice(1, 3));
  });
});

describe("a relay is not deployed", () => {
  it.each<[string, () => [bigint, string]]>([
    ["for its own chain", () => [1n, source.domain.oracle]],
    ["for no chain", () => [0n, source.domain.oracle]],
    ["for no oracle", () => [31_337n, `0x${"0".repeat(40)}`]],
  ])("%s", async (_, where) => {
    expect((await refused(destination.ethers.deployContract("RelayedSnapshots", [await termsFor(publishers, admin, guardian), ...where()]))).name).toBe("InvalidSource");
  });
});

describe("a proof", () => {
  let there: World;
  beforeEach(async () => {
    const world = await createWorld(destination);
    const registry = await destination.ethers.deployContract("MarginHealthRegistry", [await world.admin.getAddress(), world.verifier.target, relay.target, world.attesters.target, world.token.target]);
    there = { ...world, registry: registry as unknown as Contract, oracle: relay };
    time = await now(destination);
    await call(there.registry, there.admin, "addPolicy", POLICY_ID, ...Object.values(DEMANDED));
    await call(there.registry, there.subject, "registerAccountSet", ACCOUNT_SET);
    await accept({ policyId: POLICY_ID });
  });

  it("is of one chain although its snapshot is of both: the scope is another", async () => {
    const scopeAtSource = await signalsFor({ ...there, chain: source.chain, registry: there.registry }, { signals: { snapshotRoot: ROOT } });
    const here = await signalsFor(there, { signals: { snapshotRoot: ROOT } });
    expect(scopeAtSource.scope).not.toBe(here.scope);
    expect((await refusal(submit(there, { ...here, scope: scopeAtSource.scope }), there.registry)).name).toBe("ScopeMismatch");
    await submit(there, here);
    const subject = await there.subject.getAddress();
    expect(await there.registry.getFunction("isHealthy")(subject)).toBe(true);
    const terms = { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 2 };
    expect(await there.registry.getFunction("canOpen")(subject, terms)).toBe(true);
    await accept({ policyId: POLICY_ID, epoch: 2, root: 78n, asOf: await now(destination), spots: spots({ BTC: 40_000, ETH: 3_000 }) });
    expect(await there.registry.getFunction("canOpen")(subject, terms)).toBe(false);
    expect(await there.registry.getFunction("graceUntil")(subject, terms)).toBe(await relay.getFunction("graceUntil")(POLICY_ID));
  });
});
