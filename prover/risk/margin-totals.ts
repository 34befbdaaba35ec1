/** Sums over positions, and what a policy makes of them: the part of the margin that circuits repeat. */
import { divUp } from "../numeric/rounding.ts";
import { SCALE, type Level, type Value } from "../units.ts";
import type { Policy } from "./policy.ts";
import type { ChargeKind } from "./unit-risk.ts";

/** All at 1e-16 of the quote, exact sums of magnitude × vector entry. */
export interface MarginTotals {
  /** [netting set][scenario] */
  readonly scenarioPnl: readonly (readonly Value[])[];
  /** M_u = max(0, −the lowest scenario P&L) per netting set. */
  readonly loss: readonly Value[];
  readonly value: Value;
  readonly chargeMM: Value;
  readonly chargeIM: Value;
}

export interface ChargeTotal {
  readonly kind: ChargeKind;
  readonly MM: Value;
  readonly IM: Value;
}

/** What one position adds to the totals. */
interface Addend {
  readonly nettingSet: number;
  readonly scenarioPnl: readonly Value[];
  readonly value: Value;
  readonly charges: readonly ChargeTotal[];
}

export function totalsOf(addends: readonly Addend[], { nettingSets, scenarios }: Policy): MarginTotals {
  const scenarioPnl = nettingSets.map((_, u) => {
    const members = addends.filter(({ nettingSet }) => nettingSet === u);
    return scenarios.map((_, s) => total(members.map((member) => member.scenarioPnl[s]!)));
  });
  const charges = addends.flatMap((addend) => addend.charges);
  return {
    scenarioPnl,
    loss: scenarioPnl.map(lossOf),
    value: total(addends.map(({ value }) => value)),
    chargeMM: total(charges.map(({ MM }) => MM)),
    chargeIM: total(charges.map(({ IM }) => IM)),
  };
}

/** max(0, −min): a netting set that gains in every scenario needs nothing, and lends nothing to the others. */
export function lossOf(scenarioPnl: readonly Value[]): Value {
  return scenarioPnl.reduce((worst, pnl) => (-pnl > worst ? -pnl : worst), 0n) as Value;
}

/** The first scenario with the lowest P&L, or null when none loses. */
export function bindingScenario(scenarioPnl: readonly Value[]): number | null {
  const loss = lossOf(scenarioPnl);
  return loss === 0n ? null : scenarioPnl.findIndex((pnl) => pnl === -loss);
}

export function chargeAt({ chargeMM, chargeIM }: Pick<MarginTotals, "chargeMM" | "chargeIM">, level: Level): Value {
  return level === "MM" ? chargeMM : chargeIM;
}

/** lossFactor·Σ M_u + 1e9·charge, exact: the requirement times 1e9, at 1e-25 of the quote. */
export function requirement(totals: Pick<MarginTotals, "loss" | "chargeMM" | "chargeIM">, policy: Policy, level: Level): bigint {
  return policy.lossFactor[level] * total(totals.loss) + SCALE.factor * chargeAt(totals, level);
}

/** The requirement at 1e-16, rounded up: to be shown, never to decide. */
export function shownRequirement(totals: Pick<MarginTotals, "loss" | "chargeMM" | "chargeIM">, policy: Policy, level: Level): Value {
  return divUp(requirement(totals, policy, level), SCALE.factor) as Value;
}

/** Adds charges up by kind, in order of first occurrence. */
export function addCharges(charges: readonly ChargeTotal[]): readonly ChargeTotal[] {
  const kinds = [...new Set(charges.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const ofKind = charges.filter((charge) => charge.kind === kind);
    return { kind, MM: total(ofKind.map(({ MM }) => MM)), IM: total(ofKind.map(({ IM }) => IM)) };
  });
}

function total(values: readonly Value[]): Value {
  return values.reduce((sum, value) => sum + value, 0n) as Value;
}
