import { describe, expect, it } from "vitest";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { canonicalJson } from "../prover/commitment/canonical-json.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { refusal } from "./support/refusal.ts";

const shipped = (name: string): any => structuredClone(policyJson(readPolicy(name)!));
/** A shipped policy with one part changed. */
function changed(name: string, change: (policy: any) => void): any {
  const policy = shipped(name);
  change(policy);
  return policy;
}

describe("every shipped policy", () => {
  it.each(policyNames())("%s says where it comes from, and is the same after writing and reading", (name) => {
    const policy = readPolicy(name)!;
    expect(policy.name).toBe(name);
    expect(policy.description.length).toBeGreaterThan(100);
    expect(parsePolicy(policyJson(policy))).toEqual(policy);
  });
});

describe("parts of a policy that contradict others are refused by their path", () => {
  const refused: readonly (readonly [what: string, policy: any, path: string])[] = [
    ["a gain share above 1", changed("tims", (p) => (p.offsets.classes[0].gain = "1.01")), "offsets.classes[0].gain"],
    ["a class in no netting set", changed("tims", (p) => (p.offsets.classes[0].underlying = "SOL")), "offsets.classes[0].underlying"],
    ["a class twice", changed("tims", (p) => (p.offsets.classes[1].underlying = "BTC")), "offsets.classes[1].underlying"],
    ["offsets between expiries", changed("tims", (p) => (p.cells = "expiry")), "offsets"],
    [
      "an underlying in two groups",
      changed("deribit", (p) => p.offsets.groups[1].underlyings.push("BTC")),
      "offsets.groups[1].underlyings[1]",
    ],
    ["an underlying in no group", changed("deribit", (p) => p.offsets.groups.pop()), "offsets.groups"],
    [
      "tiers whose rate falls",
      changed("deribit", (p) => (p.exposures[0].tiers[1].rate = { MM: "0.01", IM: "0.01" })),
      "exposures[0].tiers",
    ],
    ["an exposure aimed at no netting set", changed("deribit", (p) => (p.exposures[0].nettingSet = "none")), "exposures[0].nettingSet"],
    ["a correlation above 1", changed("es975", (p) => (p.tail.source.correlation[0][1] = "1.1")), "tail.source.correlation[0][1]"],
    ["a discount without cells per expiry", changed("pmrm", (p) => { p.cells = "underlying"; delete p.basis; }), "staticDiscount"],
    ["basis moves without cells per expiry", changed("pmrm", (p) => { p.cells = "underlying"; delete p.staticDiscount; }), "basis"],
    ["basis moves swapped", changed("pmrm", (p) => ([p.basis.up, p.basis.down] = [p.basis.down, p.basis.up])), "basis"],
    [
      "naked and plain charges on short options",
      changed("pmrm", (p) => (p.charges.optionShort = { MM: "0.01", IM: "0.01" })),
      "charges.optionShort",
    ],
    [
      "a skew rotation without skew",
      changed("pmrm", (p) => p.scenarios.push({ spot: "1", vol: "linear", weight: "1" })),
      "scenarios[23].vol",
    ],
    [
      "a factor on an unknown underlying",
      changed("frtb", (p) => (p.sensitivities.factors[1].underlyings = ["SOL"])),
      "sensitivities.factors[1].underlyings[0]",
    ],
    ["a factor twice", changed("frtb", (p) => (p.sensitivities.factors[1].id = "BTC-delta")), "sensitivities.factors[1].id"],
    ["an initial rate below the maintenance rate", changed("pmrm", (p) => (p.optionNaked.IM = "0.01")), "optionNaked"],
    ["a set of correlations twice", changed("frtb", (p) => (p.sensitivities.sets = ["low", "high", "low"])), "sensitivities.sets[2]"],
    ["a risk weight of 0", changed("frtb", (p) => (p.sensitivities.factors[0].riskWeight = "0")), "sensitivities.factors[0].riskWeight"],
    [
      "correlations that are not symmetric",
      changed("frtb", (p) => (p.sensitivities.correlation[1][0] = "0.5")),
      "sensitivities.correlation[1][0]",
    ],
    ["too few correlations", changed("frtb", (p) => p.sensitivities.correlation.pop()), "sensitivities.correlation"],
  ];
  it.each(refused)("%s", (_, policy, path) => expect(refusal(() => parsePolicy(policy))).toEqual({ code: "InvalidPolicy", path }));
});

describe("what the format does not know is refused by its path", () => {
  const unknown: readonly (readonly [what: string, policy: any, path: string])[] = [
    ["a tail of no scenarios", changed("es975", (p) => (p.tail.size = 0)), "tail.size"],
    ["an exposure of no expiries", changed("deribit", (p) => (p.exposures[0].expiries = [])), "exposures[0].expiries"],
    ["an unknown field", changed("es975", (p) => (p.tail.sizes = 5)), "tail"],
  ];
  it.each(unknown)("%s", (_, policy, path) => expect(refusal(() => parsePolicy(policy))).toEqual({ code: "InvalidSchema", path }));
});

describe("the canonical JSON", () => {
  it("changes with every optional part, so that the hash of a policy binds them all", () => {
    const parts = [
      ["tims", "offsets"], ["tims", "minimums"], ["es975", "tail"], ["deribit", "exposures"],
      ["pmrm", "basis"], ["pmrm", "depeg"], ["frtb", "sensitivities"],
    ] as const;
    for (const [name, part] of parts) {
      const without = parsePolicy(changed(name, (p) => delete p[part]));
      expect(canonicalJson(policyJson(without)), `${name} without ${part}`).not.toBe(canonicalJson(policyJson(readPolicy(name)!)));
    }
  });
});
