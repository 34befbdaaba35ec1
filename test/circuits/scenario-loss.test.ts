import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { shapeNumbers, shapeOf } from "../../prover/commitment/padded-rules.ts";
import { programInputs } from "../../prover/proof/program-input.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import { law } from "../support/law.ts";
import { randomRules, randomTotals } from "../support/random-rules.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

describe("MemberSums", () => {
  let tested: Tested;
  const given = { selector: [[1n, 0n], [0n, 1n], [1n, 0n]], values: [[1n, 10n], [2n, 20n], [4n, 40n]] };
  beforeAll(async () => {
    tested = await underTest({ file: "scenario-loss.circom", template: "MemberSums", params: [3, 2, 2], inputs: ["selector", "values"] });
  });
  describe("agrees", () => {
    it("with sums over members", async () => expect(await tested.outputs(given, "out")).toEqual([5n, 50n, 2n, 20n]));
  });
  describe("refuses", () => {
    it("nothing: selectors must be one-hot (R2)", async () => expect(await tested.outputs({ ...given, selector: [[2n, 0n], [0n, 0n], [0n, 0n]] }, "out")).toEqual([2n, 20n, 0n, 0n]));
  });
  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => expect(await tested.undetermined(given)).toEqual([]));
  });
  describe("edges", () => {
    it("a place without members has nothing", async () => expect(await tested.outputs({ ...given, selector: [[1n, 0n], [1n, 0n], [1n, 0n]] }, "out")).toEqual([7n, 70n, 0n, 0n]));
  });
  describe("costs", () => {
    it("a product for each member, place and column", () => expectCost("MemberSums", [3, 2, 2], tested));
  });
});

describe("SetLosses", () => {
  const GROUPED = shapeOf(tierParameters("rules"));
  const PLAIN = { ...GROUPED, groups: 0 };
  const INPUTS = ["weight", "cellRule", "groupRule", "total", "sign", "loss"];
  let grouped: Tested;
  let plain: Tested;
  beforeAll(async () => {
    const of = (shape: typeof GROUPED) => underTest({ file: "scenario-loss.circom", template: "SetLosses", params: [shapeNumbers(shape), 0], inputs: shape.groups === 0 ? INPUTS.filter((name) => name !== "groupRule") : INPUTS });
    grouped = await of(GROUPED);
    plain = await of(PLAIN);
  });

  const worked = (shape: typeof GROUPED) => fc.tuple(randomRules(shape), randomTotals(shape)).map(([rules, totals]): Inputs => {
    const { weight, cellRule, groupRule, total, loss } = programInputs(rules, shape, totals, "MM");
    const given = { weight, cellRule, total, sign: total.map((y) => (y >= 0n ? 1n : -1n)), loss };
    return shape.groups === 0 ? given : { ...given, groupRule };
  });
  const tight = async (tested: Tested, given: Inputs) => {
    const loss = given.loss as bigint[];
    expect(await tested.refusal(given)).toBe("accepted");
    expect(await tested.refusal({ ...given, loss: loss.map((each) => each + 1n) })).toBe("accepted");
    for (const [n, each] of loss.entries()) expect(await tested.refusal({ ...given, loss: loss.with(n, each - 1n) })).toContain("Num2Bits in CheckBits");
  };

  describe("agrees", () => {
    law("with the twin's losses, with groups: one unit less is refused", fc.asyncProperty(worked(GROUPED), (given) => tight(grouped, given)), 30);
    law("with the twin's losses, cells going straight to their sets", fc.asyncProperty(worked(PLAIN), (given) => tight(plain, given)), 30);
  });

  const sample = fc.sample(worked(GROUPED), { numRuns: 1, seed: 5 })[0]!;

  describe("refuses", () => {
    it("a loss of 91 bits", async () => {
      expect(await grouped.refusal({ ...sample, loss: [1n << 90n, 1n << 90n] })).toBe("Num2Bits in CheckBits in ScenarioLosses in SetLosses");
    });
  });

  describe("cannot be forged", () => {
    it("by a magnitude of the other sign, with every dependent wire recomputed", async () => {
      expect(await grouped.agreesWithO1(sample)).toBe(true);
      expect(await grouped.refusal({ ...sample, loss: [-1n, -1n] })).toContain("SetLosses");
    });
  });

  describe("edges", () => {
    it("totals of zero lose nothing", async () => {
      const zero = { ...sample, total: (sample.total as bigint[]).map(() => 0n), sign: (sample.sign as bigint[]).map(() => 1n) };
      expect(await grouped.refusal({ ...zero, loss: [0n, 0n] })).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("the sum of its parts", () => {
      expectCost("SetLosses", ["rules"], grouped);
      expectCost("SetLosses", ["rules without groups"], plain);
    });
  });
});
