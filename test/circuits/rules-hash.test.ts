import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { shapeNumbers } from "../../prover/commitment/padded-rules.ts";
import { ruleInputs, rulesHash } from "../../prover/commitment/rules-hash.ts";
import { law } from "../support/law.ts";
import { EVERY_RULE, plainRules } from "../support/rules.ts";
import { randomRules } from "../support/random-rules.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const SHAPE = EVERY_RULE;
const NAMES = ["lossFactor", "weight", "cellRule", "groupRule", "exposureRule", "piece", "correlation", "sensitivity", "tailRule"];

/** Every number of nested lists, and the same lists with one number raised. */
type Nested = bigint | readonly Nested[];
const raised = (value: Nested): Nested[] => (typeof value === "bigint" ? [value + 1n] : value.flatMap((each, i) => raised(each).map((next) => value.with(i, next))));

describe("RulesHash", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "rules-hash.circom", template: "RulesHash", params: [shapeNumbers(SHAPE)], inputs: NAMES });
  });

  describe("agrees", () => {
    law("with rulesHash, for any program of the shape", fc.asyncProperty(randomRules(SHAPE), async (rules) => {
      expect(await tested.output(ruleInputs(rules, SHAPE) as Inputs, "out")).toBe(rulesHash(rules, SHAPE));
    }), 20);

    it("with rulesHash, for a program that has less than the shape", async () => {
      expect(await tested.output(ruleInputs(plainRules(2, 3), SHAPE) as Inputs, "out")).toBe(rulesHash(plainRules(2, 3), SHAPE));
    });
  });

  describe("refuses", () => {
    it("nothing: it is a hash", async () => expect(await tested.refusal(ruleInputs(plainRules(1, 1), SHAPE) as Inputs)).toBe("accepted"));
  });

  describe("cannot be forged", () => {
    it("by another parameter: each of them changes it", async () => {
      const inputs = ruleInputs(fc.sample(randomRules(SHAPE), { numRuns: 1, seed: 2 })[0]!, SHAPE) as Record<string, Nested>;
      const honest = await tested.output(inputs as Inputs, "out");
      const others = Object.entries(inputs).flatMap(([name, value]) => raised(value).map((next) => ({ ...inputs, [name]: next })));
      expect(others.length).toBeGreaterThan(90);
      for (const other of others) expect(await tested.output(other as Inputs, "out")).not.toBe(honest);
    });
  });

  describe("edges", () => {
    it("programs of another shape have another hash", () => {
      expect(rulesHash(plainRules(1, 1), SHAPE)).not.toBe(rulesHash(plainRules(1, 1), { ...SHAPE, tails: SHAPE.tails + 1 }));
    });
  });

  describe("costs", () => {
    it("a hash for each fifteen parameters", () => expectCost("RulesHash", ["rules", "4 exposures"], tested));
  });
});
