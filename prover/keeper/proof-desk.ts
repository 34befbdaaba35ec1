import type { ProofBundle } from "../proof/bundle.ts";
import { readStored, storeBundle } from "./bundle-store.ts";
import type { Clock } from "./clock.ts";
import type { Reason } from "./decide.ts";
import type { Evidence } from "./evidence.ts";
import type { EventSink } from "./events.ts";
import type { Attempt } from "./journal-records.ts";
import type { AttemptLog } from "./journal.ts";
import type { ProverPort } from "./ports.ts";

export interface ProofDeskParts {
  readonly journal: AttemptLog;
  /** Folder for proof bundles, the keeper's own. */
  readonly bundles: string;
  readonly prover: ProverPort;
  readonly clock: Clock;
  readonly report: EventSink;
}

/** Proofs whose time says how long the next one takes. */
const MEASURED = 5;

/** Makes proofs, and finds again those that were made before a restart. */
export class ProofDesk {
  readonly #parts: ProofDeskParts;
  #bundle: { readonly attempt: number; readonly bundle: ProofBundle | null } | null = null;

  constructor(parts: ProofDeskParts) {
    this.#parts = parts;
  }

  /** Seconds that the slowest of the last proofs took; null before the first. */
  get slowest(): number | null {
    const measured = this.#parts.journal.attempts.flatMap(({ proved }) => proved?.seconds ?? []).slice(-MEASURED);
    return measured.length === 0 ? null : Math.max(...measured);
  }

  /** When the last proof was made; null before the first. */
  get lastAt(): number | null {
    return this.#parts.journal.attempts.findLast(({ proved }) => proved !== null)?.proved?.at ?? null;
  }

  /** As a new attempt. @throws whatever the prover throws, leaving the attempt without a bundle */
  async prove({ request, facts }: Evidence, reason: Reason, now: number): Promise<void> {
    const { journal, prover, report, bundles, clock } = this.#parts;
    const attempt = journal.attempts.length + 1;
    const { sequence, snapshotRoot, attesterRoot, lapsesAt } = facts;
    journal.append({ record: "decided", at: now, attempt, reason, sequence, snapshotRoot, attesterRoot, lapsesAt });
    report("decided", { attempt, reason, sequence, snapshot: snapshotRoot.toString() });
    const began = performance.now();
    const bundle = await prover.prove(request);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const stored = storeBundle(bundles, `proof-${String(attempt).padStart(6, "0")}`, bundle);
    journal.append({ record: "proved", at: Math.max(now, clock.now()), attempt, ...stored, seconds });
    this.#bundle = { attempt, bundle };
    report("proved", { attempt, sequence, tier: bundle.tier, seconds, file: stored.file });
  }

  /** Read from its file once: after a restart it is not made again. Null when it was not made, or is gone. */
  bundleOf({ number, proved }: Attempt): ProofBundle | null {
    if (proved === null) return null;
    if (this.#bundle?.attempt !== number) this.#bundle = { attempt: number, bundle: readStored(proved) };
    return this.#bundle.bundle;
  }
}
