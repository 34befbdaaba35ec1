/** Credit that is drawn and paid back. */
import { PAR } from "../../prover/chain/liquidation.ts";
import type { Dice } from "./dice.ts";
import { HEALTH } from "./margin-world.ts";
import { amountOf, claimOf, isProvable, mostlyOwed, signerOf, someOwed, type Owed } from "./protocol-choices.ts";
import * as model from "./auction-model.ts";
import { borrowRefusal, canOpen, positionOf, releaseRefusal, type LineModel } from "./protocol-lending-model.ts";
import { addPledge, pay } from "./protocol-model.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { register } from "./protocol-steps-account-sets.ts";
import { haveGround, submit } from "./protocol-steps-claims.ts";
import { deposit, pledge } from "./protocol-steps-escrow.ts";
import { breakerOf, publishNext, rearmEarly, rearmRefusalOf } from "./protocol-steps-snapshots.ts";
import { DOLLAR } from "./protocol-world.ts";

export const contractOf = ({ lines, model: { lines: models } }: Run, line: LineModel) => lines[models.indexOf(line)]!;

/** What a pledge lets the healthy owe. */
function debtFor(run: Run, { line, subject }: Owed): bigint {
  const { pledge } = positionOf(run.model, line, subject.address);
  return line.pledgeBps === 0n ? line.limit : model.min(line.limit, (pledge * PAR * 10_000n) / (line.unitPrice * line.pledgeBps));
}

/** What must come before a credit where nobody may have one: an account set, publishers who go on, a breaker armed again, a proof, a pledge. */
async function haveCredit(run: Run, dice: Dice): Promise<void> {
  const { model } = run;
  const { line, subject } = mostlyOwed(run, dice, (owed) => isProvable(owed.subject) && owed.loan.badDebt === 0n && owed.loan.notice === undefined && debtFor(run, owed) > owed.loan.debt);
  const next = () => waitUntil(run, run.time + 1);
  if (subject.accountSet === 0n) await register(run, dice, subject).then(next);
  const { policyId } = line.terms;
  await haveGround(run, dice);
  if (breakerOf(model, policyId).isTripped) {
    // A publication without a new cause comes first.
    if (rearmRefusalOf(run, policyId) !== undefined) await publishNext(run, dice, policyId);
    await rearmEarly(run, policyId).then(next);
  }
  if (!canOpen(model, subject, line.terms, run.time)) await submit(run, dice, claimOf(run, dice, subject, HEALTH, true)).then(next);
  if (positionOf(model, line, subject.address).pledge > 0n) return;
  const amount = DOLLAR * BigInt(10 + dice.below(500));
  await deposit(run, subject, amount).then(next);
  await pledge(run, subject, line.address, amount).then(next);
}

export const LENDING_STEPS: readonly Step[] = [
  {
    name: "borrow", weight: 16,
    run: async (run, dice) => {
      const { model } = run;
      const mayBorrow = (one: Owed) => canOpen(model, one.subject, one.line.terms, run.time) && one.loan.badDebt === 0n && debtFor(run, one) > one.loan.debt;
      if (!someOwed(run, mayBorrow) && dice.chance(80)) await haveCredit(run, dice);
      const owed = mostlyOwed(run, dice, mayBorrow);
      const { line, subject, loan } = owed;
      const { time } = run;
      const room = debtFor(run, owed) - loan.debt;
      // Mostly as much as there is: who owes little is never short.
      const amount = room > 0n && dice.chance(60) ? room : amountOf(dice, room > 0n ? room : 100n);
      const passed = await attempt(run, borrowRefusal(model, line, subject, amount, time), contractOf(run, line), signerOf(run, subject.address), "borrow", amount);
      if (!passed) return false;
      loan.debt += amount;
      loan.notice = undefined;
      line.lent += amount;
      pay(model, line.lender, -amount);
      pay(model, subject.address, amount);
      return true;
    },
  },
  {
    name: "repay", weight: 4,
    run: async (run, dice) => {
      const { model: all } = run;
      const { line, subject, loan } = mostlyOwed(run, dice, ({ loan }) => loan.debt > 0n);
      const atMost = amountOf(dice, loan.debt);
      const payer = dice.chance(80) ? subject.address : dice.pick(run.bidders);
      const passed = await attempt(run, loan.debt === 0n ? "NoDebt" : undefined, contractOf(run, line), signerOf(run, payer), "repay", subject.address, atMost);
      if (!passed) return false;
      const paid = model.min(atMost, loan.debt);
      loan.debt -= paid;
      line.repaid += paid;
      pay(all, payer, -paid);
      pay(all, line.lender, paid);
      if (model.isWhole(line.auction, positionOf(all, line, subject.address))) loan.notice = undefined;
      return true;
    },
  },
  {
    name: "take a pledge back", weight: 3,
    run: async (run, dice) => {
      const { model, time } = run;
      const { line, subject } = mostlyOwed(run, dice, ({ line, subject }) => releaseRefusal(model, line, subject, 1n, time) === undefined);
      const amount = amountOf(dice, positionOf(model, line, subject.address).pledge / 2n);
      const passed = await attempt(run, releaseRefusal(model, line, subject, amount, time), contractOf(run, line), signerOf(run, subject.address), "release", amount);
      if (passed) addPledge(model, subject.address, line.address, -amount);
      return passed;
    },
  },
];
