import { MarginProofError } from "../errors.ts";
import type { Evidence } from "./evidence.ts";
import type { EventSink } from "./events.ts";
import type { HedgePort } from "./ports.ts";
import type { Bps } from "../units.ts";

/** Seconds after which a warning that still holds is given again. */
const REPEAT = 900;

interface ShownWarning {
  readonly code: string;
  readonly message: string;
}

/** Says what is wrong when it changes, and now and then while it lasts, not at every look. */
export class WarningDesk {
  readonly #report: EventSink;
  readonly #hedge: HedgePort | null;
  #shown = new Map<string, { readonly message: string; readonly at: number }>();
  #hedged: Evidence["report"] | null = null;

  constructor(report: EventSink, hedge: HedgePort | null) {
    this.#report = report;
    this.#hedge = hedge;
  }

  show(warnings: readonly ShownWarning[], now: number): void {
    const before = this.#shown;
    this.#shown = new Map();
    for (const { code, message } of warnings) {
      const last = before.get(code);
      const isNew = last?.message !== message || now - last.at >= REPEAT;
      if (isNew) this.#report("warning", { code, message });
      this.#shown.set(code, isNew ? { message, at: now } : last);
    }
  }

  /** Once for each book and market: what restores the claimed ratio and the margin above it. A search that finds nothing must not keep the keeper from its work. */
  async propose({ request, market, report }: Evidence, warnMarginBps: bigint): Promise<void> {
    if (this.#hedge === null || this.#hedged === report) return;
    this.#hedged = report;
    const { policy, risks, statements } = request;
    const terms = { ...report.terms, minRatioBps: (report.terms.minRatioBps + warnMarginBps) as Bps };
    try {
      this.#report("hedge", { proposal: await this.#hedge.propose({ accounts: statements.map(({ statement }) => statement), market, policy, risks, terms }) });
    } catch (error) {
      if (!(error instanceof MarginProofError)) throw error;
      this.#report("trouble", { ...error.toJSON(), during: "the search for a hedge" });
    }
  }
}
