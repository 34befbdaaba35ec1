import { describe, expect, it } from "vitest";
import { normalCdf } from "../prover/numeric/normal.ts";
import { normalQuantile } from "../prover/numeric/normal-quantile.ts";
import { fromPrice, fromScaled, type Real } from "../prover/numeric/real.ts";
import { cholesky } from "../prover/risk/sources/cholesky.ts";
import { correlationSet, requireCorrelation } from "../prover/risk/sources/correlation.ts";
import { ewmaVolatility } from "../prover/risk/sources/ewma.ts";
import { historicalScenarios, type History } from "../prover/risk/sources/historical.ts";
import { simulate, type MonteCarlo } from "../prover/risk/sources/monte-carlo.ts";
import { stressScenarios } from "../prover/risk/sources/stress.ts";
import type { Matrix } from "../prover/risk/margin-rules.ts";
import { parseFactor, parsePrice } from "../prover/numeric/amounts.ts";
import type { Factor, Price } from "../prover/units.ts";

const f = (text: string): Factor => parseFactor(text, "");
const matrix = (...rows: string[][]): Matrix => rows.map((row) => row.map(f));
const near = (x: bigint, expected: string, within: bigint): void => {
  const distance = x - fromScaled(BigInt(expected.replace(".", "")), expected.split(".")[1]!.length);
  expect(distance < within && distance > -within, `${x} is not ${expected}`).toBe(true);
};

describe("normal quantile", () => {
  it.each([
    ["975", 3, "1.959963984540054235524"],
    ["99", 2, "2.326347874040841100886"],
    ["9", 1, "1.281551565544600466965"],
    ["9999", 4, "3.719016485455680564393"],
  ])("of 0.%s is the tabulated one", (digits, decimals, expected) => near(normalQuantile(fromScaled(BigInt(digits), decimals)), expected, 10n ** 7n));
  it("is undone by the distribution, and odd around one half", () => {
    for (let i = 1n; i < 200n; i++) {
      const p = fromScaled(i * 4_999n, 6);
      if (p > 10n ** 27n) break;
      const x = normalQuantile(p);
      expect(normalQuantile((10n ** 27n - p) as Real)).toBe(-x);
      const back = normalCdf(x) - p;
      expect(back < 10n ** 13n && back > -(10n ** 13n)).toBe(true);
    }
  });
  it("refuses what has no quantile", () => {
    for (const p of [0n, 10n ** 27n, 10n ** 14n]) expect(() => normalQuantile(p as Real)).toThrow(expect.objectContaining({ code: "OutOfRange" }));
  });
});

/** Textbook forms in floating point, on numbers from a congruence: whoever writes them again arrives at the same scenarios. */
describe("in floating point", () => {
  const dice = (seed: number) => () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

  it("Cholesky factors of a hundred random matrices are the same to 1e-9", () => {
    const next = dice(7);
    for (let round = 0; round < 100; round++) {
      const size = 2 + Math.floor(next() * 5);
      // Correlations of sums of common and own numbers: positive definite, at 9 digits.
      const loads = Array.from({ length: size }, () => Array.from({ length: 2 }, () => 2 * next() - 1));
      const own = loads.map(() => 0.1 + next());
      const covariance = (i: number, j: number) => loads[i]!.reduce((sum, x, k) => sum + x * loads[j]![k]!, i === j ? own[i]! : 0);
      const texts = loads.map((_, i) => loads.map((__, j) => (i === j ? "1" : (covariance(i, j) / Math.sqrt(covariance(i, i) * covariance(j, j))).toFixed(9))));
      const exact = cholesky(matrix(...texts), texts.map((_, i) => `N${i}`), "c");
      const float: number[][] = [];
      texts.forEach((row, i) => {
        float.push([]);
        for (let j = 0; j <= i; j++) {
          const left = Number(row[j]) - float[j]!.slice(0, j).reduce((sum, x, k) => sum + x * float[i]![k]!, 0);
          float[i]!.push(i === j ? Math.sqrt(left) : left / float[j]![j]!);
        }
      });
      exact.forEach((row, i) => row.forEach((entry, j) => expect(Number(entry) / 1e27).toBeCloseTo(float[i]![j]!, 9)));
    }
  });

  it("EWMA volatilities of three hundred closes are λσ² + (1 − λ)r² to 1e-12, and moves are rescaled by their quotient", () => {
    const next = dice(11);
    let price = 100;
    const closes = Array.from({ length: 301 }, () => (price *= Math.exp(0.06 * (next() - 0.5))).toFixed(8));
    const [lambda, seedReturns] = [0.97, 20];
    const squares = closes.slice(1).map((close, t) => Math.log(Number(close) / Number(closes[t])) ** 2);
    let variance = squares.slice(0, seedReturns).reduce((a, b) => a + b, 0) / seedReturns;
    const sigma = closes.map((_, row) => Math.sqrt(row > seedReturns ? (variance = lambda * variance + (1 - lambda) * squares[row - 1]!) : variance));
    const rows = closes.map((close, i) => ({ date: String(i).padStart(3, "0"), closes: [parsePrice(close, "") as Price] }));
    ewmaVolatility(rows.map((row) => fromPrice(row.closes[0]!)), f("0.97"), seedReturns).forEach((found, row) => expect(Number(found) / 1e27).toBeCloseTo(sigma[row]!, 12));
    const scenarios = historicalScenarios({ underlyings: ["X"], rows, horizon: 2, ewma: { lambda: f("0.97"), seedReturns, floor: f("0") } }, "h");
    expect(scenarios).toHaveLength(301 - 2 - seedReturns);
    scenarios.forEach(({ moves }, w) => {
      const start = seedReturns + w;
      const change = Math.log(Number(closes[start + 2]) / Number(closes[start]));
      expect(Number(moves.get("X")) / 1e9).toBeCloseTo(Math.exp((change * sigma.at(-1)!) / sigma[start]!), 8);
    });
  });
});

describe("correlation", () => {
  const names = ["BTC", "ETH", "SOL"];
  it("has the Cholesky factor worked by hand", () => {
    // [[1, .6, .3], [.6, 1, .5], [.3, .5, 1]]: l21 = .6, l22 = .8, l31 = .3, l32 = (.5 − .18)/.8 = .4, l33 = √(1 − .09 − .16) = √.75
    const [first, second, third] = cholesky(matrix(["1", "0.6", "0.3"], ["0.6", "1", "0.5"], ["0.3", "0.5", "1"]), names, "c");
    expect(first).toEqual([10n ** 27n]);
    near(second![0]!, "0.600000000000000000000", 10n ** 4n);
    near(second![1]!, "0.800000000000000000000", 10n ** 4n);
    near(third![0]!, "0.300000000000000000000", 10n ** 4n);
    near(third![1]!, "0.400000000000000000000", 10n ** 4n);
    near(third![2]!, "0.866025403784438646763", 10n ** 7n);
  });
  it("that cannot be is refused with the combination that would have no variance", () => {
    // ETH and SOL cannot both follow BTC at .9 and oppose each other at −.9: hedged as well as possible, SOL has the variance
    // 1 − (.9, −.9)·[[1, .9], [.9, 1]]⁻¹·(.9, −.9) = 1 − 16.2, at weights (−9, 9).
    const impossible = matrix(["1", "0.9", "0.9"], ["0.9", "1", "-0.9"], ["0.9", "-0.9", "1"]);
    expect(() => cholesky(impossible, names, "c")).toThrow(
      expect.objectContaining({ code: "InvalidPolicy", message: expect.stringMatching(/not positive semi-definite: -9\.000000 BTC \+ 9\.000000 ETH \+ 1\.000000 SOL would have variance -15\.2/) }),
    );
  });
  it("of two names that are one is refused with the pair", () => {
    expect(() => cholesky(matrix(["1", "0.9999999"], ["0.9999999", "1"]), ["A", "B"], "c")).toThrow(/near-singular: -1\.000000 A \+ 1\.000000 B/);
    expect(() => cholesky(matrix(["1", "0.999"], ["0.999", "1"]), ["A", "B"], "c")).not.toThrow();
  });
  it.each([
    ["an entry above 1", matrix(["1", "1.1"], ["1.1", "1"]), "c[0][1]"],
    ["an asymmetric pair", matrix(["1", "0.5"], ["0.4", "1"]), "c[1][0]"],
    ["a diagonal that is not 1", matrix(["0.9", "0"], ["0", "1"]), "c[0][0]"],
    ["a missing row", matrix(["1", "0"]), "c"],
    ["a short row", matrix(["1", "0"], ["0"]), "c[1]"],
  ])("refuses %s", (_, given, path) => expect(() => requireCorrelation(given, ["A", "B"], "c")).toThrow(expect.objectContaining({ code: "InvalidPolicy", path })));
  it("is stressed as MAR21.6 says", () => {
    const at = (rho: string, set: "high" | "low" | "one"): bigint => correlationSet(matrix(["1", rho], [rho, "1"]), set)[0]![1]!;
    expect(["0.5", "0.9", "-0.9"].map((rho) => at(rho, "high"))).toEqual([f("0.625"), f("1"), f("-1")]);
    // max(2ρ − 1, 0.75ρ): 0.75·0.5 = 0.375 > 0; 2·0.9 − 1 = 0.8 > 0.675; 0.75·(−0.4) = −0.3 > −1.8
    expect(["0.5", "0.9", "-0.4"].map((rho) => at(rho, "low"))).toEqual([f("0.375"), f("0.8"), f("-0.3")]);
    expect(at("0.2", "one")).toBe(f("1"));
  });
});

describe("Monte-Carlo", () => {
  const spec: MonteCarlo = {
    seed: "margin",
    count: 2000,
    horizonDays: f("36.5"),
    underlyings: ["BTC", "ETH"],
    volatility: [f("0.5"), f("0.8")],
    correlation: matrix(["1", "0.7"], ["0.7", "1"]),
  };
  const logs = (name: string, set: "medium" | "one" = "medium"): number[] => simulate(spec, "mc", set).map(({ moves }) => Math.log(Number(moves.get(name)) / 1e9));
  const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
  const covariance = (x: number[], y: number[]): number => mean(x.map((v, i) => (v - mean(x)) * (y[i]! - mean(y))));

  it("has the moments of its model within four standard errors", () => {
    const [btc, eth] = [logs("BTC"), logs("ETH")];
    const sigma = 0.5 * Math.sqrt(0.1);
    expect(Math.abs(mean(btc) + sigma ** 2 / 2)).toBeLessThan((4 * sigma) / Math.sqrt(2000));
    expect(Math.abs(Math.sqrt(covariance(btc, btc)) / sigma - 1)).toBeLessThan(4 / Math.sqrt(4000));
    const rho = covariance(btc, eth) / Math.sqrt(covariance(btc, btc) * covariance(eth, eth));
    expect(Math.abs(rho - 0.7)).toBeLessThan((4 * (1 - 0.49)) / Math.sqrt(2000));
  });
  it("is the same for everybody, and another for another seed", () => {
    expect(simulate({ ...spec, count: 20 }, "mc")).toEqual(simulate(spec, "mc").slice(0, 20));
    expect(simulate({ ...spec, count: 1, seed: "other" }, "mc")).not.toEqual(simulate({ ...spec, count: 1 }, "mc"));
    // Committed: a publisher on any machine must find these bits.
    expect([...simulate({ ...spec, count: 1 }, "mc")[0]!.moves]).toMatchInlineSnapshot(`
      [
        [
          "BTC",
          977247248n,
        ],
        [
          "ETH",
          855770202n,
        ],
      ]
    `);
  });
  it("with correlations of one moves everything together", () => {
    const [btc, eth] = [logs("BTC", "one"), logs("ETH", "one")];
    expect(covariance(btc, eth) / Math.sqrt(covariance(btc, btc) * covariance(eth, eth))).toBeCloseTo(1, 7);
  });
  it("says where a matrix is wrong", () => {
    expect(() => simulate({ ...spec, correlation: matrix(["1", "1"], ["1", "1"]) }, "tail.source")).toThrow(expect.objectContaining({ path: "tail.source.correlation" }));
  });
});

describe("history", () => {
  const closes = ["100", "110", "99", "99", "108.9"];
  const history: History = {
    underlyings: ["BTC"],
    rows: closes.map((close, i) => ({ date: `2026-01-0${i + 1}`, closes: [parsePrice(close, "") as Price] })),
    horizon: 1,
    ewma: null,
  };
  const moves = (given: History): (readonly [string, bigint])[] => historicalScenarios(given, "h").map(({ id, moves: m }) => [id, m.get("BTC")!]);

  it("without rescaling is the closes' ratios, overlapping", () => {
    expect(moves(history)).toEqual([["2026-01-02", f("1.1")], ["2026-01-03", f("0.9")], ["2026-01-04", f("1")], ["2026-01-05", f("1.1")]]);
    expect(moves({ ...history, horizon: 2 })).toEqual([["2026-01-03", f("0.99")], ["2026-01-04", f("0.9")], ["2026-01-05", f("1.1")]]);
  });
  it("is rescaled by EWMA volatility as worked by hand", () => {
    // r = .0953101798, −.1053605157, 0, .0953101798. σ²₀…₂ = mean of the first two squares = .0100924342; λ = .5:
    // σ²₃ = .0050462171, σ²₄ = .5·.0050462171 + .5·.0090840304 = .0070651237. Windows from row 2 and row 3:
    // row 2 → 3: exp(0) = 1; row 3 → 4: σ₄/σ₃ = √(.0070651237/.0050462171) = 1.1832480, exp(.0953101798·1.1832480) = 1.119380
    const scaled = moves({ ...history, ewma: { lambda: f("0.5"), seedReturns: 2, floor: f("0") } });
    expect(scaled.map(([id]) => id)).toEqual(["2026-01-04", "2026-01-05"]);
    expect(scaled[0]![1]).toBe(f("1"));
    expect(Number(scaled[1]![1]) / 1e9).toBeCloseTo(Math.exp(Math.log(1.1) * Math.sqrt(0.0070651237 / 0.0050462171)), 7);
    const sigma = ewmaVolatility(history.rows.map((row) => fromPrice(row.closes[0]!)), f("0.5"), 2);
    expect(sigma.map((s) => Number(s / 10n ** 15n) / 1e12).map((s) => s * s)).toEqual([0.0100924342, 0.0100924342, 0.0100924342, 0.0050462171, 0.0070651237].map((v) => expect.closeTo(v, 9)));
  });
  it("with a floor of 1 never shrinks a move", () => {
    const calm = { ...history, rows: [...history.rows, ...["109", "109.1", "109", "109.1", "109"].map((close, i) => ({ date: `2026-01-1${i}`, closes: [parsePrice(close, "")] }))] };
    const floored = moves({ ...calm, ewma: { lambda: f("0.5"), seedReturns: 2, floor: f("1") } });
    expect(floored.map(([, move]) => move)).toEqual(moves(calm).slice(2).map(([, move]) => move));
  });
  const still = (from: string[], flat: number): History["rows"] =>
    [...from, ...Array<string>(flat).fill(from.at(-1)!)].map((close, i) => ({ date: `2026-${String(i).padStart(4, "0")}`, closes: [parsePrice(close, "")] }));
  const ewma = { lambda: f("0.5"), seedReturns: 2, floor: f("0") };
  it("that ends in a standstill is refused: rescaled to it, every move would be none", () => {
    expect(() => historicalScenarios({ ...history, rows: still(closes, 40), ewma }, "h")).toThrow(expect.objectContaining({ code: "InvalidPolicy", path: expect.stringMatching(/^h\.rows\[\d+\]\.closes\[0\]$/) }));
    // Four days do not make one.
    expect(() => historicalScenarios({ ...history, rows: still(closes, 4), ewma }, "h")).not.toThrow();
  });
  it("that passes through a standstill is refused at its first row: nothing can be rescaled from it", () => {
    const rows = [...still(closes, 200), { date: "2027", closes: [parsePrice("150", "")] }, { date: "2028", closes: [parsePrice("90", "")] }];
    const first = ewmaVolatility(rows.map((row) => fromPrice(row.closes[0]!)), f("0.5"), 2).findIndex((sigma) => sigma < 10n ** 21n);
    expect(() => historicalScenarios({ ...history, rows, ewma }, "h")).toThrow(expect.objectContaining({ path: `h.rows[${first}].closes[0]` }));
    expect(historicalScenarios({ ...history, rows }, "h")).toHaveLength(rows.length - 1);
  });

  it.each([
    ["rows out of order", { rows: [...history.rows].reverse() }, "h.rows[1].date"],
    ["too few rows", { horizon: 5 }, "h.rows"],
    ["a seed without movement", { rows: history.rows.map((row) => ({ ...row, closes: [parsePrice("5", "")] })), ewma: { lambda: f("0.5"), seedReturns: 2, floor: f("0") } }, "h.ewma.seedReturns"],
    ["a close of 0", { rows: [{ date: "2025", closes: [0n as Price] }, ...history.rows] }, "h.rows[0].closes[0]"],
  ])("refuses %s", (_, change, path) => expect(() => historicalScenarios({ ...history, ...change }, "h")).toThrow(expect.objectContaining({ code: "InvalidPolicy", path })));
});

describe("stress events", () => {
  const event = { id: "crash", moves: { BTC: f("0.6") }, otherwise: f("0.5"), vols: { BTC: f("2") } };
  it("move what they name, and the rest as they say", () => {
    const [scenario] = stressScenarios([event], ["BTC", "ETH"], "s");
    expect([[...scenario!.moves], [...scenario!.vols]]).toEqual([[["BTC", f("0.6")], ["ETH", f("0.5")]], [["BTC", f("2")]]]);
  });
  it.each([
    ["a repeated id", [event, event], "s[1].id"],
    ["an unknown underlying", [{ ...event, moves: { DOGE: f("1") } }], "s[0].moves.DOGE"],
    ["an unknown volatility", [{ ...event, vols: { DOGE: f("1") } }], "s[0].vols.DOGE"],
    ["an underlying without a move", [{ ...event, otherwise: null }], "s[0].moves"],
    ["an underlying without a move, though every object has something of that name", [{ ...event, otherwise: null }], "s[0].moves", ["BTC", "constructor"]],
  ])("refuse %s", (_, events, path, names = ["BTC", "ETH"]) => expect(() => stressScenarios(events, names, "s")).toThrow(expect.objectContaining({ code: "InvalidPolicy", path })));
});
