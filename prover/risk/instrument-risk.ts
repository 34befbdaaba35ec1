/** One instrument's columns under a plan. */
import type { Real } from "../numeric/real.ts";
import { SCALE, type Factor } from "../units.ts";
import { minimumMoves } from "./delta-minimum.ts";
import type { Greeks } from "./greeks.ts";
import { dollarDelta, unitExposure } from "./instrument-exposure.ts";
import type { Instrument } from "./instruments.ts";
import { SECONDS_PER_YEAR } from "./market.ts";
import { moveOf } from "./policy.ts";
import type { GridScenario, RiskPlan } from "./risk-plan.ts";
import { riskOf, type BasisMoves, type Exact, type InstrumentRisk, type UnitRisk } from "./unit-risk.ts";
import { ZERO, negative, plus, share, type Valuer } from "./valuer.ts";

/** What an instrument is, to a plan. */
export interface Subject {
  readonly instrument: Instrument;
  /** Null for what moves with no underlying. */
  readonly underlying: { readonly name: string; readonly spot: bigint } | null;
  /** Null for what does not expire. */
  readonly expiry: number | null;
  readonly valuer: Valuer;
  readonly greeks: Greeks;
  /** At its strike, unshocked; 0 for what is no option. */
  readonly impliedVol: Real;
}

/** @throws OutOfRange when an entry does not fit */
export function instrumentColumns(subject: Subject, plan: RiskPlan): InstrumentRisk {
  const { instrument, underlying, expiry, valuer } = subject;
  const cell = underlying === null ? 0 : cellOf(underlying.name, instrument, expiry, plan);
  const { nettingSet, discount } = plan.cells[cell]!;
  const pairingKey =
    instrument.kind === "option" ? `${instrument.underlying} ${instrument.expiry} ${instrument.strike} × ${instrument.multiplier}` : null;
  const vectors = riskOf(instrument, { cell, nettingSet }, unitRisk(plan, discount !== null), pairingKey, plan.entryBits);
  return { ...vectors, underlying: underlying?.name ?? null, greeks: subject.greeks };

  function unitRisk({ policy, market, grid, skews, tail, exposures }: RiskPlan, byValue: boolean): UnitRisk {
    const name = underlying?.name ?? "";
    const entry = (change: Exact, weight: Factor): Exact => share(byValue ? plus(valuer.modelValue, change) : change, weight);
    const scenarioChange = (scenario: GridScenario): Exact => {
      const move = moveOf(scenario, name);
      const change = valuer.change(move, scenario.vol);
      return scenario.less === undefined ? change : plus(change, share(dollarDelta(subject), SCALE.factor - move));
    };
    const basis = policy.basis;
    const tau = expiry === null ? 0n : BigInt(Math.max(0, expiry - market.asOf));
    const basisMove = (move: Factor, { add, perYear }: NonNullable<typeof basis>): Exact => {
      if (valuer.basis === null) return ZERO;
      const { numerator, denominator } = valuer.basis(move);
      return {
        numerator: numerator * (add * SECONDS_PER_YEAR + perYear * tau),
        denominator: denominator * SCALE.factor * SECONDS_PER_YEAR,
      };
    };
    return {
      scenarioPnl: grid.map((scenario) => entry(scenarioChange(scenario), scenario.weight)),
      skewPnl: skews.map(({ vol, weight }) => entry(valuer.change(SCALE.factor as Factor, vol), weight)),
      basisPnl: bases(),
      cellValue: byValue ? valuer.modelValue : ZERO,
      tailPnl: tail.map(({ moves, vols }) => {
        const multiplier = vols.get(name);
        return valuer.change(moves.get(name) ?? (SCALE.factor as Factor), multiplier === undefined ? "none" : { multiplier, isScaled: policy.tail?.volTerm === "scaled" });
      }),
      exposure: exposures.map((column) => unitExposure(column, subject)),
      value: valuer.value,
      charges: valuer.charges,
      floor: floors(),
    };

    function bases(): UnitRisk["basisPnl"] {
      if (policy.deltaMinimum.length > 0)
        return [
          minimumMoves(
            dollarDelta(subject),
            policy.deltaMinimum.find((least) => least.underlying === name),
          ),
        ];
      if (basis === undefined) return [];
      const long: BasisMoves = [basisMove(basis.up, basis), basisMove(basis.down, basis)];
      return [{ long, short: [negative(long[0]), negative(long[1])] }];
    }

    function floors(): UnitRisk["floor"] {
      const { minimums } = policy;
      if (minimums === undefined || instrument.kind === "cash" || instrument.kind === "spot") return { long: ZERO, short: ZERO };
      const spot = underlying?.spot ?? 0n;
      // An inverse contract is on its face over spot.
      const isInverse = instrument.kind !== "option" && instrument.settlement === "inverse";
      const byUnit: Exact = { numerator: minimums.perUnit * instrument.multiplier, denominator: isInverse ? spot : SCALE.quantity };
      const each = plus({ numerator: minimums.perContract, denominator: 1n }, byUnit);
      if (instrument.kind !== "option") return { long: each, short: each };
      const amount: Exact = { numerator: instrument.multiplier * spot, denominator: SCALE.quantity };
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
