import { MarginProofError, type ErrorCode } from "../errors.ts";
import type { Clock } from "./clock.ts";
import type { EventSink } from "./events.ts";

export interface Pass {
  /** Whether something was done, so that it is worth looking again at once. */
  readonly progressed: boolean;
  /** Seconds until the next look otherwise. */
  readonly wait: number;
}

/** Something that is looked after in passes: a subject's health, or subjects to liquidate. */
export interface Rounds {
  pass(): Promise<Pass>;
}

export interface KeepOptions {
  readonly clock: Clock;
  readonly report: EventSink;
  /** Aborted to stop: the pass in hand is finished, and nothing new is begun. */
  readonly signal: AbortSignal;
  /** Returns as soon as there is nothing to do but wait. */
  readonly once?: boolean;
  /** Seconds to wait after a failure, doubled from failure to failure up to `longest`. */
  readonly pause?: number;
  readonly longest?: number;
}

/** What waiting does not mend. */
const FATAL: readonly ErrorCode[] = ["InvalidJournal", "UnwritableFile", "ArtifactMissing", "ArtifactMismatch", "UnsafeKey", "UsageError", "WrongChain"];

/**
 * Passes until it is told to stop. Nodes that fail and proofs that do not come about are reported and tried again, later and later.
 * @throws what waiting does not mend; with `once`, whatever goes wrong
 */
export async function keep(rounds: Rounds, { clock, report, signal, once = false, pause = 5, longest = 300 }: KeepOptions): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const { progressed, wait } = await rounds.pass();
      failures = 0;
      if (progressed) continue;
      if (once) return;
      await clock.sleep(wait, signal);
    } catch (error) {
      if (signal.aborted && error instanceof MarginProofError && error.code === "RpcUnavailable") return;
      if (once || !(error instanceof MarginProofError) || FATAL.includes(error.code)) throw error;
      const seconds = Math.min(longest, pause * 2 ** failures) * (0.5 + Math.random() / 2);
      failures = Math.min(failures + 1, 30);
      report("trouble", { ...error.toJSON(), retryIn: Math.ceil(seconds) });
      await clock.sleep(seconds, signal);
    }
  }
}
