/** One instrument's columns under a plan. */
import { DECIMALS, SCALE, type Factor } from "../units.ts";
import { REAL_DECIMALS } from "../numeric/real.ts";
import type { Greeks } from "./greeks.ts";
import type { Instrument } from "./instruments.ts";
import { SECONDS_PER_YEAR } from "./market.ts";
import type { RiskPlan } from "./risk-plan.ts";
import { riskOf, type Exact, type InstrumentRisk, type UnitRisk } from "./unit-risk.ts";
import { ZERO, plus, share, type Valuer } from "./valuer.ts";

/** What an instrument is, to a plan. */
export interface Subject {
  readonly instrument: Instrument;
  /** Null for what moves with no underlying. */
  readonly underlying: { readonly name: string; readonly spot: bigint } | null;
  /** Null for what does not expire. */
  readonly expiry: number | null;
  readonly valuer: Valuer;
  readonly greeks: Greeks;
}

/** @throws OutOfRange when an entry does not fit */
export function instrumentColumns(subject: Subject, plan: RiskPlan): InstrumentRisk {
  const { instrument, underlying, expiry, valuer } = subject;
  const cell = underlying === null ? 0 : cellOf(underlying.name, instrument, expiry, plan);
  const { nettingSet, discount } = plan.cells[cell]!;
  const pairingKey =
    instrument.kind === "option" ? `${instrument.underlying} ${instrument.expiry} ${instrument.strike} × ${instrument.multiplier}` : null;
  return riskOf(instrument, { cell, nettingSet }, unitRisk(subject, plan, discount !== null), pairingKey, plan.entryBits);

  function unitRisk({ greeks }: Subject, { policy, market, grid, skews, tail, exposures }: RiskPlan, byValue: boolean): UnitRisk {
    const name = underlying?.name ?? "";
    const entry = (change: Exact, weight: Factor): Exact => share(byValue ? plus(valuer.modelValue, change) : change, weight);
    const basis = policy.basis;
    const tau = expiry === null ? 0n : BigInt(Math.max(0, expiry - market.asOf));
    const basisMove = (move: Factor): Exact => {
      if (basis === undefined || !valuer.hasBasis) return ZERO;
      const { numerator, denominator } = valuer.change(move, "none");
      return {
        numerator: numerator * (basis.add * SECONDS_PER_YEAR + basis.perYear * tau),
        denominator: denominator * SCALE.factor * SECONDS_PER_YEAR,
      };
    };
    return {
      scenarioPnl: grid.map(({ spot, moves, vol, weight }) => entry(valuer.change(moves?.[name] ?? spot, vol), weight)),
      skewPnl: skews.map(({ vol, weight }) => entry(valuer.change(SCALE.factor as Factor, vol), weight)),
      basisPnl: basis === undefined ? [] : [[basisMove(basis.up), basisMove(basis.down)]],
      cellValue: byValue ? valuer.modelValue : ZERO,
      tailPnl: tail.map(({ moves, vols }) => {
        const multiplier = vols.get(name);
        return valuer.change(moves.get(name) ?? (SCALE.factor as Factor), multiplier === undefined ? "none" : { multiplier });
      }),
      exposure: exposures.map(({ measure, underlyings, expiries, kinds }) => {
        const asset = instrument.kind === "cash" ? instrument.currency : name;
        const ofKind = kinds === undefined || kinds === null || kinds.includes(instrument.kind);
        const counts = ofKind && underlyings.includes(asset) && (expiries === null || (expiry !== null && expiries.includes(expiry)));
        return counts ? measured(measure) : ZERO;
      }),
      value: valuer.value,
      charges: valuer.charges,
      floor: floors(),
    };

    function measured(measure: (typeof exposures)[number]["measure"]): Exact {
      const spot = underlying?.spot ?? 0n;
      const atPrice = 10n ** BigInt(REAL_DECIMALS - DECIMALS.price);
      switch (measure) {
        case "value":
          return valuer.value;
        case "delta":
          return { numerator: greeks.delta * spot, denominator: atPrice * SCALE.price };
        case "gamma":
          return { numerator: greeks.gamma * spot * spot, denominator: atPrice * SCALE.price * SCALE.price * 100n };
        case "vega":
          return { numerator: greeks.vega, denominator: atPrice };
        case "theta":
          return { numerator: greeks.theta, denominator: atPrice };
      }
    }

    function floors(): UnitRisk["floor"] {
      const { minimums } = policy;
      if (minimums === undefined || instrument.kind === "cash" || instrument.kind === "spot") return { long: ZERO, short: ZERO };
      const each: Exact = { numerator: minimums.perContract, denominator: 1n };
      if (instrument.kind !== "option") return { long: each, short: each };
      const amount: Exact = { numerator: instrument.multiplier * (underlying?.spot ?? 0n), denominator: SCALE.quantity };
      return { long: each, short: plus(each, share(amount, minimums.optionShort)) };
    }
  }
}

/** What expires is in a cell of its expiry, everything else in its underlying's. */
function cellOf(name: string, { kind }: Instrument, expiry: number | null, { cells }: RiskPlan): number {
  const own = cells.findIndex(
    (cell) =>
      expiry !== null && cell.expiry === expiry && cell.underlyings[0] === name && (cell.holds === "all" || cell.holds === `${kind}s`),
  );
  return own >= 0 ? own : cells.findIndex((cell) => cell.expiry === null && cell.underlyings.includes(name));
}
