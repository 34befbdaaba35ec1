/** What creditors should do: who may borrow, who may be liquidated and when, and what a sale moves. Its arithmetic is auction-model.ts. */
import { PAR, type AuctionTerms } from "../../prover/chain/liquidation.ts";
import * as rules from "./auction-model.ts";
import { standing } from "./protocol-breaker.ts";
import { latestGrace } from "./protocol-grace.ts";
import { addPledge, balanceOf, credit, isHealthy, latestOf, pay, type Model, type SubjectModel } from "./protocol-model.ts";

/** What a creditor demands of a proof. */
export interface TermsModel {
  readonly policyId: string;
  readonly level: number;
  readonly minRatioBps: number;
  readonly minAssurance: number;
}

/** A notice, and the auction that it may become. */
export interface NoticeModel {
  readonly keeper: string;
  readonly at: number;
  /** Of the last proof before it. */
  readonly sequence: number;
  startedAt: number;
  rewarded: bigint;
}

export interface LoanModel {
  debt: bigint;
  badDebt: bigint;
  notice: NoticeModel | undefined;
}

export interface LineModel {
  readonly address: string;
  readonly lender: string;
  readonly terms: TermsModel;
  readonly auction: AuctionTerms;
  readonly unitPrice: bigint;
  readonly limit: bigint;
  readonly pledgeBps: bigint;
  readonly loans: Map<string, LoanModel>;
  /** Of all debts ever: what was lent, what came back in dollars, and what in collateral that was taken over. */
  lent: bigint;
  repaid: bigint;
  takenOver: bigint;
}

export type Ending = "healthy" | "whole" | "repaid" | "pledge gone";

export const loanOf = ({ loans }: LineModel, subject: string): LoanModel => {
  const loan = loans.get(subject) ?? { debt: 0n, badDebt: 0n, notice: undefined };
  loans.set(subject, loan);
  return loan;
};
export const positionOf = (model: Model, line: LineModel, subject: string): rules.Position => ({
  debt: loanOf(line, subject).debt, pledge: balanceOf(model, subject).pledgedTo.get(line.address) ?? 0n, unitPrice: line.unitPrice,
});

const satisfies = (proved: Omit<TermsModel, "policyId"> & { policyId: string } | undefined, terms: TermsModel): boolean =>
  proved !== undefined && proved.policyId === terms.policyId && proved.level >= terms.level && proved.minRatioBps >= terms.minRatioBps && proved.minAssurance >= terms.minAssurance;
export const meets = (model: Model, subject: SubjectModel, terms: TermsModel, time: number): boolean => isHealthy(model, subject, time) && satisfies(subject.last, terms);
/** A policy's breaker; one that was never published under opens nothing. */
export const breakerAt = (model: Model, policyId: string, time: number): { opens: boolean; graceUntil: number } => {
  const breaker = model.breakers.get(policyId);
  const { opens, graceUntil } = breaker === undefined ? { opens: false, graceUntil: 0 } : standing(breaker, latestOf(model, policyId)?.expiresAt, time);
  return { opens: opens && !model.isOraclePaused, graceUntil };
};
export const canOpen = (model: Model, subject: SubjectModel, terms: TermsModel, time: number): boolean =>
  !model.isPaused && !subject.hasGrown && breakerAt(model, terms.policyId, time).opens && meets(model, subject, terms, time);

/** A notice counts for nothing once a proof on the terms was accepted after it, whatever became of that proof. */
export function isVoid(model: Model, line: LineModel, subject: SubjectModel, time: number): boolean {
  const { notice } = loanOf(line, subject.address);
  if (notice === undefined) return false;
  const sequence = subject.last?.sequence ?? subject.sequenceBase;
  return meets(model, subject, line.terms, time) || (sequence !== notice.sequence && satisfies(subject.last, line.terms));
}

/**
 * Last second in which a subject is spared under these terms, past or to come. By a breaker everybody is; by a pause of the registry, whose proof on
 * the terms had not lapsed when it began and ended by nothing but time.
 */
export function sparedUntil(model: Model, { last, isBreached, isEnded }: SubjectModel, terms: TermsModel, time: number): number {
  const { graceUntil } = breakerAt(model, terms.policyId, time);
  const pause = latestGrace(model.pauses, { length: model.pauseGrace, window: model.pauseGraceWindow });
  const isSpared = pause !== undefined && last !== undefined && last.healthyUntil >= pause.from && !isBreached && !isEnded && satisfies(last, terms);
  return isSpared ? Math.max(graceUntil, pause.to) : graceUntil;
}

/** When a clock runs from that began at some time: a grace stops it and sets it back. */
export const clockFrom = (model: Model, { terms }: LineModel, subject: SubjectModel, begun: number, time: number): number =>
  Math.max(begun, Math.min(sparedUntil(model, subject, terms, time), time));

const inForce = (model: Model, line: LineModel, subject: SubjectModel, time: number): string | undefined => {
  if (loanOf(line, subject.address).notice === undefined) return "NotNoticed";
  if (isVoid(model, line, subject, time)) return "HealthRegained";
  return time <= sparedUntil(model, subject, line.terms, time) ? "Spared" : undefined;
};

export function borrowRefusal(model: Model, line: LineModel, subject: SubjectModel, amount: bigint, time: number): string | undefined {
  const { debt, badDebt } = loanOf(line, subject.address);
  if (!canOpen(model, subject, line.terms, time)) return "NotHealthyEnough";
  if (badDebt > 0n) return "BadDebtOwed";
  if (debt + amount > line.limit) return "CreditLimitExceeded";
  const position = { ...positionOf(model, line, subject.address), debt: debt + amount };
  return position.pledge < pledgeOfTheHealthy(line, position) ? "PledgeTooLow" : undefined;
}

/** A share of the debt's worth, rounded up, but never more than it needs without a proof. */
export function pledgeOfTheHealthy({ pledgeBps, auction }: LineModel, position: rules.Position): bigint {
  const [worth, scale] = [position.debt * position.unitPrice * pledgeBps, 10_000n * PAR];
  return rules.min((worth + scale - 1n) / scale, rules.buffered(auction, position));
}

export function releaseRefusal(model: Model, line: LineModel, subject: SubjectModel, amount: bigint, time: number): string | undefined {
  const position = positionOf(model, line, subject.address);
  const needed = canOpen(model, subject, line.terms, time) ? pledgeOfTheHealthy(line, position) : rules.buffered(line.auction, position);
  return position.pledge < needed + amount ? "PledgeTooLow" : undefined;
}

export function noticeRefusal(model: Model, line: LineModel, subject: SubjectModel, time: number): string | undefined {
  const { debt, notice } = loanOf(line, subject.address);
  if (notice !== undefined && !isVoid(model, line, subject, time)) return "AlreadyNoticed";
  if (debt === 0n) return "NoDebt";
  if (meets(model, subject, line.terms, time)) return "HealthRegained";
  return rules.isShort(line.auction, positionOf(model, line, subject.address)) ? undefined : "PledgeSuffices";
}

export function startRefusal(model: Model, line: LineModel, subject: SubjectModel, time: number): string | undefined {
  const { notice } = loanOf(line, subject.address);
  const refused = inForce(model, line, subject, time);
  if (refused !== undefined) return refused;
  if (notice!.startedAt !== 0) return "AlreadyStarted";
  if (!rules.isShort(line.auction, positionOf(model, line, subject.address))) return "PledgeSuffices";
  return time < clockFrom(model, line, subject, notice!.at, time) + line.auction.gracePeriod ? "GracePeriod" : undefined;
}

/** The price of a running auction, or why there is none. */
export function priceOf(model: Model, line: LineModel, subject: SubjectModel, time: number): string | bigint {
  const refused = inForce(model, line, subject, time);
  if (refused !== undefined) return refused;
  const notice = loanOf(line, subject.address).notice!;
  if (notice.startedAt === 0) return "NotStarted";
  const position = positionOf(model, line, subject.address);
  if (rules.isWhole(line.auction, position)) return "PledgeSuffices";
  return rules.price(line.auction, BigInt(time - clockFrom(model, line, subject, notice.startedAt, time)), rules.shortfall(line.auction, position));
}

/** Books a sale: debt and pledge less, and the liquidation ended if nothing is left to do. What is left of the pledge of a debt that is repaid is the subject's again. */
export function book(model: Model, line: LineModel, subject: string, { repaid, taken }: Pick<rules.Sale, "repaid" | "taken">): { ending: Ending | undefined; surplus: bigint } {
  const loan = loanOf(line, subject);
  loan.debt -= repaid;
  credit(model, subject, -taken);
  addPledge(model, subject, line.address, -taken);
  const { pledge } = positionOf(model, line, subject);
  let ending: Ending | undefined;
  if (loan.debt === 0n) ending = "repaid";
  else if (pledge === 0n) ending = "pledge gone";
  else if (rules.isWhole(line.auction, positionOf(model, line, subject))) ending = "whole";
  if (ending !== undefined) loan.notice = undefined;
  if (ending === "pledge gone") Object.assign(loan, { badDebt: loan.badDebt + loan.debt, debt: 0n });
  if (ending === "repaid") addPledge(model, subject, line.address, -pledge);
  return { ending, surplus: ending === "repaid" ? pledge : 0n };
}

/** Moves what a bid moves, beside debt and pledge. */
export function settle(model: Model, line: LineModel, keeper: string, bidder: string, { repaid, collateral, reward, fee }: rules.Sale): void {
  pay(model, bidder, collateral - repaid);
  pay(model, line.lender, repaid);
  credit(model, keeper, reward);
  credit(model, line.lender, fee);
  line.repaid += repaid;
}
