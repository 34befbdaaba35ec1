/** How a credit comes to be liquidated: notice, start, and what calls it off. */
import * as rules from "./auction-model.ts";
import type { Dice } from "./dice.ts";
import { HEALTH } from "./margin-world.ts";
import { claimOf, mostlyOwed, signerOf, someOwed, type Owed } from "./protocol-choices.ts";
import { breakerAt, clockFrom, isVoid, meets, noticeRefusal, positionOf, startRefusal, type LineModel } from "./protocol-lending-model.ts";
import type { SubjectModel } from "./protocol-model.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { bid, comesNext, expectLiquidatable, isRunning, takeOver, tell, waitForBreaker } from "./protocol-steps-auction.ts";
import { haveSnapshot, submit } from "./protocol-steps-claims.ts";
import { deposit, pledge } from "./protocol-steps-escrow.ts";
import { contractOf, LENDING_STEPS } from "./protocol-steps-lending.ts";

const isNoted = ({ loan }: Owed): boolean => loan.notice !== undefined;

/** Where nothing is left for a step to do, mostly what must come before it is done instead. */
async function comesFirst(run: Run, dice: Dice, isWanted: (owed: Owed) => boolean, name: string): Promise<boolean> {
  if (someOwed(run, isWanted) || dice.chance(10)) return false;
  if (await [...LIQUIDATION_STEPS, ...LENDING_STEPS].find((step) => step.name === name)!.run(run, dice)) run.seen(name);
  return true;
}

/** The subject proves its health again. */
async function regain(run: Run, dice: Dice, subject: SubjectModel): Promise<void> {
  await haveSnapshot(run, dice);
  await submit(run, dice, claimOf(run, dice, subject, HEALTH, true));
  waitUntil(run, run.time + 1);
}

/** Or somebody deposits what its pledge lacks, which it pledges. */
async function refill(run: Run, line: LineModel, subject: SubjectModel): Promise<void> {
  const position = positionOf(run.model, line, subject.address);
  const lacking = rules.buffered(line.auction, position) - position.pledge;
  if (lacking <= 0n) return;
  await deposit(run, subject, lacking);
  waitUntil(run, run.time + 1);
  await pledge(run, subject, line.address, lacking);
  waitUntil(run, run.time + 1);
}

export const LIQUIDATION_STEPS: readonly Step[] = [
  {
    name: "notice", weight: 9,
    run: async (run, dice) => {
      const { model } = run;
      const isOpen = ({ line, subject, loan }: Owed) => (loan.notice === undefined || isVoid(model, line, subject, run.time)) && rules.isShort(line.auction, positionOf(model, line, subject.address));
      if (await comesFirst(run, dice, isOpen, "borrow")) return false;
      const { line, subject, loan } = mostlyOwed(run, dice, isOpen);
      if (loan.debt > 0n && meets(model, subject, line.terms, run.time) && dice.chance(80)) waitUntil(run, subject.last!.healthyUntil + 1);
      const keeper = dice.pick([run.keeper, run.keeper, dice.pick(run.bidders), subject.address]);
      const { time } = run;
      const passed = await attempt(run, noticeRefusal(model, line, subject, time), contractOf(run, line), signerOf(run, keeper), "notice", subject.address);
      if (!passed) return false;
      if (subject.isBreached) run.seen("a notice after a breach");
      loan.notice = { keeper, at: time, sequence: subject.last?.sequence ?? subject.sequenceBase, startedAt: 0, remembered: 0, rewarded: 0n };
      return true;
    },
  },
  {
    name: "start", weight: 10,
    run: async (run, dice) => {
      const { model } = run;
      const isNoticed = ({ line, subject, loan }: Owed) => loan.notice !== undefined && loan.notice.startedAt === 0 && !isVoid(model, line, subject, run.time);
      if (await comesFirst(run, dice, isNoticed, "notice")) return false;
      const owed = mostlyOwed(run, dice, isNoticed);
      const { line, subject, loan } = owed;
      if (loan.notice !== undefined && dice.chance(80)) {
        waitForBreaker(run, owed);
        // A second early sometimes. Publishers who fall silent meanwhile trip the breaker, which prolongs it.
        for (const _ of [1, 2]) waitUntil(run, clockFrom(model, line, loan.notice, loan.notice.at, run.time) + line.auction.gracePeriod - (dice.chance(15) ? 1 : 0));
        if (dice.chance(70)) waitForBreaker(run, owed);
      }
      const passed = await attempt(run, startRefusal(model, line, subject, run.time), contractOf(run, line), signerOf(run, dice.pick(run.bidders)), "start", subject.address);
      if (!passed) return false;
      await expectLiquidatable(run, owed, loan.notice!.at);
      loan.notice!.startedAt = run.time;
      await comesNext(run, dice);
      return true;
    },
  },
  { name: "bid", weight: 20, run: async (run, dice) => ((await comesFirst(run, dice, isRunning(run), "start")) ? false : bid(run, dice)) },
  { name: "takeOver", weight: 6, run: async (run, dice) => ((await comesFirst(run, dice, isRunning(run), "start")) ? false : takeOver(run, dice)) },
  {
    name: "cancel", weight: 5,
    run: async (run, dice) => {
      const { model } = run;
      if (await comesFirst(run, dice, isNoted, "notice")) return false;
      const { line, subject, loan } = mostlyOwed(run, dice, isNoted);
      const way = dice.below(3);
      if (way === 0) await regain(run, dice, subject);
      if (way === 1) await refill(run, line, subject);
      const isWhole = rules.isWhole(line.auction, positionOf(model, line, subject.address));
      const isHealthy = isVoid(model, line, subject, run.time);
      const refused = loan.notice === undefined ? "NotNoticed" : isHealthy || isWhole ? undefined : "StillShort";
      const passed = await attempt(run, refused, contractOf(run, line), signerOf(run, run.keeper), "cancel", subject.address);
      if (!passed) return false;
      loan.notice = undefined;
      tell(run, isHealthy ? "healthy" : "whole", false);
      return true;
    },
  },
  {
    name: "observeBreaker", weight: 2,
    run: async (run, dice) => {
      const { model, time } = run;
      if (await comesFirst(run, dice, isNoted, "notice")) return false;
      const { line, subject, loan } = mostlyOwed(run, dice, isNoted);
      const passed = await attempt(run, loan.notice === undefined ? "NotNoticed" : undefined, contractOf(run, line), signerOf(run, run.keeper), "observeBreaker", subject.address);
      if (passed) loan.notice!.remembered = Math.max(loan.notice!.remembered, Math.min(breakerAt(model, line.terms.policyId, time).graceUntil, time));
      return passed;
    },
  },
];
