import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PUBLIC_SIGNALS } from "../prover/proof/public-signals.ts";
import { FIELD } from "../prover/units.ts";
import { connect, eventsOf, gasOf, refusal, restoreAfterEach, type Chain } from "./support/contracts.ts";
import { call } from "./support/margin-world.ts";
import { combine, keyOf, scalar, simulate, trapdoor, type Proof } from "./support/tiny-groth16.ts";

const SECRETS = trapdoor("prepared");
/** The places of what is prepared. */
const [ROOT, SCOPE] = [1, 6];
const SIGNALS = Array.from({ length: 7 }, (_, i) => scalar(`prepared signal ${i}`));
const PROOF = simulate(SECRETS, SIGNALS);
/** Two multiplications and additions less, two slots more. */
const SAVED = 2 * 6_150 - 4_200;

let chain: Chain;
let verifier: Contract;

const prepare = (root = SIGNALS[ROOT]!, scope = SIGNALS[SCOPE]!) => verifier.getFunction("prepare")(root, scope);
const isPrepared = (root = SIGNALS[ROOT]!, scope = SIGNALS[SCOPE]!): Promise<boolean> => verifier.getFunction("isPrepared")(root, scope);
const verify = (signals: readonly bigint[], proof: Proof = PROOF): Promise<boolean> => verifier.getFunction("verify")(proof, signals);
const verifyBatch = (signals: readonly (readonly bigint[])[], proofs: readonly Proof[]): Promise<unknown> => verifier.getFunction("verifyBatch")(proofs, signals);
const cost = async (signals: readonly bigint[]): Promise<number> => {
  const [sender] = await chain.ethers.getSigners();
  return gasOf(sender!.sendTransaction({ to: verifier.target, data: verifier.interface.encodeFunctionData("verify", [simulate(SECRETS, signals), signals]) }));
};
const refused = (action: Promise<unknown>) => refusal(action, verifier);

beforeAll(async () => {
  chain = await connect();
  verifier = await chain.ethers.deployContract("Groth16Verifier", [keyOf(SECRETS)]);
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("preparing", () => {
  it("is for the attester root and the scope, which stay the same from proof to proof", () => {
    expect([PUBLIC_SIGNALS[ROOT]!.name, PUBLIC_SIGNALS[SCOPE]!.name]).toEqual(["attesterRoot", "scope"]);
  });

  it("is anybody's, once, and announced", async () => {
    const [, stranger] = await chain.ethers.getSigners();
    expect(await isPrepared()).toBe(false);
    expect(await eventsOf(call(verifier, stranger!, "prepare", SIGNALS[ROOT], SIGNALS[SCOPE]), verifier, "Prepared")).toEqual([[SIGNALS[ROOT], SIGNALS[SCOPE]]]);
    expect([await isPrepared(), await isPrepared(SIGNALS[SCOPE], SIGNALS[ROOT])]).toEqual([true, false]);
    expect(await refused(prepare())).toEqual({ name: "NothingToPrepare", args: [] });
  });

  it("is refused for values outside the field, whose sums would stand for others, and for no scope", async () => {
    expect(await refused(prepare(FIELD))).toEqual({ name: "PublicSignalNotInField", args: [1n] });
    expect(await refused(prepare(SIGNALS[ROOT]! + FIELD))).toEqual({ name: "PublicSignalNotInField", args: [1n] });
    expect(await refused(prepare(1n, FIELD))).toEqual({ name: "PublicSignalNotInField", args: [6n] });
    expect(await refused(prepare(1n, SIGNALS[SCOPE]! + FIELD))).toEqual({ name: "PublicSignalNotInField", args: [6n] });
    expect(await refused(prepare(1n, 0n))).toEqual({ name: "NothingToPrepare", args: [] });
  });

  it("saves two multiplications for proofs under exactly these values", async () => {
    const others = SIGNALS.with(ROOT, scalar("another root"));
    const [before, otherBefore] = [await cost(SIGNALS), await cost(others)];
    await prepare();
    expect(before - (await cost(SIGNALS))).toBeGreaterThan(SAVED);
    expect(Math.abs((await cost(others)) - otherBefore)).toBeLessThan(200);
  });
});

describe("a key that is prepared for a proof's values", () => {
  it("says the same as before: yes to its signals, no to any of them changed by one", async () => {
    const answers = async () => {
      const changed = SIGNALS.flatMap((value, i) => [SIGNALS.with(i, value + 1n), SIGNALS.with(i, value - 1n), SIGNALS.with(i, 0n)]);
      return Promise.all([SIGNALS, ...changed].map((signals) => verify(signals)));
    };
    const before = await answers();
    expect(before.filter(Boolean)).toEqual([true]);
    await prepare();
    // Every neighbour as well, so that no sum is taken for another.
    for (const step of [1n, -1n]) {
      await prepare(SIGNALS[ROOT]! + step);
      await prepare(SIGNALS[ROOT], SIGNALS[SCOPE]! + step);
    }
    await prepare(SIGNALS[SCOPE], SIGNALS[ROOT]);
    expect(await answers()).toEqual(before);
  });

  it("says no to a proof of the two values changed places, and yes to theirs", async () => {
    const swapped = SIGNALS.with(ROOT, SIGNALS[SCOPE]!).with(SCOPE, SIGNALS[ROOT]!);
    await prepare();
    expect([await verify(swapped), await verify(swapped, simulate(SECRETS, swapped))]).toEqual([false, true]);
  });

  it("takes what else is zero, and refuses aliases of what is prepared", async () => {
    const bare = [0n, SIGNALS[ROOT]!, 0n, 0n, 0n, 0n, SIGNALS[SCOPE]!];
    const noRoot = SIGNALS.with(ROOT, 0n);
    await prepare();
    await prepare(0n);
    expect([await verify(bare, simulate(SECRETS, bare)), await verify(noRoot, simulate(SECRETS, noRoot)), await verify(noRoot)]).toEqual([true, true, false]);
    for (const place of [ROOT, SCOPE]) expect(await refused(verify(SIGNALS.with(place, SIGNALS[place]! + FIELD)))).toEqual({ name: "PublicSignalNotInField", args: [BigInt(place)] });
  });

  it("takes and refuses batches as before, and names the bad proof among them", async () => {
    const other = SIGNALS.with(3, 5n);
    const proofs = [PROOF, simulate(SECRETS, other)];
    await prepare();
    await verifyBatch([SIGNALS, other], proofs);
    expect(await refused(verifyBatch([SIGNALS, other.with(3, 6n)], proofs))).toEqual({ name: "InvalidProofAt", args: [1n] });
  });

  it("takes a sum at infinity for not prepared: the proof is judged all the same", async () => {
    // Secrets of a key under which IC_0 + root IC_2 + scope IC_7 vanishes for these values.
    const [root, scope] = [7n, 1n];
    const ic = SECRETS.ic.with(7, (((-SECRETS.ic[0]! - root * SECRETS.ic[2]!) % FIELD) + FIELD) % FIELD);
    const secrets = { ...SECRETS, ic };
    const signals = SIGNALS.with(ROOT, root).with(SCOPE, scope);
    expect(combine(secrets, [0n, root, 0n, 0n, 0n, 0n, scope])).toBe(0n);
    const other = await chain.ethers.deployContract("Groth16Verifier", [keyOf(secrets)]);
    await other.getFunction("prepare")(root, scope);
    expect(await other.getFunction("isPrepared")(root, scope)).toBe(false);
    const asked = other.getFunction("verify");
    expect([await asked(simulate(secrets, signals), signals), await asked(PROOF, signals)]).toEqual([true, false]);
  });
});
