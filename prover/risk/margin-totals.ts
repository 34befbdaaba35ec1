/** Sums over positions: the column totals that the margin rules, and circuits, start from. */
import { divUp } from "../numeric/rounding.ts";
import { SCALE, type Level, type Quantity, type Value } from "../units.ts";
import type { ColumnTotals, MarginRules } from "./margin-rules.ts";
import { evaluateRules, type MarginWorking } from "./margin-program.ts";
import { pairedMagnitudes } from "./pairing.ts";
import type { ChargeKind, InstrumentRisk, RiskVector } from "./unit-risk.ts";

export interface ChargeTotal {
  readonly kind: ChargeKind;
  readonly MM: Value;
  readonly IM: Value;
}

/** A quantity of one instrument. */
export interface Holding {
  readonly risk: InstrumentRisk;
  /** Signed, not zero. */
  readonly quantity: Quantity;
}

const magnitudeOf = (quantity: Quantity): bigint => (quantity > 0n ? quantity : -quantity);
export const vectorOf = ({ risk, quantity }: Holding): RiskVector => (quantity > 0n ? risk.long : risk.short);

/** Exact sums of magnitude × vector entry, column by column. */
export function totalsOf(holdings: readonly Holding[], { shape }: MarginRules): ColumnTotals {
  const sides = holdings.map((holding) => ({ ...holding.risk, vector: vectorOf(holding), magnitude: magnitudeOf(holding.quantity) }));
  const over = (members: readonly (typeof sides)[number][], entry: (vector: RiskVector) => bigint): Value =>
    members.reduce((sum, { vector, magnitude }) => sum + magnitude * entry(vector), 0n) as Value;
  const each = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
  const inCell = each(shape.cells, (u) => sides.filter(({ cell }) => cell === u));
  return {
    scenario: inCell.map((members) => each(shape.scenarios, (s) => over(members, (vector) => vector.scenarioPnl[s]!))),
    skew: inCell.map((members) => each(shape.skews, (a) => over(members, (vector) => vector.skewPnl[a]!))),
    basis: inCell.map((members) =>
      each(shape.bases, (b): [Value, Value] => [
        over(members, (vector) => vector.basisPnl[b]![0]),
        over(members, (vector) => vector.basisPnl[b]![1]),
      ]),
    ),
    cellValue: inCell.map((members) => over(members, (vector) => vector.cellValue)),
    tail: each(shape.tails, (t) => over(sides, (vector) => vector.tailPnl[t]!)),
    exposure: each(shape.exposures, (k) => over(sides, (vector) => vector.exposure[k]!)),
    floor: each(shape.nettingSets, (n) =>
      over(
        sides.filter(({ nettingSet }) => nettingSet === n),
        (vector) => vector.floor,
      ),
    ),
    value: over(sides, (vector) => vector.value),
    charge: { MM: over(sides, (vector) => vector.chargeMM), IM: over(sides, (vector) => vector.chargeIM) },
    pairCredit: pairCredit(holdings),
  };
}

/** Per key the shorts that longs cover, at the short's rate. twin: circuits Pairing */
export function pairCredit(holdings: readonly Holding[]): ColumnTotals["pairCredit"] {
  const paired = pairedMagnitudes(holdings.map(({ risk, quantity }) => ({ key: risk.pairing?.key ?? null, quantity })));
  const credit = (level: Level): Value =>
    holdings.reduce((sum, { risk, quantity }, i) => (quantity < 0n ? sum + paired[i]! * (risk.pairing?.[level] ?? 0n) : sum), 0n) as Value;
  return { MM: credit("MM"), IM: credit("IM") };
}

/** The requirement of a working at 1e-16, rounded up: to be shown, never to decide. */
export function shownRequirement({ requirement }: Pick<MarginWorking, "requirement">): Value {
  return divUp(requirement, SCALE.factor) as Value;
}

/** What some holdings would need if they were the whole book, rounded up. */
export function requirementOf(holdings: readonly Holding[], rules: MarginRules, level: Level): Value {
  return shownRequirement(evaluateRules(rules, totalsOf(holdings, rules), level));
}

/** Charges of a holding by kind. */
export function chargesOf(holding: Holding): readonly ChargeTotal[] {
  const magnitude = magnitudeOf(holding.quantity);
  return vectorOf(holding).charges.map(({ kind, MM, IM }) => ({ kind, MM: (magnitude * MM) as Value, IM: (magnitude * IM) as Value }));
}

/** Adds charges up by kind, in order of first occurrence. */
export function addCharges(charges: readonly ChargeTotal[]): readonly ChargeTotal[] {
  const kinds = [...new Set(charges.map(({ kind }) => kind))];
  const total = (values: readonly Value[]): Value => values.reduce((sum, value) => sum + value, 0n) as Value;
  return kinds.map((kind) => {
    const ofKind = charges.filter((charge) => charge.kind === kind);
    return { kind, MM: total(ofKind.map(({ MM }) => MM)), IM: total(ofKind.map(({ IM }) => IM)) };
  });
}
