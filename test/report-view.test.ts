/** What a report says besides the requirement: what binds, whose it is, what netting and each rule save, and the Greeks. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { fromScaled, type Real } from "../prover/numeric/real.ts";
import { bookGreeks } from "../prover/risk/greeks.ts";
import { marginReport, type MarginReport } from "../prover/risk/margin-report.ts";
import { marginReportJson } from "../prover/risk/margin-report-json.ts";
import { marginTable } from "../prover/risk/margin-table.ts";
import type { Market } from "../prover/risk/market.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { scenarioChart } from "../prover/risk/scenario-chart.ts";
import { generatedPortfolios } from "./support/arbitraries.ts";
import { AS_OF, bare, dated, flat, linear, option, reportUnder, units, worldOf } from "./support/bare-policy.ts";
import { law } from "./support/law.ts";

/** With a haircut for every balance of the market. */
const shipped = (name: string): any => ({ ...structuredClone(policyJson(readPolicy(name)!) as object), haircuts: (policyJson(readPolicy("grid-33")!) as any).haircuts });
const rate = (MM: string, IM = MM) => ({ MM, IM });
const number = (real: Real): number => Number(real) / 1e27;

const world = (spot: string, vol = "0.6", asOf = AS_OF): Market => ({
  ...worldOf(
    { BTC: spot, ETH: "2500" },
    [
      { kind: "spot", name: "BTC", underlying: "BTC" },
      linear("PERP", "BTC", spot), linear("EPERP", "ETH", "2500"), dated("FUT", "BTC", spot, 60),
      option("CALL", "BTC", "call", "52000", 30), option("PUT", "BTC", "put", "45000", 60),
    ],
    { BTC: [flat(30, spot, vol), flat(60, spot, vol)] },
  ),
  asOf,
});
const BOOK = { CALL: "-10", PUT: "4", PERP: "3.5", FUT: "-1", EPERP: "7", BTC: "0.5", USD: "100000" };
const holding = (held: Record<string, string>) => [
  { venue: "v", account: "a", asOf: AS_OF, positions: Object.entries(held).map(([instrument, quantity]) => ({ instrument, quantity: BigInt(Math.round(Number(quantity) * 1e8)) as never })) },
];

describe("the Greeks of a report", () => {
  const report = reportUnder(shipped("grid-33"), world("50000"), BOOK);
  const [btc, eth] = report.greeks;
  const value = (market: Market): number => units(reportUnder(shipped("grid-33"), market, BOOK).totals.value);

  it("are those of the book, whatever the policy, and add up over positions", () => {
    expect(report.greeks).toEqual(bookGreeks(holding(BOOK), world("50000")));
    expect(reportUnder(shipped("span"), world("50000"), BOOK).greeks).toEqual(report.greeks);
    const deltas = report.positions.filter(({ underlying }) => underlying === "BTC").reduce((sum, { greeks }) => sum + greeks.delta, 0n);
    expect(deltas).toBe(btc!.delta);
    expect(eth).toEqual({ underlying: "ETH", delta: fromScaled(7n, 0), gamma: 0n, vega: 0n, theta: 0n });
  });

  it("are the differences of the book's value when spot, volatility and time move", () => {
    const [up, down, here] = [value(world("50010")), value(world("49990")), value(world("50000"))];
    expect(number(btc!.delta)).toBeCloseTo((up - down) / 20, 5);
    expect(number(btc!.gamma)).toBeCloseTo((up + down - 2 * here) / 100, 6);
    expect(number(btc!.vega)).toBeCloseTo((value(world("50000", "0.601")) - value(world("50000", "0.599"))) / 0.2, 2);
    const [earlier, later] = [value(world("50000", "0.6", AS_OF - 3600)), value(world("50000", "0.6", AS_OF + 3600))];
    expect(number(btc!.theta)).toBeCloseTo((later - earlier) * 12, 2);
  });

  it("of calls and puts differ by the forward: a conversion has none but its future's", () => {
    const market = worldOf(
      { BTC: "50000", ETH: "1" },
      [option("C", "BTC", "call", "48000", 30), option("P", "BTC", "put", "48000", 30), dated("F", "BTC", "50000", 30)],
      { BTC: [flat(30, "50000", "0.7")] },
    );
    const { greeks } = reportUnder(shipped("grid-33"), market, { C: "-3", P: "3", F: "3" });
    for (const greek of ["delta", "gamma", "vega", "theta"] as const) expect(Math.abs(number(greeks[0]![greek]))).toBeLessThan(1e-18);
  });

  it("are in the document for the book and for each position, and in the table where there are options", () => {
    const json = marginReportJson(report) as any;
    expect(json.greeks.map(({ underlying }: any) => underlying)).toEqual(["BTC", "ETH"]);
    expect(json.positions.find(({ instrument }: any) => instrument === "PERP").greeks).toEqual({ delta: "3.500000000000", gamma: "0.000000000000", vega: "0.000000000000", theta: "0.000000000000" });
    expect(marginTable(report, readPolicy("grid-33")!)).toMatch(/│ greeks +│ delta \(units\)/);
    expect(marginTable(reportUnder(shipped("grid-33"), world("50000"), { PERP: "1" }), readPolicy("grid-33")!)).not.toContain("greeks");
  });

  it("count a wrapped coin with what it follows, as its scenarios do", () => {
    const instruments = [linear("PERP", "BTC", "50000"), { kind: "cash", name: "WBTC", currency: "WBTC" }];
    const market = worldOf({ BTC: "50000", ETH: "1" }, instruments, {}, [{ name: "WBTC", price: "25000" }]);
    const plain = bare(["BTC", "ETH"]);
    const haircuts = [...plain.haircuts, { asset: "WBTC", rate: rate("0") }];
    const policy = { ...plain, haircuts, tracking: [{ asset: "WBTC", underlying: "BTC" }], exposures: [{ id: "btc", measure: "delta", underlyings: ["BTC"], limit: "1" }] };
    const { greeks, withinLimits } = reportUnder(policy, market, { WBTC: "4", PERP: "-2" });
    expect([greeks[0]!.delta, withinLimits]).toEqual([0n, true]);
  });
});

describe("a fund that proves to be delta-neutral within a band", () => {
  const band = { ...bare(["BTC", "ETH"]), exposures: [{ id: "btc-delta", measure: "delta", underlyings: ["BTC"], limit: "2500" }] };
  const deltaOf = (perp: bigint): MarginReport => reportUnder(band, world("50000"), { CALL: "-10", PUT: "4", PERP: (Number(perp) / 1e8).toFixed(8) });
  it("hedges its options with perpetuals up to the limit, and one hundred-millionth of a contract beyond it is outside", () => {
    // One unit of 1e-8 perpetuals is 0.0005 of delta in quote units; entries of options are exact to 1e-8 per contract.
    const unhedged = deltaOf(1n).exposures[0]!.total;
    const edge = (2500n * 10n ** 16n - unhedged) / (50_000n * 10n ** 8n) + 1n;
    const [at, beyond] = [deltaOf(edge), deltaOf(edge + 1n)];
    expect([at.withinLimits, beyond.withinLimits]).toEqual([true, false]);
    expect([at.isHealthy, beyond.isHealthy]).toEqual([true, false]);
    const { total, high } = at.exposures[0]!;
    expect(total <= high && total + 50_000n * 10n ** 8n > high).toBe(true);
    // The exposure is the report's own Greek.
    expect(units(total)).toBeCloseTo(number(at.greeks[0]!.delta) * 50_000, 5);
  });
});

describe("what binds", () => {
  law(
    "is shared out over the positions of a netting set without anything left, where nothing is offset or discounted",
    fc.property(generatedPortfolios({ nettingSets: 2, scenarios: 4, positions: 6, venues: 2 }), ({ book, risks, policy, terms }) => {
      const { positions, nettingSets } = marginReport(book.accounts, risks, policy, terms);
      nettingSets.forEach(({ loss, binding }, n) => {
        const own = positions.filter((position) => position.nettingSet === n && position.underlying !== null);
        expect(own.reduce((sum, { binding: share }) => sum + share.pnl, 0n)).toBe(-loss);
        const shares = own.flatMap(({ binding: { shareBps } }) => shareBps ?? []);
        expect(shares.length).toBe(binding === null ? 0 : own.length);
        if (binding !== null) expect(Math.abs(Number(shares.reduce<bigint>((sum, share) => sum + share, 0n)) - 10_000)).toBeLessThanOrEqual(own.length);
      });
    }),
    100,
  );

  it("is named in words, in the document too", () => {
    const bindings = (name: string, held: Record<string, string>) => (marginReportJson(reportUnder(shipped(name), world("50000"), held)) as any).nettingSets[0].bindingText;
    expect(bindings("grid-33", { CALL: "-10" })).toBe("BTC +18 % / vol up");
    expect(bindings("grid-33", { PERP: "1" })).toBe("BTC −18 % / vol up");
    expect(bindings("grid-33", { USD: "1" })).toBe("no scenario loses");
    expect(bindings("paradex", { PERP: "3", FUT: "-3" })).toBe("BTC least loss for its deltas");
    expect(bindings("pmrm", { FUT: "-1", PERP: "1" })).toBe("BTC forwards against spot, expiry by expiry");
    const apart = { ...bare(["BTC", "ETH"]), nettingSets: [{ id: "coins", underlyings: ["BTC", "ETH"] }], scenarios: [{ spot: "0.82", moves: { ETH: "1.25" }, vol: "up", weight: "1" }] };
    expect(reportUnder(apart, world("50000"), { PERP: "1" }).nettingSets[0]!.bindingText).toBe("coins −18 % (ETH +25 %) / vol up");
  });

  it("is shared out in the worse sign of each cell under a skew rotation, and in the worse move under a basis", () => {
    const { nettingSets, positions } = reportUnder(shipped("pmrm"), world("50000"), { FUT: "-1", PERP: "1" });
    expect(nettingSets[0]!.binding).toBe("basis");
    expect(positions.map(({ instrument: { name }, binding: { pnl } }) => [name, pnl])).toEqual([["FUT", -nettingSets[0]!.loss], ["PERP", 0n]]);
    const rotated = {
      ...bare(["BTC", "ETH"]), cells: "expiry", scenarios: [{ spot: "1", vol: "none", weight: "1" }, { spot: "1", vol: "linear", weight: "1" }], skew: shipped("pmrm2").skew,
    };
    const skewed = reportUnder(rotated, world("50000"), { CALL: "-10", PUT: "4", PERP: "2" });
    const [set] = skewed.nettingSets;
    expect([set!.binding, set!.bindingText]).toEqual(["skew", "BTC 0 % / skew rotated"]);
    // Call and put are in cells of their own, so that each loses its whole size.
    expect(skewed.positions.map(({ binding: { pnl } }) => pnl < 0n)).toEqual([true, false, true]);
    expect(skewed.positions.reduce((sum, { binding: { pnl } }) => sum + pnl, 0n)).toBe(-set!.loss);
  });
});

describe("what netting saves", () => {
  it("is shown for each netting set, and for the book what sets save between each other besides", () => {
    // 9000 − 9000 within BTC, 4500 alone in ETH; between them SPAN's credit has nothing left to work on.
    const report = reportUnder(shipped("span"), world("50000"), { PERP: "1", FUT: "-1", EPERP: "10" });
    const [btc, eth] = report.nettingSets.map(({ isolatedRequirement, nettedRequirement, nettingSaving }) => [isolatedRequirement, nettedRequirement, nettingSaving].map(units));
    expect(btc).toEqual([18_000, 875, 17_125]);
    expect(eth).toEqual([4500, 4500, 0]);
    expect(units(report.nettingSaving)).toBeCloseTo(17_125, 8);
  });

  it("and each rule adds or saves is shown by set: the credit between sets is of neither alone", () => {
    const { ruleEffects, nettingSets } = reportUnder(shipped("span"), world("50000"), { PERP: "1", FUT: "-2", EPERP: "20" });
    const effects = (of: MarginReport["ruleEffects"]) => Object.fromEntries(of.map(({ rule, effect }) => [rule, units(effect)]));
    expect(effects(ruleEffects)).toMatchObject({ "forward curve charges": 875, "spread credits": -9000, floors: 0 });
    expect(effects(nettingSets[0]!.ruleEffects)).toMatchObject({ "forward curve charges": 875, "spread credits": 0 });
    const table = marginTable(reportUnder(shipped("span"), world("50000"), { PERP: "1", FUT: "-2", EPERP: "20" }), readPolicy("span")!);
    expect(table).toMatch(/│ rule +│ adds to MM \(saves, if negative\), USD │ BTC by itself │ ETH by itself │/);
    expect(table).toMatch(/│ spread credits +│ +-9,000\.00 │ +0\.00 │ +0\.00 │/);
    expect(effects(reportUnder(shipped("paradex"), world("50000"), { PERP: "1", FUT: "-1" }, "IM").ruleEffects)).toEqual({ "least deltas": 500 });
    const tiered = { ...bare(["BTC", "ETH"]), exposures: [{ id: "x", measure: "notional", underlyings: ["BTC"], tiers: [{ above: "0", rate: rate("0.01") }] }] };
    expect(effects(reportUnder(tiered, world("50000"), { PERP: "1", FUT: "-1" }).ruleEffects)).toEqual({ "exposure charges": 1000 });
  });
});

describe("the chart", () => {
  it("draws losses to the left and gains to the right, and marks what binds", () => {
    const policy = parsePolicy({ ...shipped("grid-33"), scenarios: [["0.8", "1"], ["1", "1"], ["1.1", "1"], ["2", "0.1"]].map(([spot, weight]) => ({ spot, vol: "none", weight })) });
    expect(scenarioChart(reportUnder(policy, world("50000"), { PERP: "-1" }), policy)).toMatchInlineSnapshot(`
      "BTC: P&L by scenario, USD
      BTC −20 % / vol unchanged         10,000.00                          │████████████████████████
      BTC 0 % / vol unchanged                0.00                          │
      BTC +10 % / vol unchanged         -5,000.00              ████████████│ ◄ binds
      BTC +100 % / vol unchanged × 0.1  -5,000.00              ████████████│"
    `);
  });
});
