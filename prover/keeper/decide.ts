import type { Health } from "../chain/status.ts";
import type { Bps, Value } from "../units.ts";
import { warningsFor, type Warning } from "./warnings.ts";

/** The margin of the newest usable statements on the newest usable snapshot, under what is claimed. */
export interface MarginFacts {
  readonly isHealthy: boolean;
  /** Null when nothing is required. */
  readonly ratioBps: bigint | null;
  readonly excess: Value;
  /** What binds, netting set by netting set. */
  readonly binding: readonly string[];
}

/** What could be proved now. */
export interface EvidenceFacts {
  readonly snapshotRoot: bigint;
  readonly attesterRoot: bigint;
  readonly sequence: number;
  /** Last second at which a proof of it counts, if nothing is revoked before. */
  readonly lapsesAt: number;
  readonly claimedBps: Bps;
  readonly margin: MarginFacts;
}

/** A proof on its way. */
export interface AttemptFacts {
  readonly sequence: number;
  readonly snapshotRoot: bigint;
  readonly lapsesAt: number;
  /** Whether its snapshot and attester root count now. */
  readonly isCurrent: boolean;
  /** Whether its bundle is there. */
  readonly isProved: boolean;
  readonly isSent: boolean;
  /** Whether the registry said no when it was asked last. */
  readonly isRefused: boolean;
}

export interface Situation {
  readonly record: Pick<Health, "healthy" | "healthyUntil" | "sequence" | "breachedAt" | "snapshotRoot">;
  readonly evidence: EvidenceFacts | null;
  /** Why there is no evidence, or not the newest. */
  readonly problems: readonly string[];
  readonly attempt: AttemptFacts | null;
  /** Seconds that proving and getting it accepted take, at most as far as one knows. */
  readonly lead: number;
  /** When the last proof was made; null before the first. */
  readonly lastProvedAt: number | null;
}

export interface Pace {
  /** Seconds between two looks. */
  readonly poll: number;
  /** Seconds that routine renewals are apart, at least; one before expiry is made all the same. */
  readonly minInterval: number;
  /** Basis points above the claimed ratio below which a warning is given. */
  readonly warnMarginBps: bigint;
}

export type Reason = "not healthy on chain" | "about to expire" | "new snapshot" | "newer statements";

export type Action =
  | { readonly kind: "warn"; readonly warning: Warning }
  | { readonly kind: "proposeHedge" }
  | { readonly kind: "prove"; readonly reason: Reason }
  | { readonly kind: "submit" }
  /** Nothing to decide about a transaction that is out: look where it is. */
  | { readonly kind: "follow" }
  | { readonly kind: "abandon"; readonly reason: string }
  | { readonly kind: "wait"; readonly until: number };

/**
 * What to do now: warnings first, then at most one step, and a time to look again. Pure, so that the same look always leads to
 * the same step, before a crash and after it.
 */
export function decide(situation: Situation, pace: Pace, now: number): readonly Action[] {
  const step = nextStep(situation, pace, now);
  const warnings = warningsFor(situation, pace, now, step !== null && step.kind !== "abandon");
  const isShort = warnings.some(({ code }) => code === "Breach" || code === "NearBreach");
  return [
    ...warnings.map((warning) => ({ kind: "warn", warning }) as const),
    ...(isShort ? [{ kind: "proposeHedge" } as const] : []),
    ...(step === null ? [] : [step]),
    { kind: "wait", until: nextLook(situation, pace, now) },
  ];
}

function nextStep(situation: Situation, pace: Pace, now: number): Action | null {
  const { attempt } = situation;
  if (attempt === null) return proveStep(situation, pace, now);
  if (attempt.isSent) return { kind: "follow" };
  const reason = whyAbandon(attempt, situation, now);
  return reason === null ? { kind: "submit" } : { kind: "abandon", reason };
}

/** A proof that nobody has seen yet is dropped once it would not be accepted, or would say what is known to be over. */
function whyAbandon(attempt: AttemptFacts, { record, evidence }: Situation, now: number): string | null {
  if (!attempt.isProved) return "interrupted before it was proved";
  if (record.sequence >= attempt.sequence) return "the registry has this sequence or a later one";
  if (!attempt.isCurrent) return "its snapshot or attester root no longer counts";
  if (attempt.lapsesAt <= now) return "its statements or its snapshot have expired";
  if (evidence !== null && !evidence.margin.isHealthy) return "the book no longer meets what it claims";
  const isNewer = evidence !== null && (evidence.sequence > attempt.sequence || evidence.snapshotRoot !== attempt.snapshotRoot);
  return attempt.isRefused && isNewer ? "refused, and there is newer evidence" : null;
}

/** A new proof needs a healthy book, statements newer than those the registry has, and must not end earlier than the last. */
function proveStep({ record, evidence, lead, lastProvedAt }: Situation, { minInterval }: Pace, now: number): Action | null {
  if (evidence === null || !evidence.margin.isHealthy) return null;
  if (evidence.sequence <= record.sequence || evidence.lapsesAt <= now + lead) return null;
  if (!record.healthy) return { kind: "prove", reason: "not healthy on chain" };
  if (evidence.lapsesAt < record.healthyUntil) return null;
  if (record.healthyUntil - lead <= now) return { kind: "prove", reason: "about to expire" };
  if (lastProvedAt !== null && now < lastProvedAt + minInterval) return null;
  return { kind: "prove", reason: evidence.snapshotRoot === record.snapshotRoot ? "newer statements" : "new snapshot" };
}

/** At the next poll, or sooner when the record is about to expire or a pause between renewals ends. */
function nextLook({ record, lead, lastProvedAt }: Situation, { poll, minInterval }: Pace, now: number): number {
  const due = [record.healthyUntil - lead, (lastProvedAt ?? 0) + minInterval].filter((time) => time > now);
  return Math.min(now + poll, ...due);
}
