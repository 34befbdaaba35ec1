/** What roles decide at the registry, the attester registry and the verifier, and strangers who try. */
import { encodeBytes32String } from "ethers";
import { at, now } from "./contracts.ts";
import type { Dice } from "./dice.ts";
import { attesterArguments, BREACH_TIER, policyIdOf, POLICY_ID, TIER, TIER_DELAY } from "./margin-world.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { ATTESTER_KEYS } from "./statements.ts";
import { keyOf, trapdoor } from "./tiny-groth16.ts";

async function addPolicy(run: Run, dice: Dice): Promise<boolean> {
  const { model: { policies }, world } = run;
  const policyHash = BigInt(100 + dice.below(3));
  const terms = { policyId: policyIdOf(policyHash), level: dice.below(2), minRatioBps: 10_000 + dice.below(500), minAssurance: dice.below(3), maxStatementAge: 600 + dice.below(2_000) };
  const passed = await attempt(run, policies.some(({ policyId }) => policyId === terms.policyId) ? "PolicyKnown" : undefined, world.registry, world.admin, "addPolicy", ...Object.values(terms));
  if (passed) policies.push({ ...terms, policyHash, retired: false });
  return passed;
}

const POLICY_STEPS: readonly Step[] = [
  {
    name: "pause or unpause", weight: 4,
    run: async (run, dice) => {
      const { model, world } = run;
      const name = model.isPaused || dice.chance(80) ? "unpause" : "pause";
      const refused = name === "unpause" && !model.isPaused ? "ExpectedPause" : undefined;
      const passed = await attempt(run, refused, world.registry, world.admin, name);
      if (passed) model.isPaused = name === "pause";
      return passed;
    },
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

const ATTESTER_STEPS: readonly Step[] = [
  {
    name: "publish attesters", weight: 5,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const keys = ATTESTER_KEYS.map((_, i) => i).filter((i) => dice.chance(model.revokedKeys.has(i) ? 5 : 60));
      const root = dice.chance(95) ? BigInt(3_000_000 + model.roots.length) : dice.pick(model.roots).root;
      const isKnown = model.roots.some((published) => published.root === root);
      const refused = isKnown ? "RootPublishedBefore" : keys.length === 0 ? "InvalidAttesterCount" : keys.some((i) => model.revokedKeys.has(i)) ? "KeyRevoked" : undefined;
      const attesters = keys.map((i) => ({ venue: `venue ${i}`, key: ATTESTER_KEYS[i]!.publicKey, assurance: "venue-signed", validFrom: 0, validUntil: 2 ** 32 - 1 }) as const);
      if (!(await attempt(run, refused, world.attesters, world.admin, "publish", root, attesterArguments(attesters)))) return false;
      model.roots.at(-1)!.supersededAt = time;
      model.roots.push({ number: model.roots.length + 1, root, keys, supersededAt: 0, revoked: false });
      return true;
    },
  },
  {
    name: "revoke a root", weight: 2,
    run: async (run, dice) => {
      const root = dice.pick(run.model.roots);
      const passed = await attempt(run, root.revoked ? "NothingToRevoke" : undefined, run.world.attesters, run.world.admin, "revokeRoot", root.root);
      if (passed) root.revoked = true;
      return passed;
    },
  },
  {
    name: "revoke a key", weight: 1.5,
    run: async (run, dice) => {
      const { model, world } = run;
      const i = dice.below(ATTESTER_KEYS.length);
      const { x, y } = ATTESTER_KEYS[i]!.publicKey;
      if (!(await attempt(run, model.revokedKeys.has(i) ? "KeyRevoked" : undefined, world.attesters, world.admin, "revokeKey", x, y))) return false;
      model.revokedKeys.add(i);
      for (const root of model.roots) root.revoked ||= root.keys.includes(i);
      return true;
    },
  },
];

const TIER_STEPS: readonly Step[] = [
  {
    name: "addTier", weight: 2,
    run: async (run, dice) => {
      const { model, world } = run;
      const label = dice.chance(80) ? `key ${model.tiers.length}` : dice.pick(model.tiers).label;
      const tier = dice.chance(80) ? encodeBytes32String(`tier ${model.tiers.length}`) : dice.pick(model.tiers).tier;
      const kind = dice.below(3);
      const key = await at(world.chain, run.time, () => world.chain.ethers.deployContract("Groth16Verifier", [keyOf(trapdoor(label))]));
      waitUntil(run, run.time + 1);
      const refused = model.tiers.some((known) => known.tier === tier) ? "TierKnown" : model.tiers.some((known) => known.label === label) ? "KeyInUse" : undefined;
      if (!(await attempt(run, refused, world.verifier, world.admin, "addTier", tier, key.target, 1, kind))) return false;
      model.tiers.push({ tier, kind, label, activeFrom: run.time + TIER_DELAY, sunset: 0, disabled: false });
      return true;
    },
  },
  {
    name: "scheduleSunset", weight: 2,
    run: async (run, dice) => {
      const { world, time } = run;
      const tier = mostlySpare(run, dice);
      const last = time + TIER_DELAY + (dice.chance(80) ? dice.below(3_600) : -1);
      const refused = tier.disabled ? "TierDisabled" : tier.sunset !== 0 ? "SunsetScheduled" : last < time + TIER_DELAY ? "NoticeTooShort" : undefined;
      const passed = await attempt(run, refused, world.verifier, world.admin, "scheduleSunset", tier.tier, last);
      if (passed) tier.sunset = last;
      return passed;
    },
  },
  {
    name: "disableTier", weight: 2,
    run: async (run, dice) => {
      const tier = mostlySpare(run, dice);
      const passed = await attempt(run, tier.disabled ? "TierDisabled" : undefined, run.world.verifier, run.world.admin, "disableTier", tier.tier);
      if (passed) tier.disabled = true;
      return passed;
    },
  },
];

/** Mostly a tier that was added in the run: without the first ones, little else happens in it. */
function mostlySpare({ model: { tiers } }: Run, dice: Dice) {
  const added = tiers.slice(3);
  return dice.pick(added.length > 0 && dice.chance(85) ? added : tiers);
}

/** What only a role may do, tried by somebody without it. */
const GUARDED = [
  ["registry", "pause", []], ["registry", "unpause", []], ["registry", "retirePolicy", [POLICY_ID]], ["registry", "addPolicy", [policyIdOf(1n), 0, 10_000, 0, 1]],
  ["attesters", "publish", [1n, []]], ["attesters", "revokeRoot", [1n]], ["attesters", "revokeKey", [1n, 1n]],
  ["verifier", "disableTier", [TIER]], ["verifier", "scheduleSunset", [BREACH_TIER, 2 ** 32 - 1]],
  ["oracle", "revoke", [POLICY_ID, 1n]], ["oracle", "trip", [POLICY_ID]], ["oracle", "rearm", [POLICY_ID]], ["oracle", "pause", []], ["oracle", "unpause", []],
] as const;

export const GOVERNANCE_STEPS: readonly Step[] = [
  ...POLICY_STEPS, ...ATTESTER_STEPS, ...TIER_STEPS,
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
