/**
 * The linear risk of one unit of an instrument: exact first, then rounded once for each side. Long and short are different
 * vectors, so rules that depend on the sign of a position (rounding against the holder, charges on shorts) stay linear.
 */
import { MarginProofError } from "../errors.ts";
import { divDown, divUp } from "../numeric/rounding.ts";
import { BITS, type Price } from "../units.ts";
import type { Instrument } from "./instruments.ts";

/** A quotient of integers, in 1e-8 of the quote per unit held; the denominator is positive. */
export interface Exact {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export type ChargeKind = "perpetual" | "future" | "optionShort" | "haircut";

/** An amount per unit held, not negative, taken whatever the scenarios say. */
export interface UnitCharge {
  readonly kind: ChargeKind;
  readonly sides: "both" | "short";
  readonly MM: Exact;
  readonly IM: Exact;
}

/** One unit held long, before rounding. */
export interface UnitRisk {
  readonly scenarioPnl: readonly Exact[];
  readonly value: Exact;
  readonly charges: readonly UnitCharge[];
}

/** A charge of one side per unit, rounded up. */
export interface Charge {
  readonly kind: ChargeKind;
  readonly MM: Price;
  readonly IM: Price;
}

/** One side of an instrument, per unit (1.00000000 contracts) held: what is committed to, and what reports and witnesses multiply. */
export interface RiskVector {
  /** P&L per scenario, damped, rounded down. */
  readonly scenarioPnl: readonly Price[];
  /** Contribution to equity, rounded down; no haircut taken. */
  readonly value: Price;
  /** Sums of `charges`. */
  readonly chargeMM: Price;
  readonly chargeIM: Price;
  readonly charges: readonly Charge[];
}

export interface InstrumentRisk {
  readonly instrument: Instrument;
  /** Index in the policy's netting sets; 0 for what has no scenario risk. */
  readonly nettingSet: number;
  readonly long: RiskVector;
  readonly short: RiskVector;
}

/** Rounds for both sides. Throws OutOfRange when an entry does not fit `BITS.entry`. */
export function riskOf(instrument: Instrument, nettingSet: number, unit: UnitRisk): InstrumentRisk {
  return { instrument, nettingSet, long: side(instrument, unit, "long"), short: side(instrument, unit, "short") };
}

function side({ name }: Instrument, unit: UnitRisk, held: "long" | "short"): RiskVector {
  const sign = held === "long" ? 1n : -1n;
  const down = ({ numerator, denominator }: Exact): Price => fits(divDown(sign * numerator, denominator), name);
  const up = ({ numerator, denominator }: Exact): Price => fits(divUp(numerator, denominator), name);
  const charges = unit.charges
    .filter(({ sides }) => sides === "both" || sides === held)
    .map(({ kind, MM, IM }) => ({ kind, MM: up(MM), IM: up(IM) }));
  return {
    scenarioPnl: unit.scenarioPnl.map(down),
    value: down(unit.value),
    chargeMM: fits(
      charges.reduce((sum, { MM }) => sum + MM, 0n),
      name,
    ),
    chargeIM: fits(
      charges.reduce((sum, { IM }) => sum + IM, 0n),
      name,
    ),
    charges,
  };
}

const LIMIT = 2n ** BigInt(BITS.entry);

function fits(entry: bigint, name: string): Price {
  if (entry < LIMIT && entry > -LIMIT) return entry as Price;
  throw new MarginProofError("OutOfRange", `a risk number per unit reaches 2^${BITS.entry}`, {
    path: name,
    hint: "list the instrument with a smaller multiplier",
  });
}
