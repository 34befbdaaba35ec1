/** The shipped margin models on books small enough to be worked out by hand: see support/hand-book.ts for the market. */
import { describe, expect, it } from "vitest";
import { amount, expectNear, margin, needs } from "./support/hand-book.ts";

const HEDGED = { "BTC-PERP": 1n, "ETH-PERP": -20n };

describe("tims", () => {
  it("takes the end of the range of one class", () => expect(needs("tims", { "BTC-PERP": -2n })).toBe(amount("15000")));
  it("lets three quarters of a class's gain count: 7500 − 0.75·7500", () => expect(needs("tims", HEDGED)).toBe(amount("1875")));
  it("offsets fully within a class, down to 0.375 per contract", () =>
    expect(needs("tims", { "BTC-PERP": 1n, "BTC-PERP-2": -1n })).toBe(amount("0.75")));
});

describe("span", () => {
  it("takes the whole scan range, which outweighs 35 % of twice as much", () =>
    expect(needs("span", { "BTC-PERP": 2n }, "MM")).toBe(amount("18000")));
  it("adds a tenth at the initial level", () => expect(needs("span", { "BTC-PERP": 2n })).toBe(amount("19800")));
  it("gives half of what both legs of a spread between commodities lose, and none where they do not oppose", () => {
    expect(needs("span", HEDGED, "MM")).toBe(amount("9000"));
    expect(needs("span", { "BTC-PERP": 1n, "ETH-PERP": 20n }, "MM")).toBe(amount("18000"));
    // What is left of the larger leg is in no spread: 27000 + 9000 − 2·4500
    expect(needs("span", { "BTC-PERP": 3n, "ETH-PERP": -20n }, "MM")).toBe(amount("27000"));
  });
  it("is max(scan + months − credit, short option minimum) in each commodity, less net option value: a credit stops at the minimum", () => {
    // Short options that lose nothing, 3 % of 20 · 50000; hedged by ETH, whose leg keeps its own credit: 9000 − 4500
    const report = margin("span", { "BTC-PERP": 1n, "CALL-1000000": -20n, "ETH-PERP": -20n }, "MM");
    const [btc, eth] = report.nettingSets;
    expect([btc!.loss, btc!.floor, btc!.requirement]).toEqual([amount("9000"), amount("30000"), amount("30000")]);
    expect(btc!.charge < 0n && btc!.charge >= amount("-4500.01")).toBe(true);
    expect(eth!.requirement).toBe(amount("4500"));
    // Options count in equity at their value, so cash must cover the risk less that.
    const long = margin("span", { "CALL-50000": 1n, "CALL-50000-60D": -1n }, "MM");
    const nov = long.positions.reduce((sum, { value }) => sum + value, 0n);
    expect([long.equity, long.excess]).toEqual([nov, nov - long.requirement.MM]);
  });
  it("never lets a credit make a requirement negative, nor one commodity pay for another", () => {
    // Long calls at no strike lose almost nothing, and have the delta of the hedge.
    const { nettingSets } = margin("span", { "PUT-50000": -1n, "CALL-50000": 1n, "BTC-PERP": -1n, "ETH-PERP": 20n }, "MM");
    for (const { requirement, floor } of nettingSets) expect(requirement >= floor && requirement >= 0n).toBe(true);
    expect(nettingSets[0]!.loss + nettingSets[0]!.charge <= nettingSets[0]!.requirement).toBe(true);
  });
  it("asks 3 % of notional for a short option that cannot lose", () =>
    expect(needs("span", { "CALL-1000000": -1n }, "MM")).toBe(amount("1500")));
  it("revalues a short call by Black-76 at the end of the scan: 59000 and 62.5 % vol", () => {
    const report = margin("span", { "CALL-50000": -1n }, "MM");
    expectNear(report.requirement.MM, "7076.429413030521");
    expect(report.nettingSets[0]!.bindingScenario).toBe(10);
  });
});

/** References: a Python program with hashlib, statistics.NormalDist and math.exp, from the description of the scenario source alone. */
describe("es975 and var99", () => {
  it("es975 is the mean of the five worst of 200, in whose sets one coin moves alike", () => expectNear(needs("es975", { "BTC-PERP": 1n }), "11830.77496"));
  it("es975 does not rely on the correlation: 12287 with the given one, more with the lowered one besides", () =>
    expectNear(needs("es975", HEDGED), "16246.55236480469"));
  it("es975 takes 0.8 of it at the maintenance level", () => expectNear(needs("es975", HEDGED, "MM"), "12997.241891843752"));
  it("var99 is the second worst of 200", () => {
    expectNear(needs("var99", { "BTC-PERP": 1n }), "4589.340395236902");
    expectNear(needs("var99", HEDGED), "3333.4241440477917");
  });
});

describe("deribit", () => {
  it("lets 60 % of a currency's gain count, charges 2.5 % on the first 5 million of delta, rolls 1 and 0.5 %: 8000 − 4800 + 2·1250 + 750", () => {
    expect(needs("deribit", HEDGED)).toBe(amount("6450"));
    expect(needs("deribit", HEDGED, "MM")).toBe(amount("5160"));
  });
  it("caps what is offset at 20 million: 80 − 20 million of loss, 86 million for each delta of 500 million, and 5 and 2.5 million of roll", () =>
    expect(needs("deribit", { "BTC-PERP": 10_000n, "ETH-PERP": -200_000n })).toBe(amount("239500000")));
  it("charges at least the quadratic of its source at every tenth of 20 million, and exactly it at the corners", () => {
    for (let tenth = 1n; tenth <= 10n; tenth++) {
      const btc = 40n * tenth;
      const { nettingSets } = margin("deribit", { "BTC-PERP": btc });
      const roll = amount(String(btc * 500n));
      const quadratic = amount(String(20_000n * tenth * tenth)) + roll;
      expect(nettingSets[0]!.charge >= quadratic).toBe(true);
      if (tenth % 5n === 0n) expect(nettingSets[0]!.charge).toBe(quadratic);
    }
  });
  it("damps the extended table to the loss of 16 %, so that the table alone never costs a linear book more", () => {
    const { nettingSets } = margin("deribit", { "BTC-PERP": 1n });
    expect(nettingSets[0]!.loss).toBe(amount("8000"));
    const table = nettingSets[0]!.scenarioPnl.slice(27);
    expect(table).toHaveLength(8);
    expect(table.filter((pnl) => pnl < amount("-8000"))).toEqual([]);
    expect(table[0]! < amount("-7999")).toBe(true);
  });
});

/** √ of 2·25000²·(1 ± ρ), with 0.75 for the high and 0.45 for the low correlation; digits from bc, cut after ten. */
describe("frtb", () => {
  it("weighs one delta with 50 %", () => expect(needs("frtb", { "BTC-PERP": -2n })).toBe(amount("50000")));
  it("adds deltas of one sign with the high correlation: the root of 2187500000", () =>
    expectNear(needs("frtb", { "BTC-PERP": 1n, "ETH-PERP": 20n }), "46770.7173346742"));
  it("offsets a hedge with the low one only: the root of 687500000", () => expectNear(needs("frtb", HEDGED), "26220.2212042538"));
  it("rounds the root up: its square is just enough", () => {
    const root = needs("frtb", HEDGED);
    const square = amount("687500000") * amount("1");
    expect(root * root >= square && (root - 1n) * (root - 1n) < square).toBe(true);
  });
});
