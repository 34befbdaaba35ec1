/** What a report says of one netting set: its working, and what it would need by itself. */
import { divDown } from "../numeric/rounding.ts";
import { SCALE, type Bps, type Value } from "../units.ts";
import { cellPnl, type Binding, type NettingSetWorking } from "./margin-program.ts";
import type { ColumnTotals, MarginRules } from "./margin-rules.ts";
import { vectorOf, type Holding } from "./margin-totals.ts";
import type { Policy } from "./policy.ts";
import type { RuleEffect } from "./rule-effects.ts";
import { describeBinding } from "./scenario-text.ts";

export interface NettingSetReport {
  readonly id: string;
  /** In the order of the policy's scenarios, skew rotations with their worse sign; after discounts and offsets, rounded down. */
  readonly scenarioPnl: readonly Value[];
  /** Per basis, the worse move in every cell; empty without one. */
  readonly basisPnl: readonly Value[];
  /** Index in the policy's scenarios of the first with the largest loss; null when nothing loses, or a basis move binds. */
  readonly bindingScenario: number | null;
  /** What the loss comes from; null when nothing loses. */
  readonly binding: "scenario" | "skew" | "basis" | null;
  /** The same in words. */
  readonly bindingText: string;
  /** The worst loss; 0 when nothing loses. */
  readonly loss: Value;
  /** Charges that count as loss: concentration, calendar spreads; negative where credits outweigh them. */
  readonly charge: Value;
  readonly floor: Value;
  /** The larger of loss with charges and floor. */
  readonly requirement: Value;
  /** What its positions would need one by one, and as a book of their own; at the terms' level, with their charges. */
  readonly isolatedRequirement: Value;
  readonly nettedRequirement: Value;
  readonly nettingSaving: Value;
  /** What each rule adds to what the set needs by itself, or saves. */
  readonly ruleEffects: readonly RuleEffect[];
}

/** @param alone what the set would need if it were the whole book */
export function nettingSetReport(
  id: string,
  { pnl, skewPnl, basisPnl, binding, loss, charge, floor, requirement }: NettingSetWorking,
  policy: Policy,
  alone: Pick<NettingSetReport, "isolatedRequirement" | "nettedRequirement" | "ruleEffects">,
): NettingSetReport {
  const listed = policy.scenarios.map(({ vol }, index) => ({
    index,
    kind: vol === "linear" || vol === "absolute" ? ("skew" as const) : ("scenario" as const),
  }));
  const bindingScenario = binding === null ? null : (listed.filter(({ kind }) => kind === binding.kind)[binding.index]?.index ?? null);
  const next = { scenario: pnl.values(), skew: skewPnl.values() };
  const scenarioPnl = listed.map(({ kind }) => next[kind].next().value!);
  const found = { id, bindingScenario, binding: binding?.kind ?? null };
  const nettingSaving = (alone.isolatedRequirement - alone.nettedRequirement) as Value;
  return {
    ...found,
    scenarioPnl,
    basisPnl,
    bindingText: describeBinding(found, policy),
    loss,
    charge,
    floor,
    requirement,
    ...alone,
    nettingSaving,
  };
}

/** A position's part in what binds its netting set. */
export interface BindingShare {
  /** Its P&L there, before discounts and offsets, which are the set's: the parts add up to minus the loss where there are none. */
  readonly pnl: Value;
  /** Of the set's loss, rounded down; negative for what hedges; null when nothing loses. */
  readonly shareBps: Bps | null;
}

/** @param working of the position's netting set */
export function bindingShare(
  { risk, quantity }: Holding,
  { binding, loss }: Pick<NettingSetWorking, "binding" | "loss">,
  rules: MarginRules,
  totals: ColumnTotals,
): BindingShare {
  if (risk.underlying === null || binding === null) return { pnl: 0n as Value, shareBps: null };
  const pnl = (quantity > 0n ? quantity : -quantity) * unitPnl(risk.cell, vectorOf({ risk, quantity }), binding, rules, totals);
  return { pnl: pnl as Value, shareBps: loss === 0n ? null : (divDown(-pnl * SCALE.bps, loss) as Bps) };
}

/** Of one unit, in the move that the cell takes. */
function unitPnl(
  cell: number,
  vector: ReturnType<typeof vectorOf>,
  { kind, index }: Binding,
  rules: MarginRules,
  totals: ColumnTotals,
): bigint {
  const change = (entry: bigint, weight: number): bigint => entry - divDown(vector.cellValue * rules.weights[weight]!, SCALE.factor);
  if (kind === "scenario") return change(vector.scenarioPnl[index]!, index);
  if (kind === "skew") {
    const at = rules.shape.scenarios + index;
    const worse = cellPnl(rules, totals, cell, totals.skew[cell]![index]!, at) > 0n ? -1n : 1n;
    return worse * change(vector.skewPnl[index]!, at);
  }
  const [first, second] = totals.basis[cell]![index]!;
  if (first >= 0n && second >= 0n) return 0n;
  return vector.basisPnl[index]![first < second ? 0 : 1];
}
