/** What happens in an auction that runs: bids, and the lender's taking over. After each, the chain is asked whether it was allowed. */
import type { Contract } from "ethers";
import { expect } from "vitest";
import { PAR } from "../../prover/chain/liquidation.ts";
import * as rules from "./auction-model.ts";
import { now } from "./contracts.ts";
import type { Dice } from "./dice.ts";
import { mostlyOwed, signerOf, type Owed } from "./protocol-choices.ts";
import { book, breakerAt, clockFrom, isVoid, positionOf, priceOf, settle, sparedUntil, type Ending } from "./protocol-lending-model.ts";
import { credit } from "./protocol-model.ts";
import { attempt, waitUntil, type Run } from "./protocol-run.ts";
import { contractOf } from "./protocol-steps-lending.ts";

/** By the chain's own answers, in the block of the call that passed: not healthy on the terms, not spared, and warned a grace period before. */
export async function expectLiquidatable({ world, ...run }: Run, { line, subject }: Owed, noticedAt: number): Promise<void> {
  const head = await now(world.chain);
  expect(await world.registry.getFunction("meets")(subject.address, line.terms), "a healthy account is liquidated").toBe(false);
  expect(Number(await world.registry.getFunction("graceUntil")(subject.address, line.terms)), "an account is liquidated inside a grace").toBeLessThan(head);
  expect(head, "an account is liquidated inside its grace period").toBeGreaterThanOrEqual(noticedAt + line.auction.gracePeriod);
  expect(run.time).toBe(head);
}

/** When the price of a running auction is nothing, unless more is pledged or a breaker trips. */
const overAt = ({ model, time }: Run, { line, subject, loan: { notice } }: Owed): number =>
  notice === undefined || notice.startedAt === 0 ? time : clockFrom(model, line, subject, notice.startedAt, time) + line.auction.fastPeriod + line.auction.slowPeriod;
/** Past a grace that spares now. */
export function waitForGrace(run: Run, { line, subject }: Owed): void {
  const until = sparedUntil(run.model, subject, line.terms, run.time);
  if (run.time <= until) waitUntil(run, until + 1);
}
/** A grace that spares now, and by what. */
export function tellGrace(run: Run, { line, subject }: Owed, refused: string | undefined | bigint): void {
  if (refused !== "Spared") return;
  const isBreaker = run.time <= breakerAt(run.model, line.terms.policyId, run.time).graceUntil;
  run.seen(isBreaker ? "a breaker spares a subject" : "a pause alone spares a subject");
}
export const isRunning = ({ model, time }: Run) => ({ line, subject, loan }: Owed): boolean => loan.notice !== undefined && loan.notice.startedAt !== 0 && !isVoid(model, line, subject, time);

export function tell(run: Run, ending: Ending | undefined, isBid: boolean): void {
  if (ending !== undefined) run.seen(`a liquidation that ends ${ending}`);
  if (ending === undefined && isBid) run.seen("a bid that leaves the auction to others");
}

/** Bidders wait for an auction, and for each other. */
export async function comesNext(run: Run, dice: Dice): Promise<void> {
  if (dice.chance(50)) return;
  await run.check();
  waitUntil(run, run.time + 1);
  if (await bid(run, dice)) run.seen("bid");
}

export async function bid(run: Run, dice: Dice): Promise<boolean> {
  const { model, world } = run;
  const owed = mostlyOwed(run, dice, isRunning(run));
  const { line, subject, loan } = owed;
  if (dice.chance(70)) waitForGrace(run, owed);
  if (loan.notice !== undefined && dice.chance(50)) waitUntil(run, run.time + dice.below(dice.chance(25) ? line.auction.fastPeriod + line.auction.slowPeriod : line.auction.fastPeriod / 3));
  const { time } = run;
  const position = positionOf(model, line, subject.address);
  const price = priceOf(model, line, subject, time);
  tellGrace(run, owed, price);
  const most = typeof price === "bigint" && price > 0n ? rules.largestRepayment(line.auction, position, price) : position.debt;
  const offer = dice.chance(3) ? 0n : (most * BigInt(dice.chance(40) ? 20 : 1 + dice.below(12))) / 10n + 1n;
  const bidder = dice.chance(85) ? dice.pick(run.bidders) : subject.address;
  const sale = typeof price === "bigint" && price > 0n && position.pledge > 0n && offer > 0n ? rules.sale(line.auction, position, price, offer, loan.notice!.rewarded) : undefined;
  const least = sale === undefined || dice.chance(40) ? 0n : (sale.collateral * offer) / sale.repaid + (dice.chance(30) ? offer : 0n);
  const refused = offer === 0n ? "NothingOffered" : typeof price === "string" ? price : sale === undefined ? "AuctionOver" : sale.collateral < (least * sale.repaid) / offer ? "TooLittleCollateral" : undefined;
  const read = (contract: Contract, address: string): Promise<bigint> => contract.getFunction("balanceOf")(address);
  const holdings = () => Promise.all([read(world.token, line.lender), read(world.token, bidder), read(world.escrow, subject.address)]);
  const [lenderHad, bidderHad, subjectHad] = await holdings();
  if (!(await attempt(run, refused, contractOf(run, line), signerOf(run, bidder), "bid", subject.address, offer, least))) return false;
  const notice = loan.notice!;
  await expectLiquidatable(run, owed, notice.at);
  const [lenderHas, bidderHas, subjectHas] = await holdings();
  const paid = lenderHas - lenderHad;
  // All that left the subject's escrow, whoever has it now. Who gave notice of its own credit has its reward there.
  const left = subjectHad - subjectHas + (notice.keeper === subject.address ? sale!.reward : 0n);
  expect(left * (price as bigint), "a bidder pays less than the curve asks").toBeLessThanOrEqual(paid * line.unitPrice);
  expect([paid, left, bidderHas - bidderHad], "what a bid moves").toEqual([sale!.repaid, sale!.taken, sale!.collateral - sale!.repaid]);
  notice.rewarded += sale!.reward;
  settle(model, line, notice.keeper, bidder, sale!);
  const { ending, surplus } = book(model, line, subject.address, sale!);
  if (surplus > 0n) run.seen("a surplus that goes back to the subject");
  if (sale!.fee > 0n) run.seen("a penalty of which lender and keeper have their shares");
  tell(run, ending, true);
  if (ending === undefined) await comesNext(run, dice);
  return true;
}

export async function takeOver(run: Run, dice: Dice): Promise<boolean> {
  const { model } = run;
  const owed = mostlyOwed(run, dice, isRunning(run));
  const { line, subject, loan } = owed;
  if (dice.chance(75)) {
    waitForGrace(run, owed);
    waitUntil(run, overAt(run, owed));
    waitForGrace(run, owed);
    waitUntil(run, overAt(run, owed));
  }
  const position = positionOf(model, line, subject.address);
  const price = priceOf(model, line, subject, run.time);
  tellGrace(run, owed, price);
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
