/** Tails of a policy, from its sources to the rule: what is refused, and what several correlation sets make. */
import { describe, expect, it } from "vitest";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { tailRule, tailScenarios } from "../prover/risk/tail-plan.ts";
import { refusal } from "./support/refusal.ts";

const written = policyJson(readPolicy("es975")!) as unknown as {
  readonly tail: { readonly source: { readonly underlyings: string[]; readonly volatility: string[]; readonly correlation: string[][] } };
};
const { source } = written.tail;
const withTail = (tail: object) => parsePolicy({ ...written, tail: { ...written.tail, ...tail } });
const withSource = (change: object) => withTail({ source: { ...source, ...change } });
const few = { count: 8 };

describe("the tail of a policy", () => {
  it("holds the scenarios of every correlation set, in turn", () => {
    const [medium, one] = [["medium"], ["one"]].map((sets) => tailScenarios(withSource({ ...few, sets })));
    expect(tailScenarios(withSource({ ...few, sets: ["medium", "one"] }))).toEqual(medium!.flatMap((_, i) => [medium![i], one![i]]));
    expect(medium!.map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(one![0]!.id).toBe("one 1");
  });

  it("is a mean of the worst, or the last of them", () => {
    expect(tailRule(withTail({ measure: "es", size: 5 }), 200)).toEqual({ size: 5, flags: 0 });
    expect(tailRule(withTail({ measure: "var", size: 5 }), 200)).toEqual({ size: 1, flags: 4 });
  });

  it.each<[string, object, string]>([
    ["an underlying without scenarios", { underlyings: ["ETH", "SOL"] }, "tail.source.underlyings"],
    ["an underlying listed twice", { underlyings: [...source.underlyings.slice(0, -1), source.underlyings[0]] }, `tail.source.underlyings[${source.underlyings.length - 1}]`],
    ["a volatility too few", { volatility: source.volatility.slice(1) }, "tail.source.volatility"],
    ["correlations of too few names", { correlation: source.correlation.slice(1) }, "tail.source.correlation"],
    ["a correlation set that cannot be simulated", { correlation: source.correlation.map((row, i) => row.map((_, j) => (i === j ? "1" : "0.95"))), sets: ["high"] }, "tail.source.correlation"],
  ])("is refused with %s", (_, change, path) => {
    expect(refusal(() => tailScenarios(withSource({ ...few, ...change })))).toEqual({ code: "InvalidPolicy", path });
  });

  it("is refused when it is longer than the scenarios of a set", () => {
    for (const sets of [["medium"], ["medium", "one"]]) {
      const sized = (size: number) => withTail({ size, source: { ...source, ...few, sets } });
      expect(refusal(() => tailScenarios(sized(9)))).toEqual({ code: "InvalidPolicy", path: "tail.size" });
      expect(tailScenarios(sized(8))).toHaveLength(8 * sets.length);
    }
  });
});
