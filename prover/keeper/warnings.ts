import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS } from "../units.ts";
import type { Pace, Situation } from "./decide.ts";

export type WarningCode =
  /** The book does not cover what is claimed. */
  | "Breach"
  /** It does, by less than the margin one wants. */
  | "NearBreach"
  /** The registry holds a breach proof against the subject. */
  | "BreachRecorded"
  /** Nothing can be proved: something is missing. */
  | "EvidenceMissing"
  /** Something newer could not be used. */
  | "EvidencePassedOver"
  /** A proof of what is here would lapse before it is accepted. */
  | "EvidenceTooOld"
  /** Health ends soon, and nothing can renew it. */
  | "Lapsing"
  /** Health has ended, and nothing can renew it. */
  | "Lapsed";

export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
}

/** What a person should know now; `isRenewing` when a proof is being made or is on its way. */
export function warningsFor(situation: Situation, { warnMarginBps }: Pace, now: number, isRenewing: boolean): readonly Warning[] {
  return [...marginWarnings(situation, warnMarginBps), ...evidenceWarnings(situation, now), ...recordWarnings(situation, now, isRenewing)];
}

const amount = (value: bigint, round: "up" | "down"): string => formatDecimal(value, DECIMALS.value, { digits: 2, round, group: true });
const percent = (bps: bigint): string => `${formatDecimal(bps, DECIMALS.bps - 2, { trim: true })} %`;

function marginWarnings({ evidence }: Situation, warnMarginBps: bigint): Warning[] {
  if (evidence === null) return [];
  const { claimedBps, margin: { isHealthy, ratioBps, excess, binding } } = evidence;
  const bound = binding.length === 0 ? "the charges bind" : `${binding.join(", ")} binds`;
  const at = ratioBps === null ? "" : `the ratio is ${percent(ratioBps)} of ${percent(claimedBps)}; `;
  if (!isHealthy) {
    const short = excess < 0n ? `${amount(-excess, "up")} is missing` : "a limit is not kept";
    return [{ code: "Breach", message: `${at}${short}; ${bound}` }];
  }
  if (ratioBps === null || ratioBps >= claimedBps + warnMarginBps) return [];
  return [{ code: "NearBreach", message: `${at}${amount(excess, "down")} is left; ${bound}` }];
}

function evidenceWarnings({ evidence, problems, attempt, record, lead }: Situation, now: number): Warning[] {
  const isTooOld = evidence !== null && attempt === null && evidence.sequence > record.sequence && evidence.lapsesAt <= now + lead;
  return [
    ...(problems.length === 0 ? [] : [{ code: evidence === null ? "EvidenceMissing" : "EvidencePassedOver", message: problems.join("; ") } as const]),
    ...(isTooOld ? [{ code: "EvidenceTooOld", message: "a proof of what is here would lapse before it is accepted: newer statements or a newer snapshot are needed" } as const] : []),
  ];
}

function recordWarnings({ record, lead, evidence }: Situation, now: number, isRenewing: boolean): Warning[] {
  const breach: Warning[] = record.breachedAt === 0 ? [] : [{ code: "BreachRecorded", message: `a breach was proved at ${record.breachedAt}` }];
  if (isRenewing || record.sequence === 0 || record.healthyUntil - lead > now) return breach;
  const why = evidence !== null && evidence.sequence <= record.sequence ? "ask the venues for newer statements" : "see the other warnings";
  const isOver = !record.healthy || record.healthyUntil < now;
  return [...breach, isOver ? { code: "Lapsed", message: `not healthy on chain: ${why}` } : { code: "Lapsing", message: `healthy on chain for ${record.healthyUntil - now} s more: ${why}` }];
}
