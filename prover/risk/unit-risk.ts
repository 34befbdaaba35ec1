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

export type ChargeKind = "perpetual" | "future" | "optionShort" | "optionNaked" | "haircut" | "confidence";

/** An amount per unit held, not negative, taken whatever the scenarios say. */
export interface UnitCharge {
  readonly kind: ChargeKind;
  readonly sides: "both" | "short";
  readonly MM: Exact;
  readonly IM: Exact;
}

/** One unit held long, before rounding. Lists are in the order of the plan's columns. */
export interface UnitRisk {
  /** Weighted P&L, or the weighted value itself in a cell with a static discount. */
  readonly scenarioPnl: readonly Exact[];
  readonly skewPnl: readonly Exact[];
  /** P&L of the two moves of each basis, weighted. */
  readonly basisPnl: readonly (readonly [Exact, Exact])[];
  /** Value that the cell's P&L is counted from; 0 where the entries are P&L already. */
  readonly cellValue: Exact;
  readonly tailPnl: readonly Exact[];
  readonly exposure: readonly Exact[];
  readonly value: Exact;
  readonly charges: readonly UnitCharge[];
  /** Least requirement, in quote per unit held; the short side's may be larger. */
  readonly floor: { readonly long: Exact; readonly short: Exact };
}

/** A charge of one side per unit, rounded up. */
export interface Charge {
  readonly kind: ChargeKind;
  readonly MM: Price;
  readonly IM: Price;
}

/** One side of an instrument, per unit (1.00000000 contracts) held: what is committed to, and what reports and witnesses multiply. */
export interface RiskVector {
  /** Per scenario of the grid, rounded down. */
  readonly scenarioPnl: readonly Price[];
  /**
   * Per skew rotation, rounded down. The worse sign counts, so where a rotation gains, down is the holder's side: by at most two units of 1e-8
   * per contract (this entry and the cell's value), the same for everybody.
   */
  readonly skewPnl: readonly Price[];
  /** Per basis, both moves, rounded down. */
  readonly basisPnl: readonly (readonly [Price, Price])[];
  /** Rounded up: P&L is what exceeds it. */
  readonly cellValue: Price;
  /** Per tail scenario, rounded down. */
  readonly tailPnl: readonly Price[];
  /** Rounded to nearest, and the short side is exactly minus the long one: an exposure has no side that is safe. */
  readonly exposure: readonly Price[];
  /** Contribution to equity, rounded down; no haircut taken. */
  readonly value: Price;
  /** Rounded up. */
  readonly floor: Price;
  /** Sums of `charges`. */
  readonly chargeMM: Price;
  readonly chargeIM: Price;
  readonly charges: readonly Charge[];
}

/** Instruments of one key cover each other's shorts; what a covered short is spared, per unit, rounded down. */
export interface Pairing {
  /** Underlying, expiry, strike and multiplier: a contract covers one of its own size. Rates are equal within a key. */
  readonly key: string;
  readonly MM: Price;
  readonly IM: Price;
}

export interface InstrumentRisk {
  readonly instrument: Instrument;
  /** Index of the cell; 0 for what has no scenario risk. */
  readonly cell: number;
  /** Index in the policy's netting sets; 0 for what has no scenario risk. */
  readonly nettingSet: number;
  readonly pairing: Pairing | null;
  readonly long: RiskVector;
  readonly short: RiskVector;
}

/** Where an instrument's entries go. */
export interface Place {
  readonly cell: number;
  readonly nettingSet: number;
}

/** Rounds for both sides. Throws OutOfRange when an entry does not fit `entryBits`, by default those of circuits. */
export function riskOf(
  instrument: Instrument,
  { cell, nettingSet }: Place,
  unit: UnitRisk,
  pairingKey: string | null = null,
  entryBits: number = BITS.entry,
): InstrumentRisk {
  const fits = fitting(instrument.name, entryBits);
  const naked = unit.charges.find(({ kind }) => kind === "optionNaked");
  const spared = ({ numerator, denominator }: Exact): Price => fits(divDown(numerator, denominator));
  const pairing = pairingKey === null || naked === undefined ? null : { key: pairingKey, MM: spared(naked.MM), IM: spared(naked.IM) };
  return { instrument, cell, nettingSet, pairing, long: side(unit, "long", fits), short: side(unit, "short", fits) };
}

function side(unit: UnitRisk, held: "long" | "short", fits: (entry: bigint) => Price): RiskVector {
  const sign = held === "long" ? 1n : -1n;
  const down = ({ numerator, denominator }: Exact): Price => fits(divDown(sign * numerator, denominator));
  const up = ({ numerator, denominator }: Exact): Price => fits(divUp(numerator, denominator));
  const nearest = ({ numerator, denominator }: Exact): Price => fits(sign * divDown(2n * numerator + denominator, 2n * denominator));
  const charges = unit.charges
    .filter(({ sides }) => sides === "both" || sides === held)
    .map(({ kind, MM, IM }) => ({ kind, MM: up(MM), IM: up(IM) }));
  const sum = (amounts: readonly Price[]): Price =>
    fits(amounts.reduce((total, amount) => total + amount, 0n));
  return {
    scenarioPnl: unit.scenarioPnl.map(down),
    skewPnl: unit.skewPnl.map(down),
    basisPnl: unit.basisPnl.map(([first, second]): [Price, Price] => [down(first), down(second)]),
    cellValue: up({ numerator: sign * unit.cellValue.numerator, denominator: unit.cellValue.denominator }),
    tailPnl: unit.tailPnl.map(down),
    exposure: unit.exposure.map(nearest),
    value: down(unit.value),
    floor: up(unit.floor[held]),
    chargeMM: sum(charges.map(({ MM }) => MM)),
    chargeIM: sum(charges.map(({ IM }) => IM)),
    charges,
  };
}

function fitting(name: string, bits: number): (entry: bigint) => Price {
  const limit = 2n ** BigInt(bits);
  return (entry) => {
    if (entry < limit && entry > -limit) return entry as Price;
    throw new MarginProofError("OutOfRange", `a risk number per unit reaches 2^${bits}`, {
      path: name,
      hint: "list the instrument with a smaller multiplier",
    });
  };
}
