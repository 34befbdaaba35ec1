/** What a step of a random run chooses from: mostly what passes, so that runs come far, and sometimes what must not. */
import { encodeBytes32String, type Signer } from "ethers";
import { ASSURANCES } from "../../prover/statement/attester-registry.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import type { Bps, Level } from "../../prover/units.ts";
import type { Dice } from "./dice.ts";
import { BREACH } from "./margin-world.ts";
import type { ClaimedSignals } from "./protocol-claims.ts";
import { loanOf, type LineModel, type LoanModel } from "./protocol-lending-model.ts";
import { countable, isCurrentRoot, newSubject, type Model, type SubjectModel } from "./protocol-model.ts";
import type { Place, Run } from "./protocol-run.ts";
import { scalar } from "./tiny-groth16.ts";

const STRANGER = parseAddress(`0x${"5".repeat(40)}`);

export const signerOf = ({ signers }: Run, address: string): Signer => signers.get(address)!;
export const setOf = (dice: Dice): bigint => scalar(`set ${dice.below(6)}`);

/** Signals about a subject, mostly right. Half of them take care that all is, and claim what lenders ask for. */
export function claimOf({ model, time }: Pick<Place, "model" | "time">, dice: Dice, subject: SubjectModel, kind: number, isCareful = dice.chance(50)): ClaimedSignals {
  const wrong = (percent: number) => !isCareful && dice.chance(percent);
  const covered = model.policies.filter((policy) => !policy.retired && model.snapshots.some(({ policyId }) => policyId === policy.policyId));
  const proved = model.policies.find(({ policyId }) => policyId === subject.last?.policyId);
  // Most under the first policy: lenders ask for it.
  const usual = isCareful || dice.chance(60) ? covered.slice(0, 1) : covered;
  const policy = kind === BREACH && proved !== undefined && !wrong(10) ? proved : dice.pick(usual.length > 0 && !wrong(5) ? usual : model.policies);
  const snapshots = model.snapshots.filter(({ policyId }) => policyId === policy.policyId);
  const usable = model.roots.findLast((root) => isCurrentRoot(model, root, time)) ?? model.roots.at(-1)!;
  const proven = subject.last?.sequence ?? 0;
  const highest = subject.breach !== undefined && (isCareful || dice.chance(60)) ? Math.max(subject.breach.sequence, proven) : (subject.last?.sequence ?? subject.sequenceBase);
  const base = highest - subject.sequenceBase;
  const set = kind === BREACH ? (subject.last?.accountSet ?? subject.accountSet) : subject.accountSet;
  const held = countable(model, subject.address);
  const counted = subject.last?.collateral ?? 0n;
  const collateralOf = (): bigint => {
    if (kind === BREACH) return wrong(10) && counted > 0n ? counted - 1n : dice.chance(60) ? counted : counted + held;
    if (dice.chance(70)) return 0n;
    // To the unit at times: all that is held, and one more.
    return wrong(10) ? held + BigInt(dice.below(2)) : (held * BigInt(dice.below(6))) / 10n;
  };
  return {
    claim: {
      subject: parseAddress(wrong(2) ? STRANGER : subject.address),
      asOf: time + (isCareful ? 0 : 1) - dice.below(wrong(10) ? 2_400 : 60),
      sequence: Math.max(0, base + 1 + (wrong(15) ? -dice.below(3) : dice.below(3))),
      minRatioBps: BigInt(policy.minRatioBps + (wrong(10) ? (kind === BREACH ? 1 : -1) : kind === BREACH ? 0 : isCareful ? 500 + dice.below(1_000) : dice.below(2_000))) as Bps,
      level: (wrong(5) ? "MM" : kind === BREACH && !wrong(5) ? (["MM", "IM"] as const)[policy.level]! : "IM") as Level,
      minAssurance: ASSURANCES[wrong(5) ? Math.max(0, policy.minAssurance - 1) : kind === BREACH ? policy.minAssurance : Math.min(2, policy.minAssurance + (isCareful ? 1 : dice.below(2)))]!,
    },
    accountSet: wrong(5) ? setOf(dice) : set,
    policyId: wrong(3) ? undefined : policy.policyId,
    snapshotRoot: snapshots.length === 0 || wrong(3) ? 77n : wrong(10) ? dice.pick(snapshots).root : snapshots.at(-1)!.root,
    attesterRoot: wrong(3) ? 78n : wrong(15) ? dice.pick(model.roots).root : usable.root,
    collateral: collateralOf(),
  };
}

/** Mostly one of whom a thing is true. */
export const mostly = ({ model }: Pick<Place, "model">, dice: Dice, isWanted: (subject: SubjectModel) => boolean): SubjectModel => {
  const wanted = model.subjects.filter(isWanted);
  return dice.pick(wanted.length > 0 && dice.chance(90) ? wanted : model.subjects);
};
/** Mostly one that nobody liquidates: whose health is proved again before an auction ends it, ends it. */
export const toProve = (run: Run, dice: Dice): SubjectModel => {
  const isSpared = ({ address }: SubjectModel) => run.model.lines.every((line) => loanOf(line, address).notice === undefined);
  return mostly(run, dice, (subject) => isProvable(subject) && (isSpared(subject) || dice.chance(25)));
};
export const isProvable = ({ accountSet, releaseFrom }: SubjectModel): boolean => accountSet !== 0n && releaseFrom === 0;

export const tierFor = ({ model }: Place, dice: Dice, kind: number): string => {
  if (dice.chance(6)) return dice.pick([...model.tiers.map(({ tier }) => tier), encodeBytes32String("nowhere")]);
  const ofKind = model.tiers.filter((tier) => tier.kind === kind);
  const inUse = ofKind.filter(({ disabled }) => !disabled);
  return dice.pick(inUse.length > 0 && dice.chance(80) ? inUse.slice(0, 1) : ofKind).tier;
};
export const subjectOf = ({ model }: { model: Model }, sent: ClaimedSignals): SubjectModel =>
  model.subjects.find(({ address }) => address.toLowerCase() === sent.claim.subject.toLowerCase()) ?? newSubject(sent.claim.subject);

/** What one subject owes one lender. */
export interface Owed {
  readonly line: LineModel;
  readonly subject: SubjectModel;
  readonly loan: LoanModel;
}

const allOwed = ({ model }: Run): Owed[] => model.lines.flatMap((line) => model.subjects.map((subject) => ({ line, subject, loan: loanOf(line, subject.address) })));
export const someOwed = (run: Run, isWanted: (owed: Owed) => boolean): boolean => allOwed(run).some(isWanted);

/** Mostly a credit of which a thing is true. */
export const mostlyOwed = (run: Run, dice: Dice, isWanted: (owed: Owed) => boolean): Owed => {
  const all = allOwed(run);
  const wanted = all.filter(isWanted);
  return dice.pick(wanted.length > 0 && dice.chance(92) ? wanted : all);
};

/** Some tenths of an amount, and a few units. */
export const amountOf = (dice: Dice, about: bigint): bigint => (about * BigInt(1 + dice.below(12))) / 10n + BigInt(dice.below(3));
