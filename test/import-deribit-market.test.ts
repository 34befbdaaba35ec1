import { describe, expect, it } from "vitest";
import { importDeribitMarket, type DeribitMarketResponses } from "../prover/import/deribit-market.ts";
import { formatDecimal, parseDecimal } from "../prover/numeric/decimal.ts";
import { marketJson } from "../prover/risk/market-json.ts";
import { parseMarket, type Market } from "../prover/risk/market.ts";
import { edited } from "./support/demo-book.ts";
import { EXPIRY, index, INSTRUMENTS, NOW, PRICES, publicResponses, response, withItem } from "./support/deribit.ts";
import { remedy } from "./support/remedy.ts";

const MARKET = importDeribitMarket(publicResponses());
const prices = (name: string, change: Record<string, unknown>) => publicResponses({ prices: [response(withItem(PRICES, name, change), "prices")] });
const instruments = (name: string, change: Record<string, unknown>) => publicResponses({ instruments: [response(withItem(INSTRUMENTS, name, change), "instruments")] });
/** Multiplier, mark and strike in plain decimals beside the rest of the instrument. */
const listing = (market: Market, name: string) => {
  const { instrument, mark } = market.listings.find((item) => item.instrument.name === name)!;
  const amounts = { mark, multiplier: "multiplier" in instrument ? instrument.multiplier : undefined, strike: "strike" in instrument ? instrument.strike : undefined };
  const shown = Object.entries(amounts).map(([key, amount]) => [key, amount === undefined ? undefined : formatDecimal(amount, 8, { trim: true })]);
  return { ...instrument, ...Object.fromEntries(shown) } as Record<string, unknown>;
};

describe("a market of Deribit's public responses", () => {
  it("lists every active contract, coins as spot, USD and stablecoins as cash, and neither combos nor spot pairs", () => {
    expect(MARKET.listings.map(({ instrument }) => `${instrument.kind} ${instrument.name}`)).toEqual([
      "spot BTC",
      "future BTC-25DEC26",
      "option BTC-25DEC26-80000-P",
      "option BTC-25DEC26-90000-C",
      "option BTC-25DEC26-90000-P",
      "perpetual BTC-PERPETUAL",
      "option BTC_USDC-25DEC26-100000-C",
      "perpetual BTC_USDC-PERPETUAL",
      "cash USD",
      "cash USDC",
    ]);
  });

  it("has contract sizes as multipliers and marks in USD at the venue's index, rounded down to 1e-8", () => {
    expect(listing(MARKET, "BTC-PERPETUAL")).toMatchObject({ settlement: "inverse", multiplier: "10", mark: "90000" });
    expect(listing(MARKET, "BTC-25DEC26")).toMatchObject({ settlement: "inverse", multiplier: "10", mark: "90500.25", expiry: EXPIRY });
    expect(listing(MARKET, "BTC-25DEC26-90000-C")).toMatchObject({ type: "call", strike: "90000", multiplier: "1", mark: "4500" });
    // 3e-8 coins at 99,999.9 USD are 0.002999997 USD.
    const odd = importDeribitMarket({ ...prices("BTC-25DEC26-90000-C", { mark_price: 3e-8 }), indexPrices: { btc_usd: index(99_999.9), usdc_usd: index(1) } });
    expect(listing(odd, "BTC-25DEC26-90000-C")).toMatchObject({ mark: "0.00299999" });
  });

  it("turns marks and strikes of linear contracts into USD at the stablecoin's price", () => {
    expect(listing(MARKET, "BTC_USDC-PERPETUAL")).toMatchObject({ settlement: "linear", multiplier: "0.001", mark: "90001.996" });
    expect(listing(MARKET, "BTC_USDC-25DEC26-100000-C")).toMatchObject({ strike: "99980", multiplier: "0.01", mark: "1500.1999" });
    expect(MARKET.currencies).toMatchObject([{ name: "USDC", price: 99_980_000n }]);
  });

  it("has per expiry the forward the venue priced with, its rate, and the volatility of the out-of-the-money option", () => {
    expect((marketJson(MARKET) as { underlyings: unknown[] }).underlyings).toMatchObject([
      {
        name: "BTC",
        spot: "90000",
        expiries: [
          {
            expiry: EXPIRY,
            forward: "90500.25",
            rate: "0",
            // 90,000 lies below the forward: the put's 44.93, not the call's 44.71.
            surface: { kind: "points", points: [{ strike: "80000", vol: "0.4658" }, { strike: "90000", vol: "0.4493" }, { strike: "99980", vol: "0.4525" }] },
          },
        ],
      },
    ]);
  });

  it("takes the other option's volatility when the preferred one has none", () => {
    for (const mark_iv of [null, 0, undefined]) {
      const market = importDeribitMarket(prices("BTC-25DEC26-90000-P", { mark_iv }));
      expect(market.underlyings[0]!.expiries[0]!.surface).toMatchObject({ points: [{}, { vol: parseDecimal("0.4471", 27) }, {}] });
    }
  });

  it("takes the forward from the future of the expiry when no option names it", () => {
    const bare = PRICES.map((price) => ({ ...price, underlying_price: null, mark_price: price.instrument_name === "BTC-25DEC26" ? 91_234.5 : price.mark_price }));
    expect(importDeribitMarket(publicResponses({ prices: [response(bare)] })).underlyings[0]!.expiries[0]!.forward).toBe(9_123_450_000_000n);
  });

  it("takes the interest rate the venue used, and the newest forward where quotes differ", () => {
    const newer = { creation_timestamp: NOW * 1000 + 5000, underlying_price: 90_600, interest_rate: 0.0425 };
    expect(importDeribitMarket(prices("BTC-25DEC26-80000-P", newer)).underlyings[0]!.expiries[0]).toMatchObject({ forward: 9_060_000_000_000n, rate: 42_500_000n });
  });

  it("is as old as its oldest price, unless the time is given", () => {
    expect(MARKET.asOf).toBe(NOW);
    expect(importDeribitMarket(prices("BTC-PERPETUAL", { creation_timestamp: NOW * 1000 - 60_000 })).asOf).toBe(NOW - 60);
    expect(importDeribitMarket(publicResponses(), { asOf: NOW + 5 }).asOf).toBe(NOW + 5);
  });

  it("leaves out what has expired, is inactive, or is on another underlying than those asked for", () => {
    const names = (market: Market) => market.listings.map(({ instrument }) => instrument.name);
    expect(names(importDeribitMarket(publicResponses(), { asOf: EXPIRY }))).toEqual(["BTC", "BTC-PERPETUAL", "BTC_USDC-PERPETUAL", "USD", "USDC"]);
    expect(names(importDeribitMarket(instruments("BTC-25DEC26", { is_active: false })))).not.toContain("BTC-25DEC26");
    const sol = { ...INSTRUMENTS[5], instrument_name: "SOL_USDC-PERPETUAL", base_currency: "SOL" };
    const wider = publicResponses({ instruments: [response([...INSTRUMENTS, sol])] });
    expect(names(importDeribitMarket(wider, { underlyings: ["BTC"] }))).toEqual(names(MARKET));
  });

  const summary = PRICES.find(({ instrument_name }) => instrument_name === "BTC-PERPETUAL")!;
  const ticker = { instrument_name: "BTC-PERPETUAL", timestamp: NOW * 1000 + 1, state: "open", mark_price: 90_001.5, index_price: 90_000, stats: { high: null, volume: 12.5 } };

  it.each<[string, DeribitMarketResponses]>([
    ["bare results without their envelopes", { instruments: [{ name: "", text: JSON.stringify(INSTRUMENTS) }], prices: [{ name: "", text: JSON.stringify(PRICES) }], indexPrices: { btc_usd: { name: "", text: '{"index_price":90000.0}' }, usdc_usd: index(0.9998) } }],
    ["several responses of each kind, overlapping", publicResponses({ instruments: [response(INSTRUMENTS.slice(0, 4)), response(INSTRUMENTS)], prices: [response(PRICES.slice(4)), response(PRICES.slice(0, 5))] })],
    ["tickers, one response each, instead of book summaries", publicResponses({ prices: PRICES.map(({ creation_timestamp: timestamp, ...price }) => response({ ...price, timestamp })) })],
    ["unknown fields and nulls", publicResponses({ prices: [response(PRICES.map((price) => ({ ...price, bid_price: null, new_field: [1e-30] })))], instruments: [response(INSTRUMENTS.map((item) => ({ ...item, tick_size_steps: [{}], rfq: false })))] })],
    ["contracts that only say by name what they settle in and that they are perpetual", publicResponses({ instruments: [response(INSTRUMENTS.map((item) => ({ ...item, settlement_currency: null, settlement_period: null })))] })],
    ["an error that is null", publicResponses({ prices: [edited(response(PRICES), (body) => void (body.error = null))] })],
  ])("accepts %s", (_, responses) => {
    expect(importDeribitMarket(responses)).toEqual(MARKET);
  });

  it("prefers the newer quote of an instrument, whichever order they come in", () => {
    for (const order of [[response([ticker]), response(PRICES)], [response(PRICES), response(ticker)]]) {
      expect(listing(importDeribitMarket(publicResponses({ prices: order })), "BTC-PERPETUAL")).toMatchObject({ mark: "90001.5" });
    }
    const older = response({ ...ticker, timestamp: summary.creation_timestamp - 1 });
    expect(listing(importDeribitMarket(publicResponses({ prices: [response(PRICES), older] })), "BTC-PERPETUAL")).toMatchObject({ mark: "90000" });
  });

  it("takes the spot from an inverse contract's ticker when no index response is given", () => {
    const responses = publicResponses({ prices: [response(PRICES), response(ticker)], indexPrices: { usdc_usd: index(0.9998) } });
    expect(importDeribitMarket(responses).underlyings[0]!.spot).toBe(9_000_000_000_000n);
  });

  it("is a market file like any other", () => {
    expect(parseMarket(marketJson(MARKET))).toEqual(MARKET);
  });
});

describe("public responses are refused", () => {
  it.each<[string, string, DeribitMarketResponses, RegExp]>([
    ["MissingMark", "prices, result[0].mark_price", prices("BTC-PERPETUAL", { mark_price: null }), /public\/ticker/],
    ["MissingMark", "prices, result[3].mark_price", prices("BTC-25DEC26-90000-C", { mark_price: undefined }), /public\/ticker/],
    ["MissingMark", "prices, result[1].mark_price", prices("BTC-25DEC26", { mark_price: 0 }), /public\/ticker/],
    ["MissingMark", "instruments, result[1].instrument_name", publicResponses({ prices: [response(PRICES.filter(({ instrument_name }) => instrument_name !== "BTC-25DEC26"))] }), /public\/ticker/],
    ["MissingMark", "prices, result[2].mark_iv", prices("BTC-25DEC26-80000-P", { mark_iv: null }), /public\/ticker/],
    ["MissingMark", "instruments, result[0].base_currency", publicResponses({ indexPrices: { usdc_usd: index(1) } }), /get_index_price of btc_usd/],
    ["MissingMark", "instruments, result[5].settlement_currency", publicResponses({ indexPrices: { btc_usd: index(90_000) } }), /get_index_price of usdc_usd/],
    ["MissingMark", "index, result.index_price", publicResponses({ indexPrices: { btc_usd: response({}, "index") } }), /fetch/],
    ["OutOfRange", "index, result.index_price", publicResponses({ indexPrices: { btc_usd: index(0) } }), /fetch/],
    ["OutOfRange", "prices, result[0].mark_price", prices("BTC-PERPETUAL", { mark_price: -1 }), /fetch/],
    ["OutOfRange", "prices, result[2].mark_iv", prices("BTC-25DEC26-80000-P", { mark_iv: -4 }), /fetch/],
    ["InvalidDecimal", "prices, result[3].mark_price", prices("BTC-25DEC26-90000-C", { mark_price: 0.123456789 }), /8 decimals/],
    ["InvalidDecimal", "prices, result[2].mark_iv", prices("BTC-25DEC26-80000-P", { mark_iv: 44.12345678 }), /7 decimals/],
    ["InvalidDecimal", "prices, result[2].underlying_price", prices("BTC-25DEC26-80000-P", { underlying_price: 7856.445926872601 }), /8 decimals/],
    ["InvalidDecimal", "instruments, result[0].contract_size", instruments("BTC-PERPETUAL", { contract_size: 1e-9 }), /8 decimals/],
    ["OutOfRange", "instruments, result[0].contract_size", instruments("BTC-PERPETUAL", { contract_size: -10 }), /fetch/],
    ["InvalidSchema", "instruments, result[0].contract_size", instruments("BTC-PERPETUAL", { contract_size: null }), /get_instruments/],
    ["InvalidSchema", "instruments, result[3].strike", instruments("BTC-25DEC26-90000-C", { strike: undefined }), /get_instruments/],
    ["InvalidSchema", "instruments, result[3].option_type", instruments("BTC-25DEC26-90000-C", { option_type: "straddle" }), /./],
    ["InvalidSchema", "instruments, result[1].expiration_timestamp", instruments("BTC-25DEC26", { expiration_timestamp: 1.5 }), /get_instruments/],
    ["WrongCurrency", "instruments, result[0].settlement_currency", instruments("BTC-PERPETUAL", { settlement_currency: "USDC" }), /fetch/],
    ["InvalidSchema", "instruments, result[0].instrument_name", instruments("BTC-PERPETUAL", { instrument_name: "" }), /./],
    ["InvalidSchema", "prices, result[0].mark_price", prices("BTC-PERPETUAL", { mark_price: [1] }), /./],
    ["InvalidSchema", "prices, result", publicResponses({ prices: [response(12, "prices")] }), /whole response/],
    ["InvalidMarket", "instruments, result[0].instrument_name", publicResponses({ instruments: [response(INSTRUMENTS), response([{ ...INSTRUMENTS[0], contract_size: 1 }], "instruments")] }), /same time/],
    ["InvalidMarket", "asOf", publicResponses({ prices: [{ name: "prices", text: JSON.stringify(PRICES.map(({ creation_timestamp: _, ...price }) => price)) }] }), /asOf/],
    ["VenueError", "prices, error", publicResponses({ prices: [{ name: "prices", text: '{"jsonrpc":"2.0","id":1,"error":{"code":10028,"message":"too_many_requests"},"usOut":1}' }] }), /repeat the request/],
    ["VenueError", "prices, error", publicResponses({ prices: [{ name: "prices", text: '{"jsonrpc":"2.0","message":"bad_request","error":11050}' }] }), /repeat the request/],
    ["UnreadableFile", "prices", publicResponses({ prices: [{ name: "prices", text: "<html>502 Bad Gateway</html>" }] }), /unchanged/],
  ])("with %s at %s", (code, path, responses, hint) => {
    expect(remedy(() => importDeribitMarket(responses))).toMatchObject({ code, path, hint: expect.stringMatching(hint) });
  });

  it("saying what the venue said", () => {
    const text = '{"jsonrpc":"2.0","id":1,"error":{"code":13004,"message":"invalid_credentials"}}';
    expect(remedy(() => importDeribitMarket(publicResponses({ prices: [{ name: "", text }] }))).reason).toContain("13004 invalid_credentials");
  });
});
