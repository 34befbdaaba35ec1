/**
 * Tables and worked examples that others have published, with the place where they stand. Published figures are often rounded to whole units;
 * ours are exact until shown, then losses and requirements round up and values down, so that they differ by less than the published rounding.
 */
import { describe, expect, it } from "vitest";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { evaluateRules } from "../prover/risk/margin-program.ts";
import { policyJson } from "../prover/risk/policy.ts";
import type { Level } from "../prover/units.ts";
import { bare, dated, flat, linear, option, reportUnder, units, worldOf } from "./support/bare-policy.ts";
import { plainRules, value, zeroTotals } from "./support/rules.ts";

const shipped = (name: string): any => structuredClone(policyJson(readPolicy(name)!));
const rate = (MM: string, IM = MM) => ({ MM, IM });

/** L. G. McMillan, Options as a Strategic Investment, "SPAN margin": an S&P future with a scan range of 10,000 and an extreme move of 7,000. */
describe("SPAN, 16 scenarios", () => {
  const FUTURE = [0, 0, 3330, 3330, -3330, -3330, 6670, 6670, -6670, -6670, 10_000, 10_000, -10_000, -10_000, 7000, -7000];
  const SHORT_CALL = [-460, 610, -2640, -1730, 1270, 2340, -5210, -4540, 2540, 3430, -8060, -7640, 3380, 3990, -3130, 1500];
  const COVERED = [-460, 610, 690, 1600, -2060, -990, 1460, 2130, -4130, -3240, 1940, 2360, -6620, -6010, 3870, -5500];

  it("of one long future are the book's array, which is rounded to tens", () => {
    // 18 % of the price is the range of 10,000
    const market = worldOf({ BTC: "55555.55555556", ETH: "1" }, [linear("FUTURE", "BTC", "55555.55555556")]);
    const { nettingSets, requirement } = reportUnder(shipped("span"), market, { FUTURE: "1" });
    expect(nettingSets[0]!.scenarioPnl.map((pnl) => Math.round(units(pnl) / 10) * 10 + 0)).toEqual(FUTURE);
    expect(units(requirement.MM)).toBeCloseTo(10_000, 4);
  });

  it("of a covered write add up scenario by scenario, and the thirteenth needs 6,620", () => {
    const total = (array: readonly number[]) => array.map((pnl) => value(BigInt(pnl) * 10n ** 16n));
    const rules = plainRules(1, 16);
    const scenario = [total(FUTURE.map((pnl, s) => pnl + SHORT_CALL[s]!))];
    expect(scenario).toEqual([total(COVERED)]);
    const { nettingSets, requirement } = evaluateRules(rules, { ...zeroTotals(rules), scenario }, "MM");
    expect(nettingSets[0]!.binding).toEqual({ kind: "scenario", index: 12 });
    expect(requirement).toBe(6620n * 10n ** 25n);
  });
});

/** CME Clearing, "Inter spread calculations" and "Intra spread calculations": cmegroup.com/clearing/margins/spread-calc.html */
describe("SPAN spreads", () => {
  it("corn against soybeans at 2:1 and 55 %: 6,000 outright, 3,300 off, 2,700 left", () => {
    const market = worldOf({ CORN: "10000", SOY: "10000" }, [linear("CORN", "CORN", "10000"), linear("SOY", "SOY", "10000")]);
    const outright = {
      ...bare(["CORN", "SOY"]),
      scenarios: [{ spot: "1.175", moves: { SOY: "1.25" }, vol: "none", weight: "1" }, { spot: "0.825", moves: { SOY: "0.75" }, vol: "none", weight: "1" }],
    };
    const spread = { ...outright, spreadCredits: [{ legs: [{ underlying: "CORN", ratio: "2" }, { underlying: "SOY" }], rate: "0.55" }] };
    const needs = (policy: object, held: Record<string, string>) => units(reportUnder(policy, market, held).requirement.MM);
    expect(needs(outright, { CORN: "2", SOY: "-1" })).toBe(6000);
    expect(needs(spread, { CORN: "2", SOY: "-1" })).toBe(2700);
    expect(needs(spread, { CORN: "-2", SOY: "1" })).toBe(2700);
    expect(needs(spread, { CORN: "2", SOY: "1" })).toBe(6000);
    // A third corn contract is in no spread.
    expect(needs(spread, { CORN: "3", SOY: "-1" })).toBe(2700 + 1750);
  });

  it("one month against another of the same outright rate: 500 − 500 and 200 for the spread", () => {
    const market = worldOf({ X: "10000" }, [dated("M2", "X", "10000", 30), dated("M3", "X", "10000", 60)]);
    const policy = {
      ...bare(["X"]),
      scenarios: [{ spot: "1.05", vol: "none", weight: "1" }, { spot: "0.95", vol: "none", weight: "1" }],
      spreads: [{ underlying: "X", expiries: "all", rate: rate("0.02") }],
    };
    expect(units(reportUnder(policy, market, { M2: "1", M3: "-1" }).requirement.MM)).toBe(200);
    expect(units(reportUnder(policy, market, { M2: "1", M3: "1" }).requirement.MM)).toBe(1000);
  });
});

/** Deribit API reference, private/pme/simulate, response example (17 June 2024), and a response of 15 February 2026. */
describe("Deribit", () => {
  // Positions are in coins, with 9 decimals: contracts of a tenth of a coin. Published losses are in coins at the moved price.
  const tenth = { multiplier: "0.1" };
  const cash = { BTC: "65666.19", ETH: "1949.34" };

  it("BTC-PERPETUAL 0.314538364 against BTC-28JUN24 -0.001187534: 27 scenarios, roll shock 0.00315725898, IM 0.06284313098, MM 0.8 of it", () => {
    const market = worldOf(cash, [linear("PERP", "BTC", cash.BTC, tenth), dated("28JUN24", "BTC", cash.BTC, 11, tenth)]);
    const withoutDeltaShock = { ...shipped("deribit"), exposures: [] };
    const coins = 0.314538364 - 0.001187534;
    const held = { PERP: "3.14538364", "28JUN24": "-0.01187534" };
    const { nettingSets } = reportUnder(withoutDeltaShock, market, held);
    const [set] = nettingSets;
    const published = [-0.05968587238095239, -0.04272965863636364, -0.02724789826086957, -0.013056284583333334, 0];
    published.forEach((loss, bucket) => {
      const move = 0.84 + 0.04 * bucket;
      for (const vol of [0, 1, 2]) expect(units(set!.scenarioPnl[3 * bucket + vol]!) / (65666.19 * move)).toBeCloseTo(loss, 10);
    });
    expect(units(set!.charge) / 65666.19).toBeCloseTo(0.00315725898, 10);
    expect(set!.bindingScenario).toBe(0);
    // In quote units at the price of today, where the published number is in coins at the price after the move.
    expect(units(set!.requirement)).toBeCloseTo(65666.19 * (0.16 * coins + 0.00315725898), 4);
    const both = (level: Level) => units(reportUnder(withoutDeltaShock, market, held, level).requirement[level]);
    expect(both("MM") / both("IM")).toBeCloseTo(0.050274504784 / 0.06284313098, 10);
  });

  it("ETH-PERPETUAL -0.999487053 has a roll shock of 0.004997435265, and 60 % of its gains count for others", () => {
    const market = worldOf(cash, [linear("PERP", "ETH", cash.ETH, tenth)]);
    const { nettingSets } = reportUnder({ ...shipped("deribit"), exposures: [] }, market, { PERP: "-9.99487053" });
    expect(units(nettingSets[0]!.charge) / 1949.34).toBeCloseTo(0.004997435265, 10);
    // The response's range is 18 %; here the buckets of 16 % stand at the same share of gains: 0.1316397582 of 0.219399597.
    expect(units(nettingSets[0]!.scenarioPnl[0]!)).toBeCloseTo((0.1316397582 / 0.219399597) * 0.16 * 0.999487053 * 1949.34, 6);
  });

  it("charges a far month by its time: 7.5 % a year, from the day on which that is more than 1 %", () => {
    // 0.075 · days/365 exceeds 0.01 after 48.67 days; rates round up at 1e-9
    const market = worldOf({ BTC: "50000", ETH: "1" }, [dated("48D", "BTC", "50000", 48), dated("73D", "BTC", "50000", 73), dated("730D", "BTC", "50000", 730)]);
    const charge = (held: Record<string, string>) => units(reportUnder({ ...shipped("deribit"), exposures: [] }, market, held).nettingSets[0]!.charge);
    expect([charge({ "48D": "1" }), charge({ "73D": "-1" }), charge({ "730D": "1" })]).toEqual([500, 750, 7500]);
    expect(charge({ "48D": "1", "73D": "-1", "730D": "1" })).toBe(8750);
  });
});

/** Paradex documentation, risk-system/portfolio-margin, "Example calculation": long 1 perpetual, short 5 calls of delta 0.3 at 70,000. */
describe("Paradex minimum delta requirement", () => {
  const market = worldOf({ BTC: "70000", ETH: "1" }, [linear("PERP", "BTC", "70000"), linear("CALLS-DELTA", "BTC", "70000", { multiplier: "0.3" })]);
  it("is (2 % · 0.5 + 1 % · 1.0) · 70,000 = 1,400", () => {
    // Without the scan: contracts of 0.3 coins have the delta of the example's calls.
    const unmoved = { ...shipped("paradex"), scenarios: [{ spot: "1", vol: "none", weight: "1" }] };
    const { requirement, nettingSets } = reportUnder(unmoved, market, { PERP: "1", "CALLS-DELTA": "-5" });
    expect([requirement.MM, requirement.IM].map(units)).toEqual([700, 1400]);
    expect(nettingSets[0]!.binding).toBe("basis");
  });
  it.each([
    ["one side", { PERP: "1" }, 0.02 * 70_000],
    ["the other", { PERP: "-1" }, 0.02 * 70_000],
    ["both fully hedged", { PERP: "0.3", "CALLS-DELTA": "-1" }, 0.01 * 0.3 * 70_000],
  ])("counts %s", (_, held, least) => {
    const unmoved = { ...shipped("paradex"), scenarios: [{ spot: "1", vol: "none", weight: "1" }] };
    expect(units(reportUnder(unmoved, market, held, "IM").requirement.IM)).toBeCloseTo(least, 8);
  });
  it("is only a minimum: the scan of 16 % asks for more of a delta that is not hedged", () => {
    expect(units(reportUnder(shipped("paradex"), market, { PERP: "1", "CALLS-DELTA": "-5" }, "IM").requirement.IM)).toBeCloseTo(0.16 * 0.5 * 70_000, 8);
    expect(units(reportUnder(shipped("paradex"), market, { PERP: "3", "CALLS-DELTA": "-10" }, "IM").requirement.IM)).toBeCloseTo(0.01 * 3 * 70_000, 8);
  });
});

/** SEC release 34-46576: +6 % and −8 % for high-capitalisation indices, ±15 % for single stocks; ten valuation points, five each way. */
describe("TIMS minimum", () => {
  // IBKR's text of the rule: "$0.375 multiplied by the index per contract minimum", so 37.50 for the usual contract on 100 units
  const multiplier = { multiplier: "100" };
  const market = worldOf(
    { BTC: "100", ETH: "1" },
    [linear("STOCK", "BTC", "100"), linear("FUTURE", "BTC", "100", multiplier), { ...option("FAR-CALL", "BTC", "call", "10000", 30), ...multiplier }, linear("INVERSE", "BTC", "100", { settlement: "inverse", multiplier: "100" })],
    { BTC: [flat(30, "100", "0.2")] },
  );
  it.each<[string, Record<string, string>, number]>([
    ["of ten short calls far out of the money is 375", { "FAR-CALL": "-10" }, 375],
    ["of ten long ones as well", { "FAR-CALL": "10" }, 375],
    ["of a contract hedged in full is that of both legs", { FUTURE: "1", STOCK: "-100" }, 75],
    ["of inverse contracts, on 1 unit each at this spot", { INVERSE: "-8" }, 3],
  ])("%s", (_, held, least) => expect(units(reportUnder(shipped("tims"), market, held).requirement.MM)).toBeCloseTo(least, 6));
});

describe("TIMS valuation points", () => {
  const points = (down: number, up: number) =>
    [5, 4, 3, 2, 1].map((k) => 1 - (down * k) / 5).concat([1, 2, 3, 4, 5].map((k) => 1 + (up * k) / 5)).map((move) => ({ spot: move.toFixed(9), vol: "none", weight: "1" }));
  // Volatility 0: options are worth what they pay, so that rows can be worked out by hand.
  const market = worldOf(
    { BTC: "100", ETH: "1" },
    [linear("STOCK", "BTC", "100"), option("CALL-105", "BTC", "call", "105", 30), option("PUT-95", "BTC", "put", "95", 30), option("PUT-100", "BTC", "put", "100", 30)],
    { BTC: [flat(30, "100", "0")] },
  );
  const rows = (scenarios: object[], held: Record<string, string>) => {
    const { nettingSets, requirement } = reportUnder({ ...shipped("tims"), scenarios, offsets: undefined, minimums: { perContract: "0" } }, market, held);
    return { pnl: nettingSets[0]!.scenarioPnl.map(units), needs: units(requirement.MM) };
  };
  it("of a stock, ±15 %: a long one needs 15, with a put at 95 the 5 down to it, covered by a call nothing less", () => {
    expect(rows(shipped("tims").scenarios, { STOCK: "1" })).toEqual({ pnl: [-15, -12, -9, -6, -3, 3, 6, 9, 12, 15], needs: 15 });
    expect(rows(shipped("tims").scenarios, { STOCK: "1", "PUT-95": "1" })).toEqual({ pnl: [-5, -5, -5, -5, -3, 3, 6, 9, 12, 15], needs: 5 });
    expect(rows(shipped("tims").scenarios, { STOCK: "1", "CALL-105": "-1" })).toEqual({ pnl: [-15, -12, -9, -6, -3, 3, 5, 5, 5, 5], needs: 15 });
  });
  it("of an index, +6 and −8 %: long loses 8, short 6, a short put 8", () => {
    const down = [-8, -6.4, -4.8, -3.2, -1.6];
    expect(rows(points(0.08, 0.06), { STOCK: "1" })).toEqual({ pnl: [...down, 1.2, 2.4, 3.6, 4.8, 6], needs: 8 });
    expect(rows(points(0.08, 0.06), { STOCK: "-1" }).needs).toBe(6);
    expect(rows(points(0.08, 0.06), { "PUT-100": "-1" })).toEqual({ pnl: [...down, 0, 0, 0, 0, 0], needs: 8 });
  });
});

/** Worked example of the FRTB-SA-Capital-Engine (GitHub, hemanthreddyaeddulla), "Phase 10" and "Phase 12", after MAR21.6, 21.80 and 21.89; in whole dollars. */
describe("FRTB, three correlation sets", () => {
  const spots = { A: "1000000", B: "1000000" };
  const market = worldOf(spots, [linear("A", "A", spots.A), linear("B", "B", spots.B)]);
  const needs = (weights: [string, string], gamma: string, sets: string[], held: Record<string, string>) => {
    const factors = ["A", "B"].map((name, i) => ({ id: name, measure: "delta", underlyings: [name], riskWeight: weights[i] }));
    const correlation = [["1", gamma], [gamma, "1"]];
    return units(reportUnder({ ...bare(["A", "B"]), sensitivities: { factors, correlation, sets } }, market, held).requirement.MM);
  };
  // 13.824 million long EUR and 8 million short JPY at 15 %/√2 and γ = 0.6: the low correlations bind
  const fx = (...sets: string[]) => needs(["0.106066017", "0.106066017"], "0.6", sets, { A: "13.824", B: "-8" });
  // 3 million of SPX at 15 % and 1.2 million of AAPL at 50 %, γ = 0.15: the high ones bind
  const equity = (...sets: string[]) => needs(["0.15", "0.5"], "0.15", sets, { A: "3", B: "1.2" });
  it.each([
    ["medium", 1_173_421, 802_185],
    ["high", 1_001_833, 814_709],
    ["low", 1_322_938, 789_462],
  ])("%s", (set, currencies, stocks) => {
    expect(Math.abs(fx(set) - currencies)).toBeLessThan(1);
    expect(Math.abs(equity(set) - stocks)).toBeLessThan(1);
  });
  it("and the largest of the three counts", () => {
    expect(fx("medium", "high", "low")).toBe(fx("low"));
    expect(equity("medium", "high", "low")).toBe(equity("high"));
  });
});

/** binance/zkmerkle-proof-of-solvency, circuit/utils_test.go, TestMockCollateralCircuit: ten tiers, nothing counts beyond the last. */
describe("Binance tiered rates", () => {
  const tiers = (width: number, step: number) =>
    Array.from({ length: 11 }, (_, j) => ({ above: String(width * j), rate: rate(((j === 10 ? 100 : step * j) / 100).toFixed(2)) }));
  const world = worldOf({ BTC: "1" }, []);
  const counted = (width: number, step: number, amount: number): number => {
    const exposures = [{ id: "usdc", measure: "value", underlyings: ["USDC"], kinds: ["cash"], tiers: tiers(width, step) }];
    const { equity, requirement } = reportUnder({ ...bare(["BTC"]), exposures }, world, { USDC: String(amount) });
    return units(equity - requirement.MM);
  };
  it.each([
    ["loan", 10_000, 10, 9000, 9000],
    ["loan", 10_000, 10, 100_001, 55_000],
    ["margin", 20_001, 9, 39_000, 37_290],
    ["margin", 20_001, 9, 10_000, 10_000],
    ["portfolio margin", 30_000, 8, 300_100, 192_000],
    ["portfolio margin", 30_000, 8, 200_000, 154_400],
  ])("%s: tiers of %i less %i %% each count %i at %i", (_, width, step, amount, published) => {
    // Theirs cuts each tier to whole units, ours rounds the whole haircut up at 1e-16: ours is less than one unit above.
    const found = counted(width, step, amount);
    expect([Math.floor(found), found - published < 1]).toEqual([published, true]);
  });
});

