/** What a policy's scenarios are, without a book: exact for programs, comparable for people. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { parseFactor } from "../prover/numeric/amounts.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { scenarioSummary, type FactorSummary } from "../prover/risk/scenario-summary.ts";
import { scenarioSummaryJson, scenarioTable } from "../prover/risk/scenario-table.ts";
import { realisedCorrelation } from "../prover/risk/sources/realised-correlation.ts";
import { tailScenarios } from "../prover/risk/tail-plan.ts";
import type { Factor } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { POLICY_JSON } from "./support/small-market.ts";

const f = (text: string): Factor => parseFactor(text, "");
/** BTC multiplied by 1 %, 2 % … n % of itself; ETH unmoved; the volatility of BTC in the first alone. */
const ladder = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: `e${i + 1}`, moves: { BTC: `${Math.floor((i + 1) / 100)}.${String((i + 1) % 100).padStart(2, "0")}`, ETH: "1" }, vols: i === 0 ? { BTC: "0" } : {} }));
const withEvents = (events: readonly object[]) => parsePolicy({ ...POLICY_JSON, tail: { measure: "var", size: 2, source: { kind: "stress", events } } });

describe("a summary of scenarios", () => {
  it("has the quantiles that counting gives, the first of the extremes, and bins that hold everything once", () => {
    const { tail } = scenarioSummary(withEvents([...ladder(200).reverse(), { ...ladder(1)[0]!, id: "again", vols: {} }]));
    const [btc, eth, vol] = tail!.sets[0]!.factors as [FactorSummary, FactorSummary, FactorSummary];
    // 201 values: .01, .01, .02 … 2.00; the ⌈q·201⌉-th smallest are the 3rd, 11th, 101st, 191st and 199th
    expect(btc.quantiles).toEqual(["0.02", "0.1", "1", "1.9", "1.98"].map(f));
    expect([btc.lowest, btc.highest]).toEqual([{ move: f("0.01"), id: "e1" }, { move: f("2"), id: "e200" }]);
    expect(btc.histogram.reduce((sum, count) => sum + count, 0)).toBe(201);
    expect(btc.histogram).toHaveLength(20);
    expect(btc.histogram.slice(0, 3)).toEqual([11, 10, 10]);
    expect([eth.factor, eth.histogram[0], eth.lowest]).toEqual(["ETH", 201, { move: f("1"), id: "e200" }]);
    expect([vol.factor, vol.lowest, vol.highest.move]).toEqual(["BTC vol", { move: 0n, id: "e1" }, f("1")]);
  });

  it("has every set of a simulation apart, with the correlations asked for and those found", () => {
    const policy = readPolicy("es975")!;
    const { tail } = scenarioSummary(policy);
    expect([tail!.kind, tail!.count, tail!.sets.map(({ set }) => set)]).toEqual(["monteCarlo", 400, ["medium", "low"]]);
    const [medium, low] = tail!.sets.map(({ scenarios }) => scenarios);
    expect(medium!.flatMap((each, i) => [each, low![i]])).toEqual(tailScenarios(policy));
    expect(low!.every(({ id }) => id.startsWith("low "))).toBe(true);
    expect(scenarioTable(scenarioSummary(policy))).toContain("tail: the mean of the 5 worst of 200 in each set, the largest of them, simulated");
    expect(tail!.sets.map(({ given }) => given![0]![1])).toEqual([f("0.8"), f("0.6")]);
    for (const { given, realised } of tail!.sets) expect(Math.abs(Number(realised[0]![1]! - given![0]![1]!)) / 1e9).toBeLessThan(4 / Math.sqrt(200));
  });

  it("says how each underlying's volatility is shocked, and moves of its own", () => {
    const policy = parsePolicy({
      ...POLICY_JSON,
      scenarios: [...POLICY_JSON.scenarios, { spot: "0.7", moves: { ETH: "0.6" }, vol: "up", weight: "0.5" }],
      volShock: { ...POLICY_JSON.volShock, overrides: [{ underlying: "ETH", kind: "additive", up: "0.5", down: "0.25" }] },
    });
    const json = scenarioSummaryJson(scenarioSummary(policy)) as any;
    expect(json.grid[5]).toEqual({ index: 5, moves: { BTC: "0.7", ETH: "0.6" }, vol: "up", weight: "0.5" });
    expect(json.volShocks).toMatchObject({ BTC: { kind: "relative", up: "0.5" }, ETH: { kind: "additive", up: "0.5", down: "0.25", minShockedVol: "0.1" } });
    expect(json.tail).toBeNull();
    expect(scenarioTable(scenarioSummary(policy))).toMatchInlineSnapshot(`
      "five-scenarios 1
      ┌───┬────────┬───────┬──────┬────────┐
      │ # │ others │   ETH │  vol │ weight │
      ├───┼────────┼───────┼──────┼────────┤
      │ 0 │  −20 % │ −20 % │   up │      1 │
      │ 1 │  −10 % │ −10 % │ down │      1 │
      │ 2 │    0 % │   0 % │ none │      1 │
      │ 3 │  +10 % │ +10 % │ down │      1 │
      │ 4 │  +20 % │ +20 % │   up │      1 │
      │ 5 │  −30 % │ −40 % │   up │    0.5 │
      └───┴────────┴───────┴──────┴────────┘
      ┌──────────────────────┬────────────┬────────────┬───────────────┬──────────────────┬────────────┬───────────────┐
      │ vol shock at 30 days │         up │       down │ floor when up │ power to 30 days │ and beyond │ days at least │
      ├──────────────────────┼────────────┼────────────┼───────────────┼──────────────────┼────────────┼───────────────┤
      │ BTC                  │      +50 % │      −30 % │          10 % │              0.3 │       0.13 │             1 │
      │ ETH                  │ +50 points │ −25 points │          10 % │              0.3 │       0.13 │             1 │
      └──────────────────────┴────────────┴────────────┴───────────────┴──────────────────┴────────────┴───────────────┘
      no tail"
    `);
  });

  it("is the same numbers, all of them and exactly, as JSON", () => {
    const policy = readPolicy("var99")!;
    const json = scenarioSummaryJson(scenarioSummary(policy)) as any;
    const exact = (moves: ReadonlyMap<string, Factor>) => Object.fromEntries([...moves].map(([name, move]) => [name, move]));
    const back = (moves: Record<string, string>) => Object.fromEntries(Object.entries(moves).map(([name, move]) => [name, f(move)]));
    expect(json.tail.sets.flatMap(({ scenarios }: any) => scenarios.map(({ id, moves }: any) => [id, back(moves)]))).toEqual(tailScenarios(policy).map(({ id, moves }) => [id, exact(moves)]));
    expect(json.tail).toMatchObject({ measure: "var", size: 2, count: 200, kind: "monteCarlo" });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it("reads as a table", () => {
    expect(scenarioTable(scenarioSummary(withEvents(ladder(40))))).toMatchInlineSnapshot(`
      "five-scenarios 1
      ┌───┬───────┬──────┬────────┐
      │ # │  spot │  vol │ weight │
      ├───┼───────┼──────┼────────┤
      │ 0 │ −20 % │   up │      1 │
      │ 1 │ −10 % │ down │      1 │
      │ 2 │   0 % │ none │      1 │
      │ 3 │ +10 % │ down │      1 │
      │ 4 │ +20 % │   up │      1 │
      └───┴───────┴──────┴────────┘
      ┌──────────────────────┬───────┬───────┬───────────────┬──────────────────┬────────────┬───────────────┐
      │ vol shock at 30 days │    up │  down │ floor when up │ power to 30 days │ and beyond │ days at least │
      ├──────────────────────┼───────┼───────┼───────────────┼──────────────────┼────────────┼───────────────┤
      │ BTC                  │ +50 % │ −30 % │          10 % │              0.3 │       0.13 │             1 │
      │ ETH                  │ +50 % │ −30 % │          10 % │              0.3 │       0.13 │             1 │
      └──────────────────────┴───────┴───────┴───────────────┴──────────────────┴────────────┴───────────────┘
      tail: number 2 of 40, counted from the worst, listed events
      ┌─────┬─────────┬────────────────┬───────────┬──────────┬──────────┬──────────┬──────────┬────────────────┬────────────────────────┐
      │ set │ factor  │         lowest │       1 % │      5 % │   median │     95 % │     99 % │        highest │ from lowest to highest │
      ├─────┼─────────┼────────────────┼───────────┼──────────┼──────────┼──────────┼──────────┼────────────────┼────────────────────────┤
      │ –   │ BTC     │  −99.00 % (e1) │  −99.00 % │ −98.00 % │ −80.00 % │ −62.00 % │ −60.00 % │ −60.00 % (e40) │   ████████████████████ │
      │ –   │ ETH     │    0.00 % (e1) │    0.00 % │   0.00 % │   0.00 % │   0.00 % │   0.00 % │    0.00 % (e1) │   █··················· │
      │ –   │ BTC vol │ −100.00 % (e1) │ −100.00 % │   0.00 % │   0.00 % │   0.00 % │   0.00 % │    0.00 % (e2) │   ▁··················█ │
      └─────┴─────────┴────────────────┴───────────┴──────────┴──────────┴──────────┴──────────┴────────────────┴────────────────────────┘"
    `);
    const changed = structuredClone(policyJson(readPolicy("es975")!)) as any;
    Object.assign(changed.tail.source, { sets: ["medium", "one"], volFactors: { underlyings: ["BTC"], volOfVol: ["1"] }, correlation: [["1", "0.8", "-0.5"], ["0.8", "1", "-0.4"], ["-0.5", "-0.4", "1"]] });
    expect(scenarioTable(scenarioSummary(parsePolicy(changed))).split("\n").slice(-10).join("\n")).toMatchInlineSnapshot(`
      "┌────────┬────────────────┬───────┬──────────┐
      │ set    │ correlation of │ given │ realised │
      ├────────┼────────────────┼───────┼──────────┤
      │ medium │ BTC, ETH       │   0.8 │    0.797 │
      │ medium │ BTC, BTC vol   │  -0.5 │   -0.608 │
      │ medium │ ETH, BTC vol   │  -0.4 │   -0.491 │
      │ one    │ BTC, ETH       │     1 │    1.000 │
      │ one    │ BTC, BTC vol   │    -1 │   -1.000 │
      │ one    │ ETH, BTC vol   │    -1 │   -1.000 │
      └────────┴────────────────┴───────┴──────────┘"
    `);
  });

  it("is refused where the tail is", () => {
    expect(() => scenarioSummary(withEvents([ladder(1)[0]!]))).toThrow(expect.objectContaining({ code: "InvalidPolicy", path: "tail.size" }));
  });
});

describe("a realised correlation", () => {
  it("is 1, −1 and nothing where it must be, and Pearson's where it is worked by hand", () => {
    // Logs 0, 1, 2 and 0, 2, 1 in units of ln 2: covariance 1/2, variances 1, so 1/2.
    const [x, y] = [["1", "2", "4"].map(f), ["1", "4", "2"].map(f)];
    const opposite = ["4", "2", "1"].map(f);
    const still = ["3", "3", "3"].map(f);
    expect(realisedCorrelation([x, y, opposite, still])).toEqual([
      [f("1"), f("0.5"), f("-1"), null],
      [f("0.5"), f("1"), f("-0.5"), null],
      [f("-1"), f("-0.5"), f("1"), null],
      [null, null, null, null],
    ]);
  });

  const moves = fc.array(fc.bigInt({ min: 1n, max: 100_000_000_000n }) as fc.Arbitrary<Factor>, { minLength: 5, maxLength: 5 });
  law(
    "lies between −1 and 1, does not depend on order, and its matrix is symmetric",
    fc.property(moves, moves, (a, b) => {
      const [[, rho]] = realisedCorrelation([a, b]) as [[Factor, Factor | null]];
      const reversed = realisedCorrelation([[...b].reverse(), [...a].reverse()]);
      expect([reversed[0]![1], reversed[1]![0]]).toEqual([rho, rho]);
      if (rho !== null) expect(rho <= f("1") && rho >= f("-1")).toBe(true);
    }),
    100,
  );
});
