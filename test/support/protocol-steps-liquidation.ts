/** How a credit comes to be liquidated: notice, start, and what calls it off; and what is paid back of a debt that went bad. */
import * as rules from "./auction-model.ts";
import type { Dice } from "./dice.ts";
import { HEALTH } from "./margin-world.ts";
import { amountOf, claimOf, mostlyOwed, signerOf, someOwed, type Owed } from "./protocol-choices.ts";
import { clockFrom, isVoid, meets, noticeRefusal, positionOf, startRefusal, type LineModel } from "./protocol-lending-model.ts";
import { pay, type SubjectModel } from "./protocol-model.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { bid, comesNext, expectLiquidatable, isRunning, takeOver, tell, tellGrace, waitForGrace } from "./protocol-steps-auction.ts";
import { haveGround, submit } from "./protocol-steps-claims.ts";
import { deposit, pledge } from "./protocol-steps-escrow.ts";
import { setPause } from "./protocol-steps-governance.ts";
import { contractOf, LENDING_STEPS } from "./protocol-steps-lending.ts";

const isNoted = ({ loan }: Owed): boolean => loan.notice !== undefined;

/** Where nothing is left for a step to do, mostly what must come before it is done first. Whether that left it nothing to do still. */
async function comesFirst(run: Run, dice: Dice, isWanted: (owed: Owed) => boolean, name: string): Promise<boolean> {
  if (someOwed(run, isWanted) || dice.chance(10)) return false;
  if (await [...LIQUIDATION_STEPS, ...LENDING_STEPS].find((step) => step.name === name)!.run(run, dice)) run.seen(name);
  await run.check();
  waitUntil(run, run.time + 1);
  return !someOwed(run, isWanted);
}

/** The subject proves its health again. */
async function regain(run: Run, dice: Dice, subject: SubjectModel): Promise<void> {
  await haveGround(run, dice);
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

async function giveNotice(run: Run, dice: Dice, { line, subject, loan }: Owed): Promise<boolean> {
  const keeper = dice.pick([run.keeper, run.keeper, dice.pick(run.bidders), subject.address]);
  const { model, time } = run;
  const passed = await attempt(run, noticeRefusal(model, line, subject, time), contractOf(run, line), signerOf(run, keeper), "notice", subject.address);
  if (!passed) return false;
  if (subject.isBreached) run.seen("a notice after a breach");
  loan.notice = { keeper, at: time, sequence: subject.last?.sequence ?? subject.sequenceBase, startedAt: 0, rewarded: 0n };
  return true;
}

async function startNow(run: Run, dice: Dice, owed: Owed): Promise<boolean> {
  const { line, subject, loan } = owed;
  const refused = startRefusal(run.model, line, subject, run.time);
  tellGrace(run, owed, refused);
  const passed = await attempt(run, refused, contractOf(run, line), signerOf(run, dice.pick(run.bidders)), "start", subject.address);
  if (!passed) return false;
  await expectLiquidatable(run, owed, loan.notice!.at);
  loan.notice!.startedAt = run.time;
  return true;
}

/** The registry is paused, a proof that a debt stands on lapses meanwhile, and somebody would liquidate at once. */
async function lapseInPause(run: Run, dice: Dice): Promise<boolean> {
  const { model } = run;
  const isCarried = ({ line, subject, loan }: Owed) =>
    loan.debt > 0n && loan.notice === undefined && meets(model, subject, line.terms, run.time) && rules.isShort(line.auction, positionOf(model, line, subject.address));
  if (await comesFirst(run, dice, isCarried, "borrow")) return false;
  const owed = mostlyOwed(run, dice, isCarried);
  if (!model.isPaused) await setPause(run, "pause");
  await run.check();
  waitUntil(run, Math.max(run.time, owed.subject.last?.healthyUntil ?? 0) + 1);
  if (!(await giveNotice(run, dice, owed))) return false;
  await run.check();
  waitUntil(run, run.time + 1 + dice.below(2 * owed.line.auction.gracePeriod));
  await startNow(run, dice, owed);
  return true;
}

export const LIQUIDATION_STEPS: readonly Step[] = [
  {
    name: "notice", weight: 9,
    run: async (run, dice) => {
      const { model } = run;
      const isOpen = ({ line, subject, loan }: Owed) => (loan.notice === undefined || isVoid(model, line, subject, run.time)) && rules.isShort(line.auction, positionOf(model, line, subject.address));
      if (await comesFirst(run, dice, isOpen, "borrow")) return false;
      const owed = mostlyOwed(run, dice, isOpen);
      const { line, subject, loan } = owed;
      if (loan.debt > 0n && meets(model, subject, line.terms, run.time) && dice.chance(80)) waitUntil(run, subject.last!.healthyUntil + 1);
      return giveNotice(run, dice, owed);
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
        waitForGrace(run, owed);
        // A second early sometimes. Publishers who fall silent meanwhile trip the breaker, which prolongs it.
        for (const _ of [1, 2]) waitUntil(run, clockFrom(model, line, subject, loan.notice.at, run.time) + line.auction.gracePeriod - (dice.chance(15) ? 1 : 0));
        if (dice.chance(70)) waitForGrace(run, owed);
      }
      if (!(await startNow(run, dice, owed))) return false;
      await comesNext(run, dice);
      return true;
    },
  },
  { name: "a credit lapses in a pause", weight: 5, run: lapseInPause },
  { name: "bid", weight: 20, run: async (run, dice) => ((await comesFirst(run, dice, isRunning(run), "start")) ? false : bid(run, dice)) },
  { name: "takeOver", weight: 6, run: async (run, dice) => ((await comesFirst(run, dice, isRunning(run), "start")) ? false : takeOver(run, dice)) },
  {
    name: "cancel", weight: 6,
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
    name: "recover bad debt", weight: 4,
    run: async (run, dice) => {
      const { model: all } = run;
      if (await comesFirst(run, dice, ({ loan }) => loan.badDebt > 0n, "takeOver")) return false;
      const { line, subject, loan } = mostlyOwed(run, dice, ({ loan }) => loan.badDebt > 0n);
      const atMost = amountOf(dice, loan.badDebt);
      const payer = dice.chance(80) ? subject.address : dice.pick(run.bidders);
      await attempt(run, undefined, contractOf(run, line), signerOf(run, payer), "recover", subject.address, atMost);
      const paid = rules.min(atMost, loan.badDebt);
      loan.badDebt -= paid;
      line.repaid += paid;
      pay(all, payer, -paid);
      pay(all, line.lender, paid);
      return paid > 0n;
    },
  },
];
