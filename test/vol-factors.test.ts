/** Implied volatilities as risk factors: from history and simulated, with their links to prices stressed. */
import { describe, expect, it } from "vitest";
import { parseFactor, parsePrice } from "../prover/numeric/amounts.ts";
import { parseMarket } from "../prover/risk/market.ts";
import type { Matrix } from "../prover/risk/margin-rules.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { policyWithHistory } from "../prover/risk/policy-history.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { scenarioSummary } from "../prover/risk/scenario-summary.ts";
import { scenarioTable } from "../prover/risk/scenario-table.ts";
import { historicalScenarios, type History } from "../prover/risk/sources/historical.ts";
import { factorNames, simulate, simulatedCorrelation, type MonteCarlo } from "../prover/risk/sources/monte-carlo.ts";
import { realisedCorrelation } from "../prover/risk/sources/realised-correlation.ts";
import type { SourcedScenario } from "../prover/risk/sources/scenario-set.ts";
import { tailScenarios } from "../prover/risk/tail-plan.ts";
import type { Factor } from "../prover/units.ts";
import { bare, flat, option, worldOf } from "./support/bare-policy.ts";
import { black76 } from "./support/black76-float.ts";
import { refusal } from "./support/refusal.ts";
import { MARKET_JSON, POLICY_JSON } from "./support/small-market.ts";

const f = (text: string): Factor => parseFactor(text, "");
const matrix = (...rows: string[][]): Matrix => rows.map((row) => row.map(f));
const vol = (scenarios: readonly SourcedScenario[], name = "BTC"): Factor[] => scenarios.map(({ vols }) => vols.get(name)!);
const move = (scenarios: readonly SourcedScenario[], name = "BTC"): Factor[] => scenarios.map(({ moves }) => moves.get(name)!);

describe("a history with implied volatilities", () => {
  const closes = ["100", "110", "99", "99", "108.9"];
  const vols = ["0.5", "0.6", "0.6", "0.9", "0.45"];
  const history = {
    underlyings: ["ETH", "BTC"],
    impliedVols: ["BTC"],
    rows: closes.map((close, i) => ({ date: `2026-01-0${i + 1}`, closes: [parsePrice("7", ""), parsePrice(close, "")], vols: [f(vols[i]!)] })),
    horizon: 1,
    ewma: null,
  } satisfies History;

  it("multiplies volatilities by what they did over the same rows as the prices", () => {
    const scenarios = historicalScenarios(history, "h");
    expect(vol(scenarios)).toEqual(["1.2", "1", "1.5", "0.5"].map(f));
    expect(move(scenarios)).toEqual(["1.1", "0.9", "1", "1.1"].map(f));
    expect(vol(historicalScenarios({ ...history, horizon: 2 }, "h"))).toEqual(["1.2", "1.5", "0.75"].map(f));
    expect(scenarios.map(({ vols: moved }) => [...moved.keys()])).toEqual(Array(4).fill(["BTC"]));
  });

  it("rescales them by their own volatility, not by the price's, as worked by hand", () => {
    // r = ln 1.2 = .1823215568, 0, ln 1.5 = .4054651081, −ln 2 = −.6931471806. Seed of two: σ² = .0166205750;
    // λ = .5: σ²₃ = .5·.0166205750 + .5·.1644019539 = .0905112645, σ²₄ = .5·.0905112645 + .5·.4804530140 = .2854821392.
    // row 2 → 3: exp(.4054651081·√(.2854821392/.0166205750)); row 3 → 4: exp(−.6931471806·√(.2854821392/.0905112645))
    const moving = history.rows.map((row, i) => ({ ...row, closes: [parsePrice(String(7 + i), ""), row.closes[1]!] }));
    const ewma = { lambda: f("0.5"), seedReturns: 2, floor: f("0") };
    const scaled = vol(historicalScenarios({ ...history, rows: moving, ewma }, "h")).map((each) => Number(each) / 1e9);
    expect(scaled[0]).toBeCloseTo(Math.exp(0.4054651081 * Math.sqrt(0.2854821392 / 0.016620575)), 6);
    expect(scaled[1]).toBeCloseTo(Math.exp(-0.6931471806 * Math.sqrt(0.2854821392 / 0.0905112645)), 6);
    // The floor holds for volatilities as well: after a calm month the two moves would be next to nothing.
    const calm = [...moving, ...Array.from({ length: 30 }, (_, i) => ({ date: `2026-02-${10 + i}`, closes: [parsePrice(String(20 + i), ""), parsePrice(String(100 + 9 * i), "")], vols: [f(i % 2 === 0 ? "0.45" : "0.451")] }))];
    expect(vol(historicalScenarios({ ...history, rows: calm, ewma }, "h"))[0]! < f("1.02")).toBe(true);
    const floored = vol(historicalScenarios({ ...history, rows: calm, ewma: { ...ewma, floor: f("1") } }, "h"));
    expect(floored.slice(0, 2)).toEqual(["1.5", "0.5"].map(f));
  });

  const withRow = (t: number, change: object) => ({ rows: history.rows.map((row, i) => (i === t ? { ...row, ...change } : row)) });
  const ewma = { lambda: f("0.5"), seedReturns: 2, floor: f("0") };
  const moving = (row: History["rows"][number], i: number) => ({ ...row, closes: [parsePrice(String(7 + i), ""), parsePrice(String(7 + (i % 2)), "")] });
  it.each<[string, object, string]>([
    ["a volatility of 0", withRow(1, { vols: [0n as Factor] }), "h.rows[1].vols[0]"],
    ["a row without volatilities", withRow(2, { vols: undefined }), "h.rows[2].vols"],
    ["a volatility too many", withRow(2, { vols: [f("1"), f("1")] }), "h.rows[2].vols"],
    ["volatilities of nobody", { impliedVols: undefined }, "h.rows[0].vols"],
    ["a volatility of what has no closes", { impliedVols: ["SOL"] }, "h.impliedVols[0]"],
    ["a name twice", { impliedVols: ["BTC", "BTC"] }, "h.impliedVols[1]"],
    ["a close with the point in the wrong place", withRow(3, { closes: [parsePrice("700.00000001", ""), parsePrice("99", "")] }), "h.rows[3].closes[0]"],
    ["a volatility with the point in the wrong place", { ...withRow(3, { vols: [f("60.000000001")] }) }, "h.rows[3].vols[0]"],
    ["volatilities that stand still in the seed", { rows: history.rows.map(moving).map((row) => ({ ...row, vols: [f("0.5")] })), ewma }, "h.ewma.seedReturns"],
    [
      "volatilities that stop moving after row 4: 37 halvings of the variance later nothing is left",
      { rows: Array.from({ length: 60 }, (_, i) => moving({ date: `2026-${100 + i}`, closes: [], vols: [f(i < 5 ? String(1 + i) : "5")] }, i)), ewma },
      "h.rows[41].vols[0]",
    ],
  ])("is refused with %s", (_, change, path) => {
    expect(refusal(() => historicalScenarios({ ...history, ...change } as History, "h"))).toEqual({ code: "InvalidPolicy", path });
  });
});

const SPEC: MonteCarlo = {
  seed: "vols",
  count: 2000,
  horizonDays: f("36.5"),
  underlyings: ["BTC", "ETH"],
  volatility: [f("0.5"), f("0.8")],
  volFactors: { underlyings: ["BTC"], volOfVol: [f("1.2")] },
  correlation: matrix(["1", "0.7", "-0.6"], ["0.7", "1", "-0.3"], ["-0.6", "-0.3", "1"]),
};
const priceOnly: MonteCarlo = { ...SPEC, volFactors: undefined, correlation: matrix(["1", "0.7"], ["0.7", "1"]) };

describe("simulated volatilities", () => {
  const logs = (moves: readonly Factor[]): number[] => moves.map((each) => Math.log(Number(each) / 1e9));
  const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
  const deviation = (x: number[]): number => Math.sqrt(mean(x.map((v) => (v - mean(x)) ** 2)));
  const realised = (scenarios: readonly SourcedScenario[]): number[][] => realisedCorrelation([move(scenarios), move(scenarios, "ETH"), vol(scenarios)]).map((row) => row.map((rho) => Number(rho) / 1e9));

  it("have the moments of their model, and every pair its correlation, within four standard errors", () => {
    const scenarios = simulate(SPEC, "mc");
    const sigma = 1.2 * Math.sqrt(0.1);
    const x = logs(vol(scenarios));
    expect(Math.abs(mean(x) + sigma ** 2 / 2)).toBeLessThan((4 * sigma) / Math.sqrt(2000));
    expect(Math.abs(deviation(x) / sigma - 1)).toBeLessThan(4 / Math.sqrt(4000));
    const found = realised(scenarios);
    SPEC.correlation.forEach((row, i) => row.forEach((given, j) => {
      const rho = Number(given) / 1e9;
      expect(Math.abs(found[i]![j]! - rho), `${i} ${j}`).toBeLessThan((4 * (1 - rho ** 2)) / Math.sqrt(2000) + 1e-9);
    }));
  });

  it("leave the prices' moves to the bit as they are without them", () => {
    for (const set of ["medium", "low", "one"] as const) {
      const [plain, joint] = [simulate({ ...priceOnly, count: 50 }, "mc", set), simulate({ ...SPEC, count: 50 }, "mc", set)];
      expect(joint.map(({ id, moves }) => [id, moves]), set).toEqual(plain.map(({ id, moves }) => [id, moves]));
    }
  });

  it("are the same for everybody", () => {
    // Committed: a publisher on any machine must find these bits.
    expect(vol(simulate({ ...SPEC, count: 3 }, "mc"))).toMatchInlineSnapshot(`
      [
        1767551114n,
        303263500n,
        919060082n,
      ]
    `);
  });

  it("follow, in every set, the matrix that the set is said to have", () => {
    for (const set of ["high", "low"] as const) {
      const given = simulatedCorrelation(SPEC, set);
      realised(simulate(SPEC, "mc", set)).forEach((row, i) => row.forEach((rho, j) => expect(Math.abs(rho - Number(given[i]![j]!) / 1e9), `${set} ${i} ${j}`).toBeLessThan(4 / Math.sqrt(2000))));
    }
    // No set turns a link around: 1.25·(−0.6), 0.75·(−0.6), −1
    expect((["high", "low", "one"] as const).map((set) => simulatedCorrelation(SPEC, set)[2]![0])).toEqual(["-0.75", "-0.45", "-1"].map(f));
  });

  it("rise in every fall, when all is one and prices and volatilities were opposed or unrelated; else they fall with it", () => {
    const linked = (rho: string) => simulate({ ...SPEC, count: 200, correlation: matrix(["1", "0.7", rho], ["0.7", "1", "0"], [rho, "0", "1"]) }, "mc", "one");
    const falls = (scenarios: readonly SourcedScenario[]) => scenarios.filter(({ moves }) => moves.get("BTC")! < 900_000_000n);
    expect(falls(linked("-0.6")).length).toBeGreaterThan(20);
    expect(vol(falls(linked("-0.6"))).every((each) => each > 1_000_000_000n)).toBe(true);
    expect(vol(falls(linked("0"))).every((each) => each > 1_000_000_000n)).toBe(true);
    expect(vol(falls(linked("0.6"))).every((each) => each < 1_000_000_000n)).toBe(true);
    expect(realised(linked("-0.6"))[2]![0]).toBeCloseTo(-1, 7);
    expect(simulatedCorrelation(SPEC, "one")).toEqual(matrix(["1", "1", "-1"], ["1", "1", "-1"], ["-1", "-1", "1"]));
  });

  it("have names that refusals use: a pair, or the combination without variance, and the set that is at fault", () => {
    expect(factorNames(SPEC)).toEqual(["BTC", "ETH", "BTC vol"]);
    const linked = (btc: string, eth: string): MonteCarlo => ({ ...SPEC, correlation: matrix(["1", "0.7", btc], ["0.7", "1", eth], [btc, eth, "1"]) });
    expect(() => simulate(linked("-0.9999999", "-0.7"), "s")).toThrow(/near-singular: 1\.000000 BTC \+ .*1\.000000 BTC vol would have variance/);
    // 1 − (−.9, .9)·[[1, .7], [.7, 1]]⁻¹·(−.9, .9) = 1 − 2·.81/.3 = −4.4, at weights .9/.3 = 3
    expect(() => simulate(linked("-0.9", "0.9"), "s")).toThrow(/the correlations are not positive semi-definite: 3\.000000 BTC \+ -3\.000000 ETH \+ 1\.000000 BTC vol would have variance -4\.400000/);
    // −.8 stressed is −1.
    expect(() => simulate({ ...SPEC, correlation: matrix(["1", "0", "-0.8"], ["0", "1", "0"], ["-0.8", "0", "1"]) }, "s", "high")).toThrow(
      expect.objectContaining({ code: "InvalidPolicy", path: "s.correlation", message: expect.stringMatching(/correlations of set high are near-singular: 1\.000000 BTC \+ 1\.000000 BTC vol/), hint: expect.stringContaining("leave the set out") }),
    );
    expect(() => simulate({ ...SPEC, correlation: priceOnly.correlation }, "s")).toThrow(expect.objectContaining({ path: "s.correlation", message: expect.stringContaining("2 rows for 3 names") }));
  });
});

describe("in a policy", () => {
  const source = {
    kind: "monteCarlo", seed: "s", count: 20, horizonDays: "10", underlyings: ["BTC", "ETH"], volatility: ["0.6", "0.8"],
    volFactors: { underlyings: ["BTC"], volOfVol: ["1"] },
    correlation: [["1", "0.7", "-0.5"], ["0.7", "1", "-0.3"], ["-0.5", "-0.3", "1"]], sets: ["medium", "one"],
  };
  const withSource = (change: object) => parsePolicy({ ...POLICY_JSON, tail: { measure: "es", size: 2, source: { ...source, ...change } } });

  it("volatilities move options by exactly what a stress event with the same numbers does", () => {
    const market = parseMarket(MARKET_JSON);
    const simulated = withSource({});
    const events = tailScenarios(simulated).map(({ id, moves, vols }) => ({ id: id.replace(" ", "-"), moves: numbers(moves), vols: numbers(vols) }));
    const listed = parsePolicy({ ...POLICY_JSON, tail: { measure: "es", size: 2, source: { kind: "stress", events } } });
    const pnl = (policy: typeof simulated) => marketRisk(market, policy).map(({ long }) => long.tailPnl);
    expect(pnl(simulated)).toEqual(pnl(listed));
    expect(pnl(simulated)).not.toEqual(pnl(withSource({ volFactors: undefined, correlation: source.correlation.slice(0, 2).map((row) => row.slice(0, 2)) })));
  });
  const numbers = (moves: ReadonlyMap<string, Factor>) => Object.fromEntries([...moves].map(([name, each]) => [name, `${each / 1_000_000_000n}.${String(each % 1_000_000_000n).padStart(9, "0")}`]));

  it.each<[string, object, string]>([
    ["a volatility of what has no price", { volFactors: { underlyings: ["SOL"], volOfVol: ["1"] } }, "tail.source.volFactors.underlyings[0]"],
    ["a name twice", { volFactors: { underlyings: ["BTC", "BTC"], volOfVol: ["1", "1"] } }, "tail.source.volFactors.underlyings[1]"],
    ["a volatility of volatility too many", { volFactors: { underlyings: ["BTC"], volOfVol: ["1", "1"] } }, "tail.source.volFactors.volOfVol"],
    ["stressed sets in place of the given one", { sets: ["one"] }, "tail.source.sets"],
    ["a set twice", { sets: ["medium", "one", "medium"] }, "tail.source.sets[2]"],
    ["correlations of prices alone", { correlation: [["1", "0.7"], ["0.7", "1"]] }, "tail.source.correlation"],
  ])("%s is refused", (_, change, path) => {
    expect(refusal(() => tailScenarios(withSource(change)))).toEqual({ code: "InvalidPolicy", path });
  });

  it.each<[string, object, string]>([
    ["a volatility of volatility of 0", { volFactors: { underlyings: ["BTC"], volOfVol: ["0"] } }, "tail.source.volFactors.volOfVol[0]"],
    ["an implied volatility in percent", { kind: "historical", rows: [{ date: "1", closes: ["1", "1"], vols: ["62"] }] }, "tail.source.rows[0].vols[0]"],
  ])("%s is refused when it is read", (_, change, path) => {
    const { seed, count, horizonDays, volatility, volFactors, correlation, sets, ...shared } = source;
    const given = "kind" in change ? { ...shared, horizon: 1, impliedVols: ["BTC"], ...change } : { ...source, ...change };
    expect(refusal(() => parsePolicy({ ...POLICY_JSON, tail: { measure: "es", size: 2, source: given } }))).toEqual({ code: "InvalidPolicy", path });
  });
});

/** Against Black-76 in floating point: 0.3 and 0.13 are the powers of the bare policy, a day its floor. */
describe("a tail's volatilities", () => {
  const DAYS = [0.5, 7, 30, 120];
  const market = worldOf({ BTC: "50000" }, DAYS.map((days) => option(`${days}D`, "BTC", "call", "52000", days)), { BTC: DAYS.map((days) => flat(days, "50000", "0.6")) });
  const events = ["2", "0.5", "1", "0"].map((multiplier) => ({ id: `times-${multiplier}`, moves: { BTC: "1" }, vols: { BTC: multiplier } }));
  const policy = (volTerm?: string) => parsePolicy({ ...bare(["BTC"]), tail: { measure: "es", size: 1, source: { kind: "stress", events }, ...(volTerm === undefined ? {} : { volTerm }) } });
  const pnl = (volTerm?: string) => new Map(marketRisk(market, policy(volTerm)).map(({ instrument, long }) => [instrument.name, long.tailPnl.map((each) => Number(each) / 1e8)]));
  const value = (vol: number, days: number) => (vol === 0 ? 0 : black76("call", 50_000, 52_000, vol, days / 365).value);
  const expected = (days: number, power: number) => [2, 0.5, 1, 0].map((multiplier) => value(0.6 * multiplier ** power, days) - value(0.6, days));
  const close = (numbers: readonly number[]) => numbers.map((each) => expect.closeTo(each, 5));

  it("all move alike, unless the policy scales them by time", () => {
    for (const found of [pnl(), pnl("parallel")]) for (const days of DAYS) expect(found.get(`${days}D`)).toEqual(close(expected(days, 1)));
  });
  it("scaled: as given at 30 days, more nearer to expiry, from the floor of a day on no more, less beyond", () => {
    const found = pnl("scaled");
    expect(found.get("30D")).toEqual(close(expected(30, 1)));
    expect(found.get("7D")).toEqual(close(expected(7, (30 / 7) ** 0.3)));
    expect(found.get("0.5D")).toEqual(close(expected(0.5, 30 ** 0.3)));
    expect(found.get("120D")).toEqual(close(expected(120, (30 / 120) ** 0.13)));
  });
  it("scaled beyond every measure make an option worth its forward, not an error", () => {
    const wild = { ...bare(["BTC"]), volShock: { ...bare(["BTC"]).volShock, shortPower: "2", dteFloorDays: "0.000000001" } };
    const json = { ...wild, tail: { measure: "es", size: 1, volTerm: "scaled", source: { kind: "stress", events: [{ id: "a", moves: { BTC: "1" }, vols: { BTC: "100" } }] } } };
    const near = marketRisk(market, parsePolicy(json)).find(({ instrument }) => instrument.name === "0.5D")!;
    expect(Number(near.long.tailPnl[0]) / 1e8).toBeCloseTo(50_000 - value(0.6, 0.5), 4);
  });
  it("scaled are said to be so where scenarios are shown", () => {
    const shown = (volTerm?: string) => scenarioTable(scenarioSummary(policy(volTerm))).includes("listed events, volatilities scaled by time to expiry");
    expect([shown("scaled"), shown("parallel"), shown()]).toEqual([true, false, false]);
  });
  it("stay scaled when a policy is given another history", () => {
    const rows = ["100", "110", "99"].map((close, i) => ({ date: String(i), closes: [parsePrice(close, "")] }));
    const made = (volTerm?: string) => policyWithHistory(policy(volTerm), { underlyings: ["BTC"], rows }, { measure: "es", size: 1, horizon: 1, ewma: null }).tail!.volTerm;
    expect([made("scaled"), made()]).toEqual(["scaled", "parallel"]);
  });
});
