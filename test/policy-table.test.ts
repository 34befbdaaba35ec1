/** What a policy is, as tables, and how much room it takes. */
import { describe, expect, it } from "vitest";
import { shapeNumbers } from "../prover/commitment/padded-rules.ts";
import { MarginProofError } from "../prover/errors.ts";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { plainMarket, policySizes } from "../prover/proof/policy-sizes.ts";
import type { RiskShape } from "../prover/risk/margin-rules.ts";
import { policyModel } from "../prover/risk/policy-model.ts";
import { policyTable } from "../prover/risk/policy-table.ts";
import { parsePolicy, policyJson, type Policy } from "../prover/risk/policy.ts";
import { riskPlan } from "../prover/risk/risk-plan.ts";
import { pageExamples } from "./support/policy-page.ts";

/** Every number of a document, with a function that makes a copy in which it is another one. */
function numbersOf(json: any, path: readonly (string | number)[] = []): readonly { readonly path: string; readonly changed: () => any }[] {
  const at = path.reduce((part, key) => part[key], json);
  if (typeof at === "object" && at !== null) return Object.keys(at).flatMap((key) => numbersOf(json, [...path, Array.isArray(at) ? Number(key) : key]));
  const isNumber = typeof at === "number" || (typeof at === "string" && /^-?\d+(\.\d+)?$/.test(at));
  if (!isNumber) return [];
  const changed = (): any => {
    const copy = structuredClone(json);
    const parent = path.slice(0, -1).reduce((part, key) => part[key], copy);
    parent[path.at(-1)!] = typeof at === "number" ? at + 1 : nudged(at);
    return copy;
  };
  return [{ path: path.join("."), changed }];
}

/** A little less, which most numbers may be; more where there is nothing less. */
const nudged = (text: string): string => (Number(text) === 0 ? "0.01" : String(Number((Number(text) * 0.97).toFixed(6))));

const tableOrNull = (json: unknown): string | null => {
  try {
    return policyTable(parsePolicy(json));
  } catch (error) {
    if (error instanceof MarginProofError) return null;
    throw error;
  }
};

describe("the tables of a policy", () => {
  const shipped = ["grid-33", "span", "pmrm", "pmrm2", "deribit", "tims", "paradex", "frtb"].map((name) => [name, policyJson(readPolicy(name)!)] as const);
  const ofPage = pageExamples().examples.map(({ name, policy }) => [name, policyJson(parsePolicy(policy))] as const);
  it.each([...shipped, ...ofPage])("leave no number of it out: %s", (_, json) => {
    const shown = tableOrNull(json);
    const numbers = numbersOf(json).filter(({ path }) => path !== "description");
    const changes = numbers.map(({ path, changed }) => ({ path, table: tableOrNull(changed()) }));
    expect(changes.filter(({ table }) => table === shown).map(({ path }) => path)).toEqual([]);
    // Half of a symmetric matrix cannot change alone, and some numbers bound others: all but few can.
    expect(changes.filter(({ table }) => table !== null).length).toBeGreaterThan(numbers.length / 2);
  });

  it("say what its parts do where they are no numbers", () => {
    const table = policyTable(parsePolicy({ ...pageExamples().examples[0]!.policy, cells: "expiry", tracking: [{ asset: "WBTC", underlying: "BTC" }], description: "From nowhere." }));
    for (const words of ["BTC, expiry by expiry", "WBTC moves with BTC", "From nowhere.", "in USD"]) expect(table).toContain(words);
    const exposures = [{ id: "near", measure: "vega", underlyings: ["BTC", "ETH"], kinds: ["option"], expiries: [1_700_006_400], limit: "1000.5", tiers: [{ above: "0", rate: { MM: "0", IM: "0.1" } }], nettingSet: "ETH" }];
    const shown = policyTable(parsePolicy({ ...pageExamples().examples[0]!.policy, exposures }));
    for (const words of ["vega of BTC, ETH, only option, expiries 2023-11-15; within ±1,000.5", "near in the loss of ETH"]) expect(shown).toContain(words);
  });

  it("send no escape sequence of a description to a terminal", () => {
    const table = policyTable(parsePolicy({ ...pageExamples().examples[0]!.policy, description: "harm\u001b[2Jless \u202Eword" }));
    expect(table).toContain("harm�[2Jless �word");
    expect(table).not.toMatch(/[\u001b\u202E]/);
  });

  it("say that a scenario leaves out what deltas gain, and that correlations fade", () => {
    const [base] = pageExamples().examples;
    const scenarios = [{ spot: "1.1", vol: "none", weight: "1" }, { spot: "1.1", vol: "none", weight: "0.5", less: "delta" }];
    const factor = { id: "BTC", measure: "delta", underlyings: ["BTC"], riskWeight: "0.3", concentration: { threshold: "25000", corners: ["100000", "2500000.5"] } };
    const sensitivities = { factors: [factor], correlation: [["1"]], fading: true };
    const table = policyTable(parsePolicy({ ...base!.policy, scenarios, sensitivities }));
    for (const words of ["│ +10 %              ", "│ +10 %, less delta  ", "√(size/25,000) times beyond it, exactly at 100,000; 2,500,000.5, and no more than the last", "correlations fade"]) expect(table).toContain(words);
    expect(policyTable(parsePolicy({ ...base!.policy, sensitivities: { ...sensitivities, fading: false } }))).not.toContain("fade");
  });

  it("show the grid with a scenario's weight where its move and its shock meet, and nothing elsewhere", () => {
    const [base] = pageExamples().examples;
    const scenarios = [
      { spot: "1.1", vol: "down", weight: "0.5" },
      { spot: "0.9", vol: "up", weight: "1" },
      { spot: "0.9", vol: "down", weight: "0.25", moves: { ETH: "0.8" } },
      { spot: "0.9", vol: "down", weight: "0.75" },
    ];
    const lines = policyTable(parsePolicy({ ...base!.policy, scenarios })).split("\n");
    const rows = lines.slice(lines.findIndex((line) => line.includes("weights of 4 scenarios"))).map((line) => line.split("│").map((cell) => cell.trim()).slice(1, -1));
    expect(rows.filter(({ length }) => length === 3).slice(0, 4)).toEqual([
      ["weights of 4 scenarios", "vol up", "vol down"],
      ["−10 %", "1", "0.75"],
      ["−10 % (ETH −20 %)", "", "0.25"],
      ["+10 %", "", "0.5"],
    ]);
  });
});

describe("the sizes of a policy", () => {
  const shapeIn = (policy: Policy, expiries: number): RiskShape => riskPlan(plainMarket(policy, expiries), policy).rules.shape;

  it.each(["grid-33", "span", "pmrm2", "deribit", "paradex"])("of %s grow with every expiry as they say", (name) => {
    const policy = readPolicy(name)!;
    const { shape, perExpiry } = policySizes(policy);
    const predicted = { ...shape, ...Object.fromEntries(Object.entries(perExpiry).map(([size, added]) => [size, Number(shape[size as keyof RiskShape]) + 4 * added])) };
    expect(shapeNumbers(predicted)).toEqual(shapeNumbers(shapeIn(policy, 5)));
    expect(Object.keys(perExpiry).length > 0).toBe(["span", "pmrm2", "deribit"].includes(name));
  });

  it("are those of a market where there is one", () => {
    const policy = readPolicy("span")!;
    expect(policySizes(policy, plainMarket(policy, 3))).toMatchObject({ shape: { exposures: 14 }, perExpiry: {}, tier: "book", why: expect.stringContaining("constraints") });
  });

  it("say what is missing where no tier takes the policy", () => {
    const { tier, lack } = policySizes(readPolicy("span")!, plainMarket(readPolicy("span")!, 20));
    expect([tier, lack!.code]).toEqual([null, "BookTooLarge"]);
    expect(lack!.message).toContain("31 exposures, and this tier takes 24");
  });
});

describe("a policy in a word", () => {
  it("is what it requires, by which rules, and after whom", () => {
    expect(policyModel(readPolicy("pmrm2")!)).toEqual({
      measure: "worst of 33 scenarios",
      parts: ["minimum charges", "static discount", "skew rotations", "basis moves", "settlement window", "uncovered shorts", "unsure feeds", "lost peg"],
      after: "Derive PMRM_2 (algorithm: derivexyz/v2-core src/risk-managers/PMRMLib_2.sol) with the BTC parameters read from the chain at block 45113645",
    });
    expect(policyModel(readPolicy("es975")!).measure).toBe("mean of the 5 worst simulated moves");
    expect(policyModel(parsePolicy(pageExamples().examples.find(({ name }) => name === "history")!.policy)).measure).toBe("number 2 of the worst moves of history, or worst of 4 scenarios");
  });
});
