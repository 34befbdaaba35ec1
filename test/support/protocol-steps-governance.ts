/** What roles decide about policies and pauses, and strangers who try what any role may. */
import { now } from "./contracts.ts";
import type { Dice } from "./dice.ts";
import { BREACH_TIER, policyIdOf, POLICY_ID, TIER } from "./margin-world.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";

async function addPolicy(run: Run, dice: Dice): Promise<boolean> {
  const { model: { policies }, world } = run;
  const policyHash = BigInt(100 + dice.below(3));
  const terms = { policyId: policyIdOf(policyHash), level: dice.below(2), minRatioBps: 10_000 + dice.below(500), minAssurance: dice.below(3), maxStatementAge: 600 + dice.below(2_000) };
  const passed = await attempt(run, policies.some(({ policyId }) => policyId === terms.policyId) ? "PolicyKnown" : undefined, world.registry, world.admin, "addPolicy", ...Object.values(terms));
  if (passed) policies.push({ ...terms, policyHash, retired: false });
  return passed;
}

export async function setPause(run: Run, name: "pause" | "unpause"): Promise<boolean> {
  const { model, world, time } = run;
  const refused = (name === "unpause") === model.isPaused ? undefined : model.isPaused ? "EnforcedPause" : "ExpectedPause";
  if (!(await attempt(run, refused, world.registry, world.admin, name))) return false;
  model.isPaused = name === "pause";
  model.pauses.push({ isCause: model.isPaused, at: time });
  return true;
}

const POLICY_STEPS: readonly Step[] = [
  {
    name: "pause or unpause", weight: 6,
    run: (run, dice) => setPause(run, run.model.isPaused || dice.chance(60) ? "unpause" : "pause"),
  },
  {
    name: "addPolicy", weight: 2,
    run: addPolicy,
  },
  {
    name: "retirePolicy", weight: 3,
    run: async (run, dice) => {
      // The first carries all credit: once it is gone, little else happens in a run.
      const { policies } = run.model;
      if (policies.length === 1 && dice.chance(80)) await addPolicy(run, dice);
      waitUntil(run, run.time + 1);
      const policy = dice.chance(95) ? policies[1 + dice.below(Math.max(1, policies.length - 1))] : policies[0];
      const refused = policy === undefined ? "UnknownPolicy" : policy.retired ? "RetiredPolicy" : undefined;
      const passed = await attempt(run, refused, run.world.registry, run.world.admin, "retirePolicy", policy?.policyId ?? policyIdOf(1n));
      if (passed) policy!.retired = true;
      return passed;
    },
  },
];

/** What only a role may do, tried by somebody without it. */
const GUARDED = [
  ["registry", "pause", []], ["registry", "unpause", []], ["registry", "retirePolicy", [POLICY_ID]], ["registry", "addPolicy", [policyIdOf(1n), 0, 10_000, 0, 1]],
  ["attesters", "publish", [1n, []]], ["attesters", "revokeRoot", [1n]], ["attesters", "confirm", [1n]], ["attesters", "revokeKey", [1n, 1n]],
  ["verifier", "disableTier", [TIER]], ["verifier", "scheduleSunset", [BREACH_TIER, 2 ** 32 - 1]],
  ["oracle", "revoke", [POLICY_ID, 1n]], ["oracle", "trip", [POLICY_ID]], ["oracle", "rearm", [POLICY_ID]], ["oracle", "pause", []], ["oracle", "unpause", []],
] as const;

export const GOVERNANCE_STEPS: readonly Step[] = [
  ...POLICY_STEPS,
  {
    name: "a stranger tries what a role may", weight: 2, isAttack: true,
    run: async (run, dice) => {
      const [contract, name, parameters] = dice.pick(GUARDED);
      const place = dice.chance(80) ? run : run.there;
      if (place === run.there) waitUntil(place, Math.max(run.time, (await now(place.world.chain)) + 1));
      return attempt(place, "AccessControlUnauthorizedAccount", place.world[contract], place.world.stranger, name, ...parameters);
    },
  },
];
