/** A policy in three words: what it requires, by which rules, and after whom. */
import { chargeLines } from "./policy-charges.ts";
import type { PolicyFeatures } from "./policy-features.ts";
import type { Policy } from "./policy.ts";

export interface PolicyModel {
  /** `worst of 33 scenarios`, or the tail besides. */
  readonly measure: string;
  /** Optional parts in use, in words. */
  readonly parts: readonly string[];
  /** The first clause of the description. */
  readonly after: string;
}

const WORDS: Readonly<Partial<Record<keyof PolicyFeatures, string>>> = {
  offsets: "offsets of gains",
  staticDiscount: "static discount",
  skew: "skew rotations",
  basis: "basis moves",
  settlementWindowSeconds: "settlement window",
  aggregation: "correlated netting sets",
  exposures: "exposures",
  spreads: "calendar spreads",
  spreadCredits: "spread credits",
  rollShock: "roll shock",
  deltaMinimum: "least loss for deltas",
  sensitivities: "sensitivities",
  minimums: "minimums",
  optionNaked: "uncovered shorts",
  confidence: "unsure feeds",
  depeg: "lost peg",
  tracking: "tracking coins",
};

export function policyModel(policy: Policy): PolicyModel {
  const written = policy.featuresJson as { readonly [part: string]: unknown };
  const isUsed = (part: string): boolean => {
    const value = policy[part as keyof PolicyFeatures];
    return part in written && value !== undefined && value !== 0 && !(Array.isArray(value) && value.length === 0);
  };
  const parts = Object.entries(WORDS).filter(([part]) => isUsed(part)).map(([, words]) => words);
  const charged = chargeLines(policy).some(([name]) => ["perpetuals", "futures", "options sold"].includes(name));
  return { measure: measureOf(policy), parts: [...(charged ? ["minimum charges"] : []), ...parts], after: firstClause(policy.description) };
}

function measureOf({ scenarios, tail }: Policy): string {
  const grid = scenarios.length === 1 ? "1 scenario" : `worst of ${scenarios.length} scenarios`;
  if (tail === undefined) return grid;
  const { measure, size, source } = tail;
  const of = { stress: "listed events", historical: "moves of history", monteCarlo: "simulated moves" }[source.kind];
  return `${measure === "es" ? `mean of the ${size} worst ${of}` : `number ${size} of the worst ${of}`}${scenarios.length === 1 ? "" : `, or ${grid}`}`;
}

/** Up to the first colon or full stop outside brackets. */
function firstClause(text: string): string {
  let depth = 0;
  for (const [i, letter] of [...text].entries()) {
    depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    if (depth === 0 && /^[:.](\s|$)/.test(text.slice(i, i + 2))) return text.slice(0, i);
  }
  return text;
}
