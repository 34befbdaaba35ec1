import { id, type ErrorDescription, type Result } from "ethers";
import { formatDate, formatWait } from "./time-text.ts";

/** What to do about a contract's refusal: always the same, or as its arguments and the chain's time say. */
type Remedy = string | ((args: Record<string, any>, now: number) => string);

/** @returns what to do about a refusal; `now` is the chain's time */
export function remedyFor({ name, args }: ErrorDescription, now: number): string {
  const remedy = REMEDIES[name] ?? "see the error's comment in the contract";
  return typeof remedy === "string" ? remedy : remedy(byName(args), now);
}

/** What of a call a refusal is about, where that is one thing: its sender, or an argument. */
export const refusedPart = ({ name }: ErrorDescription): string | undefined => REFUSED_PARTS[name];

const byName = (args: Result): Record<string, any> => args.toObject();

const ROLES = new Map(["GUARDIAN_ROLE", "REGISTRAR_ROLE", "POLICY_ADMIN_ROLE", "TIER_ADMIN_ROLE"].map((role) => [id(role), role]));
const roleName = (hash: string): string => (BigInt(hash) === 0n ? "DEFAULT_ADMIN_ROLE" : (ROLES.get(hash) ?? `the role ${hash}`));

/** By the error's name: the library's own name of the argument, or `signer`. */
export const REFUSED_PARTS: Readonly<Record<string, string>> = {
  AccessControlUnauthorizedAccount: "signer",
  ConfirmedByRegistrar: "signer",
  InsufficientBalance: "amount",
  CollateralInUse: "amount",
  InvalidQuorum: "quorum",
  PublishersNotAscending: "publisher",
  PublisherBarred: "publisher",
  QuorumOutOfReach: "publisher",
};

/** By the error's name. */
export const REMEDIES: Readonly<Record<string, Remedy>> = {
  NotRegistered: "the subject registers its account set first",
  AlreadyRegistered: "prove the accounts that are registered; a set grows by proof and is given up by release",
  AccountSetMismatch: "prove all accounts of the registered set, in their order, under the salt it was registered with",
  StatementBeforeSetChange: "ask the venues for statements from after the change of the account set",
  ReleaseRunning: "cancel the release of the account set, or execute it and register another",
  NoReleaseRunning: "announce the release first",
  ReleaseTooEarly: ({ timestamp, executableFrom }) => `wait until ${formatWait(executableFrom, Number(timestamp))}`,
  PledgesOutstanding: "have the creditors give their pledges back first",
  ScopeMismatch: "have the statements signed, and prove, for this chain, this registry and this policy",
  UnknownSnapshot: "prove against a snapshot that the publishers have accepted",
  StaleSnapshot: "prove against the latest snapshot",
  UnknownAttesterRoot: "prove against the latest attester registry",
  KeyRevoked: "a revoked key never comes back: leave it out of what you publish, and revoke no key twice",
  StatementTooOld: "ask the venues for new statements",
  StatementFromFuture: "wait, or correct the clock that dated the statements",
  LevelTooLow: "prove the initial margin level",
  RatioTooLow: "claim a higher ratio",
  AssuranceTooLow: "use statements of a higher assurance",
  NothingProved: "there is no health to end",
  BreachOfOtherPolicy: "prove the breach under the policy that health was proved under",
  BreachOfHigherLevel: "prove the breach of the level that the registry demands",
  BreachOfHigherRatio: "prove the breach of the ratio that the registry demands",
  CollateralLeftOut: "count at least what the subject's last proof counts",
  BreachNotNewer: "use newer statements or a newer snapshot than the proof, or the last breach",
  NotNewerThanBreach: "prove with newer statements, a newer snapshot or more collateral than the breach saw",
  SequenceNotIncreasing: "this proof or a later one was accepted already: use newer statements",
  CollateralNotHeld: "deposit the collateral, or prove with what is held",
  InvalidProof: "the proof is not of these public signals: submit the bundle as the prover wrote it",
  PublicSignalNotInField: "submit the bundle as the prover wrote it",
  NothingToPrepare: "nothing is left to do: the key is prepared for these values",
  MalformedProof: "submit the bundle as the prover wrote it",
  WrongStatementKind: "use a tier whose key proves this kind of statement",
  TierNotActive: "wait until the tier takes proofs, or prove in another tier",
  TierSunset: "the tier has ended: prove in its successor",
  TierDisabled: "the tier was withdrawn: prove in another",
  MalformedProofAt: "submit the bundles as the prover wrote them, without the one named",
  PublicSignalNotInFieldAt: "submit the bundles as the prover wrote them, without the one named",
  InvalidProofAt: "the proof named is not of its public signals: leave it out, or submit the bundle as the prover wrote it",
  NotAPublisher: "leave out who is no publisher now, and give each publisher once, in ascending order",
  InvalidPublisherSignature: "sign for this chain and this oracle, exactly the publication that is sent",
  QuorumNotReached: "gather more publishers' signatures",
  NoNewVote: "gather signatures of publishers who have not voted in this epoch",
  AlreadyVoted: "a publisher votes once an epoch: wait for the others, or vote in the next",
  EpochNotIncreasing: "use an epoch after the policy's latest",
  EpochTooFar: "use an epoch closer to the policy's latest",
  SnapshotNotNewer: "publish a snapshot of newer market data",
  SnapshotExpired: "publish a snapshot of newer market data",
  SnapshotFromFuture: "wait, or correct the clock that dated the market",
  RootRevoked: "publish a snapshot of newer market data",
  RootAcceptedBefore: "publish a snapshot of newer market data",
  PairingOutOfGas: "send more gas: a pairing is given a third of what is left",
  BatchTooLarge: "split the batch",
  UnknownTier: "the registry has no key for this tier: choose another",
  InsufficientBalance: "deposit more, or have a creditor release what is pledged to it",
  CollateralInUse: "wait until the proof that counts it lapses, or prove with less",
  PledgeTooSmall: "a creditor takes or releases no more than is pledged to it",
  HealthRegained: "the subject is healthy again, or was since the notice: cancel, and give notice anew if it lapses",
  PledgeSuffices: "what is pledged carries the debt alone: there is nothing to close",
  NoDebt: "nothing is owed",
  AlreadyNoticed: "start the auction when the grace period is over",
  NotNoticed: "give notice first",
  GracePeriod: ({ startsFrom }, now) => `wait until ${formatWait(startsFrom, now)}`,
  Spared: ({ until }, now) => `the grace of the circuit breaker or the pause lasts until ${formatWait(until, now)}: wait until it is over`,
  AlreadyStarted: "bid",
  NotStarted: "start the auction first",
  AuctionOver: "take over: the price has fallen to nothing, or nothing is pledged",
  AuctionRunning: "bid, or wait until the price has fallen to nothing",
  TooLittleCollateral: "the price has not fallen that far: wait, or accept less",
  StillShort: "prove health again, repay or pledge more",
  PledgeTooLow: "pledge more",
  BadDebtOwed: "pay back what no pledge was left for",
  ExpectedPause: "it is not paused: there is nothing to resume",
  NotCalm: "nothing to re-arm, or too early: it takes a tripped breaker, a publication without a new cause since, and a snapshot that has not expired",
  RotationNotAnnounced: ({ rotation }) => (BigInt(rotation) === 0n ? "no set of publishers is announced: announce one first" : "give members and quorum exactly as they were announced, while the announcement stands"),
  RotationNotDue: ({ from, until }, now) => (BigInt(now) < from ? `its notice ends ${formatWait(from, now)}: put it to use then` : `the time to use it ended ${formatDate(until)}: announce it again`),
  RotationPending: "cancel what is announced first, or put it to use",
  RotationWasCancelled: "this very set was cancelled for this version: announce another",
  SetInUse: "this set is the one in use: there is nothing to change",
  InvalidQuorum: "a quorum is more than half of the publishers, at most all of the at most 16, and on public networks not all",
  PublishersNotAscending: "name each publisher once, and no zero address",
  PublisherBarred: "a publisher that was removed never comes back: name another",
  QuorumOutOfReach: "without this publisher no quorum is left: pause, and announce another set",
  NothingToConfirm: "only a published root whose notice runs, and that no later one has superseded, can be confirmed",
  ConfirmedByRegistrar: "confirm as a guardian who may not publish: ending a notice early takes two",
  DuplicateAttester: "give each key once for a venue",
  SetNotBlocked: "have the set in use sign for its successor: it still can",
  NothingToRevoke: "only a root that was published, and is not revoked, can be revoked",
  RootPublishedBefore: "each registry is published once: change it, or leave the one that is published",
  InvalidAttester: "make the registry anew: an entry's key, venue or validity is wrong",
  TooManyCurrentRoots: "wait until an older root's grace period has ended",
  InvalidAccountSet: "give the account set as account-set prints it",
  InvalidRecipient: "name an account that can hold it, not the zero address",
  NotHealthyEnough: "prove health on the creditor's terms first",
  CreditLimitExceeded: "borrow no more than the creditor's limit leaves",
  AccessControlUnauthorizedAccount: ({ account, neededRole }) => `${account} does not hold ${roleName(neededRole)} of this contract: send from an account that does`,
  EnforcedPause: "the contract is paused: wait for its guardian",
};
