/**
 * What the contracts should know, kept by other code than theirs: which proofs count, who owes what, what is pledged. A random run
 * compares the two after every call. Sequences and times are below 2^53, so plain numbers hold them.
 */
import type { BreakerModel } from "./protocol-breaker.ts";
import type { Turn } from "./protocol-grace.ts";
import type { LineModel } from "./protocol-lending-model.ts";

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
  readonly level: number;
  readonly minRatioBps: number;
  readonly minAssurance: number;
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
  readonly epoch: number;
  readonly asOf: number;
  readonly expiresAt: number;
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
  /** In escrow, by whose it is. */
  readonly balances: Map<string, Balance>;
  /** Dollars outside the escrow, of those whose dollars are counted. */
  readonly purses: Map<string, bigint>;
  readonly lines: LineModel[];
  readonly breakers: Map<string, BreakerModel>;
  /** Roots that were revoked before they were relayed. */
  readonly revokedUnseen: Set<bigint>;
  /** What keys were prepared for: tier, attester root and scope. */
  readonly prepared: Set<string>;
  /** When the registry was paused, and resumed. */
  readonly pauses: Turn[];
  readonly gracePeriod: number;
  readonly attesterNotice: number;
  readonly releaseDelay: number;
  readonly pauseGrace: number;
  readonly pauseGraceWindow: number;
  readonly maxAge: number;
  readonly maxEpochStep: number;
  readonly historyWindow: number;
  isPaused: boolean;
  isOraclePaused: boolean;
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

/** What was accepted last under a policy. */
export const latestOf = ({ snapshots }: Model, policyId: string): SnapshotModel | undefined => snapshots.findLast((snapshot) => snapshot.policyId === policyId);
export const isCurrentSnapshot = (model: Model, { policyId, epoch, expiresAt, revoked }: SnapshotModel, time: number): boolean =>
  !revoked && time <= expiresAt && epoch + model.historyWindow >= latestOf(model, policyId)!.epoch;

/** Adds to what somebody has in escrow, or takes from it. */
export function credit({ balances }: Model, owner: string, amount: bigint): Balance {
  const balance = balances.get(owner) ?? { held: 0n, pledgedTo: new Map<string, bigint>() };
  balance.held += amount;
  balances.set(owner, balance);
  return balance;
}

/** Adds to what somebody has pledged, or takes from it. */
export function addPledge(model: Model, owner: string, creditor: string, amount: bigint): void {
  const { pledgedTo } = credit(model, owner, 0n);
  pledgedTo.set(creditor, (pledgedTo.get(creditor) ?? 0n) + amount);
}

/** Pays somebody, or has them pay, in dollars outside the escrow. */
export function pay({ purses }: Model, who: string, amount: bigint): void {
  const purse = purses.get(who);
  if (purse !== undefined) purses.set(who, purse + amount);
}
