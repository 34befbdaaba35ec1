/** Which claims are accepted, which are refused, and why. */
import { levelBit, type Claim } from "../../prover/proof/claim.ts";
import { assuranceLevel } from "../../prover/statement/attester-registry.ts";
import { countable, isCurrentRoot, isCurrentSnapshot, type Evidence, type Model, type PolicyModel, type Proved, type RootModel, type SnapshotModel, type SubjectModel } from "./protocol-model.ts";

/** What a proof claims, beside who and what is in its claim. */
export interface ClaimedSignals {
  readonly claim: Claim;
  readonly accountSet: bigint;
  readonly policyId: string | undefined;
  readonly snapshotRoot: bigint;
  readonly attesterRoot: bigint;
  readonly collateral: bigint;
}

const isOlder = (a: Evidence, b: Evidence): boolean => a.sequence < b.sequence || a.asOf < b.asOf || a.snapshot < b.snapshot;
const isSame = (a: Evidence, b: Evidence): boolean => a.sequence === b.sequence && a.snapshot === b.snapshot;

/** Evidence brings something that the breach did not see, and nothing older. */
export const answers = (proved: Evidence, breach: Evidence): boolean => !isOlder(proved, breach) && !(isSame(proved, breach) && proved.collateral <= breach.collateral);

/** What health and breach claims have in common, with the first refusal or what the claim stands on. */
function standing(model: Model, sent: ClaimedSignals, time: number): string | { policy: PolicyModel; snapshot: SnapshotModel; root: RootModel } {
  const policy = model.policies.find(({ policyId }) => policyId === sent.policyId);
  if (policy === undefined) return "ScopeMismatch";
  const snapshot = model.snapshots.find(({ policyId, root }) => policyId === sent.policyId && root === sent.snapshotRoot);
  if (snapshot === undefined) return "UnknownSnapshot";
  if (!isCurrentSnapshot(model, snapshot, time)) return "StaleSnapshot";
  const root = model.roots.find((published) => published.root === sent.attesterRoot);
  if (root === undefined || !isCurrentRoot(model, root, time)) return "UnknownAttesterRoot";
  return { policy, snapshot, root };
}

function freshness({ asOf }: Claim, { maxStatementAge }: PolicyModel, time: number): string | undefined {
  if (asOf > time) return "StatementFromFuture";
  return asOf + maxStatementAge < time ? "StatementTooOld" : undefined;
}

/** What is recorded of a claim of health, or the first reason to refuse it. */
export function judgeHealth(model: Model, subject: SubjectModel, sent: ClaimedSignals, time: number): string | Proved {
  if (subject.accountSet === 0n) return "NotRegistered";
  if (subject.releaseFrom !== 0) return "ReleaseRunning";
  if (subject.accountSet !== sent.accountSet) return "AccountSetMismatch";
  const found = standing(model, sent, time);
  if (typeof found === "string") return found;
  const { policy, snapshot, root } = found;
  if (policy.retired) return "RetiredPolicy";
  const { asOf, level, minRatioBps, minAssurance, sequence: claimed } = sent.claim;
  const stale = freshness(sent.claim, policy, time);
  if (stale !== undefined) return stale;
  if (Number(levelBit(level)) < policy.level) return "LevelTooLow";
  if (Number(minRatioBps) < policy.minRatioBps) return "RatioTooLow";
  if (Number(assuranceLevel(minAssurance)) < policy.minAssurance) return "AssuranceTooLow";
  if ((subject.hasGrown || subject.wasReleased) && asOf <= subject.changedAt) return "StatementBeforeSetChange";
  const proved: Proved = {
    sequence: subject.sequenceBase + claimed, asOf, snapshot: snapshot.number, collateral: sent.collateral, accountSet: sent.accountSet, policyId: policy.policyId, root: root.number,
    healthyUntil: Math.min(asOf + policy.maxStatementAge, snapshot.expiresAt),
    level: Number(levelBit(level)), minRatioBps: Number(minRatioBps), minAssurance: Number(assuranceLevel(minAssurance)),
  };
  if (proved.sequence <= (subject.last?.sequence ?? subject.sequenceBase)) return "SequenceNotIncreasing";
  if (sent.collateral > countable(model, subject.address)) return "CollateralNotHeld";
  if (subject.breach !== undefined && !answers(proved, subject.breach)) return "NotNewerThanBreach";
  return proved;
}

export function recordHealth(subject: SubjectModel, proved: Proved): void {
  Object.assign(subject, { last: proved, isBreached: false, isEnded: false, hasGrown: false, highestSequence: proved.sequence, inUse: { amount: proved.collateral, until: proved.healthyUntil } } satisfies Partial<SubjectModel>);
}

export function recordBreach(subject: SubjectModel, breached: Evidence, time: number): void {
  Object.assign(subject, { breach: breached, isBreached: true, highestSequence: Math.max(subject.highestSequence, breached.sequence) } satisfies Partial<SubjectModel>);
  if (subject.hasGrown) subject.changedAt = time;
}

/** What is recorded of a breach, or the first reason to refuse it. */
export function judgeBreach(model: Model, subject: SubjectModel, sent: ClaimedSignals, time: number): string | Evidence {
  if (subject.accountSet === 0n) return "NotRegistered";
  if (subject.last === undefined) return "NothingProved";
  if (subject.last.accountSet !== sent.accountSet) return "AccountSetMismatch";
  const found = standing(model, sent, time);
  if (typeof found === "string") return found;
  const { policy, snapshot } = found;
  const { asOf, level, minRatioBps, minAssurance, sequence } = sent.claim;
  const stale = freshness(sent.claim, policy, time);
  if (stale !== undefined) return stale;
  if (Number(levelBit(level)) > policy.level) return "BreachOfHigherLevel";
  if (Number(minRatioBps) > policy.minRatioBps) return "BreachOfHigherRatio";
  if (Number(assuranceLevel(minAssurance)) < policy.minAssurance) return "AssuranceTooLow";
  if (sent.collateral < subject.last.collateral) return "CollateralLeftOut";
  if (subject.last.policyId !== policy.policyId) return "BreachOfOtherPolicy";
  const breached: Evidence = { sequence: subject.sequenceBase + sequence, asOf, snapshot: snapshot.number, collateral: sent.collateral };
  const newest = subject.isBreached ? subject.breach! : subject.last;
  return isOlder(breached, newest) || isSame(breached, newest) ? "BreachNotNewer" : breached;
}

/** Why a tier takes no proofs of a kind now. */
export function tierRefusal({ tiers }: Model, name: string, kind: number, time: number): string | undefined {
  const tier = tiers.find(({ tier }) => tier === name);
  if (tier === undefined) return "UnknownTier";
  if (tier.disabled) return "TierDisabled";
  if (tier.kind !== kind) return "WrongStatementKind";
  if (time < tier.activeFrom) return "TierNotActive";
  return tier.sunset !== 0 && time > tier.sunset ? "TierSunset" : undefined;
}
