/** What each rule of a policy adds to a requirement, or saves: the requirement with it less the requirement without it. */
import { SCALE, type Factor, type Level, type Value } from "../units.ts";
import { evaluateRules } from "./margin-program.ts";
import type { ColumnTotals, MarginRules } from "./margin-rules.ts";
import { shownRequirement } from "./margin-totals.ts";

export const RULES = [
  "class and group offsets",
  "static discount",
  "skew rotations",
  "basis moves",
  "tail measure",
  "aggregation",
  "exposure charges",
  "floors",
  "charges",
  "pairing of shorts",
] as const;

export interface RuleEffect {
  readonly rule: (typeof RULES)[number];
  /** Rounded up; negative when the rule lowers the requirement. Effects of several rules overlap and need not add up. */
  readonly effect: Value;
}

const ONE = SCALE.factor as Factor;
const ZERO = 0n as Value;

interface Program {
  readonly rules: MarginRules;
  readonly totals: ColumnTotals;
}

/** A program without one rule, or null when it does not have it. */
const WITHOUT: Record<(typeof RULES)[number], (program: Program) => Program | null> = {
  "class and group offsets": ({ rules, totals }) => {
    const offset = !rules.shape.cellValues && rules.cells.some(({ gain }) => gain !== ONE);
    if (!offset && rules.groups.length === 0) return null;
    const cells = rules.shape.cellValues ? rules.cells : rules.cells.map((cell) => ({ ...cell, gain: ONE }));
    return { totals, rules: { ...rules, cells, groups: [], shape: { ...rules.shape, groups: 0 } } };
  },
  "static discount": ({ rules, totals }) =>
    rules.shape.cellValues ? { totals, rules: { ...rules, cells: rules.cells.map((cell) => ({ ...cell, gain: ONE, drag: ONE })) } } : null,
  "skew rotations": ({ rules, totals }) =>
    rules.shape.skews > 0 ? { totals, rules: { ...rules, shape: { ...rules.shape, skews: 0 } } } : null,
  "basis moves": ({ rules, totals }) =>
    rules.shape.bases > 0 ? { totals, rules: { ...rules, shape: { ...rules.shape, bases: 0 } } } : null,
  "tail measure": ({ rules, totals }) =>
    rules.shape.tails > 0 ? { totals, rules: { ...rules, shape: { ...rules.shape, tails: 0 } } } : null,
  aggregation: ({ rules, totals }) => {
    const sums = rules.correlations.every((matrix) => matrix.every((row) => row.every((entry) => entry === ONE)));
    return sums ? null : { totals, rules: { ...rules, correlations: [rules.correlations[0]!.map((row) => row.map(() => ONE))] } };
  },
  "exposure charges": ({ rules, totals }) => {
    const none = { MM: 0n as Factor, IM: 0n as Factor };
    if (rules.exposures.every(({ pieces, line }) => pieces.length === 0 && line.MM === 0n && line.IM === 0n)) return null;
    return { totals, rules: { ...rules, exposures: rules.exposures.map((rule) => ({ ...rule, pieces: [], line: none })) } };
  },
  floors: ({ rules, totals }) => (rules.shape.floors ? { rules, totals: { ...totals, floor: totals.floor.map(() => ZERO) } } : null),
  charges: ({ rules, totals }) => {
    const nothing = { MM: ZERO, IM: ZERO };
    return totals.charge.MM === 0n && totals.charge.IM === 0n
      ? null
      : { rules, totals: { ...totals, charge: nothing, pairCredit: nothing } };
  },
  "pairing of shorts": ({ rules, totals }) =>
    rules.shape.pairing ? { rules, totals: { ...totals, pairCredit: { MM: ZERO, IM: ZERO } } } : null,
};

/** One entry for each rule that the policy has. */
export function ruleEffects(rules: MarginRules, totals: ColumnTotals, level: Level): readonly RuleEffect[] {
  const required = (program: Program): bigint => shownRequirement(evaluateRules(program.rules, program.totals, level));
  const whole = required({ rules, totals });
  return RULES.flatMap((rule) => {
    const without = WITHOUT[rule]({ rules, totals });
    return without === null ? [] : [{ rule, effect: (whole - required(without)) as Value }];
  });
}
