/** Exposure rules of a policy through the whole engine: limits, tiered haircuts, concentration, calendar spreads. Worked by hand. */
import { describe, expect, it } from "vitest";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { parseBook } from "../prover/risk/book.ts";
import { bookGreeks } from "../prover/risk/greeks.ts";
import { marginReport, type MarginReport } from "../prover/risk/margin-report.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Bps, Level, Usd } from "../prover/units.ts";
import { refusal } from "./support/refusal.ts";

const AS_OF = 1_700_000_000;
const NEAR = AS_OF + 30 * 86_400;
const FAR = AS_OF + 90 * 86_400;
const future = (name: string, expiry: number) => ({ kind: "future", name, underlying: "BTC", expiry, settlement: "linear", multiplier: "1", mark: "50000" });
const flat = (expiry: number) => ({ expiry, forward: "50000", rate: "0", surface: { kind: "flat", vol: "0.5" } });

const market = parseMarket({
  format: "margin-market/1",
  asOf: AS_OF,
  quote: "USD",
  currencies: [{ name: "USDC", price: "1" }],
  underlyings: [{ name: "BTC", spot: "50000", expiries: [flat(NEAR)] }, { name: "ETH", spot: "2500", expiries: [] }],
  instruments: [
    { kind: "cash", name: "USD", currency: "USD" },
    { kind: "cash", name: "USDC", currency: "USDC" },
    { kind: "spot", name: "BTC", underlying: "BTC" },
    future("NEAR", NEAR),
    future("FAR", FAR),
    { kind: "option", name: "CALL", underlying: "BTC", expiry: NEAR, strike: "50000", type: "call", multiplier: "1" },
  ],
});

/** One scenario that moves nothing and no other charge: what is left is the rule under test. */
const bare = {
  ...(policyJson(readPolicy("grid-33")!) as object),
  scenarios: [{ spot: "1", vol: "none", weight: "1" }],
  lossFactor: { MM: "1", IM: "1" },
  charges: { perpetual: { MM: "0", IM: "0" }, future: { MM: "0", IM: "0" }, optionShort: { MM: "0", IM: "0" } },
  haircuts: ["BTC", "ETH", "USDC", "USDT"].map((asset) => ({ asset, rate: { MM: "0", IM: "0" } })),
};

function reportOf(rules: object, held: Record<string, string>, level: Level = "MM"): MarginReport {
  const policy = parsePolicy({ ...bare, ...rules });
  const positions = Object.entries(held).map(([instrument, quantity]) => ({ instrument, quantity }));
  const { accounts } = parseBook({ format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: AS_OF, positions }] });
  return marginReport(accounts, marketRisk(market, policy), policy, { level, minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
}
const needs = (rules: object, held: Record<string, string>, level: Level = "MM"): number => Number(reportOf(rules, held, level).requirement[level]) / 1e16;
const rate = (MM: string, IM = MM) => ({ MM, IM });

describe("limits", () => {
  const neutral = { exposures: [{ id: "btc-delta", measure: "delta", underlyings: ["BTC"], limit: "1000" }] };
  it.each([
    ["at the limit", "-0.98", true],
    ["one unit beyond it", "-0.97999999", false],
    ["beyond it short", "-1.02000001", false],
    ["at it short", "-1.02", true],
  ])("let a fund prove that it is delta-neutral within a band: %s", (_, short, within) => {
    const report = reportOf(neutral, { BTC: "1", NEAR: short, USD: "100000" });
    expect([report.withinLimits, report.isHealthy]).toEqual([within, within]);
  });
  it.each(["gamma", "vega", "theta"] as const)("hold for %s, which is the report's own Greek", (measure) => {
    const { accounts } = parseBook({ format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: AS_OF, positions: [{ instrument: "CALL", quantity: "-10" }] }] });
    const greek = Number(bookGreeks(accounts, market).find(({ underlying }) => underlying === "BTC")![measure]) / 1e27;
    const expected = measure === "gamma" ? (greek * 50_000 ** 2) / 100 : greek;
    const report = reportOf({ exposures: [{ id: measure, measure, underlyings: ["BTC"], limit: "0.01" }] }, { CALL: "-10" });
    expect(Number(report.exposures[0]!.total) / 1e16).toBeCloseTo(expected, 5);
    expect(report.withinLimits).toBe(false);
  });
});

describe("tiered haircuts", () => {
  // Value counts at 98 % up to 100,000, 95 % from there to 1,000,000, and 90 % beyond, as a tiered collateral rate table has it.
  const tiers = [{ above: "0", rate: rate("0.02") }, { above: "100000", rate: rate("0.05") }, { above: "1000000", rate: rate("0.1") }];
  const rules = { exposures: [{ id: "usdc", measure: "value", underlyings: ["USDC"], kinds: ["cash"], tiers }] };
  it.each([
    ["50000", 1000],
    ["100000", 2000],
    ["100001", 2000.05],
    ["1000000", 47_000],
    ["2000000", 147_000],
    ["-100000", 2000],
  ])("take the sum over the tiers of %s: %s", (amount, haircut) => expect(needs(rules, { USDC: amount })).toBeCloseTo(haircut, 8));
  it("count balances alone where the policy says so", () => {
    const coins = { exposures: [{ id: "btc", measure: "value", underlyings: ["BTC"], kinds: ["spot"], tiers: [{ above: "0", rate: rate("0.1") }] }] };
    expect(needs(coins, { BTC: "1", NEAR: "5" })).toBe(5000);
  });
});

describe("concentration", () => {
  const rules = { exposures: [{ id: "btc", measure: "delta", underlyings: ["BTC"], tiers: [{ above: "1000000", rate: rate("0.1", "0.15") }], nettingSet: "BTC" }] };
  it("charges what is beyond the threshold, at the rate of the level, on the net", () => {
    expect(needs(rules, { NEAR: "20" })).toBe(0);
    expect(needs(rules, { NEAR: "30" })).toBe(50_000);
    expect(needs(rules, { NEAR: "-30" }, "IM")).toBe(75_000);
    expect(needs(rules, { NEAR: "30", FAR: "-10" })).toBe(0);
  });
  it("makes two concentrated positions dearer together than apart, and the report says so", () => {
    expect(Number(reportOf(rules, { NEAR: "20", FAR: "20" }).nettingSaving) / 1e16).toBe(-100_000);
  });
});

describe("calendar spreads", () => {
  const rules = { spreads: [{ underlying: "BTC", expiries: [NEAR, FAR], rate: rate("0.02", "0.03") }] };
  it.each([
    ["what one month is long and another short", { NEAR: "3", FAR: "-2" }, 2 * 50_000 * 0.02],
    ["nothing on months of one sign", { NEAR: "3", FAR: "2" }, 0],
    ["the smaller leg", { NEAR: "-1", FAR: "4" }, 50_000 * 0.02],
  ])("charge %s", (_, held, charge) => expect(needs(rules, held)).toBeCloseTo(charge, 8));
  it("at the rate of the level", () => expect(needs(rules, { NEAR: "1", FAR: "-1" }, "IM")).toBeCloseTo(1500, 8));
});

describe("an exposure is refused", () => {
  const exposure = { id: "x", measure: "delta", underlyings: ["BTC"], limit: "1" };
  it.each<[string, object, string]>([
    ["without a limit or tiers", { ...exposure, limit: null }, "exposures[0]"],
    ["with tiers that fall", { ...exposure, tiers: [{ above: "0", rate: rate("0.2") }, { above: "1", rate: rate("0.1") }] }, "exposures[0].tiers"],
    ["with a negative rate", { ...exposure, tiers: [{ above: "0", rate: rate("-0.1") }] }, "exposures[0].tiers[0].rate.MM"],
    ["of an underlying nobody nets", { ...exposure, underlyings: ["DOGE"] }, "exposures[0].underlyings[0]"],
    ["of a netting set that is not there", { ...exposure, nettingSet: "ALL" }, "exposures[0].nettingSet"],
  ])("%s", (_, bad, path) => expect(refusal(() => parsePolicy({ ...bare, exposures: [bad] }))).toEqual({ code: "InvalidPolicy", path }));
});
