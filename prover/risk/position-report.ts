/** What one position contributes to a margin, and what it would need alone. */
import type { Level, Quantity, Value } from "../units.ts";
import type { Account } from "./book.ts";
import type { Instrument } from "./instruments.ts";
import type { MarginRules } from "./margin-rules.ts";
import { chargesOf, requirementOf, vectorOf, type ChargeTotal } from "./margin-totals.ts";
import type { InstrumentRisk } from "./unit-risk.ts";

export interface PositionReport {
  readonly venue: string;
  readonly account: string;
  readonly instrument: Instrument;
  /** Signed. */
  readonly quantity: Quantity;
  readonly side: "long" | "short";
  readonly cell: number;
  readonly nettingSet: number;
  readonly value: Value;
  /** Per scenario of the grid; in a cell with a static discount the weighted change of value before the discount. */
  readonly scenarioPnl: readonly Value[];
  /** The lowest of scenarioPnl; 0 without a grid, which only policies made in memory lack. */
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
  rules: MarginRules,
  level: Level,
): PositionReport {
  const holding = { risk, quantity };
  const vector = vectorOf(holding);
  const magnitude = quantity > 0n ? quantity : -quantity;
  const times = (perUnit: bigint): Value => (magnitude * perUnit) as Value;
  const scenarioPnl = vector.scenarioPnl.map(
    (entry, s) => times(entry) - (times(vector.cellValue) * rules.weights[s]!) / 10n ** 9n,
  ) as Value[];
  return {
    venue,
    account,
    instrument: risk.instrument,
    quantity,
    side: quantity > 0n ? "long" : "short",
    cell: risk.cell,
    nettingSet: risk.nettingSet,
    value: times(vector.value),
    scenarioPnl,
    worstPnl: scenarioPnl.slice(1).reduce((worst, pnl) => (pnl < worst ? pnl : worst), scenarioPnl[0] ?? (0n as Value)),
    charge: times(level === "MM" ? vector.chargeMM : vector.chargeIM),
    charges: chargesOf(holding),
    isolatedRequirement: requirementOf([holding], rules, level),
  };
}
