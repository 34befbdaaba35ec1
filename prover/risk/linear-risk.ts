/**
 * Cash, spot, perpetuals and futures: risk without a model. Derivatives carry no entry price: `value` is the whole mark value,
 * and the account's cash carries what was paid or received for it.
 */
import { SCALE, type Factor, type Price, type Quantity } from "../units.ts";
import type { Future, Perpetual } from "./instruments.ts";
import type { PerLevel, Policy, Scenario } from "./policy.ts";
import type { ChargeKind, Exact, UnitCharge, UnitRisk } from "./unit-risk.ts";

const { price, quantity, factor } = SCALE;
const ZERO: Exact = { numerator: 0n, denominator: 1n };

/** A share of an exact amount. */
function share(amount: Exact, rate: Factor): Exact {
  return { numerator: amount.numerator * rate, denominator: amount.denominator * factor };
}

/** A charge of `rate` on a non-negative amount. */
export function charge(kind: ChargeKind, sides: UnitCharge["sides"], amount: Exact, { MM, IM }: PerLevel): UnitCharge {
  return { kind, sides, MM: share(amount, MM), IM: share(amount, IM) };
}

/** `multiplier` units of something worth `unitPrice` each. */
export function notional(multiplier: Quantity, unitPrice: Price): Exact {
  return { numerator: multiplier * unitPrice, denominator: quantity };
}

/** What `amount` gains when it moves with spot: amount·(spot − 1)·weight. */
function parallelMove(amount: Exact, { spot, weight }: Scenario): Exact {
  return { numerator: amount.numerator * (spot - factor) * weight, denominator: amount.denominator * factor * factor };
}

/** A balance of a currency or coin: worth its price; it moves with spot if it is an underlying; a haircut on credit and debt. */
export function balanceRisk(unitPrice: Price, haircut: PerLevel | undefined, movesWithSpot: boolean, { scenarios }: Policy): UnitRisk {
  const value: Exact = { numerator: unitPrice, denominator: 1n };
  return {
    scenarioPnl: scenarios.map((scenario) => (movesWithSpot ? parallelMove(value, scenario) : ZERO)),
    value,
    charges: haircut === undefined ? [] : [charge("haircut", "both", value, haircut)],
  };
}

/**
 * Linear: worth multiplier·mark, and the mark moves with spot.
 * Inverse: worth −multiplier/mark coins to the long side, that is −multiplier·spot/mark, which does not change when mark and
 * spot move together: the exposure sits in the coin balance that the contract's cost has become. Its notional is its face.
 */
export function contractRisk(contract: Perpetual | Future, mark: Price, spotPrice: Price, policy: Policy): UnitRisk {
  const { multiplier, settlement, kind } = contract;
  if (settlement === "inverse") {
    const face: Exact = { numerator: multiplier * price, denominator: quantity };
    return {
      scenarioPnl: policy.scenarios.map(() => ZERO),
      value: { numerator: -multiplier * spotPrice * price, denominator: mark * quantity },
      charges: [charge(kind, "both", face, policy.charges[kind])],
    };
  }
  const value = notional(multiplier, mark);
  return {
    scenarioPnl: policy.scenarios.map((scenario) => parallelMove(value, scenario)),
    value,
    charges: [charge(kind, "both", notional(multiplier, spotPrice), policy.charges[kind])],
  };
}
