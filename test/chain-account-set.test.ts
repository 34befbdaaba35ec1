/** What a subject and a submitter of many proofs do through the library, against contracts with keys whose proofs can be simulated. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { announceRelease, cancelRelease, executeRelease, growAccountSet, readAccountSetStatus, registerAccountSet } from "../prover/chain/register.ts";
import { readHealth } from "../prover/chain/status.ts";
import { prepareKey } from "../prover/chain/prepare.ts";
import { submitBundle, submitBundles } from "../prover/chain/submit.ts";
import type { Groth16Proof, ProofBundle } from "../prover/proof/bundle.ts";
import type { Claim } from "../prover/proof/claim.ts";
import { now, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { ACCOUNT_SET, createWorld, GROWTH_SECRETS, inOrder, SECRETS, signalsFor, type World } from "./support/margin-world.ts";
import { rejection } from "./support/rejection.ts";
import { scalar, simulate, type Proof } from "./support/tiny-groth16.ts";

const GROWN_SET = scalar("a grown set");

let world: World;
let registry: string;
let subject: string;

const bySubject = () => ({ registry, signer: world.subject });
const status = () => readAccountSetStatus({ registry, subject, provider: world.chain.ethers.provider });
/** As snarkjs writes it: real parts first. */
const written = ({ a, b: [[x1, x0], [y1, y0]], c }: Proof): Groth16Proof =>
  ({ protocol: "groth16", curve: "bn128", pi_a: [...a, 1n].map(String), pi_b: [[x0, x1], [y0, y1], [1n, 0n]].map((pair) => pair.map(String)), pi_c: [...c, 1n].map(String) }) as unknown as Groth16Proof;
const bundleOf = async (claim: Partial<Claim>, tier = "test"): Promise<ProofBundle> => {
  const publicSignals = await signalsFor(world, { claim });
  return { tier, publicSignals, proof: written(simulate(SECRETS, inOrder(publicSignals))) } as ProofBundle;
};
const growth = (current = ACCOUNT_SET) => ({ tier: "growth", grownSet: GROWN_SET, proof: written(simulate(GROWTH_SECRETS, [current, GROWN_SET, BigInt(subject), 0n, 0n, 0n, 0n])) });

beforeAll(async () => {
  world = await createWorld();
  registry = String(world.registry.target);
  subject = await world.subject.getAddress();
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("an account set", () => {
  it("grows by a proof, and a proof from another set is refused with its remedy", async () => {
    expect(await rejection(growAccountSet(growth(ACCOUNT_SET + 1n), bySubject()))).toMatchObject({ code: "ContractRefused", message: expect.stringContaining("InvalidProof()") });
    expect(await growAccountSet(growth(), bySubject())).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await status()).toEqual({ current: GROWN_SET, proved: 0n, statementsAfter: await now(world.chain), releaseFrom: 0 });
  });

  it("is released with notice, then another is registered", async () => {
    await announceRelease(bySubject());
    const { releaseFrom } = await status();
    expect(await rejection(executeRelease(bySubject()))).toMatchObject({ code: "ContractRefused", message: expect.stringContaining("ReleaseTooEarly"), hint: expect.stringMatching(/^wait until 20.+Z, in (7 d|6 d 23 h)$/) });
    await cancelRelease(bySubject());
    expect((await status()).releaseFrom).toBe(0);
    await announceRelease(bySubject());
    await travelTo(world.chain, releaseFrom + 60);
    await executeRelease(bySubject());
    expect((await status()).current).toBe(0n);
    await registerAccountSet(GROWN_SET, bySubject());
    expect((await status()).current).toBe(GROWN_SET);
  });
});

describe("bundles", () => {
  it("of one tier are submitted together", async () => {
    const { gasUsed } = await submitBundles([await bundleOf({ sequence: 1 }), await bundleOf({ sequence: 4 })], { registry, signer: world.stranger });
    expect(gasUsed).toBeLessThan(500_000n);
    expect(await readHealth({ registry, subject, provider: world.chain.ethers.provider })).toMatchObject({ healthy: true, sequence: 4, accountSet: ACCOUNT_SET });
  });

  it("cost less once their key is prepared, which anybody does once", async () => {
    const options = { registry, signer: world.stranger };
    const before = await submitBundle(await bundleOf({ sequence: 1 }), options);
    expect(await prepareKey(await bundleOf({ sequence: 2 }), options)).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await prepareKey(await bundleOf({ sequence: 2 }), bySubject())).toBeUndefined();
    const after = await submitBundle(await bundleOf({ sequence: 2 }), options);
    expect(before.gasUsed - after.gasUsed).toBeGreaterThan(8_000n);
    expect(await rejection(prepareKey(await bundleOf({ sequence: 3 }, "desk"), options))).toMatchObject({ code: "ChainError" });
  });

  it("with a bad claim or proof are refused whole, and which and why is said", async () => {
    const options = { registry, signer: world.stranger };
    const good = await bundleOf({ sequence: 4 });
    const claim = await rejection(submitBundles([good, await bundleOf({ sequence: 3 })], options));
    expect(claim).toMatchObject({ code: "ContractRefused", message: expect.stringContaining("BadClaim(1, SequenceNotIncreasing(3, 4))"), hint: expect.stringContaining("newer statements") });
    const forged = { ...(await bundleOf({ sequence: 5 })), proof: good.proof };
    expect(await rejection(submitBundles([good, forged], options))).toMatchObject({ code: "ContractRefused", message: expect.stringContaining("InvalidProofAt(1)") });
    expect((await readHealth({ registry, subject, provider: world.chain.ethers.provider })).sequence).toBe(0);
  });

  it("of several tiers, of breaches, or none at all are refused before anything is sent", async () => {
    const options = { registry, signer: world.stranger };
    const good = await bundleOf({ sequence: 1 });
    expect(await rejection(submitBundles([], options))).toMatchObject({ code: "InvalidBundle", path: "bundles" });
    expect(await rejection(submitBundles([good, await bundleOf({ sequence: 2 }, "desk")], options))).toMatchObject({ code: "InvalidBundle", path: "bundles[1].tier" });
    expect(await rejection(submitBundles([await bundleOf({ sequence: 1 }, "test-breach")], options))).toMatchObject({ code: "InvalidBundle", path: "bundles[0].tier" });
  });
});
