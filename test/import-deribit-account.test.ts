import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importDeribitAccount } from "../prover/import/deribit-account.ts";
import { importDeribitMarket } from "../prover/import/deribit-market.ts";
import { formatDecimal } from "../prover/numeric/decimal.ts";
import { edited } from "./support/demo-book.ts";
import { NOW, POSITIONS, privateResponses, publicResponses, quantities, response, SUMMARIES, withItem } from "./support/deribit.ts";
import { law } from "./support/law.ts";
import { remedy } from "./support/remedy.ts";

const MARKET = importDeribitMarket(publicResponses());
const account = (changes: Parameters<typeof privateResponses>[0] = {}) => importDeribitAccount(privateResponses(changes), MARKET);
const positions = (name: string, change: Record<string, unknown>) => ({ positions: [response(withItem(POSITIONS, name, change), "positions")] });

describe("an account of Deribit's private responses", () => {
  it("holds contracts, and per currency the cash that positions leave of the equity", () => {
    expect(account()).toMatchObject({ venue: "deribit", account: "desk", asOf: NOW });
    expect(quantities(account().positions)).toEqual({
      // 10 equity + 5 · 0.02 sold − 2 · 0.01 bought + 90,000 / 90,000 owed by the perpetual
      BTC: "11.08",
      "BTC-25DEC26-80000-P": "2",
      "BTC-25DEC26-90000-C": "-5",
      "BTC-PERPETUAL": "9000",
      // 50,000.123456 + 0.5 · 90,020 − 0.25 · 1,500.5
      USDC: "94634.998456",
      "BTC_USDC-25DEC26-100000-C": "25",
      "BTC_USDC-PERPETUAL": "-500",
    });
  });

  it.each<[string, Parameters<typeof privateResponses>[0]]>([
    ["one response per currency", { positions: POSITIONS.map((position) => response([position])), summaries: SUMMARIES.map((summary) => response(summary)) }],
    ["closed positions, even of contracts long gone", { positions: [response([...POSITIONS, { instrument_name: "BTC-1JAN20-8000-C", kind: "option", direction: "zero", size: 0, mark_price: null }])] }],
    ["sizes without a sign beside a direction", { positions: [response(POSITIONS.map((position) => ({ ...position, size: Math.abs(position.size), size_currency: Math.abs(position.size_currency ?? 0) })))] }],
    ["signed sizes without a direction", { positions: [response(POSITIONS.map(({ direction: _, kind: __, ...position }) => position))] }],
    ["digits in fields nobody reads", { positions: [response(POSITIONS.map((position) => ({ ...position, delta: 0.123456789012, gamma: 1e-17 })))] }],
    ["a venue and a time of one's own", { asOf: NOW, positions: [{ name: "", text: JSON.stringify(POSITIONS) }], summaries: [{ name: "", text: JSON.stringify({ summaries: SUMMARIES }) }] }],
  ])("accepts %s", (_, changes) => {
    expect(account(changes)).toEqual(account());
  });

  it("is as old as the oldest response", () => {
    const older = edited(response(POSITIONS), (body) => void (body.usOut -= 90_000_000));
    expect(account({ positions: [older] }).asOf).toBe(NOW - 90);
  });

  it("has no leg of a currency in which nothing is left", () => {
    expect(Object.keys(quantities(account({ summaries: [response([{ currency: "BTC", equity: -1.08 }, SUMMARIES[1]])] }).positions))).not.toContain("BTC");
  });

  it("rounds every quotient against the holder before it rounds the leg", () => {
    // A short is worth size / mark = 1e-8 coins and half of 1e-16: of one coin of equity not quite 0.99999999 remain.
    const short = '[{"instrument_name":"BTC-PERPETUAL","size":-1.0000001,"mark_price":100000009.5}]';
    const summaries = [response({ currency: "BTC", equity: 1 })];
    expect(quantities(account({ positions: [{ name: "", text: short }], summaries }).positions)).toEqual({ BTC: "0.99999998", "BTC-PERPETUAL": "-0.10000001" });
  });

  law(
    "worth its equity at the venue's own marks, less than 1e-8 of the currency short and never over",
    fc.property(
      fc.record({
        equity: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        dollars: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).filter((size) => size !== 0n),
        coins: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).filter((size) => size !== 0n),
        mark: fc.bigInt({ min: 1n, max: 10n ** 14n }),
        premium: fc.bigInt({ min: 0n, max: 10n ** 9n }),
      }),
      ({ equity, dollars, coins, mark, premium }) => {
        const text = (value: bigint) => formatDecimal(value, 8);
        const held = [
          `{"instrument_name":"BTC-PERPETUAL","kind":"future","size":${text(dollars * 10n)},"mark_price":${text(mark)}}`,
          `{"instrument_name":"BTC-25DEC26-90000-C","kind":"option","size":${text(coins)},"mark_price":${text(premium)}}`,
        ];
        const summaries = [{ name: "", text: `{"currency":"BTC","equity":${text(equity)}}` }];
        const { positions } = importDeribitAccount({ account: "desk", asOf: NOW, positions: [{ name: "", text: `[${held.join(",")}]` }], summaries }, MARKET);
        const cash = positions.find(({ instrument }) => instrument === "BTC")?.quantity ?? 0n;
        // Everything times `mark`, in 1e-16 coins: cash + premium · coins − dollars / mark, against equity.
        const worth = (cash * 10n ** 8n + premium * coins) * mark - dollars * 10n * 10n ** 16n;
        const shortfall = equity * 10n ** 8n * mark - worth;
        expect(shortfall).toBeGreaterThanOrEqual(0n);
        expect(shortfall).toBeLessThanOrEqual((10n ** 8n + 1n) * mark);
      },
    ),
  );
});

describe("private responses are refused", () => {
  const twice = { positions: [response(POSITIONS, "positions"), response([POSITIONS[0]], "more")] };

  it.each<[string, string, Parameters<typeof privateResponses>[0], RegExp]>([
    ["UnknownInstrument", "positions, result[0].instrument_name", positions("BTC-25DEC26-90000-C", { instrument_name: "BTC-25DEC26-91000-C" }), /get_instruments/],
    ["UnknownInstrument", "positions, result[2].instrument_name", positions("BTC-PERPETUAL", { instrument_name: "USDC" }), /get_instruments/],
    ["UnknownInstrument", "summaries, result.summaries[0].currency", { summaries: [response({ summaries: [{ currency: "XRP", equity: 3 }, ...SUMMARIES] }, "summaries")] }, /get_index_price of xrp_usd/],
    ["UnsupportedInstrument", "positions, result[2].kind", positions("BTC-PERPETUAL", { instrument_name: "BTC-FS-25DEC26_PERP", kind: "future_combo" }), /legs/],
    ["UnsupportedInstrument", "positions, result[0].kind", positions("BTC-25DEC26-90000-C", { kind: "option_combo" }), /legs/],
    ["UnsupportedInstrument", "positions, result[0].kind", positions("BTC-25DEC26-90000-C", { kind: "spot" }), /summary/],
    ["MissingMark", "positions, result[0].mark_price", positions("BTC-25DEC26-90000-C", { mark_price: null }), /get_positions/],
    ["MissingMark", "positions, result[2].mark_price", positions("BTC-PERPETUAL", { mark_price: 0 }), /get_positions/],
    ["WrongCurrency", "positions, result[0].instrument_name", { summaries: [response([{ currency: "ETH", equity: 10 }])] }, /get_account_summary of BTC/],
    ["WrongCurrency", "positions, result[3].instrument_name", { summaries: [response([{ currency: "BTC", equity: 10 }])] }, /get_account_summary of USDC/],
    ["DuplicatePosition", "more, result[0].instrument_name", twice, /quantities/],
    ["InvalidDecimal", "positions, result[0].size", positions("BTC-25DEC26-90000-C", { size: -0.000000005 }), /8 decimals/],
    ["InvalidDecimal", "positions, result[0].mark_price", positions("BTC-25DEC26-90000-C", { mark_price: 0.020000001 }), /8 decimals/],
    ["InvalidDecimal", "positions, result[3].size_currency", positions("BTC_USDC-PERPETUAL", { size_currency: -0.123456789 }), /8 decimals/],
    ["InvalidDecimal", "summaries, result.summaries[0].equity", { summaries: [response({ summaries: [{ currency: "BTC", equity: 1.123456789 }] }, "summaries")] }, /8 decimals/],
    ["InvalidDecimal", "positions, result[2].size", positions("BTC-PERPETUAL", { size: 0.00000001 }), /contract size/],
    ["InvalidSchema", "positions, result[0].size", positions("BTC-25DEC26-90000-C", { size: null }), /whole response/],
    ["InvalidSchema", "positions, result[3].size_currency", positions("BTC_USDC-PERPETUAL", { size_currency: undefined }), /whole response/],
    ["InvalidSchema", "positions, result[1].direction", positions("BTC-25DEC26-80000-P", { size: -2 }), /fetch/],
    ["InvalidSchema", "positions, result[1].direction", positions("BTC-25DEC26-80000-P", { direction: "zero" }), /fetch/],
    ["InvalidSchema", "summaries, result.equity", { summaries: [response({ currency: "BTC" }, "summaries")] }, /whole response/],
    ["InvalidSchema", "positions, result", { positions: [response("none", "positions")] }, /whole response/],
    ["InvalidBook", "more, result.currency", { summaries: [response({ summaries: SUMMARIES }), response(SUMMARIES[0], "more")] }, /one summary per currency/],
    ["InvalidBook", "asOf", { positions: [{ name: "", text: "[]" }], summaries: [{ name: "", text: "[]" }] }, /asOf/],
    ["VenueError", "positions, error", { positions: [{ name: "positions", text: '{"error":{"code":13009,"message":"unauthorized"}}' }] }, /access token/],
  ])("with %s at %s", (code, path, changes, hint) => {
    expect(remedy(() => account(changes))).toMatchObject({ code, path, hint: expect.stringMatching(hint) });
  });
});
