/**
 * What a book's margin would be after some trades, without adding the whole book up again: totals are sums of magnitude times vector, so
 * only the rows that change are taken out and put back. The rules are the engine's own, and so is every proposal's last word.
 */
import { divUp } from "../../numeric/rounding.ts";
import type { Quantity, Value } from "../../units.ts";
import { marginSlack, SLACK_SCALE } from "../margin-report.ts";
import type { MarginTerms } from "../margin-report.ts";
import { evaluateRules, type MarginWorking } from "../margin-program.ts";
import type { ColumnTotals, MarginRules } from "../margin-rules.ts";
import { pairCredit, totalsOf, type Holding } from "../margin-totals.ts";
import type { InstrumentRisk, MarketRisk } from "../risk-array.ts";
import type { Candidate } from "./candidates.ts";

export interface Leg {
  readonly candidate: Candidate;
  /** Above 0. */
  readonly lots: bigint;
}

export interface Trial {
  /**
   * How far from the target: negative while it is missed, a rule's slack and each limit's in the same unit, the least of them. Concave in
   * the quantities traded wherever the rules are (concavity.ts).
   */
  score(legs: readonly Leg[]): bigint;
  working(legs: readonly Leg[]): MarginWorking;
}

export interface TrialBook {
  readonly risks: MarketRisk;
  readonly terms: MarginTerms;
  readonly minExcess: Value;
  readonly lot: Quantity;
  /** What other accounts hold. */
  readonly others: readonly Holding[];
  /** What the trading account holds. */
  readonly own: ReadonlyMap<InstrumentRisk, Quantity>;
}

/** Signed contracts of a leg. */
export const quantityOf = ({ candidate, lots }: Leg, lot: Quantity): Quantity =>
  (candidate.side === "buy" ? lots * lot : -lots * lot) as Quantity;

/** What the account pays (negative) or receives for a leg, in units of its settlement balance, rounded against it. */
export function settled(leg: Leg, lot: Quantity): Quantity {
  const { price, cost, settlement } = leg.candidate;
  const quantity = quantityOf(leg, lot);
  const magnitude = quantity < 0n ? -quantity : quantity;
  return -divUp(quantity * price + magnitude * cost, settlement.long.value) as Quantity;
}

export function makeTrial({ risks: { rules }, terms, minExcess, lot, others, own }: TrialBook): Trial {
  const unit = unitTotals(rules);
  const totals = (legs: readonly Leg[]): ColumnTotals => {
    const changes = changesOf(legs, lot);
    let sum = base;
    for (const [risk, change] of changes) {
      const before = own.get(risk) ?? 0n;
      const after = before + change;
      sum = plusTimes(sum, unit(risk, before), -magnitude(before), risk);
      sum = plusTimes(sum, unit(risk, after), magnitude(after), risk);
    }
    return rules.shape.pairing ? { ...sum, pairCredit: pairCredit(heldAfter(changes)) } : sum;
  };
  const heldAfter = (changes: ReadonlyMap<InstrumentRisk, bigint>): Holding[] => {
    const after = new Map<InstrumentRisk, bigint>(own);
    for (const [risk, change] of changes) after.set(risk, (after.get(risk) ?? 0n) + change);
    return [...others, ...[...after].flatMap(([risk, quantity]) => (quantity === 0n ? [] : [{ risk, quantity: quantity as Quantity }]))];
  };
  const base = totalsOf(heldAfter(new Map()), rules);
  return {
    score: (legs) => {
      const sum = totals(legs);
      const working = evaluateRules(rules, sum, terms.level);
      return least([marginSlack(sum, working, terms) - minExcess * SLACK_SCALE, ...limitSlacks(working, rules)]);
    },
    working: (legs) => evaluateRules(rules, totals(legs), terms.level),
  };
}

function changesOf(legs: readonly Leg[], lot: Quantity): ReadonlyMap<InstrumentRisk, bigint> {
  const changes = new Map<InstrumentRisk, bigint>();
  const add = (risk: InstrumentRisk, change: bigint): void => void changes.set(risk, (changes.get(risk) ?? 0n) + change);
  for (const leg of legs) {
    add(leg.candidate.risk, quantityOf(leg, lot));
    add(leg.candidate.settlement, settled(leg, lot));
  }
  return changes;
}

/** The totals of one unit on the side of `quantity`, made once. */
function unitTotals(rules: MarginRules): (risk: InstrumentRisk, quantity: bigint) => ColumnTotals {
  const known = { long: new Map<InstrumentRisk, ColumnTotals>(), short: new Map<InstrumentRisk, ColumnTotals>() };
  return (risk, quantity) => {
    const side = quantity < 0n ? "short" : "long";
    const found = known[side].get(risk) ?? totalsOf([{ risk, quantity: (quantity < 0n ? -1n : 1n) as Quantity }], rules);
    known[side].set(risk, found);
    return found;
  };
}

/** `sum` + `times`·`unit`; only the cell and the netting set of the instrument have entries. */
function plusTimes(sum: ColumnTotals, unit: ColumnTotals, times: bigint, { cell, nettingSet }: InstrumentRisk): ColumnTotals {
  if (times === 0n) return sum;
  const add = (a: Value, b: Value): Value => (a + times * b) as Value;
  const each = (a: readonly Value[], b: readonly Value[]): readonly Value[] => a.map((entry, i) => add(entry, b[i]!));
  const at = <T>(index: number, list: readonly T[], next: T): readonly T[] => list.map((entry, i) => (i === index ? next : entry));
  const moves = unit.basis[cell]!;
  return {
    scenario: at(cell, sum.scenario, each(sum.scenario[cell]!, unit.scenario[cell]!)),
    skew: at(cell, sum.skew, each(sum.skew[cell]!, unit.skew[cell]!)),
    basis: at(
      cell,
      sum.basis,
      sum.basis[cell]!.map(([a, b], i): [Value, Value] => [add(a, moves[i]![0]), add(b, moves[i]![1])]),
    ),
    cellValue: at(cell, sum.cellValue, add(sum.cellValue[cell]!, unit.cellValue[cell]!)),
    tail: each(sum.tail, unit.tail),
    exposure: each(sum.exposure, unit.exposure),
    floor: at(nettingSet, sum.floor, add(sum.floor[nettingSet]!, unit.floor[nettingSet]!)),
    value: add(sum.value, unit.value),
    charge: { MM: add(sum.charge.MM, unit.charge.MM), IM: add(sum.charge.IM, unit.charge.IM) },
    pairCredit: sum.pairCredit,
  };
}

/** How far each exposure is inside its limits, in the unit of the margin's slack. */
function limitSlacks({ exposures }: MarginWorking, rules: MarginRules): bigint[] {
  return exposures.flatMap(({ total }, k) => [
    SLACK_SCALE * (total - rules.exposures[k]!.low),
    SLACK_SCALE * (rules.exposures[k]!.high - total),
  ]);
}

const least = (values: readonly bigint[]): bigint => values.reduce((low, value) => (value < low ? value : low));
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
