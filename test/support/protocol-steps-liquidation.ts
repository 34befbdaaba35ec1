/** Liquidations: notice, start, bids, and the ways they end. After each that passed, the chain is asked whether it was allowed to. */
import { expect } from "vitest";
import { PAR } from "../../prover/chain/liquidation.ts";
import * as rules from "./auction-model.ts";
import { now } from "./contracts.ts";
import type { Dice } from "./dice.ts";
import { HEALTH } from "./margin-world.ts";
import { claimOf, mostlyOwed, signerOf, someOwed, type Owed } from "./protocol-choices.ts";
import { book, breakerAt, clockFrom, isVoid, meets, noticeRefusal, positionOf, priceOf, settle, startRefusal, type Ending, type LineModel } from "./protocol-lending-model.ts";
import { balanceOf, credit, type SubjectModel } from "./protocol-model.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { haveSnapshot, submit } from "./protocol-steps-claims.ts";
import { deposit, pledge } from "./protocol-steps-escrow.ts";
import { contractOf, LENDING_STEPS } from "./protocol-steps-lending.ts";

/** By the chain's own answers, in the block of the call that passed: not healthy on the terms, not spared, and warned a grace period before. */
async function expectLiquidatable({ world, ...run }: Run, { line, subject }: Owed, noticedAt: number): Promise<void> {
  const head = await now(world.chain);
  expect(await world.registry.getFunction("meets")(subject.address, line.terms), "a healthy account is liquidated").toBe(false);
  expect(Number(await world.oracle.getFunction("graceUntil")(line.terms.policyId)), "an account is liquidated inside a breaker's grace").toBeLessThan(head);
  expect(head, "an account is liquidated inside its grace period").toBeGreaterThanOrEqual(noticedAt + line.auction.gracePeriod);
  expect(run.time).toBe(head);
}

/** When the price of a running auction is nothing, unless more is pledged or a breaker trips. */
const overAt = ({ model, time }: Run, { line, loan: { notice } }: Owed): number =>
  notice === undefined || notice.startedAt === 0 ? time : clockFrom(model, line, notice, notice.startedAt, time) + line.auction.fastPeriod + line.auction.slowPeriod;
/** Past a breaker's grace that spares now. */
function waitForBreaker(run: Run, { line }: Owed): void {
  const { graceUntil } = breakerAt(run.model, line.terms.policyId, run.time);
  if (run.time <= graceUntil) waitUntil(run, graceUntil + 1);
}
const isNoted = ({ loan }: Owed): boolean => loan.notice !== undefined;
const isRunning = ({ model, time }: Run) => ({ line, subject, loan }: Owed): boolean => loan.notice !== undefined && loan.notice.startedAt !== 0 && !isVoid(model, line, subject, time);

function tell(run: Run, ending: Ending | undefined, isBid: boolean): void {
  if (ending !== undefined) run.seen(`a liquidation that ends ${ending}`);
  if (ending === undefined && isBid) run.seen("a bid that leaves the auction to others");
}

/** Where nothing is left for a step to do, mostly what must come before it is done instead. */
async function comesFirst(run: Run, dice: Dice, isWanted: (owed: Owed) => boolean, name: string): Promise<boolean> {
  if (someOwed(run, isWanted) || dice.chance(10)) return false;
  if (await [...LIQUIDATION_STEPS, ...LENDING_STEPS].find((step) => step.name === name)!.run(run, dice)) run.seen(name);
  return true;
}

/** Bidders wait for an auction, and for each other. */
async function comesNext(run: Run, dice: Dice): Promise<void> {
  if (dice.chance(50)) return;
  await run.check();
  waitUntil(run, run.time + 1);
  if (await bid(run, dice)) run.seen("bid");
}

async function bid(run: Run, dice: Dice): Promise<boolean> {
  const { model, world } = run;
  if (await comesFirst(run, dice, isRunning(run), "start")) return false;
  const owed = mostlyOwed(run, dice, isRunning(run));
  const { line, subject, loan } = owed;
  if (dice.chance(70)) waitForBreaker(run, owed);
  if (loan.notice !== undefined && dice.chance(50)) waitUntil(run, run.time + dice.below(dice.chance(25) ? line.auction.fastPeriod + line.auction.slowPeriod : line.auction.fastPeriod / 3));
  const { time } = run;
  const position = positionOf(model, line, subject.address);
  const price = priceOf(model, line, subject, time);
  const most = typeof price === "bigint" && price > 0n ? rules.largestRepayment(line.auction, position, price) : position.debt;
  const offer = dice.chance(3) ? 0n : (most * BigInt(dice.chance(40) ? 20 : 1 + dice.below(12))) / 10n + 1n;
  const bidder = dice.chance(85) ? dice.pick(run.bidders) : subject.address;
  const sale = typeof price === "bigint" && price > 0n && position.pledge > 0n && offer > 0n ? rules.sale(line.auction, position, price, offer, loan.notice!.rewarded) : undefined;
  const least = sale === undefined || dice.chance(40) ? 0n : (sale.collateral * offer) / sale.repaid + (dice.chance(30) ? offer : 0n);
  const refused = offer === 0n ? "NothingOffered" : typeof price === "string" ? price : sale === undefined ? "AuctionOver" : sale.collateral < (least * sale.repaid) / offer ? "TooLittleCollateral" : undefined;
  const purse = async (): Promise<bigint> => world.token.getFunction("balanceOf")(bidder);
  const [paidFrom, hadBefore] = [await purse(), balanceOf(model, subject.address).held];
  const escrowed = async (address: string): Promise<bigint> => world.escrow.getFunction("balanceOf")(address);
  if (!(await attempt(run, refused, contractOf(run, line), signerOf(run, bidder), "bid", subject.address, offer, least))) return false;
  const notice = loan.notice!;
  await expectLiquidatable(run, owed, notice.at);
  const { repaid, taken, collateral } = sale!;
  expect((await purse()) - paidFrom).toBe(collateral - repaid);
  // What left the subject's escrow, at the price that the curve asks, is paid for.
  const left = hadBefore - (await escrowed(subject.address)) + (notice.keeper === subject.address ? sale!.reward : 0n);
  expect(left * (price as bigint), "a bidder pays less than the curve asks").toBeLessThanOrEqual(repaid * line.unitPrice);
  expect(taken).toBe(left);
  notice.remembered = Math.max(notice.remembered, Math.min(breakerAt(model, line.terms.policyId, time).graceUntil, time));
  notice.rewarded += sale!.reward;
  settle(model, line, notice.keeper, bidder, sale!);
  const { ending, surplus } = book(model, line, subject.address, sale!);
  if (surplus > 0n) run.seen("a surplus that goes back to the subject");
  if (sale!.fee > 0n) run.seen("a penalty of which lender and keeper have their shares");
  tell(run, ending, true);
  if (ending === undefined) await comesNext(run, dice);
  return true;
}

async function takeOver(run: Run, dice: Dice): Promise<boolean> {
  const { model } = run;
  if (await comesFirst(run, dice, isRunning(run), "start")) return false;
  const owed = mostlyOwed(run, dice, isRunning(run));
  const { line, subject, loan } = owed;
  if (dice.chance(75)) {
    waitForBreaker(run, owed);
    waitUntil(run, overAt(run, owed));
    waitForBreaker(run, owed);
    waitUntil(run, overAt(run, owed));
  }
  const position = positionOf(model, line, subject.address);
  const price = priceOf(model, line, subject, run.time);
  const refused = typeof price === "string" ? price : price !== 0n && position.pledge !== 0n ? "AuctionRunning" : undefined;
  if (!(await attempt(run, refused, contractOf(run, line), signerOf(run, dice.pick(run.bidders)), "takeOver", subject.address))) return false;
  await expectLiquidatable(run, owed, loan.notice!.at);
  const sale = rules.sale(line.auction, position, PAR, 10n ** 40n, 0n);
  credit(model, line.lender, sale.taken);
  line.takenOver += sale.repaid;
  const { ending, surplus } = book(model, line, subject.address, sale);
  if (surplus > 0n) run.seen("a surplus that goes back to the subject");
  tell(run, ending, false);
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
  { name: "bid", weight: 20, run: bid },
  { name: "takeOver", weight: 6, run: takeOver },
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
