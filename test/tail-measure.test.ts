/** Tail measures against a plain sort, and what the correlation-breakdown switch makes of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDecimal } from "../prover/numeric/decimal.ts";
import { evaluateRules, type TailWorking } from "../prover/risk/margin-program.ts";
import { parseBook } from "../prover/risk/book.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { marginReportJson } from "../prover/risk/margin-report-json.ts";
import { marginTable } from "../prover/risk/margin-table.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { tailRule } from "../prover/risk/tail-plan.ts";
import { DECIMALS, type Bps, type Usd, type Value } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { plainRules, value, zeroTotals } from "./support/rules.ts";
import { MARKET_JSON, POLICY_JSON } from "./support/small-market.ts";
import { measureBySorting } from "./support/tail-by-sorting.ts";

type Measure = "es" | "var";

/** The engine's working of sets of P&L, all of one length. */
function worked(measure: Measure, size: number, ...sets: (readonly bigint[])[]): TailWorking {
  const rules = plainRules(1, 1);
  const pnl = sets[0]!.flatMap((_, i) => sets.map((set) => set[i]! as Value));
  const tail = tailRule({ ...parsePolicy(POLICY_JSON), tail: { measure, size, source: { kind: "stress", events: [] }, volTerm: "parallel" } }, pnl.length);
  const given = { ...rules, shape: { ...rules.shape, tails: pnl.length, tailSets: sets.length }, tail };
  return evaluateRules(given, { ...zeroTotals(rules), tail: pnl }, "MM").tail;
}
const measured = (measure: Measure, size: number, ...sets: (readonly bigint[])[]): bigint => worked(measure, size, ...sets).measure;
const sorted = (measure: Measure, size: number, ...sets: (readonly bigint[])[]): bigint =>
  measureBySorting(sets, measure === "es" ? { size, flags: 0 } : { size: 1, flags: size - 1 });

// Small numbers make ties, large ones make room for errors of scale.
const amounts = fc.oneof(fc.bigInt({ min: -4n, max: 4n }), fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }));
const lists = (min: number) => fc.array(amounts, { minLength: min, maxLength: 60 });
const measures = fc.constantFrom<Measure>("es", "var");

describe("a tail measure", () => {
  law(
    "is what sorting gives, for every size and sign",
    fc.property(measures, lists(1), fc.nat(), (measure, pnl, pick) => {
      const size = 1 + (pick % pnl.length);
      expect(measured(measure, size, pnl)).toBe(sorted(measure, size, pnl));
    }),
  );

  // Few values make runs of ties across the threshold; 1,024 is what the largest tier takes.
  const thousand = fc.array(fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(1n << 60n), max: 1n << 60n })), { minLength: 1024, maxLength: 1024 });
  law(
    "of 1,024 scenarios is what sorting gives",
    fc.property(measures, thousand, fc.constantFrom(1, 2, 10, 25, 26, 512, 1023, 1024), (measure, pnl, size) => {
      expect(measured(measure, size, pnl)).toBe(sorted(measure, size, pnl));
    }),
    40,
  );

  law(
    "whose share of the scenarios is no whole number, 25.6 of 1,024 at 97.5 %, is bounded by that of the whole number below",
    fc.property(thousand, (pnl) => {
      const losses = pnl.map((each) => -each).sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
      // The mean of the 25 worst and six tenths of the next: ten times the losses over 256, rounded down
      const fractional = (10n * losses.slice(0, 25).reduce((sum, loss) => sum + loss, 0n) + 6n * losses[25]!) / 256n;
      expect(measured("es", 25, pnl) >= fractional).toBe(true);
    }),
    40,
  );

  law(
    "of several sets is exactly the largest of each set's own, and says which that is",
    fc.property(measures, fc.integer({ min: 1, max: 8 }).chain((length) => fc.array(fc.array(amounts, { minLength: length, maxLength: length }), { minLength: 2, maxLength: 4 })), fc.nat(), (measure, sets, pick) => {
      const size = 1 + (pick % sets[0]!.length);
      const { measure: found, binding, sets: each } = worked(measure, size, ...sets);
      const alone = sets.map((set) => measured(measure, size, set));
      expect([found, each.map((set) => set.measure)]).toEqual([alone.reduce((most, next) => (next > most ? next : most)), alone]);
      expect(found).toBe(sorted(measure, size, ...sets));
      expect(each.indexOf(binding!)).toBe(alone.indexOf(found));
    }),
  );

  it("of several sets is less than that of all their scenarios together, where two have a share of the worst", () => {
    const [first, second] = [[-10n, -2n, 5n], [-8n, -6n, 1n]];
    expect([measured("es", 2, first), measured("es", 2, second), measured("es", 2, [...first, ...second]), measured("es", 2, first, second)]).toEqual([6n, 7n, 9n, 7n]);
  });
});

describe("the correlation-breakdown switch", () => {
  const put = { ...MARKET_JSON.instruments.find(({ kind }) => kind === "option")!, name: "PUT", type: "put", strike: "34000" };
  const market = parseMarket({ ...MARKET_JSON, instruments: [...MARKET_JSON.instruments, put] });
  const positions = (...held: (readonly [string, string])[]) => held.map(([instrument, quantity]) => ({ instrument, quantity }));
  const report = (policy: object, held: readonly { readonly instrument: string; readonly quantity: string }[]) => {
    const parsed = parsePolicy({ ...POLICY_JSON, ...policy });
    const { accounts } = parseBook({ format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: 1, positions: held }] });
    return marginReport(accounts, marketRisk(market, parsed), parsed, { level: "MM", minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
  };
  const hedge = positions(["BTC-PERPETUAL", "1"], ["ETH-PERPETUAL", "-18"]);
  const both = positions(["BTC-PERPETUAL", "1"], ["ETH-PERPETUAL", "18"]);

  describe("of a simulated tail", () => {
    const source = { kind: "monteCarlo", seed: "switch", count: 200, horizonDays: "10", underlyings: ["BTC", "ETH"], volatility: ["0.6", "0.8"], correlation: [["1", "0.7"], ["0.7", "1"]] };
    const quiet = { nettingSets: [{ id: "coins", underlyings: ["BTC", "ETH"] }], scenarios: [{ spot: "1", vol: "none", weight: "1" }] };
    const reported = (measure: Measure, held: typeof hedge, ...sets: string[]) => report({ ...quiet, tail: { measure, size: 5, source: { ...source, sets } } }, held);
    const tail = (measure: Measure, held: typeof hedge, ...sets: string[]): bigint => reported(measure, held, ...sets).tail;

    it.each<[Measure, string, typeof hedge]>([["es", "a hedge", hedge], ["var", "a hedge", hedge], ["es", "a one-sided book", both], ["var", "a one-sided book", both]])("%s of %s is that of the worst set alone", (measure, _, held) => {
      const alone = ["medium", "high", "low", "one"].map((set) => tail(measure, held, set));
      const together = tail(measure, held, "medium", "high", "low", "one");
      expect(together).toBe(alone.reduce((most, next) => (next > most ? next : most)));
      expect(new Set(alone).size).toBe(4);
    });

    it("costs a hedge that rests on correlation more when correlations fall, and a one-sided book more when they rise", () => {
      expect(tail("es", hedge, "low") > tail("es", hedge, "medium") && tail("es", hedge, "medium") > tail("es", hedge, "one")).toBe(true);
      expect(tail("es", both, "one") > tail("es", both, "medium") && tail("es", both, "medium") > tail("es", both, "low")).toBe(true);
    });

    it("never relieves: with it a hedge needs more than under the given correlations, though it would need less under one", () => {
      expect(tail("es", hedge, "medium", "one")).toBe(tail("es", hedge, "medium"));
      expect(tail("es", hedge, "medium", "low", "one")).toBe(tail("es", hedge, "low"));
      expect(tail("es", hedge, "low") > tail("es", hedge, "medium")).toBe(true);
    });

    it("is reported set by set, with the one that binds", () => {
      const found = reported("es", hedge, "medium", "low", "one");
      expect(found.tailSets).toEqual(["medium", "low", "one"].map((set) => ({ set, measure: tail("es", hedge, set), binds: set === "low" })));
      expect(marginReportJson(found)["tailSets"]).toEqual(found.tailSets.map((each) => ({ ...each, measure: formatDecimal(each.measure, DECIMALS.value, { trim: true }) })));
      const table = marginTable(found, parsePolicy(POLICY_JSON));
      expect(table).toMatch(/of set medium +│? *[\d,.]+/);
      expect(table).toMatch(/of set low, which binds/);
      expect(table).not.toMatch(/of set (?:medium|one), which binds/);
    });

    it("binds nowhere where nothing is required, and is one set without the switch", () => {
      const nothing = reported("es", positions(), "medium", "low");
      expect(nothing.tailSets.map(({ binds }) => binds)).toEqual([false, false]);
      const single = reported("es", hedge, "medium");
      expect([single.tailSets.length, marginTable(single, parsePolicy(POLICY_JSON)).includes("of set")]).toEqual([1, false]);
      expect(report({}, hedge).tailSets).toEqual([]);
    });
  });

  describe("of a link between prices and volatilities", () => {
    const source = {
      kind: "monteCarlo", seed: "link", count: 200, horizonDays: "10", underlyings: ["BTC", "ETH"], volatility: ["0.6", "0.8"],
      volFactors: { underlyings: ["BTC"], volOfVol: ["1.5"] }, correlation: [["1", "0.7", "-0.6"], ["0.7", "1", "-0.4"], ["-0.6", "-0.4", "1"]],
    };
    const quiet = { nettingSets: [{ id: "coins", underlyings: ["BTC", "ETH"] }], scenarios: [{ spot: "1", vol: "none", weight: "1" }] };
    const tail = (held: typeof hedge, ...sets: string[]): bigint => report({ ...quiet, tail: { measure: "es", size: 5, source: { ...source, sets } } }, held).tail;
    // What a fall costs, a rise of volatility makes worse.
    const shortPut = positions(["PUT", "-10"]);

    it("pushed to one is no relief for whoever is short puts: volatility rises in the crash", () => {
      expect(tail(shortPut, "medium", "one") > tail(shortPut, "medium", "low") && tail(shortPut, "medium", "low") >= tail(shortPut, "medium")).toBe(true);
    });
  });

  describe("of netting sets added up with correlations", () => {
    const aggregate = (sets?: readonly string[]): bigint => report(sets === undefined ? {} : { aggregation: { correlation: [["1", "0.4"], ["0.4", "1"]], sets } }, both).aggregate;

    it("takes exactly the largest of its sets, and one is the plain sum", () => {
      const [medium, high, low, one] = ["medium", "high", "low", "one"].map((set) => aggregate([set]));
      expect(low! < medium! && medium! < high! && high! < one!).toBe(true);
      expect(aggregate(["medium", "high", "low"])).toBe(high);
      expect(aggregate(["medium", "low", "one"])).toBe(one);
      expect(one).toBe(aggregate());
    });

    it("adds as the root says: √(x² + 2·0.4·x·y + y²) of what each set needs, rounded up", () => {
      const { nettingSets, aggregate: found } = report({ aggregation: { correlation: [["1", "0.4"], ["0.4", "1"]], sets: ["medium"] } }, both);
      const [x, y] = nettingSets.map(({ loss }) => loss) as [Value, Value];
      const squared = x * x + y * y + (2n * 4n * x * y) / 10n;
      expect(found * found >= squared && (found - 1n) * (found - 1n) < squared + value(1n)).toBe(true);
    });
  });
});
