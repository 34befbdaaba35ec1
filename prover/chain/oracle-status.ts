import type { Contract } from "ethers";
import { policyId } from "./calldata.ts";
import { ask } from "./refusals.ts";

/** Why new credit is stopped. twin: TripReason of verifier-contracts/ICreditBreaker.sol */
export const TRIP_REASONS = ["none", "spot-move", "disagreement", "revocation", "guardian", "staleness", "pause"] as const;
export type TripReason = (typeof TRIP_REASONS)[number];

/** A set that is to succeed the one in use. Times in unix seconds. */
export interface AnnouncedSet {
  readonly hash: string;
  /** Null where the node no longer has the announcement. */
  readonly publishers: readonly string[] | null;
  readonly quorum: number | null;
  /** First and last second in which it may be put to use. */
  readonly from: number;
  readonly until: number;
}

/** Who publishes, and who is to. twin: PublisherSet */
export interface PublisherStatus {
  readonly publishers: readonly string[];
  readonly quorum: number;
  readonly version: number;
  /** Seconds of notice before another set can count. */
  readonly rotationDelay: number;
  readonly announced: AnnouncedSet | null;
  /** When publication was paused; null when it is not. */
  readonly pausedSince: number | null;
}

/** What stands under one policy. Times in unix seconds. */
export interface PolicyStatus {
  readonly opensCredit: boolean;
  readonly reason: TripReason;
  /** First second of the cause; 0 for none. */
  readonly since: number;
  /** Last second for which accounts are spared; may lie beyond any date, 0 when they are not. */
  readonly graceUntil: bigint;
  /** The latest accepted snapshot; null before the first. */
  readonly latest: { readonly root: bigint; readonly epoch: bigint; readonly asOf: number; readonly revoked: boolean } | null;
}

/** Reads who publishes to an oracle or relay. @throws ChainError when there is none at the address */
export async function readPublishers(oracle: Contract): Promise<PublisherStatus> {
  const [publishers, quorum, version, delay, hash, from, window, paused, pausedSince] = await Promise.all(
    ["publishers", "quorum", "setVersion", "rotationDelay", "announcedRotation", "rotationFrom", "ROTATION_WINDOW", "paused", "pausedSince"].map((method) => ask(oracle, method)),
  );
  const announced = BigInt(hash) === 0n ? null : { hash, from: Number(from), until: Number(from + window), ...(await announcement(oracle, version + 1n)) };
  return { publishers: [...publishers], quorum: Number(quorum), version: Number(version), rotationDelay: Number(delay), announced, pausedSince: paused ? Number(pausedSince) : null };
}

/** Who is announced stands in the log alone, which not every node keeps, or shows whole. */
async function announcement(oracle: Contract, version: bigint): Promise<Pick<AnnouncedSet, "publishers" | "quorum">> {
  const events = await oracle.queryFilter(oracle.filters.RotationAnnounced!(version), 0).catch(() => []);
  const last = events.at(-1);
  const parsed = last === undefined ? null : oracle.interface.parseLog(last);
  return parsed === null ? { publishers: null, quorum: null } : { publishers: [...parsed.args.publishers], quorum: Number(parsed.args.quorum) };
}

/** Reads a policy's breaker and latest snapshot. @throws as `readPublishers` */
export async function readPolicyStatus(oracle: Contract, policyHash: bigint): Promise<PolicyStatus> {
  const id = policyId(policyHash);
  const [[reason, since, graceUntil], [root, { epoch, asOf, revoked }], opensCredit] = await Promise.all([ask(oracle, "breaker", id), ask(oracle, "latest", id), ask<boolean>(oracle, "opensCredit", id)]);
  return { opensCredit, reason: TRIP_REASONS[Number(reason)]!, since: Number(since), graceUntil, latest: root === 0n ? null : { root, epoch, asOf: Number(asOf), revoked } };
}
