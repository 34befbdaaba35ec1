/** Proofs of health and of breaches, one at a time and in batches. */
import type { Dice } from "./dice.ts";
import { BREACH, HEALTH } from "./margin-world.ts";
import { claimOf, mostly, subjectOf, tierFor, toProve } from "./protocol-choices.ts";
import { judgeBreach, judgeHealth, recordBreach, recordHealth, tierRefusal, type ClaimedSignals } from "./protocol-claims.ts";
import { isCurrentSnapshot, isHealthy, latestOf, type Evidence, type Proved, type SubjectModel } from "./protocol-model.ts";
import { attempt, preparation, proofUnder, signalsOf, waitUntil, type Place, type Run, type Step } from "./protocol-run.ts";
import { haveRoot } from "./protocol-steps-attesters.ts";
import { setPause } from "./protocol-steps-governance.ts";
import { publishNext, setPublication } from "./protocol-steps-snapshots.ts";
import { simulate, trapdoor } from "./tiny-groth16.ts";

/** What any proof stands on, mostly. */
export async function haveGround(run: Run, dice: Dice): Promise<void> {
  if (run.model.isPaused && dice.chance(50)) {
    await setPause(run, "unpause");
    waitUntil(run, run.time + 1);
  }
  await haveRoot(run, dice);
  await haveSnapshot(run, dice);
}

/** Publishers that go on, mostly: without a current snapshot nothing can be proved. */
async function haveSnapshot(run: Run, dice: Dice): Promise<void> {
  const { policyId } = run.model.policies[0]!;
  if (run.model.isOraclePaused && dice.chance(50)) await setPublication(run, "unpause");
  const latest = latestOf(run.model, policyId);
  if ((latest === undefined || !isCurrentSnapshot(run.model, latest, run.time)) && dice.chance(75)) await publishNext(run, dice, policyId);
}

/** Sends one claim of health to a registry, forged sometimes. */
export async function submitOne(place: Place, dice: Dice, sent: ClaimedSignals, tier = tierFor(place, dice, HEALTH)): Promise<boolean> {
  const { model, world, time } = place;
  const isForged = dice.chance(4);
  const signals = signalsOf(place, sent);
  const judged = model.isPaused ? "EnforcedPause" : judgeHealth(model, subjectOf(place, sent), sent, time);
  const refused = typeof judged === "string" ? judged : (tierRefusal(model, tier, HEALTH, time) ?? (isForged ? "InvalidProof" : undefined));
  const proof = isForged ? simulate(trapdoor("forger"), signals) : proofUnder(place, tier, signals);
  if (!(await attempt(place, refused, world.registry, world.stranger, "submit", tier, proof, signals))) return false;
  recordHealth(subjectOf(place, sent), judged as Proved);
  return true;
}

export async function submit(run: Run, dice: Dice, sent: ClaimedSignals): Promise<boolean> {
  const tier = tierFor(run, dice, HEALTH);
  const passed = await submitOne(run, dice, sent, tier);
  if (passed) run.accepted.push(sent);
  if (passed && run.model.prepared.has(preparation(tier, signalsOf(run, sent)))) run.seen("a proof that passes by prepared values");
  return passed;
}

async function submitMany(run: Run, dice: Dice): Promise<boolean> {
  const { model, world, time } = run;
  const tier = tierFor(run, dice, HEALTH);
  // All careful, or one of several is likely to spoil it.
  const isCareful = dice.chance(75);
  const all = Array.from({ length: 1 + dice.below(4) }, () => claimOf(run, dice, toProve(run, dice), HEALTH, isCareful || dice.chance(50)));
  const forged = dice.chance(8) ? dice.below(all.length) : -1;
  const before = structuredClone(model.subjects);
  let refused: string | undefined = model.isPaused ? "EnforcedPause" : undefined;
  for (const [i, sent] of all.entries()) {
    if (refused !== undefined) break;
    const judged = judgeHealth(model, subjectOf(run, sent), sent, time);
    if (typeof judged === "string") refused = `BadClaim ${i} ${judged}`;
    else recordHealth(subjectOf(run, sent), judged);
  }
  refused ??= tierRefusal(model, tier, HEALTH, time) ?? (forged >= 0 ? "InvalidProofAt" : undefined);
  const signals = all.map((sent) => signalsOf(run, sent));
  const proofs = signals.map((own, i) => (i === forged ? simulate(trapdoor("forger"), own) : proofUnder(run, tier, own)));
  const passed = await attempt(run, refused, world.registry, world.stranger, "submitBatch", tier, proofs, signals);
  if (passed) run.accepted.push(...all);
  else for (const [i, subject] of before.entries()) Object.assign(model.subjects[i]!, subject);
  return passed;
}

async function breach(run: Run, dice: Dice): Promise<boolean> {
  const { model, world, time } = run;
  const owes = ({ address }: SubjectModel) => model.lines.some(({ loans }) => (loans.get(address)?.debt ?? 0n) > 0n);
  const sent = claimOf(run, dice, mostly(run, dice, (subject) => isHealthy(model, subject, time) && (dice.chance(40) || owes(subject))), BREACH);
  const subject = subjectOf(run, sent);
  const tier = tierFor(run, dice, BREACH);
  const signals = signalsOf(run, sent);
  const judged = judgeBreach(model, subject, sent, time);
  const refused = typeof judged === "string" ? judged : tierRefusal(model, tier, BREACH, time);
  if (!(await attempt(run, refused, world.registry, world.stranger, "proveBreach", tier, proofUnder(run, tier, signals), signals))) return false;
  recordBreach(subject, judged as Evidence, time);
  return true;
}

/** What a batch records before its proofs are verified, by a call of its own. */
async function recordOnly(run: Run, dice: Dice): Promise<boolean> {
  const { world } = run;
  const signals = signalsOf(run, claimOf(run, dice, toProve(run, dice), HEALTH, true));
  return attempt(run, "RecordedWithProofsOnly", world.registry, dice.chance(50) ? world.stranger : world.admin, "recordClaims", tierFor(run, dice, HEALTH), [signals]);
}

export const CLAIM_STEPS: readonly Step[] = [
  {
    name: "submit", weight: 40,
    run: async (run, dice) => {
      await haveGround(run, dice);
      return submit(run, dice, claimOf(run, dice, toProve(run, dice), HEALTH));
    },
  },
  {
    name: "submitBatch", weight: 10,
    run: async (run, dice) => {
      await haveGround(run, dice);
      return submitMany(run, dice);
    },
  },
  { name: "submit what was accepted before", weight: 4, isAttack: true, run: async (run, dice) => (run.accepted.length === 0 ? false : submit(run, dice, dice.pick(run.accepted))) },
  { name: "record claims without a proof", weight: 1, isAttack: true, run: recordOnly },
  {
    name: "proveBreach", weight: 10,
    run: async (run, dice) => {
      await haveGround(run, dice);
      return breach(run, dice);
    },
  },
];
