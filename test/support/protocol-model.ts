/**
 * What the contracts should know, kept by other code than theirs: which proofs count, which claims are refused and why. A random run
 * compares the two after every call. Sequences and times are below 2^53, so plain numbers hold them.
 */
import type { Claim } from "../../prover/proof/claim.ts";
import { levelBit } from "../../prover/proof/claim.ts";
import { assuranceLevel } from "../../prover/statement/attester-registry.ts";

/** What a portfolio was shown by, in order of time. `sequence` counts over all sets of a subject. */
export interface Evidence {
  readonly sequence: number;
  readonly asOf: number;
  readonly snapshot: number;
  readonly collateral: bigint;
}

/** An accepted proof. */
export interface Proved extends Evidence {
  readonly accountSet: bigint;
  readonly policyId: string;
  readonly root: number;
  readonly healthyUntil: number;
}

export interface SubjectModel {
  readonly address: string;
  /** Zero when none is registered. */
  accountSet: bigint;
  last: Proved | undefined;
  /** A breach ended what `last` showed. */
  isBreached: boolean;
  /** The announcement of a release ended it. */
  isEnded: boolean;
  breach: Evidence | undefined;
  releaseFrom: number;
  /** Statements must be from after this, where the set has grown since the last proof or was ever released. */
  changedAt: number;
  hasGrown: boolean;
  wasReleased: boolean;
  sequenceBase: number;
  highestSequence: number;
  /** What stays in escrow, and until when. */
  inUse: { amount: bigint; until: number };
}

export interface SnapshotModel {
  readonly number: number;
  readonly policyId: string;
  readonly root: bigint;
  readonly expiresAt: number;
  /** As the oracle says: neither revoked nor superseded too often. Whether it has expired is for the reader to see. */
  current: boolean;
  revoked: boolean;
}

export interface RootModel {
  readonly number: number;
  readonly root: bigint;
  readonly keys: readonly number[];
  currentFrom: number;
  /** `Infinity` for the latest. */
  supersededAt: number;
  revoked: boolean;
}

export interface PolicyModel {
  readonly policyId: string;
  readonly policyHash: bigint;
  readonly level: number;
  readonly minRatioBps: number;
  readonly minAssurance: number;
  readonly maxStatementAge: number;
  retired: boolean;
}

export interface TierModel {
  readonly tier: string;
  readonly kind: number;
  readonly label: string;
  readonly activeFrom: number;
  sunset: number;
  disabled: boolean;
}

export interface Balance {
  held: bigint;
  readonly pledgedTo: Map<string, bigint>;
}

export interface Model {
  readonly subjects: SubjectModel[];
  readonly snapshots: SnapshotModel[];
  readonly roots: RootModel[];
  readonly revokedKeys: Set<number>;
  readonly policies: PolicyModel[];
  readonly tiers: TierModel[];
  readonly balances: Map<string, Balance>;
  readonly gracePeriod: number;
  readonly attesterNotice: number;
  readonly releaseDelay: number;
  readonly pauseGrace: number;
  isPaused: boolean;
}

/** What a proof claims, beside who and what is in its claim. */
export interface ClaimedSignals {
  readonly claim: Claim;
  readonly accountSet: bigint;
  readonly policyId: string | undefined;
  readonly snapshotRoot: bigint;
  readonly attesterRoot: bigint;
  readonly collateral: bigint;
}

export const newSubject = (address: string): SubjectModel => ({
  address, accountSet: 0n, last: undefined, isBreached: false, isEnded: false, breach: undefined, releaseFrom: 0, changedAt: 0, hasGrown: false, wasReleased: false, sequenceBase: 0,
  highestSequence: 0, inUse: { amount: 0n, until: 0 },
});

export const pledgedBy = ({ pledgedTo }: Balance): bigint => [...pledgedTo.values()].reduce((sum, amount) => sum + amount, 0n);
export const balanceOf = ({ balances }: Model, subject: string): Balance => balances.get(subject) ?? { held: 0n, pledgedTo: new Map() };
export const inUseOf = ({ inUse }: SubjectModel, time: number): bigint => (time <= inUse.until ? inUse.amount : 0n);
/** Of a token with six decimals, at eight. */
export const countable = (model: Model, subject: string): bigint => (balanceOf(model, subject).held - pledgedBy(balanceOf(model, subject))) * 100n;

export function isHealthy({ snapshots, roots }: Model, { last, isBreached, isEnded }: SubjectModel, time: number): boolean {
  if (last === undefined || isBreached || isEnded || time > last.healthyUntil) return false;
  return !snapshots.find(({ number }) => number === last.snapshot)!.revoked && !roots.find(({ number }) => number === last.root)!.revoked;
}

/** A root may be used: no other stood in its place before its notice was over, that is and its grace period is not, and it is not revoked. */
export const isCurrentRoot = ({ gracePeriod }: Model, { revoked, currentFrom, supersededAt }: RootModel, time: number): boolean =>
  !revoked && currentFrom < supersededAt && currentFrom <= time && time <= supersededAt + gracePeriod;

/** From a time on, a root stands in the place of those before it. */
export function supersede({ roots }: Model, by: RootModel): void {
  for (const before of roots) if (before.number < by.number) before.supersededAt = Math.min(before.supersededAt, by.currentFrom);
}

const isOlder = (a: Evidence, b: Evidence): boolean => a.sequence < b.sequence || a.asOf < b.asOf || a.snapshot < b.snapshot;
const isSame = (a: Evidence, b: Evidence): boolean => a.sequence === b.sequence && a.snapshot === b.snapshot;

/** What health and breach claims have in common, with the first refusal or what the claim stands on. */
function standing(model: Model, sent: ClaimedSignals, time: number): string | { policy: PolicyModel; snapshot: SnapshotModel; root: RootModel } {
  const policy = model.policies.find(({ policyId }) => policyId === sent.policyId);
  if (policy === undefined) return "ScopeMismatch";
  const snapshot = model.snapshots.find(({ policyId, root }) => policyId === sent.policyId && root === sent.snapshotRoot);
  if (snapshot === undefined) return "UnknownSnapshot";
  if (!snapshot.current || snapshot.revoked || time > snapshot.expiresAt) return "StaleSnapshot";
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
  };
  if (proved.sequence <= (subject.last?.sequence ?? subject.sequenceBase)) return "SequenceNotIncreasing";
  if (sent.collateral > countable(model, subject.address)) return "CollateralNotHeld";
  if (subject.breach !== undefined && (isOlder(proved, subject.breach) || (isSame(proved, subject.breach) && proved.collateral <= subject.breach.collateral))) return "NotNewerThanBreach";
  return proved;
}

export function recordHealth(subject: SubjectModel, proved: Proved): void {
  Object.assign(subject, { last: proved, isBreached: false, isEnded: false, hasGrown: false, highestSequence: proved.sequence, inUse: { amount: proved.collateral, until: proved.healthyUntil } } satisfies Partial<SubjectModel>);
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
