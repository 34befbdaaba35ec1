/**
 * Cash, spot, perpetuals and futures: risk without a model. Derivatives carry no entry price: `value` is the whole mark value,
 * and the account's cash carries what was paid or received for it.
 */
import { SCALE, type Factor, type Price, type Quantity } from "../units.ts";
import type { Future, Perpetual } from "./instruments.ts";
import type { Charges, PerLevel } from "./policy.ts";
import type { ChargeKind, Exact, UnitCharge } from "./unit-risk.ts";
import { ZERO, share, type Valuer } from "./valuer.ts";

const { price, quantity, factor } = SCALE;

/** A charge of `rate` on a non-negative amount. */
export function charge(kind: ChargeKind, sides: UnitCharge["sides"], amount: Exact, { MM, IM }: PerLevel): UnitCharge {
  return { kind, sides, MM: share(amount, MM), IM: share(amount, IM) };
}

/** `multiplier` units of something worth `unitPrice` each. */
export function notional(multiplier: Quantity, unitPrice: Price): Exact {
  return { numerator: multiplier * unitPrice, denominator: quantity };
}

/** What `amount` gains when it moves with spot: amount·(move − 1). */
const movedWith =
  (amount: Exact) =>
  (move: Factor): Exact =>
    share(amount, move - factor);

/** A balance of a currency or coin: worth its price; it moves with spot if it is an underlying; a haircut on credit and debt. */
export function balanceValuer(unitPrice: Price, haircut: PerLevel | undefined, movesWithSpot: boolean): Valuer {
  const value: Exact = { numerator: unitPrice, denominator: 1n };
  return {
    value,
    modelValue: value,
    change: movesWithSpot ? movedWith(value) : () => ZERO,
    basis: null,
    charges: haircut === undefined ? [] : [charge("haircut", "both", value, haircut)],
  };
}

/**
 * Linear: worth multiplier·mark, and the mark moves with spot.
 * Inverse: worth −multiplier/mark coins to the long side, that is −multiplier·spot/mark, which does not change when mark and
 * spot move together: the exposure sits in the coin balance that the contract's cost has become. Where its forward moves alone, by μ, it
 * gains multiplier·spot/mark·(1 − 1/μ). Its notional is its face.
 */
export function contractValuer(contract: Perpetual | Future, mark: Price, spotPrice: Price, charges: Charges): Valuer {
  const { multiplier, settlement, kind } = contract;
  if (settlement === "inverse") {
    const value: Exact = { numerator: -multiplier * spotPrice * price, denominator: mark * quantity };
    const face: Exact = { numerator: multiplier * price, denominator: quantity };
    const basis = (move: Factor): Exact => ({ numerator: multiplier * spotPrice * price * (move - factor), denominator: mark * quantity * move });
    return {
      value,
      modelValue: value,
      change: () => ZERO,
      basis: kind === "future" ? basis : null,
      charges: [charge(kind, "both", face, charges[kind])],
    };
  }
  const value = notional(multiplier, mark);
  return {
    value,
    modelValue: value,
    change: movedWith(value),
    basis: kind === "future" ? movedWith(value) : null,
    charges: [charge(kind, "both", notional(multiplier, spotPrice), charges[kind])],
  };
}
