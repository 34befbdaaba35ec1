/** Tiers' keys: added, given a last day, disabled; and prepared, by anyone, which changes what a proof costs and nothing else. */
import { encodeBytes32String, type Contract } from "ethers";
import type { Dice } from "./dice.ts";
import { BREACH, BREACH_TIER, HEALTH, TIER, TIER_DELAY } from "./margin-world.ts";
import { claimOf, subjectOf, tierFor, toProve } from "./protocol-choices.ts";
import { judgeBreach, judgeHealth, tierRefusal } from "./protocol-claims.ts";
import { attempt, preparation, signalsOf, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { haveGround } from "./protocol-steps-claims.ts";
import { keyOf, simulate, trapdoor, type Proof } from "./tiny-groth16.ts";

/** Mostly a tier that was added in the run: without the first ones, little else happens in it. */
function mostlySpare({ model: { tiers } }: Run, dice: Dice) {
  const added = tiers.slice(3);
  return dice.pick(added.length > 0 && dice.chance(85) ? added : tiers);
}

/** Of the values of some signals, or of others. */
async function prepare(run: Run, tier: string, signals: readonly bigint[]): Promise<boolean> {
  const { model, world, time } = run;
  const [, root, , , , , scope] = signals;
  const what = preparation(tier, signals);
  const { verifier } = await world.verifier.getFunction("tierOf")(tier);
  const key = (await world.chain.ethers.getContractAt("Groth16Verifier", verifier)) as unknown as Contract;
  const passed = await attempt(run, scope === 0n || model.prepared.has(what) ? "NothingToPrepare" : undefined, key, world.stranger, "prepare", root, scope);
  if (passed) model.prepared.add(what);
  waitUntil(run, time + 1);
  return passed;
}

/** What nobody knows a witness of, under a key that is prepared for its values: another key's proof, or this key's of neighbouring signals. */
function forgeries(label: string, signals: readonly bigint[]): readonly Proof[] {
  const neighbours = [1, 5, 6].map((place) => signals.with(place, signals[place]! + 1n));
  const swapped = signals.with(1, signals[6]!).with(6, signals[1]!);
  return [simulate(trapdoor("forger"), signals), ...[...neighbours, swapped].map((others) => simulate(trapdoor(label), others))];
}

async function forgePrepared(run: Run, dice: Dice): Promise<boolean> {
  const { model, world } = run;
  const [kind, tier, name] = dice.pick([[HEALTH, TIER, "submit"], [BREACH, BREACH_TIER, "proveBreach"]] as const);
  await haveGround(run, dice);
  const sent = claimOf(run, dice, toProve(run, dice), kind, true);
  const signals = signalsOf(run, sent);
  await prepare(run, tier, signals);
  const { time } = run;
  const judged = kind === BREACH ? judgeBreach(model, subjectOf(run, sent), sent, time) : model.isPaused ? "EnforcedPause" : judgeHealth(model, subjectOf(run, sent), sent, time);
  const refused = typeof judged === "string" ? judged : (tierRefusal(model, tier, kind, time) ?? "InvalidProof");
  if (refused === "InvalidProof") run.seen("a forgery under prepared values reaches the verifier");
  const { label } = model.tiers.find((known) => known.tier === tier)!;
  return attempt(run, refused, world.registry, world.stranger, name, tier, dice.pick(forgeries(label, signals)), signals);
}

export const KEY_STEPS: readonly Step[] = [
  {
    name: "addTier", weight: 2,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const label = dice.chance(80) ? `key ${model.tiers.length}` : dice.pick(model.tiers).label;
      const tier = dice.chance(80) ? encodeBytes32String(`tier ${model.tiers.length}`) : dice.pick(model.tiers).tier;
      const kind = dice.below(3);
      const refused = model.tiers.some((known) => known.tier === tier) ? "TierKnown" : model.tiers.some((known) => known.label === label) ? "KeyInUse" : undefined;
      if (!(await attempt(run, refused, world.verifier, world.admin, "addTier", tier, keyOf(trapdoor(label)), 1, kind))) return false;
      model.tiers.push({ tier, kind, label, activeFrom: time + TIER_DELAY, sunset: 0, disabled: false });
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
  {
    name: "prepare a key", weight: 4,
    run: async (run, dice) => {
      const kind = dice.pick([HEALTH, HEALTH, BREACH]);
      const known = run.model.tiers.map(({ tier }) => tier);
      const tier = tierFor(run, dice, kind);
      const signals = signalsOf(run, claimOf(run, dice, dice.pick(run.model.subjects), kind));
      return prepare(run, known.includes(tier) ? tier : TIER, dice.chance(5) ? signals.with(6, 0n) : signals);
    },
  },
  { name: "forge under prepared values", weight: 3, isAttack: true, run: forgePrepared },
];
