/** A program in a larger shape asks for the same: nothing that is only there to fill a tier may count. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { missingSize, padRules, shapeNumbers, shapeOf } from "../prover/commitment/padded-rules.ts";
import { rulesHash } from "../prover/commitment/rules-hash.ts";
import { padTotals } from "../prover/proof/program-input.ts";
import { readTiers } from "../prover/proof/tiers.ts";
import { evaluateRules } from "../prover/risk/margin-program.ts";
import type { RiskShape } from "../prover/risk/margin-rules.ts";
import type { Level } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { randomRules, randomTotals } from "./support/random-rules.ts";
import { refusal } from "./support/refusal.ts";
import { plainRules } from "./support/rules.ts";

const FULL: RiskShape = {
  cells: 3, groups: 2, nettingSets: 2, scenarios: 3, skews: 1, bases: 1, tails: 6, tailSets: 3, exposures: 3, tiers: 2, correlations: 2, sensitivities: 2,
  cellValues: true, floors: true, pairing: true,
};
const LARGER: RiskShape = {
  cells: 6, groups: 4, nettingSets: 4, scenarios: 7, skews: 3, bases: 2, tails: 13, tailSets: 4, exposures: 6, tiers: 4, correlations: 3, sensitivities: 3,
  cellValues: true, floors: true, pairing: true,
};
const WITHOUT_GROUPS: RiskShape = { ...FULL, groups: 0 };
const levels = fc.constantFrom<Level>("MM", "IM");

describe("padding", () => {
  law(
    "never changes what a program requires, nor whether its limits hold",
    fc.property(randomRules(FULL), randomTotals(FULL), levels, (rules, totals, level) => {
      const padded = evaluateRules(padRules(rules, LARGER), padTotals(totals, LARGER), level);
      const plain = evaluateRules(rules, totals, level);
      expect([padded.requirement, padded.withinLimits, padded.stress]).toEqual([plain.requirement, plain.withinLimits, plain.stress]);
    }),
    200,
  );

  law(
    "of a program without groups for a tier that has them makes every netting set its own group",
    fc.property(randomRules(WITHOUT_GROUPS), randomTotals(WITHOUT_GROUPS), levels, (rules, totals, level) => {
      const padded = evaluateRules(padRules(rules, LARGER), padTotals(totals, LARGER), level);
      expect(padded.requirement).toBe(evaluateRules(rules, totals, level).requirement);
    }),
    100,
  );

  it("fits every tier to itself, and nothing larger", () => {
    for (const tier of Object.values(readTiers())) {
      const shape = shapeOf(tier);
      expect(missingSize(shape, shape)).toBeUndefined();
      shapeNumbers(shape).forEach((_, k) => {
        const size = Object.keys(shape)[k] as keyof RiskShape;
        const more = { ...shape, [size]: typeof shape[size] === "boolean" ? true : (shape[size] as number) + 1 };
        if (more[size] !== shape[size]) expect(missingSize(more, shape)).toMatchObject({ size });
      });
    }
  });

  it.each(Object.keys(FULL) as (keyof RiskShape)[])("refuses a shape with too little %s", (size) => {
    const rules = { ...fc.sample(randomRules(FULL), { numRuns: 1, seed: 5 })[0]!, shape: FULL };
    const less = { ...LARGER, [size]: typeof FULL[size] === "boolean" ? false : (FULL[size] as number) - 1 };
    expect(refusal(() => padRules(rules, less))).toEqual({ code: "BookTooLarge", path: `shape.${size}` });
  });
});

describe("the hash of the rules", () => {
  it("is another in another shape, though the program is the same", () => {
    const rules = plainRules(2, 3);
    const shapes = [rules.shape, { ...rules.shape, scenarios: 4 }, { ...rules.shape, cells: 3 }, { ...rules.shape, pairing: true }];
    expect(new Set(shapes.map((shape) => rulesHash(rules, shape))).size).toBe(shapes.length);
  });
});
