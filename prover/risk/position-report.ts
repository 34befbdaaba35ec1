/** What one position contributes to a margin, and what it would need alone. */
import type { Level, Quantity, Value } from "../units.ts";
import type { Account } from "./book.ts";
import type { Instrument } from "./instruments.ts";
import { chargeAt, lossOf, shownRequirement, type ChargeTotal } from "./margin-totals.ts";
import type { Policy } from "./policy.ts";
import type { InstrumentRisk, RiskVector } from "./unit-risk.ts";

export interface PositionReport {
  readonly venue: string;
  readonly account: string;
  readonly instrument: Instrument;
  /** Signed. */
  readonly quantity: Quantity;
  readonly side: "long" | "short";
  readonly nettingSet: number;
  readonly value: Value;
  readonly scenarioPnl: readonly Value[];
  /** The lowest of scenarioPnl. */
  readonly worstPnl: Value;
  /** At the level asked for. */
  readonly charge: Value;
  readonly charges: readonly ChargeTotal[];
  /** What this position would need if it were the whole book, rounded up. */
  readonly isolatedRequirement: Value;
}

/** Magnitude times the vector of the position's side, exactly. */
export function positionReport(
  { venue, account }: Account,
  quantity: Quantity,
  risk: InstrumentRisk,
  policy: Policy,
  level: Level,
): PositionReport {
  const side = quantity > 0n ? "long" : "short";
  const magnitude = quantity > 0n ? quantity : -quantity;
  const vector: RiskVector = risk[side];
  const times = (perUnit: bigint): Value => (magnitude * perUnit) as Value;
  const scenarioPnl = vector.scenarioPnl.map(times);
  const charges = vector.charges.map(({ kind, MM, IM }) => ({ kind, MM: times(MM), IM: times(IM) }));
  const isolated = { loss: [lossOf(scenarioPnl)], chargeMM: times(vector.chargeMM), chargeIM: times(vector.chargeIM) };
  return {
    venue,
    account,
    instrument: risk.instrument,
    quantity,
    side,
    nettingSet: risk.nettingSet,
    value: times(vector.value),
    scenarioPnl,
    worstPnl: scenarioPnl.reduce((worst, pnl) => (pnl < worst ? pnl : worst)),
    charge: chargeAt(isolated, level),
    charges,
    isolatedRequirement: shownRequirement(isolated, policy, level),
  };
}
