/** Options where models break: at and in settlement, at no volatility, far from the money, at rates below 0, on a surface fitted elsewhere. */
import { describe, expect, it } from "vitest";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { ONE } from "../prover/numeric/real.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import type { Market } from "../prover/risk/market.ts";
import { policyJson, parsePolicy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Bps, Quantity, Usd } from "../prover/units.ts";
import { AS_OF, DAY, bare, flat, linear, option, reportUnder, units, worldOf } from "./support/bare-policy.ts";

const moves = (...spots: string[]) => spots.map((spot) => ({ spot, vol: "none", weight: "1" }));
const pnl = (policy: object, market: Market, held: Record<string, string>): number[] => reportUnder(policy, market, held).nettingSets[0]!.scenarioPnl.map(units);
const values = (market: Market, ...names: string[]): number[] => names.map((name) => units(reportUnder(bare(["BTC"]), market, { [name]: "1" }).totals.value));
/** A market on one expiry of BTC at 50000, with one surface, and options of these strikes on it. */
const world = (days: number, strikes: readonly string[], surface: object = { kind: "flat", vol: "0.5" }, rate = "0"): Market =>
  worldOf(
    { BTC: "50000" },
    strikes.flatMap((strike) => (["call", "put"] as const).map((type) => option(`${type} ${strike}`.replace(" ", "-"), "BTC", type, strike, days))),
    { BTC: [{ expiry: AS_OF + days * DAY, forward: "50000", rate, surface }] },
  );
const at = (market: Market, secondsLeft: number, days: number): Market => ({ ...market, asOf: AS_OF + days * DAY - secondsLeft });

describe("in the settlement window", () => {
  const policy = { ...bare(["BTC"]), scenarios: moves("0.82", "0.34", "1.18"), settlementWindowSeconds: 1800 };
  const market = world(1, ["40000", "60000"]);
  it.each([
    [1800, [-9000, -10_000, 9000]],
    [900, [-4500, -10_000, 4500]],
    [450, [-2250, -8250, 2250]],
    [1, [-5, -5 * (0.66 / 0.18), 5]],
  ])("an option in the money with %i seconds left moves by the part of the average that is still open", (seconds, expected) => {
    pnl(policy, at(market, seconds, 1), { "call-40000": "1" }).forEach((found, s) => expect(found).toBeCloseTo(expected[s]!, 4));
  });
  it("a put that only the open part can bring into the money pays for that part", () => {
    // Half is fixed: at −66 % the average is 25000 + 8500, and the put at 40000 is 6500 in the money.
    expect(pnl(policy, at(market, 900, 1), { "put-40000": "-1" })[1]).toBeCloseTo(-6500, 4);
    expect(pnl(policy, at(market, 60, 1), { "put-40000": "-1" })[1]).toBeCloseTo(0, 4);
  });
  it("before it, or without one, the whole forward moves", () => {
    expect(pnl(policy, at(market, 3600, 1), { "call-40000": "1" })[0]).toBeCloseTo(-9000, 3);
    expect(pnl({ ...policy, settlementWindowSeconds: 0 }, at(market, 1, 1), { "call-40000": "1" })[0]).toBeCloseTo(-9000, 3);
  });
});

describe("at and after expiry, in a market kept in memory", () => {
  const market = world(1, ["40000", "50000", "60000"]);
  it.each([0, -1, -DAY])("%i seconds left: options are worth their payoff and have the Greeks of what they became", (seconds) => {
    const expired = at(market, seconds, 1);
    expect(values(expired, "call-40000", "put-40000", "call-50000", "put-60000")).toEqual([10_000, 0, 0, 10_000]);
    const { greeks } = reportUnder(bare(["BTC"]), expired, { "call-40000": "2", "put-60000": "1" });
    expect(greeks).toEqual([{ underlying: "BTC", delta: ONE, gamma: 0n, vega: 0n, theta: 0n }]);
    expect(pnl({ ...bare(["BTC"]), scenarios: moves("0.7", "1.3") }, expired, { "call-40000": "1" })).toEqual([-10_000, 15_000]);
  });
});

describe("at a rate below 0", () => {
  it("nothing is worth more than its payoff's worth undiscounted: the rate counts as 0", () => {
    const strikes = ["40000", "50000", "60000"];
    const [negative, zero] = [world(365, strikes, undefined, "-0.3"), world(365, strikes, undefined, "0")];
    const names = strikes.flatMap((strike) => [`call-${strike}`, `put-${strike}`]);
    expect(values(negative, ...names)).toEqual(values(zero, ...names));
    expect(values(world(365, ["1"], { kind: "flat", vol: "0.1" }, "-0.3"), "call-1", "put-1")).toEqual([49_999, 0]);
    const theta = (market: Market) => reportUnder(bare(["BTC"]), market, { "call-50000": "1" }).greeks[0]!.theta;
    expect(theta(negative)).toBe(theta(zero));
  });
  it("while one above 0 discounts", () => {
    expect(values(world(365, ["40000"], { kind: "flat", vol: "0" }, "0.1"), "call-40000")[0]).toBeCloseTo(10_000 * Math.exp(-0.1), 6);
  });
});

describe("on a surface fitted to another forward and time", () => {
  const fit = { a: 0.04, b: 0.1, rho: -0.3, m: 0, sigma: 0.2 };
  const svi = { kind: "svi", ...Object.fromEntries(Object.entries(fit).map(([name, x]) => [name, String(x)])) };
  /** √(w(ln(K/F))/τ) in floating point. */
  const vol = (strike: number, forward: number, tau: number): number => {
    const k = Math.log(strike / forward) - fit.m;
    return Math.sqrt((fit.a + fit.b * (fit.rho * k + Math.sqrt(k * k + fit.sigma ** 2))) / tau);
  };
  it.each([
    ["its own", {}, 50_000, 1],
    ["another forward", { forward: "40000" }, 40_000, 1],
    ["another time", { tau: "0.5" }, 50_000, 0.5],
    ["both", { forward: "62500", tau: "2" }, 62_500, 2],
  ])("%s: an option is worth what the volatility at that place makes it on the expiry's own forward", (_, change, forward, tau) => {
    for (const strike of ["40000", "60000"]) {
      const flatVol = vol(Number(strike), forward, tau).toFixed(15);
      const [fitted, flatOne] = [world(365, [strike], { ...svi, ...change }), world(365, [strike], { kind: "flat", vol: flatVol })];
      const [a, b] = [values(fitted, `call-${strike}`, `put-${strike}`), values(flatOne, `call-${strike}`, `put-${strike}`)];
      a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 6));
      // The forward of the fit places the smile; the price is made on the expiry's forward: parity holds there.
      expect(a[0]! - a[1]!).toBeCloseTo(50_000 - Number(strike), 6);
    }
  });
});

describe("at almost no volatility", () => {
  const policy = { ...bare(["BTC"]), scenarios: [{ spot: "1", vol: "up", weight: "1" }, { spot: "1", vol: "down", weight: "1" }, ...moves("0.9", "1.1")] };
  it.each(["0", "0.000000000000000001", "0.000001"])("of %s an option is its payoff, and a shock up starts from the floor", (vol) => {
    const market = world(30, ["40000", "50000"], { kind: "flat", vol });
    expect(values(market, "call-40000", "put-40000")).toEqual([10_000, 0]);
    const [up, down, fall, rise] = pnl(policy, market, { "call-50000": "-1" });
    // At the forward with 40 % for 30 days: 50000 · (2Φ(σ√τ/2) − 1)
    expect(up).toBeCloseTo(-2286.2, 0);
    expect(down! >= 0 && down! < 1).toBe(true);
    expect(fall! >= 0 && fall! < 1).toBe(true);
    expect(rise).toBeCloseTo(-5000, 0);
  });
});

describe("far from the money", () => {
  const market = worldOf(
    { BTC: "50000" },
    [linear("PERP", "BTC", "50000"), ...["1", "1000000000"].flatMap((strike) => (["call", "put"] as const).map((type) => option(`${type}-${strike}`, "BTC", type, strike, 30)))],
    { BTC: [flat(30, "50000", "0.5", "0.05")] },
  );
  const discount = Math.exp((-0.05 * 30) / 365);
  it("a call on nearly nothing is the forward and a put on a thousand times it the strike, both discounted; the others are worth nothing", () => {
    const [low, lowPut, high, highPut] = values(market, "call-1", "put-1", "call-1000000000", "put-1000000000");
    expect(low).toBeCloseTo(49_999 * discount, 6);
    expect(highPut! / ((1e9 - 50_000) * discount)).toBeCloseTo(1, 12);
    expect([lowPut, high]).toEqual([0, 0]);
  });
  it("has deltas of 0 and 1 discounted, no gamma or vega, and moves with the forward or not at all", () => {
    const { greeks } = reportUnder(bare(["BTC"]), market, { "call-1": "1", "put-1000000000": "1", "call-1000000000": "5", "put-1": "5" });
    for (const greek of ["delta", "gamma", "vega"] as const) expect(Math.abs(Number(greeks[0]![greek]) / 1e27)).toBeLessThan(1e-15);
    const policy = { ...bare(["BTC"]), scenarios: moves("0.5", "2") };
    expect(pnl(policy, market, { "call-1000000000": "-1", "put-1": "-1" })).toEqual([0, 0]);
    pnl(policy, market, { "call-1": "1" }).forEach((found, s) => expect(found).toBeCloseTo([-25_000, 50_000][s]! * discount, 6));
  });
  it("still pays the charges that no scenario sees", () => {
    const charged = { ...bare(["BTC"]), minimums: { perContract: "0", optionShort: "0.03" } };
    expect(units(reportUnder(charged, market, { "call-1000000000": "-1" }).requirement.MM)).toBe(1500);
  });
});

describe("a book put together in memory", () => {
  const policy = parsePolicy(policyJson(readPolicy("grid-33")!));
  const market = worldOf({ BTC: "50000", ETH: "2500" }, [linear("PERP", "BTC", "50000"), option("CALL", "BTC", "call", "50000", 30)], { BTC: [flat(30, "50000", "0.5")] });
  const risks = marketRisk(market, policy);
  const report = (...positions: (readonly [string, bigint])[]) =>
    marginReport([{ venue: "v", account: "a", asOf: AS_OF, positions: positions.map(([instrument, quantity]) => ({ instrument, quantity: quantity as Quantity })) }], risks, policy, {
      level: "IM",
      minRatioBps: 10_000n as Bps,
      onChainCollateral: 0n as Usd,
    });
  it("needs nothing for a quantity of 0, whichever side it is taken for", () => {
    const [plain, zero] = [report(["PERP", 5n]), report(["PERP", 5n], ["CALL", 0n])];
    expect([zero.totals, zero.requirement, zero.excess, zero.greeks]).toEqual([plain.totals, plain.requirement, plain.excess, plain.greeks]);
    expect(zero.positions[1]).toMatchObject({ value: 0n, charge: 0n, isolatedRequirement: 0n, binding: { pnl: 0n } });
  });
  it("adds an instrument up that is listed twice, charging each side it holds", () => {
    expect(report(["PERP", 3n], ["PERP", 4n]).requirement).toEqual(report(["PERP", 7n]).requirement);
    const [both, net] = [report(["PERP", 7n], ["PERP", -4n]), report(["PERP", 3n])];
    expect(both.requirement.IM > net.requirement.IM).toBe(true);
    expect(both.totals.charge.IM).toBe(report(["PERP", 11n]).totals.charge.IM);
  });
});
