/** Collateral that comes, goes, and is pledged. */
import type { Dice } from "./dice.ts";
import { amountOf, mostly, mostlyOwed, signerOf } from "./protocol-choices.ts";
import { positionOf } from "./protocol-lending-model.ts";
import { addPledge, balanceOf, countable, credit, inUseOf, pay, type SubjectModel } from "./protocol-model.ts";
import { attempt, type Run, type Step } from "./protocol-run.ts";
import { DOLLAR } from "./protocol-world.ts";

/** What stops a subject from taking this much out of what it has free. */
function freeRefusal(run: Run, subject: SubjectModel, amount: bigint): string | undefined {
  const free = countable(run.model, subject.address) / 100n;
  if (amount > free) return "InsufficientBalance";
  return (free - amount) * 100n < inUseOf(subject, run.time) ? "CollateralInUse" : undefined;
}

export async function pledge(run: Run, subject: SubjectModel, creditor: string, amount: bigint): Promise<boolean> {
  const passed = await attempt(run, freeRefusal(run, subject, amount), run.world.escrow, signerOf(run, subject.address), "pledge", creditor, amount);
  if (passed) addPledge(run.model, subject.address, creditor, amount);
  return passed;
}

/** A stranger deposits: anybody may, for anybody. */
export async function deposit(run: Run, { address }: SubjectModel, amount: bigint): Promise<boolean> {
  const passed = await attempt(run, undefined, run.world.escrow, run.world.stranger, "deposit", address, amount);
  credit(run.model, address, amount);
  return passed;
}

const isFree = (run: Run) => (subject: SubjectModel): boolean => freeRefusal(run, subject, DOLLAR) === undefined;
const pledged = ({ model }: Run, dice: Dice, creditors: readonly string[]) => {
  const all = model.subjects.flatMap(({ address }) => creditors.map((creditor) => ({ address, creditor, amount: balanceOf(model, address).pledgedTo.get(creditor) ?? 0n })));
  const standing = all.filter(({ amount }) => amount > 0n);
  return dice.pick(standing.length > 0 && dice.chance(90) ? standing : all);
};

export const ESCROW_STEPS: readonly Step[] = [
  {
    name: "deposit", weight: 8,
    run: (run, dice) => deposit(run, dice.pick(run.model.subjects), BigInt(dice.below(1_000)) * DOLLAR + BigInt(dice.below(3))),
  },
  {
    name: "withdraw", weight: 5,
    run: async (run, dice) => {
      const { model, world } = run;
      const subject = mostly(run, dice, isFree(run));
      const amount = amountOf(dice, countable(model, subject.address) / 400n);
      const passed = await attempt(run, freeRefusal(run, subject, amount), world.escrow, signerOf(run, subject.address), "withdraw", subject.address, amount);
      if (!passed) return false;
      credit(model, subject.address, -amount);
      pay(model, subject.address, amount);
      return true;
    },
  },
  {
    name: "pledge to a creditor", weight: 3,
    run: async (run, dice) => {
      const subject = mostly(run, dice, isFree(run));
      return pledge(run, subject, dice.pick(run.creditors), amountOf(dice, countable(run.model, subject.address) / 400n));
    },
  },
  {
    name: "pledge to a lender", weight: 10,
    run: async (run, dice) => {
      const { model } = run;
      const { line, subject, loan } = mostlyOwed(run, dice, ({ subject, loan }) => isFree(run)(subject) && (loan.debt > 0n || dice.chance(70)));
      // What an open debt lacks to its margin, or a good part of what is free.
      const lacking = (loan.debt * line.unitPrice * 146n) / 10n ** 20n - positionOf(model, line, subject.address).pledge;
      return pledge(run, subject, line.address, amountOf(dice, lacking > 0n ? lacking : countable(model, subject.address) / 200n));
    },
  },
  ...(["releasePledge", "seizePledge"] as const).map((name): Step => ({
    name, weight: 4,
    run: async (run, dice) => {
      const { world, model } = run;
      const { address, creditor, amount: standing } = pledged(run, dice, run.creditors);
      const amount = dice.chance(40) ? standing : amountOf(dice, standing);
      const to = name === "seizePledge" ? [creditor] : [];
      const passed = await attempt(run, amount > standing ? "PledgeTooSmall" : undefined, world.escrow, signerOf(run, creditor), name, address, ...to, amount);
      if (!passed) return false;
      addPledge(model, address, creditor, -amount);
      if (name === "seizePledge") credit(model, address, -amount);
      return true;
    },
  })),
  {
    name: "somebody tells the registry of collateral that is not there", weight: 1, isAttack: true,
    run: async (run, dice) => {
      const { address } = dice.pick(run.model.subjects);
      const liar = dice.pick([run.world.admin, run.world.stranger, signerOf(run, address)]);
      return attempt(run, "NotTheEscrow", run.world.registry, liar, "noteHeld", address, countable(run.model, address) + 1n);
    },
  },
  {
    name: "somebody reaches for a pledge to a lender", weight: 2, isAttack: true,
    run: async (run, dice) => {
      const { address } = pledged(run, dice, run.model.lines.map(({ address: line }) => line));
      const thief = signerOf(run, dice.pick(run.bidders));
      const [name, ...rest] = dice.pick([["releasePledge"], ["seizePledge", await thief.getAddress()], ["assignPledge", await thief.getAddress()]] as const);
      return attempt(run, "PledgeTooSmall", run.world.escrow, thief, name, address, ...rest, 1n);
    },
  },
];
