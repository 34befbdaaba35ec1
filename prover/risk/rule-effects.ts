/** What each rule of a policy adds to a requirement, or saves: the requirement with it less the requirement without it. */
import { SCALE, type Factor, type Level, type Value } from "../units.ts";
import { evaluateRules } from "./margin-program.ts";
import type { ColumnTotals, ExposureRule, MarginRules } from "./margin-rules.ts";
import { shownRequirement } from "./margin-totals.ts";

export const RULES = [
  "class and group offsets",
  "static discount",
  "skew rotations",
  "basis moves",
  "least deltas",
  "tail measure",
  "aggregation",
  "exposure charges",
  "forward curve charges",
  "spread credits",
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
  /** Whether the bases are minimums on deltas. */
  readonly leastDeltas: boolean;
}

/** The bases are of one kind or the other. */
function withoutBases({ rules, totals, leastDeltas }: Program, deltas: boolean): Program | null {
  if (rules.shape.bases === 0 || leastDeltas !== deltas) return null;
  return { totals, leastDeltas, rules: { ...rules, shape: { ...rules.shape, bases: 0 } } };
}

function withoutCharges({ rules, totals, leastDeltas }: Program, part: ExposureRule["part"]): Program | null {
  const none = { MM: 0n as Factor, IM: 0n as Factor };
  const charged = ({ part: of, pieces, line }: ExposureRule): boolean =>
    of === part && (pieces.length > 0 || line.MM !== 0n || line.IM !== 0n);
  if (!rules.exposures.some(charged)) return null;
  return {
    totals,
    leastDeltas,
    rules: { ...rules, exposures: rules.exposures.map((rule) => (charged(rule) ? { ...rule, pieces: [], line: none } : rule)) },
  };
}

/** A program without one rule, or null when it does not have it. */
const WITHOUT: Record<(typeof RULES)[number], (program: Program) => Omit<Program, "leastDeltas"> | null> = {
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
  "basis moves": (program) => withoutBases(program, false),
  "least deltas": (program) => withoutBases(program, true),
  "tail measure": ({ rules, totals }) =>
    rules.shape.tails > 0 ? { totals, rules: { ...rules, shape: { ...rules.shape, tails: 0, tailSets: 0 } } } : null,
  aggregation: ({ rules, totals }) => {
    const sums = rules.correlations.every((matrix) => matrix.every((row) => row.every((entry) => entry === ONE)));
    return sums ? null : { totals, rules: { ...rules, correlations: [rules.correlations[0]!.map((row) => row.map(() => ONE))] } };
  },
  "exposure charges": (program) => withoutCharges(program, undefined),
  "forward curve charges": (program) => withoutCharges(program, "curve"),
  "spread credits": (program) => withoutCharges(program, "credit"),
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
export function ruleEffects(rules: MarginRules, totals: ColumnTotals, level: Level, leastDeltas = false): readonly RuleEffect[] {
  const required = (program: Pick<Program, "rules" | "totals">): bigint =>
    shownRequirement(evaluateRules(program.rules, program.totals, level));
  const whole = required({ rules, totals });
  return RULES.flatMap((rule) => {
    const without = WITHOUT[rule]({ rules, totals, leastDeltas });
    return without === null ? [] : [{ rule, effect: (whole - required(without)) as Value }];
  });
}
