import type { Contract } from "ethers";
import hre from "hardhat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, gasOf } from "./support/contracts.ts";
import { gasSnapshot } from "./support/gas-snapshot.ts";
import { honestBatch } from "./support/groth16-batches.ts";
import { call, createWorld, inOrder, POLICY_ID, SECRETS, signalsFor, submit, TIER, type World } from "./support/margin-world.ts";
import { keyOf, simulate } from "./support/tiny-groth16.ts";

/** Contracts that are deployed, with the limit of EIP-170. */
const DEPLOYED = ["Groth16Verifier", "MarginHealthVerifier", "SnapshotOracle", "AttesterRegistry", "MarginHealthRegistry", "CollateralEscrow", "PrivateCreditLine", "GatedOptionWriter"];
const SIZE_LIMIT = 24_576;
/** What the precompiles alone charge for seven signals: four pairings, seven multiplications and additions. */
const PRECOMPILES = 45_000 + 4 * 34_000 + 7 * (6_000 + 150);

const BATCHES = [1, 2, 4, 8, 16, 32];

const bytes = (hex: string): number => (hex.length - 2) / 2;

let world: World;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.chain.close());

/** Gas of everything a user pays for, and sizes in bytes. Time is fixed, so that calldata costs the same in every run. */
async function measure(): Promise<Record<string, number>> {
  const time = 2_000_000_000;
  const { chain, registry, verifier, oracle, publishers, subject } = world;
  const [first, second] = publishers;
  const vote = (publisher: typeof first, timestamp: number) => at(chain, timestamp, () => gasOf(call(oracle, publisher!, "submit", POLICY_ID, 2, 2n ** 253n, time)));
  const firstVote = await vote(first, time);
  const acceptance = await vote(second, time + 1);
  const strangersAccount = await gasOf(call(registry, world.stranger, "registerAccountSet", 2n ** 253n));
  const signals = (sequence: number) => signalsFor(world, { claim: { sequence, asOf: time }, signals: { snapshotRoot: 2n ** 253n, portfolioCommitment: 2n ** 252n + BigInt(sequence) } });
  const [one, two] = [await signals(1), await signals(2)];
  const proof = simulate(SECRETS, inOrder(one));
  const key = (await verifier.getFunction("tierOf")(TIER)).verifier as string;
  const verify = await chain.ethers.getContractAt("Groth16Verifier", key);
  const data = verify.interface.encodeFunctionData("verify", [proof, inOrder(one)]);
  const sizes = await Promise.all(DEPLOYED.map(async (name) => [`bytes ${name}`, bytes((await hre.artifacts.readArtifact(name)).deployedBytecode)] as const));
  return {
    "verify, as a transaction": await gasOf(subject.sendTransaction({ to: key, data })),
    ...(await batches(verify as unknown as Contract)),
    "submit, a subject's first": await gasOf(submit(world, one, proof)),
    "submit, a later one": await gasOf(submit(world, two)),
    "register an account set": strangersAccount,
    "vote for a snapshot": firstVote,
    "vote that completes the quorum": acceptance,
    "deploy a key": await gasOf(deployment("Groth16Verifier", keyOf(SECRETS))),
    "isHealthy, from outside": Number(await registry.getFunction("isHealthy").estimateGas(subject)),
    "canOpen, from outside": Number(await registry.getFunction("canOpen").estimateGas(subject, { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 2 })),
    ...Object.fromEntries(sizes),
  };
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
  const calldata = Buffer.from(data.slice(2), "hex").reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
  return (await gasOf(world.subject.sendTransaction({ to, data }))) - 21_000 - calldata;
}

async function deployment(name: string, ...parameters: unknown[]): Promise<{ wait: () => Promise<{ gasUsed: bigint } | null> }> {
  const contract = await world.chain.ethers.deployContract(name, parameters);
  return contract.deploymentTransaction()!;
}

describe("costs", () => {
  it("are the committed ones", async () => {
    const { measured, committed } = gasSnapshot(await measure());
    expect(measured).toEqual(committed);
  });

  it("of verifying exceed what the precompiles charge by a fortieth at most", async () => {
    const signals = inOrder(await signalsFor(world, { claim: { sequence: 3 } }));
    const key = await world.chain.ethers.getContractAt("Groth16Verifier", (await world.verifier.getFunction("tierOf")(TIER)).verifier);
    const parameters = [simulate(SECRETS, signals), signals];
    const data = key.interface.encodeFunctionData("verify", parameters);
    expect(await beyondCalldata(String(key.target), data)).toBeLessThan(PRECOMPILES * (1 + 1 / 40));
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
