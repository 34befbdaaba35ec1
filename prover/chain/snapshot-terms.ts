/** What an oracle, or a relay of it, is deployed with. twin: SnapshotTerms of verifier-contracts/GuardedSnapshots.sol */
import { identifier } from "../commitment/domain.ts";

/** A policy's circuit breaker. twin: BreakerTerms of verifier-contracts/ICreditBreaker.sol */
export interface BreakerTerms {
  /** Largest move of a spot between two publications. */
  readonly moveBps: number;
  /** Publications without a new cause after which credit reopens. */
  readonly calmEpochs: number;
  /** Seconds since the latest cause, likewise. */
  readonly calmPeriod: number;
  /** Seconds for which a trip spares existing accounts. */
  readonly grace: number;
  /** Seconds from the beginning of one grace to the next. */
  readonly graceWindow: number;
  /** Moves allowed to single assets, by the assets' names. */
  readonly bounds: Readonly<Record<string, number>>;
}

/** A tenth in one step; two calm publications and a quarter of an hour; an hour of grace a day. */
export const DEFAULT_BREAKER: BreakerTerms = { moveBps: 1_000, calmEpochs: 2, calmPeriod: 900, grace: 3_600, graceWindow: 86_400, bounds: {} };
const DEFAULT_ROTATION_DELAY = 86_400;

export interface SnapshotPlan {
  /** In any order. */
  readonly publishers: readonly string[];
  /** More than half of them. */
  readonly quorum: number;
  /** Can stop, and only stop, publication and new credit; best not the admin. The admin by default. */
  readonly guardian?: string | undefined;
  /** Seconds of notice before another set of publishers can count: a day by default, or more on networks that are not local. */
  readonly rotationDelay?: number | undefined;
  /** Seconds. */
  readonly maxSnapshotAge: number;
  /** Epochs. */
  readonly historyWindow: number;
  /** What the breaker bears, where it is not the default. */
  readonly breaker?: Partial<BreakerTerms> | undefined;
}

/** The argument of `SnapshotOracle`'s constructor, and the first of `RelayedSnapshots`'. */
export function snapshotTerms(plan: SnapshotPlan, admin: string) {
  const { bounds, ...breaker } = { ...DEFAULT_BREAKER, ...plan.breaker };
  return {
    admin,
    guardian: plan.guardian ?? admin,
    publishers: plan.publishers.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
    quorum: plan.quorum,
    rotationDelay: plan.rotationDelay ?? DEFAULT_ROTATION_DELAY,
    maxAge: plan.maxSnapshotAge,
    historyWindow: plan.historyWindow,
    breaker: { ...breaker, bounds: Object.entries(bounds).map(([asset, bps]) => ({ asset: identifier(asset), bps })) },
  };
}
