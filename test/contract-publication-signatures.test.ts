import { hexlify, Signature as EcdsaSignature, toBeHex, type Contract, type Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PUBLICATION_TYPES, publicationHash, typedDomain, type Publication } from "../prover/chain/publication.ts";
import { parseAddress } from "../prover/statement/address.ts";
import type { Price } from "../prover/units.ts";
import { connect, eventsOf, gasOf, refusal, restoreAfterEach, type Chain } from "./support/contracts.ts";
import { call, type PublicationArguments } from "./support/margin-world.ts";
import { deployOracle, OTHER_POLICY, POLICY, publication, publish, ROOT, signature, signatures, spots, termsFor, vote, type OracleWorld, type Signature } from "./support/snapshot-oracle.ts";

/** Order of secp256k1, for the second form of a signature. */
const SECP256K1 = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

let chain: Chain;
let world: OracleWorld;
let oracle: Contract;
let publishers: readonly Signer[];

const what = (change: Partial<PublicationArguments> = {}) => publication(world, change);
const sendTo = (contract: Contract, publication: PublicationArguments, given: readonly Signature[]) => call(contract, world.stranger, "publish", publication, given);
const refused = (action: Promise<unknown>) => refusal(action, oracle);
const isAccepted = async (root = ROOT): Promise<boolean> => oracle.getFunction("isCurrent")(POLICY, root);
const addressOf = (signer: Signer) => signer.getAddress();

beforeAll(async () => {
  chain = await connect();
  world = await deployOracle(chain);
  ({ oracle, publishers } = world);
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("signatures", () => {
  it("of a quorum are handed in at once, by anyone", async () => {
    expect(await eventsOf(publish(world, publishers.slice(1, 3), what()), oracle, "SnapshotAccepted")).toEqual([[POLICY, 1n, 1n, ROOT, BigInt(world.start)]]);
    expect(await isAccepted()).toBe(true);
  });

  it("leave the trace that votes leave", async () => {
    const voters = (await eventsOf(publish(world, publishers.slice(0, 3), what()), oracle, "SnapshotVoted")).map(([, , publisher]) => publisher);
    expect(voters).toEqual(await Promise.all(publishers.slice(0, 3).map(addressOf)));
  });

  it("count together with votes, in either order", async () => {
    await vote(world, publishers[0]!, what());
    await publish(world, [publishers[2]!], what());
    expect(await isAccepted()).toBe(true);
    const next = what({ epoch: 2, root: 78n, asOf: world.start + 1 });
    await publish(world, [publishers[2]!], next);
    expect(await isAccepted(78n)).toBe(false);
    await vote(world, publishers[1]!, next);
    expect(await isAccepted(78n)).toBe(true);
  });

  it("that somebody handed in before do not stand in the way of the rest", async () => {
    const all = await signatures(world.domain, publishers.slice(0, 2), what());
    await sendTo(oracle, what(), all.slice(0, 1));
    await sendTo(oracle, what(), all);
    expect(await isAccepted()).toBe(true);
  });

  it("of who voted otherwise are not counted, nor do they stand in the way of the rest", async () => {
    await vote(world, publishers[0]!, what({ root: 99n }));
    expect(await refused(publish(world, [publishers[0]!], what()))).toEqual({ name: "NoNewVote", args: [1n] });
    await publish(world, publishers.slice(0, 2), what());
    expect(await isAccepted()).toBe(false);
    expect(await oracle.getFunction("voteOf")(POLICY, 1, await addressOf(publishers[0]!))).not.toBe(await oracle.getFunction("voteOf")(POLICY, 1, await addressOf(publishers[1]!)));
    await publish(world, publishers.slice(0, 3), what());
    expect(await isAccepted()).toBe(true);
  });

  it("are those that wallets make of the typed data, hashed as the prover hashes it", async () => {
    const { policyId, epoch, root, asOf } = what();
    const publication: Publication = { policyHash: BigInt(policyId), epoch: BigInt(epoch), root, asOf, spots: [{ asset: "BTC", price: (64_000n * 10n ** 8n) as Price }] };
    const [[, , , , hash] = []] = await eventsOf(vote(world, publishers[0]!, what({ spots: spots({ BTC: 64_000 }) })), oracle, "SnapshotVoted");
    expect(hash).toBe(publicationHash(publication));
  });

  it("of a contract are what it says they are, and count as long as it says so", async () => {
    const key = publishers[5]!;
    const contract = await chain.ethers.deployContract("ContractPublisher", [await addressOf(key)]);
    const terms = await termsFor(publishers, world.admin, world.guardian);
    const members = [...(await Promise.all(publishers.slice(0, 2).map(addressOf))), String(contract.target)].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const mixed = (await chain.ethers.deployContract("SnapshotOracle", [{ ...terms, publishers: members }])) as unknown as Contract;
    const domain = { ...world.domain, oracle: parseAddress(String(mixed.target)) };
    const both = [await signature(domain, publishers[0]!, what()), await signature(domain, key, what(), String(contract.target))].sort((a, b) => (BigInt(a.publisher) < BigInt(b.publisher) ? -1 : 1));
    const forged = both.map((each) => (each.publisher === contract.target ? { ...each, signature: both.find(({ publisher }) => publisher !== contract.target)!.signature } : each));
    expect(await refused(sendTo(mixed, what(), forged))).toEqual({ name: "InvalidPublisherSignature", args: [contract.target] });
    await contract.getFunction("stop")();
    expect(await refused(sendTo(mixed, what(), both))).toEqual({ name: "InvalidPublisherSignature", args: [contract.target] });
    await chain.ethers.provider.send("hardhat_setStorageAt", [contract.target, "0x0", toBeHex(0, 32)]);
    await sendTo(mixed, what(), both);
    expect(await mixed.getFunction("isCurrent")(POLICY, ROOT)).toBe(true);
  });
});

describe("signatures are refused", () => {
  it("of a stranger, the admin included", async () => {
    for (const signer of [world.stranger, world.admin, publishers[3]!]) {
      expect(await refused(sendTo(oracle, what(), await signatures(world.domain, [signer, publishers[0]!], what())))).toEqual({ name: "NotAPublisher", args: [await addressOf(signer)] });
    }
  });

  it("twice from one publisher, also in their second form", async () => {
    const once = await signature(world.domain, publishers[0]!, what());
    expect(await refused(sendTo(oracle, what(), [once, once]))).toEqual({ name: "NotAPublisher", args: [once.publisher] });
    const { r, s, v } = EcdsaSignature.from(once.signature);
    const second = `${r}${toBeHex(SECP256K1 - BigInt(s), 32).slice(2)}${toBeHex(55 - v, 1).slice(2)}`;
    expect(await refused(sendTo(oracle, what(), [{ ...once, signature: second }]))).toEqual({ name: "InvalidPublisherSignature", args: [once.publisher] });
    expect(await refused(sendTo(oracle, what(), [once, { ...once, signature: second }]))).toEqual({ name: "InvalidPublisherSignature", args: [once.publisher] });
  });

  it("out of the publishers' order", async () => {
    const [first, second] = await signatures(world.domain, publishers.slice(0, 2), what());
    expect(await refused(sendTo(oracle, what(), [second!, first!]))).toEqual({ name: "NotAPublisher", args: [first!.publisher] });
  });

  it("under another publisher's name, or cut short", async () => {
    const [own, other] = await signatures(world.domain, publishers.slice(0, 2), what());
    expect(await refused(sendTo(oracle, what(), [{ ...own!, publisher: other!.publisher }]))).toEqual({ name: "InvalidPublisherSignature", args: [other!.publisher] });
    for (const cut of ["0x", hexlify(own!.signature).slice(0, -2)]) {
      expect(await refused(sendTo(oracle, what(), [{ ...own!, signature: cut }]))).toEqual({ name: "InvalidPublisherSignature", args: [own!.publisher] });
    }
  });

  it.each<[string, () => Partial<PublicationArguments>]>([
    ["policy", () => ({ policyId: OTHER_POLICY })],
    ["epoch", () => ({ epoch: 2 })],
    ["root", () => ({ root: ROOT + 1n })],
    ["time", () => ({ asOf: world.start - 1 })],
    ["price", () => ({ spots: spots({ BTC: 64_000, ETH: 3_001 }) })],
    ["list of assets", () => ({ spots: spots({ BTC: 64_000 }) })],
    ["asset", () => ({ spots: spots({ BTC: 64_000, SOL: 3_000 }) })],
  ])("when sent with another %s", async (_, change) => {
    const given = await signatures(world.domain, publishers.slice(0, 2), what());
    expect((await refused(sendTo(oracle, what(change()), given))).name).toBe("InvalidPublisherSignature");
    expect((await refused(sendTo(oracle, what(), await signatures(world.domain, publishers.slice(0, 2), what(change()))))).name).toBe("InvalidPublisherSignature");
  });

  it("made for another chain, another oracle, another contract's domain or another version", async () => {
    const elsewhere = [{ ...world.domain, chainId: 1n }, { ...world.domain, oracle: parseAddress(await addressOf(world.stranger)) }];
    for (const domain of elsewhere) expect((await refused(sendTo(oracle, what(), await signatures(domain, publishers.slice(0, 2), what())))).name).toBe("InvalidPublisherSignature");
    for (const change of [{ name: "Margin health" }, { version: "2" }]) {
      const forged = await publishers[0]!.signTypedData({ ...typedDomain(world.domain), ...change }, PUBLICATION_TYPES, what());
      expect((await refused(sendTo(oracle, what(), [{ publisher: await addressOf(publishers[0]!), signature: forged }]))).name).toBe("InvalidPublisherSignature");
    }
  });

  it("at a second oracle of the same publishers on the same chain", async () => {
    const second = (await chain.ethers.deployContract("SnapshotOracle", [await termsFor(publishers, world.admin, world.guardian)])) as unknown as Contract;
    expect((await refused(sendTo(second, what(), await signatures(world.domain, publishers.slice(0, 2), what())))).name).toBe("InvalidPublisherSignature");
  });

  it("after their epoch, while paused, and when they add nothing", async () => {
    expect(await refused(sendTo(oracle, what(), []))).toEqual({ name: "NoNewVote", args: [1n] });
    await publish(world, publishers.slice(0, 2), what());
    expect(await refused(publish(world, publishers.slice(0, 3), what()))).toEqual({ name: "EpochNotIncreasing", args: [1n, 1n] });
    await call(oracle, world.guardian, "pause");
    expect((await refused(publish(world, publishers.slice(0, 2), what({ epoch: 2, root: 78n, asOf: world.start + 1 })))).name).toBe("EnforcedPause");
  });
});

describe("publishing", () => {
  it("with three signatures of five costs less than 265,000 of gas the first time, and 200,000 later", async () => {
    const five = await deployOracle(chain, { members: 5, quorum: 3 });
    const gas = (change: Partial<PublicationArguments>) => gasOf(publish(five, five.publishers.slice(0, 3), publication(five, change)));
    expect(await gas({})).toBeLessThan(265_000);
    expect(await gas({ epoch: 2, root: 78n, asOf: five.start + 1, spots: spots({ BTC: 64_100, ETH: 3_010 }) })).toBeLessThan(200_000);
  });
});
