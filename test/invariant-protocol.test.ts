/**
 * Random runs over everything that can be called, by many actors on two chains, compared with a model after every call. PROTOCOL_CALLS says
 * how many calls about (1,200 by default), PROTOCOL_SEED where to begin. A failure prints its seed, its path and the shortest run that still fails; ten
 * thousand calls end with the run that failed, which PROTOCOL_PATH shortens.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { now } from "./support/contracts.ts";
import { Dice } from "./support/dice.ts";
import { beginRun } from "./support/protocol-beginning.ts";
import { checkInvariants } from "./support/protocol-invariants.ts";
import type { Step } from "./support/protocol-run.ts";
import { PROTOCOL_EVENTS, PROTOCOL_STEPS } from "./support/protocol-steps.ts";
import { createProtocolWorld, type ProtocolWorld } from "./support/protocol-world.ts";

const CALLS = Number(process.env["PROTOCOL_CALLS"] ?? 1_200);
const SEED = Number(process.env["PROTOCOL_SEED"] ?? 20_260_801);
const IS_LONG = CALLS >= 10_000;
const PATH = process.env["PROTOCOL_PATH"];
/** Rare kinds of calls pass in the run that is made by default, and in any long one. */
const IS_FULL = PATH === undefined && (process.env["PROTOCOL_SEED"] === undefined || IS_LONG);
const LONGEST = 200;
/** A run has any length up to the longest. */
const RUNS = Math.ceil((2 * CALLS) / LONGEST);

let worlds: ProtocolWorld;
/** How often each kind of call was made, and passed. */
const made = new Map<string, number>();
const passed = new Map<string, number>();
const count = (map: Map<string, number>, what: string) => map.set(what, (map.get(what) ?? 0) + 1);

beforeAll(async () => {
  worlds = await createProtocolWorld();
});
afterAll(async () => {
  await Promise.all([worlds.world, worlds.there].map(({ chain }) => chain.close()));
});

const step: fc.Arbitrary<Step> = fc.oneof(...PROTOCOL_STEPS.map((one) => ({ weight: one.weight * 10, arbitrary: fc.constant(one) })));
const calls = fc.array(
  fc.record({ step, seed: fc.nat(), wait: fc.nat({ max: 60 }) }).map(({ step, seed, wait }) => ({ step, seed, wait, toString: () => `${step.name} (${seed}, +${wait} s)` })),
  { minLength: 1, maxLength: LONGEST, size: "max" },
);

// Time for a slow machine, and for a run that fails to be shortened.
it("no run of calls leaves an account healthy without a proof that counts, an escrow short, a debt unaccounted for, or anything revoked in use", { timeout: 1_000 * CALLS }, async () => {
  const providers = [worlds.world, worlds.there].map(({ chain }) => chain.ethers.provider);
  const run = fc.asyncProperty(calls, async (all) => {
    const snapshots = await Promise.all(providers.map((provider) => provider.send("evm_snapshot", [])));
    try {
      const state = await beginRun(worlds, (what) => count(passed, what), checkInvariants);
      for (const { step, seed, wait } of all) {
        state.time = Math.max(state.time, await now(state.world.chain)) + 1 + wait;
        if (await step.run(state, new Dice(seed))) count(passed, step.name);
        await state.check();
        count(made, step.name);
      }
    } finally {
      await Promise.all(providers.map((provider, i) => provider.send("evm_revert", [snapshots[i]])));
    }
  });
  await fc.assert(run, { seed: SEED, numRuns: RUNS, endOnFailure: IS_LONG && PATH === undefined, ...(PATH === undefined ? {} : { path: PATH }) });
});

it("no attack passed in these runs, and in full ones every kind of call did, and every end of a liquidation came about", () => {
  if (process.env["PROTOCOL_CALLS"] !== undefined) console.log(Object.fromEntries([...PROTOCOL_STEPS.map(({ name }) => name), ...PROTOCOL_EVENTS].map((name) => [name, `${passed.get(name) ?? 0} of ${made.get(name) ?? "?"}`])));
  const attacks = PROTOCOL_STEPS.filter(({ isAttack }) => isAttack === true).map(({ name }) => name);
  expect(attacks.filter((name) => passed.has(name))).toEqual([]);
  expect(made.size).toBeGreaterThan(0);
  if (!IS_FULL) return;
  const calls = PROTOCOL_STEPS.filter(({ isAttack }) => isAttack !== true).map(({ name }) => name);
  expect([attacks.filter((name) => !made.has(name)), [...calls, ...PROTOCOL_EVENTS].filter((name) => !passed.has(name))]).toEqual([[], []]);
});
