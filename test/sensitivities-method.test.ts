/**
 * The sensitivities-based method of Basel's standardised approach (MAR21.4 to 21.6) against one written from its text alone, in floating
 * point: buckets with a root each, and the alternative S_b; and vega and curvature of options, which are rules of their own here.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bare, flat, linear, option, reportUnder, units, worldOf } from "./support/bare-policy.ts";
import { black76 } from "./support/black76-float.ts";
import { law } from "./support/law.ts";

const SETS = {
  medium: (rho: number) => rho,
  high: (rho: number) => Math.sign(rho) * Math.min(1, 1.25 * Math.abs(rho)),
  low: (rho: number) => Math.max(2 * rho - 1, 0.75 * rho),
};

describe("deltas in buckets", () => {
  const NAMES = ["A", "B", "C", "D", "E"];
  const BUCKETS = [0, 0, 1, 1, 2];
  const market = worldOf(Object.fromEntries(NAMES.map((name) => [name, "1000000"])), NAMES.map((name) => linear(name, name, "1000000")));

  /** K_b = √max(0, ΣΣ ρ·WS·WS), S_b = Σ WS; √(Σ K_b² + ΣΣ γ·S_b·S_c), with S_b cut to ±K_b where that is below 0; the largest of three. */
  function basel(ws: readonly number[], rho: number, gamma: number): number {
    const inSet = (stress: (rho: number) => number): number => {
      const buckets = [0, 1, 2].map((b) => ws.filter((_, k) => BUCKETS[k] === b));
      const root = (w: readonly number[]) => Math.sqrt(Math.max(0, w.flatMap((x, i) => w.map((y, j) => (i === j ? 1 : stress(rho)) * x * y)).reduce((a, b) => a + b, 0)));
      const roots = buckets.map(root);
      const sums = buckets.map((w) => w.reduce((a, b) => a + b, 0));
      const total = (s: readonly number[]) => roots.reduce((sum, k) => sum + k * k, 0) + s.flatMap((x, i) => s.map((y, j) => (i === j ? 0 : stress(gamma) * x * y))).reduce((a, b) => a + b, 0);
      const plain = total(sums);
      return Math.sqrt(Math.max(0, plain >= 0 ? plain : total(sums.map((s, b) => Math.max(Math.min(s, roots[b]!), -roots[b]!)))));
    };
    return Math.max(...Object.values(SETS).map(inSet));
  }

  const quantities = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -900_000_000, max: 900_000_000 }).map((q) => q / 1e6));
  law(
    "need what two levels need, because one root over all of them is the same form",
    fc.property(
      fc.array(quantities, { minLength: 5, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 0, max: 99 }),
      fc.nat({ max: 99 }),
      (held, weights, rhoPercent, share) => {
        const [rho, gamma] = [rhoPercent / 100, Math.floor((rhoPercent * share) / 100) / 100];
        const correlation = NAMES.map((_, i) => NAMES.map((__, j) => String(i === j ? 1 : BUCKETS[i] === BUCKETS[j] ? rho : gamma)));
        const factors = NAMES.map((name, i) => ({ id: name, measure: "delta", underlyings: [name], riskWeight: String(weights[i]! / 100) }));
        const book = Object.fromEntries(NAMES.flatMap((name, i) => (held[i] === 0 ? [] : [[name, held[i]!.toFixed(6).replace(/\.?0+$/, "")]])));
        const found = units(reportUnder({ ...bare(NAMES), sensitivities: { factors, correlation } }, market, book).requirement.MM);
        const exact = 1e6 * basel(held.map((q, i) => (q * weights[i]!) / 100), rho, gamma);
        // Squares cancel in a hedge, which floating point feels at the half of its digits.
        const size = 1e6 * Math.max(1, ...held.map(Math.abs));
        expect(Math.abs(found - exact)).toBeLessThan(2e-4 * size);
        if (exact > 1e-2 * size) expect(Math.abs(found / exact - 1)).toBeLessThan(1e-7);
      },
    ),
    200,
  );
});

describe("correlations that contradict each other when they are stressed", () => {
  it("count nothing for the hedge that shows it, and the other sets decide: √(198 − 2·0.525·140)", () => {
    const names = ["A", "B", "C"];
    const market = worldOf({ A: "100", B: "100", C: "100" }, names.map((name) => linear(name, name, "100")));
    const factors = names.map((name) => ({ id: name, measure: "delta", underlyings: [name], riskWeight: "0.01" }));
    const correlation = [["1", "0.7", "0.7"], ["0.7", "1", "0"], ["0.7", "0", "1"]];
    const needs = (sets: string[]) => units(reportUnder({ ...bare(names), sensitivities: { factors, correlation, sets } }, market, { A: "-10", B: "7", C: "7" }).requirement.MM);
    expect(needs(["medium"])).toBeCloseTo(Math.sqrt(2), 12);
    expect(needs(["medium", "high"])).toBeCloseTo(Math.sqrt(2), 12);
    expect(needs(["medium", "high", "low"])).toBeCloseTo(Math.sqrt(51), 12);
  });
});

describe("options", () => {
  const VOL = 0.6;
  const tau = 73 / 365;
  const coins = { BTC: 50_000, ETH: 2500 };
  const market = worldOf(
    { BTC: "50000", ETH: "2500" },
    [
      linear("PERP", "BTC", "50000"), option("CALL", "BTC", "call", "55000", 73), option("PUT", "BTC", "put", "45000", 73),
      linear("EPERP", "ETH", "2500"), option("ECALL", "ETH", "call", "2600", 73),
    ],
    { BTC: [flat(73, "50000", "0.6")], ETH: [flat(73, "2500", "0.6")] },
  );
  const OPTIONS = { CALL: ["BTC", "call", 55_000], PUT: ["BTC", "put", 45_000], ECALL: ["ETH", "call", 2600] } as const;
  const [WEIGHT, VEGA_WEIGHT, MOVE] = [0.5, 1, 0.5];
  const rate = { MM: "1", IM: "1" };
  const policy = {
    ...bare(["BTC", "ETH"]),
    scenarios: [{ spot: "1.5", vol: "none", weight: "1", less: "delta" }, { spot: "0.5", vol: "none", weight: "1", less: "delta" }],
    exposures: ["BTC", "ETH"].map((name) => ({ id: `${name}-vega`, measure: "relativeVega", underlyings: [name], nettingSet: name, tiers: [{ above: "0", rate }] })),
    sensitivities: {
      factors: ["BTC", "ETH"].map((name) => ({ id: `${name}-delta`, measure: "delta", underlyings: [name], riskWeight: "0.5" })),
      correlation: [["1", "0.6"], ["0.6", "1"]],
      sets: ["medium"],
    },
  };

  /** Delta, vega and curvature of one class. */
  function parts(name: "BTC" | "ETH", held: Readonly<Record<string, number>>) {
    const spot = coins[name];
    const all = Object.entries(held).flatMap(([instrument, q]) => {
      if (instrument === (name === "BTC" ? "PERP" : "EPERP")) return [{ q, delta: spot, vega: 0, change: (move: number) => spot * (move - 1) }];
      const [underlying, type, strike] = OPTIONS[instrument as keyof typeof OPTIONS] ?? [];
      if (underlying !== name) return [];
      const now = black76(type!, spot, strike!, VOL, tau);
      return [{ q, delta: now.delta * spot, vega: now.vega * VOL, change: (move: number) => black76(type!, spot * move, strike!, VOL, tau).value - now.value }];
    });
    const sum = (of: (each: (typeof all)[number]) => number) => all.reduce((total, each) => total + each.q * of(each), 0);
    const delta = sum((each) => each.delta);
    const curvature = [1 + MOVE, 1 - MOVE].map((move) => -(sum((each) => each.change(move)) - delta * (move - 1)));
    return { delta: WEIGHT * delta, vega: VEGA_WEIGHT * Math.abs(sum((each) => each.vega)), curvature: Math.max(0, ...curvature) };
  }
  const needs = (held: Readonly<Record<string, number>>) =>
    units(reportUnder(policy, market, Object.fromEntries(Object.entries(held).map(([name, q]) => [name, String(q)]))).requirement.MM);

  it.each<[string, Readonly<Record<string, number>>]>([
    ["a short straddle, which curvature costs on both sides", { CALL: -2, PUT: -3 }],
    ["a long one, which has none", { CALL: 2, PUT: 3 }],
    ["calls hedged by a perpetual", { CALL: -10, PERP: 4 }],
    ["a risk reversal", { CALL: 5, PUT: -5, PERP: -3 }],
  ])("of one class need the sum of delta, vega and curvature: %s", (_, held) => {
    const { delta, vega, curvature } = parts("BTC", held);
    expect(needs(held) / (Math.abs(delta) + vega + curvature)).toBeCloseTo(1, 7);
  });

  it("of two classes need the root of the deltas, and the sum of the rest, which is at least any root of it", () => {
    const held = { CALL: -2, PUT: -3, ECALL: 30, EPERP: -10 };
    const [btc, eth] = [parts("BTC", held), parts("ETH", held)];
    const root = Math.sqrt(btc.delta ** 2 + eth.delta ** 2 + 1.2 * btc.delta * eth.delta);
    expect(needs(held) / (root + btc.vega + eth.vega + btc.curvature + eth.curvature)).toBeCloseTo(1, 7);
  });

  it("are what curvature is of: a linear book has none, to a unit of 1e-8 per contract", () => {
    const { nettingSets } = reportUnder({ ...policy, sensitivities: undefined }, market, { PERP: "-7", EPERP: "3" });
    for (const { loss } of nettingSets) expect(units(loss)).toBeLessThan(1e-7);
  });

  it("keep curvature apart from the scenario of the same move, and say so", () => {
    const both = { ...policy, scenarios: [...policy.scenarios, { spot: "1.5", vol: "none", weight: "1" }] };
    const { nettingSets } = reportUnder(both, market, { CALL: "-1" });
    const { curvature } = parts("BTC", { CALL: -1 });
    expect(units(nettingSets[0]!.scenarioPnl[0]!)).toBeCloseTo(-curvature, 3);
    expect(nettingSets[0]!.bindingText).toBe("BTC +50 % / vol unchanged");
    expect(reportUnder(policy, market, { CALL: "-1" }).nettingSets[0]!.bindingText).toBe("BTC +50 % / vol unchanged / less delta");
  });
});
