import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assembleBook } from "../prover/import/accounts.ts";
import { importCsv } from "../prover/import/csv.ts";
import { importDeribitAccount } from "../prover/import/deribit-account.ts";
import { readDeribitFolder } from "../prover/import/deribit-folder.ts";
import { importDeribitMarket } from "../prover/import/deribit-market.ts";
import { restampAccount, restampMarket } from "../prover/import/restamp.ts";
import { readSource } from "../prover/import/source-text.ts";
import { parseDecimal } from "../prover/numeric/decimal.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import type { Market } from "../prover/risk/market.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Bps, Level, Usd } from "../prover/units.ts";
import { DEMO } from "./support/demo-book.ts";
import { INSTRUMENTS, NOW, POSITIONS, PRICES, privateResponses, publicResponses, quantities, SUMMARIES } from "./support/deribit.ts";
import { remedy } from "./support/remedy.ts";

describe("a folder of saved responses", () => {
  let folder: string;
  const save = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "deribit-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is refused while it holds no instruments or prices", () => {
    save("get_index_price.btc_usd.json", { index_price: 90_000 });
    expect(remedy(() => readDeribitFolder(folder))).toMatchObject({ code: "UnreadableFile", path: folder, hint: expect.stringContaining("get_instruments.BTC.json") });
    expect(remedy(() => readDeribitFolder(join(folder, "nothing")))).toMatchObject({ code: "UnreadableFile", path: join(folder, "nothing") });
  });

  it("is read by method names, ignoring other files", () => {
    save("get_instruments.json", INSTRUMENTS);
    save("get_book_summary_by_currency.BTC.json", PRICES.slice(0, 5));
    PRICES.slice(5).forEach((price) => save(`ticker.${price.instrument_name}.json`, price));
    save("get_index_price.usdc_usd.json", { index_price: 0.9998 });
    save("get_positions.BTC.json", POSITIONS);
    save("get_account_summaries.json", { summaries: SUMMARIES });
    save("notes.json", "not ours");
    const responses = readDeribitFolder(folder);
    const market = importDeribitMarket(responses);
    expect(market).toEqual(importDeribitMarket(publicResponses()));
    expect(importDeribitAccount({ account: "desk", asOf: NOW, ...responses }, market)).toEqual(importDeribitAccount(privateResponses(), market));
  });

  it("names a file that is not UTF-8", () => {
    writeFileSync(join(folder, "get_positions.ETH.json"), Buffer.from([0x5b, 0xff, 0x5d]));
    expect(remedy(() => readDeribitFolder(folder))).toMatchObject({ code: "UnreadableFile", path: join(folder, "get_positions.ETH.json") });
  });
});

describe("the shipped book", () => {
  const market = importDeribitMarket(DEMO.healthy);
  const desk = importDeribitAccount({ account: "desk-pm", ...DEMO.healthy }, market);

  it("is a market of two underlyings with three expiries of at least ten strikes, perpetuals and dated futures", () => {
    expect(market.listings.length).toBeGreaterThanOrEqual(120);
    expect(market.underlyings.map(({ name, expiries }) => [name, expiries.length])).toEqual([["BTC", 3], ["ETH", 3]]);
    for (const { expiry, surface } of market.underlyings.flatMap(({ expiries }) => expiries)) {
      expect(surface.kind === "points" && surface.points.length).toBeGreaterThanOrEqual(10);
      const sides = market.listings.flatMap(({ instrument }) => (instrument.kind === "option" && instrument.expiry === expiry ? [instrument.type] : []));
      expect(sides.filter((type) => type === "call").length).toBe(sides.length / 2);
    }
    expect(Object.groupBy(market.listings, ({ instrument }) => instrument.kind)).toMatchObject({ perpetual: [{}, {}], future: [{}, {}, {}, {}] });
  });

  it("holds about 25 derivative legs over three expiries and a coin balance per currency", () => {
    const held = new Map(market.listings.map(({ instrument }) => [instrument.name, instrument]));
    const legs = desk.positions.map(({ instrument }) => held.get(instrument)!);
    expect(legs.filter(({ kind }) => kind !== "spot").length).toBe(25);
    expect(new Set(legs.flatMap((leg) => (leg.kind === "option" ? [leg.expiry] : []))).size).toBe(3);
    expect(legs.filter(({ kind }) => kind === "spot").map(({ name }) => name)).toEqual(["BTC", "ETH"]);
    expect(desk.positions.length + 4).toBeLessThanOrEqual(32);
  });

  it("differs in its unhealthy variant by a few positions sold at their marks, so in the same equity", () => {
    const naked = importDeribitAccount({ account: "desk-pm", ...DEMO.unhealthy }, market);
    const before = quantities(desk.positions);
    const changed = Object.entries(quantities(naked.positions)).filter(([name, quantity]) => before[name] !== quantity);
    expect(changed.map(([name]) => name)).toEqual(["BTC", "BTC-25DEC26-110000-C", "BTC-25DEC26-75000-P"]);
    const equities = ({ summaries }: typeof DEMO.healthy) => summaries.flatMap(({ text }) => text.match(/"equity":[0-9.]+/g));
    expect(equities(DEMO.unhealthy)).toEqual(equities(DEMO.healthy));
  });

  const policy = parsePolicy(JSON.parse(readFileSync(join(import.meta.dirname, "../prover/risk/policies/grid-33.json"), "utf8")));
  const risks = marketRisk(market, policy);
  const custody = importCsv(readSource(DEMO.custody), market);
  const report = (folder: typeof DEMO.healthy, level: Level, others = custody) => {
    const { accounts } = assembleBook([importDeribitAccount({ account: "desk-pm", ...folder }, market), ...others]);
    return marginReport(accounts, risks, policy, { level, minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
  };

  it("is worth at the venue's marks what the venue says it is, to the cent", () => {
    const equityOf = (currency: string) => parseDecimal(DEMO.healthy.summaries[0]!.text.match(`"${currency}","equity":([0-9.]+)`)![1], 8, currency);
    const stated = market.underlyings.reduce((sum, { name, spot }) => sum + equityOf(name) * spot, 0n);
    const difference = report(DEMO.healthy, "MM", []).equity - stated;
    expect(difference < 0n ? -difference : difference).toBeLessThan(10n ** 14n);
  });

  it("has 1.2 to 1.8 times its initial margin, and its unhealthy variant less than its maintenance margin", () => {
    const { ratioBps } = report(DEMO.healthy, "IM");
    expect(ratioBps).toBeGreaterThan(12_000n);
    expect(ratioBps).toBeLessThan(18_000n);
    expect(report(DEMO.unhealthy, "MM").isHealthy).toBe(false);
  });

  it("moves to another day with everything dated, its prices unchanged", () => {
    const asOf = market.asOf + 86_400 * 400 + 7;
    const moved = restampMarket(market, asOf);
    expect(moved.asOf).toBe(asOf);
    expect(restampAccount(desk, asOf)).toEqual({ ...desk, asOf });
    const terms = ({ asOf: from, underlyings, listings }: Market) => ({
      expiries: underlyings.map(({ expiries }) => expiries.map((expiry) => ({ ...expiry, expiry: expiry.expiry - from }))),
      listings: listings.map(({ instrument, mark }) => ["expiry" in instrument ? instrument.expiry - from : instrument.name, mark]),
    });
    expect(terms(moved)).toEqual(terms(market));
    expect(restampMarket(moved, market.asOf)).toEqual(market);
  });
});
