/** What a hedge may claim to be the least rests on the concavity of excess: here it is tried on programs at random. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { isConcave } from "../prover/risk/hedge/concavity.ts";
import { evaluateRules } from "../prover/risk/margin-program.ts";
import type { ColumnTotals, MarginRules, RiskShape } from "../prover/risk/margin-rules.ts";
import { riskPlan } from "../prover/risk/risk-plan.ts";
import { SCALE, type Factor, type Value } from "../prover/units.ts";
import { MARKET } from "./support/hedge-market.ts";
import { law } from "./support/law.ts";
import { randomRules, randomTotals } from "./support/random-rules.ts";

const SHAPE: RiskShape = {
  cells: 3, groups: 2, nettingSets: 2, scenarios: 3, skews: 1, bases: 1, tails: 4, tailSets: 2, exposures: 2, tiers: 2, correlations: 1, sensitivities: 1, cellValues: false, floors: true, pairing: false,
};
const SHAPES: readonly RiskShape[] = [SHAPE, { ...SHAPE, groups: 0, skews: 0, cellValues: true, sensitivities: 0 }];

/** What the ceilings of a requirement may add up to, at 1e-25: a dozen units of 1e-16 under a loss factor of at most 2. */
const ROUNDINGS = 10n ** 12n;

/** Twice a and twice b, and a + b: a point halfway between the first two, without a quotient. */
function between(a: ColumnTotals, b: ColumnTotals): { readonly ends: readonly ColumnTotals[]; readonly middle: ColumnTotals } {
  const combine = (x: unknown, y: unknown, with_: (p: bigint, q: bigint) => bigint): unknown => {
    if (typeof x === "bigint") return with_(x, y as bigint);
    if (Array.isArray(x)) return x.map((each, i) => combine(each, (y as unknown[])[i], with_));
    return Object.fromEntries(Object.entries(x as object).map(([key, each]) => [key, combine(each, (y as Record<string, unknown>)[key], with_)]));
  };
  const twice = (totals: ColumnTotals) => combine(totals, totals, (p, q) => p + q) as ColumnTotals;
  return { ends: [twice(a), twice(b)], middle: combine(a, b, (p, q) => p + q) as ColumnTotals };
}

/** How far the requirement halfway lies above the mean of the ends, doubled; at most roundings where it is convex. */
function bulge(rules: MarginRules, a: ColumnTotals, b: ColumnTotals): bigint {
  const { ends, middle } = between(a, b);
  const needed = (totals: ColumnTotals): bigint => evaluateRules(rules, totals, "IM").requirement;
  return 2n * needed(middle) - needed(ends[0]!) - needed(ends[1]!);
}

describe("isConcave", () => {
  let [concave, bulging] = [0, 0];
  for (const [title, shape] of [["offsets, skews and sensitivities", SHAPES[0]!], ["static discounts", SHAPES[1]!]] as const) {
    law(
      `says so only of requirements that are convex: with ${title}`,
      fc.property(randomRules(shape), randomTotals(shape), randomTotals(shape), (rules, a, b) => {
        const excess = bulge(rules, a, b);
        if (isConcave(rules)) {
          concave++;
          expect(excess <= ROUNDINGS).toBe(true);
        } else if (excess > ROUNDINGS) bulging++;
      }),
      1_500,
    );
  }

  it("is tried on many of either sort", () => expect([concave > 200, bulging > 5], `${concave} concave, ${bulging} bulging`).toEqual([true, true]));

  it("is what it is for each policy that comes with the package", () => {
    const rules = policyNames().map((name) => [name, isConcave(riskPlan(MARKET, readPolicy(name)!).rules)]);
    expect(Object.fromEntries(rules)).toEqual({ deribit: true, es975: true, frtb: true, "grid-33": true, paradex: true, pmrm: true, pmrm2: false, span: false, tims: true, var99: false });
  });

  it("rules out value at risk, spread charges, and skew rotations of discounted values", () => {
    const plain = riskPlan(MARKET, readPolicy("grid-33")!).rules;
    const exposure = { id: "x", pieces: [], target: 0, low: -1n as Value, high: 1n as Value };
    const line = (rate: bigint) => ({ ...exposure, line: { MM: rate as Factor, IM: rate as Factor } });
    expect(isConcave(plain)).toBe(true);
    expect(isConcave({ ...plain, exposures: [line(SCALE.factor)] })).toBe(true);
    expect(isConcave({ ...plain, exposures: [line(-SCALE.factor)] })).toBe(false);
    expect(isConcave({ ...plain, shape: { ...plain.shape, tails: 3 }, tail: { size: 1, flags: 1 } })).toBe(false);
    expect(isConcave({ ...plain, shape: { ...plain.shape, skews: 1 } })).toBe(true);
    expect(isConcave({ ...plain, shape: { ...plain.shape, skews: 1, cellValues: true } })).toBe(false);
  });

  it("rules out quadratic forms that can be negative, whatever their diagonal", () => {
    const plain = riskPlan(MARKET, readPolicy("grid-33")!).rules;
    const form = (...rows: number[][]) => isConcave({ ...plain, sensitivities: [rows.map((row) => row.map((entry) => BigInt(entry) as Factor))] });
    expect([form([4, 6], [6, 10]), form([4, 0, 6], [0, 0, 0], [6, 0, 10]), form([2, -1, 0], [-1, 2, -1], [0, -1, 2])]).toEqual([true, true, true]);
    expect([form([4, 7], [7, 10]), form([-1, 0], [0, 1]), form([1, 0, 0], [0, 1, 2], [0, 2, 1]), form([0, 1], [1, 5])]).toEqual([false, false, false, false]);
  });
});
