/** A batch is its proofs one after the other: what one claim was told of policy, snapshot or attesters never stands for another's. */
import type { Contract } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../prover/statement/address.ts";
import { buildRegistry } from "../prover/statement/attester-registry.ts";
import { scopeOf } from "../prover/statement/scope.ts";
import { now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { ACCOUNT_SET, ATTESTER_NOTICE, ATTESTER_REGISTRY, ATTESTERS, attesterArguments, call, createWorld, DEMANDED, depositFor, inOrder, policyIdOf, POLICY_HASH, publishSnapshot, SECRETS, signalsFor, SNAPSHOT_ROOT, TIER, type World } from "./support/margin-world.ts";
import { simulate } from "./support/tiny-groth16.ts";

const OTHER_POLICY = 0xbeefn;
const ROOT = SNAPSHOT_ROOT + 2n;
const OTHER_ROOT = SNAPSHOT_ROOT + 1n;
const NEXT = buildRegistry([...ATTESTERS, null, { ...ATTESTERS[1]!, venue: "okx" }]);
/** What the first subject has in escrow, in millionths and at 1e-8. */
const DEPOSIT = 5n;

let world: World;
let registry: Contract;
let subjects: string[];
let scopes: bigint[];

beforeAll(async () => {
  world = await createWorld();
  const { admin, subject, stranger, publishers, attesters, chain } = world;
  registry = world.registry;
  subjects = await Promise.all([subject, stranger, publishers[0]!].map((signer) => signer.getAddress()));
  await call(registry, stranger, "registerAccountSet", ACCOUNT_SET);
  await registry.getFunction("addPolicy")(policyIdOf(OTHER_POLICY), ...Object.values({ ...DEMANDED, minRatioBps: 12_000 }));
  await call(attesters, admin, "publish", NEXT.root, attesterArguments(NEXT.attesters));
  await travelTo(chain, (await now(chain)) + ATTESTER_NOTICE);
  await publishSnapshot(world, { epoch: 2, root: ROOT });
  await publishSnapshot(world, { policyId: policyIdOf(OTHER_POLICY), epoch: 1, root: OTHER_ROOT });
  await depositFor(world, subjects[0]!, DEPOSIT);
  const { chainId } = await chain.ethers.provider.getNetwork();
  scopes = [POLICY_HASH, OTHER_POLICY, 1n].map((policyHash) => scopeOf({ chainId, registry: formatAddress(BigInt(String(registry.target))), policyHash }));
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

/** Which of the values of each kind a claim takes; the first are those that go together. */
interface Draw {
  readonly subject: number;
  readonly policy: number;
  readonly scope: bigint | undefined;
  readonly root: bigint | undefined;
  readonly attesters: bigint;
  readonly step: number;
  readonly ratio: bigint;
  readonly counted: bigint;
}
const mostly = <T>(good: T[], bad: T[]): fc.Arbitrary<T> => fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
const draw: fc.Arbitrary<Draw> = fc.record({
  subject: mostly([0, 1], [2]),
  policy: fc.constantFrom(0, 0, 1),
  scope: mostly<bigint | undefined>([undefined], [0n, 1n]),
  root: mostly<bigint | undefined>([undefined], [0n, ROOT, OTHER_ROOT, SNAPSHOT_ROOT]),
  attesters: mostly([ATTESTER_REGISTRY.root, NEXT.root], [0n, 6n]),
  step: mostly([1, 2], [0, -1]),
  ratio: mostly([12_000n, 13_000n], [11_000n]),
  counted: mostly([0n, 0n, 100n * DEPOSIT], [100n * DEPOSIT + 1n]),
});

async function signalsOf(draws: readonly Draw[]): Promise<bigint[][]> {
  const sequences = [10, 10, 10];
  const all: bigint[][] = [];
  for (const { subject, policy, scope, root, attesters, step, ratio, counted } of draws) {
    const claim = { subject: parseAddress(subjects[subject]!), sequence: (sequences[subject]! += step), minRatioBps: ratio as never };
    const signals = { scope: scope ?? scopes[policy]!, snapshotRoot: root ?? [ROOT, OTHER_ROOT][policy]!, attesterRoot: attesters, onChainCollateral: counted };
    all.push(inOrder(await signalsFor(world, { claim, signals })));
  }
  return all;
}
const health = async () => Promise.all(subjects.map(async (subject) => String(await registry.getFunction("health")(subject))));

/** The first refusal, and everybody's health where there is none. */
async function oneByOne(all: readonly bigint[][]): Promise<unknown> {
  for (const [i, signals] of all.entries()) {
    const refused = await refusal(call(registry, world.stranger, "submit", TIER, simulate(SECRETS, signals), signals), registry).catch((error: Error) => {
      if (error.message === "nothing was refused") return undefined;
      throw error;
    });
    if (refused !== undefined) return { claim: i, ...refused };
  }
  return health();
}
async function together(all: readonly bigint[][]): Promise<unknown> {
  const sent = call(registry, world.stranger, "submitBatch", TIER, all.map((signals) => simulate(SECRETS, signals)), all);
  const refused = await refusal(sent, registry).catch((error: Error) => {
    if (error.message === "nothing was refused") return undefined;
    throw error;
  });
  if (refused === undefined) return health();
  const inner = registry.interface.parseError(String(refused.args[1]))!;
  return { claim: Number(refused.args[0]), name: inner.name, args: [...inner.args] };
}

describe("a batch", () => {
  it("records what its proofs would have recorded one by one, or names the first that would have been refused, and why", async () => {
    const { provider } = world.chain.ethers;
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(draw, { minLength: 1, maxLength: 6 }), async (draws) => {
        const all = await signalsOf(draws);
        const before = await provider.send("evm_snapshot", []);
        const apart = await oneByOne(all);
        await provider.send("evm_revert", [before]);
        const again = await provider.send("evm_snapshot", []);
        expect(await together(all)).toEqual(apart);
        await provider.send("evm_revert", [again]);
        const outcome = Array.isArray(apart) ? "accepted" : (apart as { name: string }).name;
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }),
      { seed: 20_260_801, numRuns: 80 },
    );
    for (const name of ["accepted", "NotRegistered", "ScopeMismatch", "UnknownSnapshot", "UnknownAttesterRoot", "RatioTooLow", "SequenceNotIncreasing", "CollateralNotHeld"]) expect([name, (seen.get(name) ?? 0) > 0]).toEqual([name, true]);
  });

  it.each<[string, Partial<Draw>, string]>([
    ["the snapshot of another policy, which the claim before it was rightly given", { policy: 1, root: ROOT }, "UnknownSnapshot"],
    ["no scope at all", { scope: 0n }, "ScopeMismatch"],
    ["no snapshot at all", { root: 0n }, "UnknownSnapshot"],
    ["no attester root at all", { attesters: 0n }, "UnknownAttesterRoot"],
    ["a ratio that the policy of the claim before it would take", { policy: 1, ratio: 11_000n }, "RatioTooLow"],
  ])("refuses %s, first or after a good claim", async (_, change, name) => {
    const good: Draw = { subject: 1, policy: 0, scope: undefined, root: undefined, attesters: NEXT.root, step: 1, ratio: 11_000n, counted: 0n };
    const bad = { ...good, subject: 0, ratio: 12_000n, ...change };
    expect(await together(await signalsOf([bad, good]))).toMatchObject({ claim: 0, name });
    expect(await together(await signalsOf([good, bad]))).toMatchObject({ claim: 1, name });
    expect(await together(await signalsOf([good, { ...good, step: 1 }]))).toBeInstanceOf(Array);
  });

  it("takes no claims from outside without their proofs, whoever brings them", async () => {
    const [signals] = await signalsOf([{ subject: 0, policy: 0, scope: undefined, root: undefined, attesters: NEXT.root, step: 1, ratio: 12_000n, counted: 0n }]);
    for (const signer of [world.admin, world.subject, world.stranger]) {
      expect(await refusal(call(registry, signer, "recordClaims", TIER, [signals]), registry)).toEqual({ name: "RecordedWithProofsOnly", args: [await signer.getAddress()] });
    }
    expect(await registry.getFunction("isHealthy")(subjects[0])).toBe(false);
  });
});
