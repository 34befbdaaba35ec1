/**
 * Random runs over everything that can be called, by many actors, compared with a model after every call. PROTOCOL_CALLS says how many
 * calls about (1,000 by default), PROTOCOL_SEED where to begin. A failure prints its seed and the shortest run that still fails.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { now } from "./support/contracts.ts";
import { Dice } from "./support/dice.ts";
import { createWorld, type World } from "./support/margin-world.ts";
import { beginRun, checkInvariants, type Step } from "./support/protocol-run.ts";
import { PROTOCOL_STEPS } from "./support/protocol-steps.ts";

const CALLS = Number(process.env["PROTOCOL_CALLS"] ?? 1_000);
const SEED = Number(process.env["PROTOCOL_SEED"] ?? 20_260_801);
const LONGEST = 200;
/** A run has any length up to the longest. */
const RUNS = Math.ceil((2 * CALLS) / LONGEST);

let world: World;
/** How often each kind of call was made. */
const made = new Map<string, number>();
/** Proofs that were accepted. */
let accepted = 0;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.chain.close());

const step: fc.Arbitrary<Step> = fc.oneof(...PROTOCOL_STEPS.map((one) => ({ weight: one.weight * 10, arbitrary: fc.constant(one) })));
const calls = fc.array(
  fc.record({ step, seed: fc.nat(), wait: fc.nat({ max: 60 }) }).map(({ step, seed, wait }) => ({ step, seed, wait, toString: () => `${step.name} (${seed}, +${wait} s)` })),
  { minLength: 1, maxLength: LONGEST, size: "max" },
);

// Time for a slow machine, and for a run that fails to be shortened.
it("no run of calls leaves an account healthy without a proof that counts, an escrow short, or anything revoked in use", { timeout: 1_000 * CALLS }, async () => {
  const run = fc.asyncProperty(calls, async (all) => {
    const snapshot = await world.chain.ethers.provider.send("evm_snapshot", []);
    try {
      const state = await beginRun(world);
      for (const { step, seed, wait } of all) {
        state.time = Math.max(state.time, await now(world.chain)) + 1 + wait;
        await step.run(state, new Dice(seed));
        await checkInvariants(state);
        made.set(step.name, (made.get(step.name) ?? 0) + 1);
      }
      accepted += state.accepted.length;
    } finally {
      await world.chain.ethers.provider.send("evm_revert", [snapshot]);
    }
  });
  await fc.assert(run, { seed: SEED, numRuns: RUNS });
});

it("the runs made every kind of call that is not rare, and had many proofs accepted", () => {
  expect(PROTOCOL_STEPS.filter(({ name, weight }) => weight >= 1 && !made.has(name)).map(({ name }) => name)).toEqual([]);
  expect(accepted).toBeGreaterThan(CALLS / 40);
});
