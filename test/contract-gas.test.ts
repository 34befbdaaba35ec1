import { encodeBytes32String, type Contract, type Signer } from "ethers";
import hre from "hardhat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAddress } from "../prover/statement/address.ts";
import type { PublicSignals } from "../prover/proof/public-signals.ts";
import { buildRegistry, type Attester } from "../prover/statement/attester-registry.ts";
import type { Bps } from "../prover/units.ts";
import { createAuction, fastPeriod, gracePeriod, MUCH, PLEDGE, slowPeriod, USD } from "./support/auction.ts";
import { at, connect, DEPLOYED, gasOf } from "./support/contracts.ts";
import { gasSnapshot } from "./support/gas-snapshot.ts";
import { honestBatch } from "./support/groth16-batches.ts";
import {
  ACCOUNT_SET, attesterArguments, BREACH_SECRETS, BREACH_TIER, call, createWorld, depositFor, grow, HEALTH, inOrder, POLICY_ID, policyIdOf, SECRETS, signalsFor, SPOTS, submit, TIER, worldTerms,
  type World,
} from "./support/margin-world.ts";
import { signatures } from "./support/snapshot-oracle.ts";
import { ATTESTER_KEYS, OTHER_KEY } from "./support/statements.ts";
import { keyOf, scalar, simulate, trapdoor } from "./support/tiny-groth16.ts";

/** The limit of EIP-170. */
const SIZE_LIMIT = 24_576;
/** What the precompiles alone charge for seven signals: four pairings, seven multiplications and additions. */
const PRECOMPILES = 45_000 + 4 * 34_000 + 7 * (6_000 + 150);

const TIME = 2_000_000_000;
const ROOT = scalar("a snapshot's root");
/** What one submission may cost, whatever it is. */
const SUBMIT_BUDGET = 300_000;
const BATCHES = [1, 2, 4, 8, 16, 32];

const bytes = (hex: string): number => (hex.length - 2) / 2;

let world: World;
let measured: Record<string, number>;

beforeAll(async () => {
  world = await createWorld();
  measured = await measure();
});
afterAll(() => world.chain.close());

/** Signals as wide as real ones, so that calldata costs what it does in use: hashes fill their words. */
async function wideSignals(sequence: number, change: Partial<PublicSignals> = {}): Promise<PublicSignals> {
  const wide = { snapshotRoot: ROOT, portfolioCommitment: scalar(`portfolio ${sequence}`), ...change };
  return signalsFor(world, { claim: { sequence, asOf: TIME }, signals: wide });
}

/** Gas of everything a user pays for, and sizes in bytes. Time is fixed, so that calldata costs the same in every run. */
async function measure(): Promise<Record<string, number>> {
  const { chain, registry, verifier, oracle, attesters, publishers, admin, subject, stranger } = world;
  const [first, second] = publishers;
  const vote = (publisher: typeof first, timestamp: number) => at(chain, timestamp, () => gasOf(call(oracle, publisher!, "submit", { policyId: POLICY_ID, epoch: 2, root: ROOT, asOf: TIME, spots: SPOTS })));
  const firstVote = await vote(first, TIME);
  const acceptance = await vote(second, TIME + 1);
  // The jump in time left the snapshot before stale: the guardian reopens credit, so that canOpen goes its whole way.
  await call(oracle, admin, "rearm", POLICY_ID);
  const signedVotes = await votesBySignature(TIME);
  const strangersAccount = await gasOf(call(registry, stranger, "registerAccountSet", scalar("stranger's accounts")));
  const [one, two] = [await wideSignals(1), await wideSignals(2)];
  const proof = simulate(SECRETS, inOrder(one));
  const key = (await verifier.getFunction("tierOf")(TIER)).verifier as string;
  const verify = await chain.ethers.getContractAt("Groth16Verifier", key);
  const data = verify.interface.encodeFunctionData("verify", [proof, inOrder(one)]);
  const sizes = await Promise.all(DEPLOYED.map(async (name) => [`bytes ${name}`, bytes((await hre.artifacts.readArtifact(name)).deployedBytecode)] as const));
  await depositFor(world, await subject.getAddress(), 3_000_000n);
  const keys = ATTESTER_KEYS.map(({ publicKey }, i): Attester => ({ venue: `venue ${i}`, key: publicKey, assurance: "venue-signed", validFrom: 0, validUntil: 2 ** 32 - 1 }));
  const next = buildRegistry(keys.slice(1));
  return {
    "verify, as a transaction": await gasOf(subject.sendTransaction({ to: key, data })),
    ...(await batches(verify as unknown as Contract)),
    "submit, a subject's first": await gasOf(submit(world, one, proof)),
    "submit, a later one": await gasOf(submit(world, two)),
    "submit, the first that counts collateral": await gasOf(submit(world, await wideSignals(3, { onChainCollateral: 212_345_678n }))),
    "submit, a later one that counts no more": await gasOf(submit(world, await wideSignals(4, { onChainCollateral: 212_345_678n }))),
    ...(await submittedBatches()),
    "prepare a key": await gasOf(call(verify as unknown as Contract, stranger, "prepare", one.attesterRoot, one.scope)),
    "submit, the key prepared": await gasOf(submit(world, await wideSignals(201))),
    "submit, the key prepared, the first that counts collateral": await gasOf(submit(world, await wideSignals(202, { onChainCollateral: 223_456_789n }))),
    "verify, the key prepared": await gasOf(subject.sendTransaction({ to: key, data })),
    "isHealthy, from outside": Number(await registry.getFunction("isHealthy").estimateGas(subject)),
    "canOpen, from outside": Number(await registry.getFunction("canOpen").estimateGas(subject, { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 2 })),
    "register an account set": strangersAccount,
    ...(await breached()),
    "grow an account set": await gasOf(grow(world, subject, { current: ACCOUNT_SET, grown: scalar("more accounts") })),
    "announce a release": await gasOf(call(registry, subject, "announceRelease")),
    "publish three attester keys": await gasOf(call(attesters, admin, "publish", next.root, attesterArguments(next.attesters))),
    "revoke an attester key": await gasOf(call(attesters, admin, "revokeKey", OTHER_KEY.publicKey.x, OTHER_KEY.publicKey.y)),
    "vote for a snapshot": firstVote,
    "vote that completes the quorum": acceptance,
    "publish a snapshot by two signatures": signedVotes,
    ...(await relayed()),
    ...(await liquidation()),
    "add a tier": await gasOf(call(verifier, admin, "addTier", encodeBytes32String("another"), keyOf(trapdoor("another")), 1, HEALTH)),
    "deposit in escrow, a later one": await laterDeposit(),
    ...Object.fromEntries(sizes),
  };
}

/** Gas of what two publishers sign and somebody sends, for a policy of its own, after a first snapshot of it. */
async function votesBySignature(time: number): Promise<number> {
  const { chain, oracle, publishers, stranger } = world;
  const { chainId } = await chain.ethers.provider.getNetwork();
  const domain = { chainId, oracle: parseAddress(String(oracle.target)) };
  const publish = async (epoch: number) => {
    const publication = { policyId: policyIdOf(2n ** 247n), epoch, root: 2n ** 253n - BigInt(epoch), asOf: time - 5 + epoch, spots: [{ ...SPOTS[0]!, price: SPOTS[0]!.price + BigInt(epoch) }] };
    return gasOf(call(oracle, stranger, "publish", publication, await signatures(domain, publishers.slice(0, 2), publication)));
  };
  await publish(1);
  return publish(2);
}

/** Gas of ending the health that was proved last, by newer statements. */
async function breached(): Promise<Record<string, number>> {
  const counted: bigint = await world.escrow.getFunction("collateralOf")(await world.subject.getAddress());
  const claim = { sequence: 10_000, asOf: TIME, level: "MM", minRatioBps: 10_500n as Bps, minAssurance: "attested" } as const;
  const signals = inOrder(await signalsFor(world, { claim, signals: { snapshotRoot: ROOT, portfolioCommitment: scalar("a breached portfolio"), onChainCollateral: counted } }));
  return { "prove a breach": await gasOf(call(world.registry, world.stranger, "proveBreach", BREACH_TIER, simulate(BREACH_SECRETS, signals), signals)) };
}

/** Gas of a relayed publication on another chain, after a first one of its policy. */
async function relayed(): Promise<Record<string, number>> {
  const chain = await connect({ network: "publicNetwork" });
  try {
    const { chainId } = await world.chain.ethers.provider.getNetwork();
    const terms = await worldTerms(world.publishers, world.admin);
    const relay = (await chain.ethers.deployContract("RelayedSnapshots", [terms, chainId, world.oracle.target])) as unknown as Contract;
    const [, , , , , stranger] = await chain.ethers.getSigners();
    const domain = { chainId, oracle: parseAddress(String(world.oracle.target)) };
    const relayNext = async (epoch: number) => {
      const publication = { policyId: POLICY_ID, epoch, root: 2n ** 253n - BigInt(epoch), asOf: TIME + epoch, spots: SPOTS };
      const given = await signatures(domain, world.publishers.slice(0, 2), publication);
      return gasOf(at(chain, TIME + 10 * epoch, () => call(relay, stranger as unknown as Signer, "publish", publication, given)));
    };
    await relayNext(1);
    return { "relay a snapshot by two signatures": await relayNext(2) };
  } finally {
    await chain.close();
  }
}

/** Gas of each step of a liquidation, as a keeper and two bidders pay it. */
async function liquidation(): Promise<Record<string, number>> {
  const { lending: { world: { chain }, bidder }, subject, notice, start, after, bid, takeOver, owedTo, started } = await createAuction();
  try {
    const noticed = await gasOf(notice());
    await after(gracePeriod);
    const begun = await gasOf(start());
    await after(60);
    const part = await gasOf(bid(10_000n * USD));
    const rest = await gasOf(bid(MUCH));
    const poor = await owedTo({}, { pledge: PLEDGE / 2n });
    await started(poor);
    await after(fastPeriod + slowPeriod);
    const taken = await gasOf(takeOver(poor));
    const bad = await gasOf(call(poor, bidder, "recover", subject, 1_000n * USD));
    return {
      "notice of a liquidation": noticed, "start of an auction": begun, "bid for a part": part, "bid that makes the rest whole": rest,
      "take over what nobody wanted": taken, "recover bad debt": bad,
    };
  } finally {
    await chain.close();
  }
}

/** Gas per proof of a batch that is submitted, what calldata and storage cost apart: they depend on who is proved, and how. */
async function submittedBatches(): Promise<Record<string, number>> {
  const costs: Record<string, number> = {};
  let sequence = 100;
  for (const count of BATCHES) {
    const all = await Promise.all(Array.from({ length: count }, () => wideSignals((sequence += 1))));
    const data = world.registry.interface.encodeFunctionData("submitBatch", [TIER, all.map((sent) => simulate(SECRETS, inOrder(sent))), all.map(inOrder)]);
    const sent = await world.subject.sendTransaction({ to: String(world.registry.target), data });
    const used = await gasOf(Promise.resolve(sent));
    costs[`submit in a batch of ${count}, per proof`] = Math.ceil((used - 21_000 - calldataGas(data) - (await storageGas(sent.hash))) / count);
  }
  return costs;
}

/** What a transaction paid for reading and writing storage. */
async function storageGas(hash: string): Promise<number> {
  const options = { disableMemory: true, disableStack: true, disableStorage: true };
  const { structLogs } = (await world.chain.ethers.provider.send("debug_traceTransaction", [hash, options])) as { structLogs: { op: string; gasCost: number }[] };
  return structLogs.reduce((sum, { op, gasCost }) => sum + (op === "SLOAD" || op === "SSTORE" ? gasCost : 0), 0);
}

/** Gas per proof of a batch, what a transaction and its calldata cost apart. */
async function batches(key: Contract): Promise<Record<string, number>> {
  const costs: Record<string, number> = {};
  for (const count of BATCHES) {
    const { proofs, signals } = honestBatch(SECRETS, count);
    costs[`verify in a batch of ${count}, per proof`] = Math.ceil((await beyondCalldata(String(key.target), key.interface.encodeFunctionData("verifyBatch", [proofs, signals]))) / count);
  }
  return costs;
}

/** Gas of a call that succeeds, without what any transaction with its calldata pays. */
async function beyondCalldata(to: string, data: string): Promise<number> {
  return (await gasOf(world.subject.sendTransaction({ to, data }))) - 21_000 - calldataGas(data);
}

const calldataGas = (data: string): number => Buffer.from(data.slice(2), "hex").reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);

/** Gas of a deposit for somebody who has one. */
async function laterDeposit(): Promise<number> {
  const { token, escrow, stranger, subject } = world;
  await call(token, stranger, "mint", await stranger.getAddress(), 5n);
  await call(token, stranger, "approve", escrow.target, 5n);
  return gasOf(call(escrow, stranger, "deposit", await subject.getAddress(), 4n));
}

describe("costs", () => {
  it("are the committed ones", async () => {
    expect(gasSnapshot(measured).committed).toEqual(measured);
  });

  it("of submitting stay in their budget, the first proof like the next, and whatever is counted where the key is prepared", () => {
    const names = ["submit, a subject's first", "submit, a later one", "submit, the key prepared", "submit, the key prepared, the first that counts collateral"];
    for (const name of names) expect(measured[name], name).toBeLessThanOrEqual(SUBMIT_BUDGET);
    expect(Math.abs(measured["submit, a subject's first"]! - measured["submit, a later one"]!)).toBeLessThan(500);
    expect(measured["submit, the first that counts collateral"]! - measured["submit, a later one that counts no more"]!).toBeLessThan(2_500);
  });

  it("of submitting fall to 75,000 a proof in a batch of sixteen", () => {
    expect(measured["submit in a batch of 16, per proof"]).toBeLessThan(75_000);
  });

  it("of preparing a key come back with the eighth proof", () => {
    expect(measured["submit, a later one"]! - measured["submit, the key prepared"]!).toBeGreaterThan(measured["prepare a key"]! / 8);
  });

  it("of verifying exceed what the precompiles charge by a thirtieth at most", async () => {
    const signals = inOrder(await wideSignals(3, { onChainCollateral: 1n }));
    const key = await world.chain.ethers.getContractAt("Groth16Verifier", (await world.verifier.getFunction("tierOf")(TIER)).verifier);
    const parameters = [simulate(SECRETS, signals), signals];
    const data = key.interface.encodeFunctionData("verify", parameters);
    expect(await beyondCalldata(String(key.target), data)).toBeLessThan(PRECOMPILES * (1 + 1 / 30));
  });

  it("of a batch fall with its size, to 75,000 a proof at sixteen and 60,000 at thirty-two", async () => {
    const key = await world.chain.ethers.getContractAt("Groth16Verifier", (await world.verifier.getFunction("tierOf")(TIER)).verifier);
    const costs = Object.values(await batches(key as unknown as Contract));
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
    expect(costs[BATCHES.indexOf(16)]).toBeLessThan(75_000);
    expect(costs[BATCHES.indexOf(32)]).toBeLessThan(60_000);
  });

  it("of size stay below the limit on contracts", async () => {
    for (const name of DEPLOYED) expect(bytes((await hre.artifacts.readArtifact(name)).deployedBytecode)).toBeLessThan(SIZE_LIMIT);
  });
});
