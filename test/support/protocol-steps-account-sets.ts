/** Account sets: registered, grown by proof, released after notice. */
import type { Dice } from "./dice.ts";
import { GROWTH, GROWTH_TIER } from "./margin-world.ts";
import { isProvable, mostly, setOf, signerOf, tierFor } from "./protocol-choices.ts";
import { tierRefusal } from "./protocol-claims.ts";
import { balanceOf, pledgedBy, type SubjectModel } from "./protocol-model.ts";
import { attempt, proofUnder, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { scalar } from "./tiny-groth16.ts";

const hasPledged = ({ model }: Run, { address }: SubjectModel): boolean => pledgedBy(balanceOf(model, address)) > 0n;

export async function register(run: Run, dice: Dice, subject: SubjectModel): Promise<boolean> {
  const set = setOf(dice);
  const passed = await attempt(run, subject.accountSet === 0n ? undefined : "AlreadyRegistered", run.world.registry, signerOf(run, subject.address), "registerAccountSet", set);
  if (passed) subject.accountSet = set;
  return passed;
}

async function announce(run: Run, dice: Dice): Promise<boolean> {
  const { model, world, time } = run;
  const subject = mostly(run, dice, (one) => isProvable(one) && !hasPledged(run, one));
  const refused = subject.accountSet === 0n ? "NotRegistered" : subject.releaseFrom !== 0 ? "ReleaseRunning" : hasPledged(run, subject) ? "PledgesOutstanding" : undefined;
  const passed = await attempt(run, refused, world.registry, signerOf(run, subject.address), "announceRelease");
  if (passed) Object.assign(subject, { isEnded: true, releaseFrom: time + model.releaseDelay });
  return passed;
}

export const ACCOUNT_SET_STEPS: readonly Step[] = [
  {
    name: "registerAccountSet", weight: 8,
    run: (run, dice) => register(run, dice, mostly(run, dice, ({ accountSet }) => accountSet === 0n)),
  },
  {
    name: "growAccountSet", weight: 4,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const subject = mostly(run, dice, isProvable);
      const grown = setOf(dice);
      const tier = dice.chance(90) ? GROWTH_TIER : tierFor(run, dice, GROWTH);
      const isReplay = dice.chance(15);
      const signals = [isReplay ? scalar("another set") : subject.accountSet, grown, BigInt(subject.address), 0n, 0n, 0n, 0n];
      const refused = subject.accountSet === 0n ? "NotRegistered" : subject.releaseFrom !== 0 ? "ReleaseRunning" : (tierRefusal(model, tier, GROWTH, time) ?? (isReplay ? "InvalidProof" : undefined));
      const passed = await attempt(run, refused, world.registry, signerOf(run, subject.address), "growAccountSet", tier, proofUnder(run, tier, signals), grown);
      if (passed) Object.assign(subject, { accountSet: grown, hasGrown: subject.hasGrown || subject.last !== undefined, changedAt: time });
      return passed;
    },
  },
  {
    name: "announceRelease", weight: 5,
    run: announce,
  },
  {
    name: "cancelRelease", weight: 3,
    run: async (run, dice) => {
      const subject = mostly(run, dice, ({ releaseFrom }) => releaseFrom !== 0);
      const passed = await attempt(run, subject.releaseFrom === 0 ? "NoReleaseRunning" : undefined, run.world.registry, signerOf(run, subject.address), "cancelRelease");
      if (passed) subject.releaseFrom = 0;
      return passed;
    },
  },
  {
    name: "executeRelease", weight: 8,
    run: async (run, dice) => {
      const { world } = run;
      if (!run.model.subjects.some(({ releaseFrom }) => releaseFrom !== 0) && dice.chance(75)) await announce(run, dice);
      const subject = mostly(run, dice, ({ releaseFrom }) => releaseFrom !== 0);
      waitUntil(run, Math.max(run.time + 1, dice.chance(60) ? subject.releaseFrom : 0));
      const refused = subject.releaseFrom === 0 ? "NoReleaseRunning" : run.time < subject.releaseFrom ? "ReleaseTooEarly" : hasPledged(run, subject) ? "PledgesOutstanding" : undefined;
      const passed = await attempt(run, refused, world.registry, signerOf(run, subject.address), "executeRelease");
      if (passed) {
        Object.assign(subject, {
          accountSet: 0n, last: undefined, isBreached: false, isEnded: true, releaseFrom: 0, hasGrown: false, wasReleased: true, changedAt: run.time, sequenceBase: subject.highestSequence,
        } satisfies Partial<SubjectModel>);
      }
      return passed;
    },
  },
];
