import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MarginProofError } from "../prover/errors.ts";
import { marketJson, parseMarket } from "../prover/risk/market.ts";
import { instrumentJson, parseInstrument } from "../prover/risk/instruments.ts";
import { markets } from "./support/market-arbitraries.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const AS_OF = 1_700_000_000;
const EXPIRY = AS_OF + 31_536_000;

const svi = { kind: "svi", a: "0.04", b: "0.1", rho: "-0.3", m: "0", sigma: "0.2" };
const expiry = { expiry: EXPIRY, forward: "101", rate: "0.05", surface: svi };
const btc = { name: "BTC", spot: "100", expiries: [expiry] };
const usdc = { name: "USDC", price: "0.999" };
const cash = { kind: "cash", name: "USDC", currency: "USDC" };
const perpetual = { kind: "perpetual", name: "BTC-PERPETUAL", underlying: "BTC", settlement: "inverse", multiplier: "10", mark: "100.5" };
const future = {
  kind: "future",
  name: "BTC-27DEC24",
  underlying: "BTC",
  settlement: "linear",
  multiplier: "1",
  expiry: EXPIRY,
  mark: "101",
};
const option = {
  kind: "option",
  name: "BTC-27DEC24-100-C",
  underlying: "BTC",
  expiry: EXPIRY,
  strike: "100",
  type: "call",
  multiplier: "1",
};

const market = {
  format: "margin-market/1",
  asOf: AS_OF,
  quote: "USD",
  currencies: [usdc],
  underlyings: [btc],
  instruments: [cash, perpetual, future, option],
};

const listing = (instrument: object) => ({ ...market, instruments: [cash, instrument] });
const withExpiry = (change: object) => ({ ...market, underlyings: [{ ...btc, expiries: [{ ...expiry, ...change }] }] });
const withSurface = (surface: object) => withExpiry({ surface });
const without = (object: object, key: string) => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

describe("parseMarket", () => {
  it("takes an SVI surface without its own forward and time as fitted to this market", () => {
    const { surface } = parseMarket(market).underlyings[0]!.expiries[0]!;
    expect(surface).toMatchObject({ kind: "svi", forward: 101n * 10n ** 27n, tau: 10n ** 27n });
  });

  it("keeps what an SVI surface says it was fitted to", () => {
    const { surface } = parseMarket(withSurface({ ...svi, forward: "99", tau: "0.5" })).underlyings[0]!.expiries[0]!;
    expect(surface).toMatchObject({ forward: 99n * 10n ** 27n, tau: 5n * 10n ** 26n });
  });

  it("counts a feed without confidence as fully confident", () => {
    const read = parseMarket(withExpiry({ confidence: { forward: "0.5", rate: "0", vol: "1" } }));
    expect(read.underlyings[0]!.confidence).toBe(10n ** 9n);
    expect(read.underlyings[0]!.expiries[0]!.confidence).toEqual({ forward: 5n * 10n ** 8n, rate: 0n, vol: 10n ** 9n });
  });

  it("orders listings by name whatever the order of the file", () => {
    const names = (json: unknown) => parseMarket(json).listings.map(({ instrument }) => instrument.name);
    expect(names({ ...market, instruments: [option, perpetual, cash, future] })).toEqual([
      "BTC-27DEC24",
      "BTC-27DEC24-100-C",
      "BTC-PERPETUAL",
      "USDC",
    ]);
  });

  it("admits an option's mark of zero and a coin balance priced at spot", () => {
    const read = parseMarket({
      ...market,
      instruments: [
        { ...option, mark: "0" },
        { kind: "cash", name: "BTC", currency: "BTC" },
        { kind: "cash", name: "USD", currency: "USD" },
      ],
    });
    expect(read.listings.map(({ mark }) => mark)).toEqual([undefined, 0n, undefined]);
  });

  it.each([
    ["a perpetual without mark", listing(without(perpetual, "mark")), "MissingMark", "instruments[1].mark"],
    ["a future without mark", listing(without(future, "mark")), "MissingMark", "instruments[1].mark"],
    [
      "an option of an expiry that has no forward and surface",
      listing({ ...option, expiry: EXPIRY + 1 }),
      "MissingMark",
      "instruments[1].expiry",
    ],
    ["an instrument of an unknown underlying", listing({ ...perpetual, underlying: "ETH" }), "MissingMark", "instruments[1].underlying"],
    [
      "a spot holding of an unknown underlying",
      listing({ kind: "spot", name: "ETH", underlying: "ETH" }),
      "MissingMark",
      "instruments[1].underlying",
    ],
    [
      "cash in a currency without price",
      listing({ kind: "cash", name: "EURC", currency: "EURC" }),
      "MissingMark",
      "instruments[1].currency",
    ],
    ["an expiry without forward", withExpiry({ forward: undefined }), "MissingMark", "underlyings[0].expiries[0].forward"],
    ["an expiry without surface", withExpiry({ surface: undefined }), "MissingMark", "underlyings[0].expiries[0].surface"],
    ["an expired future", listing({ ...future, expiry: AS_OF }), "InvalidMarket", "instruments[1].expiry"],
    ["an expired option", listing({ ...option, expiry: AS_OF - 1 }), "InvalidMarket", "instruments[1].expiry"],
    ["an expiry that has passed", withExpiry({ expiry: AS_OF }), "InvalidMarket", "underlyings[0].expiries[0].expiry"],
    ["a name listed twice", listing({ ...perpetual, name: "USDC" }), "InvalidMarket", "instruments[1].name"],
    ["an underlying listed twice", { ...market, underlyings: [btc, btc] }, "InvalidMarket", "underlyings[1].name"],
    [
      "an expiry listed twice",
      { ...market, underlyings: [{ ...btc, expiries: [expiry, expiry] }] },
      "InvalidMarket",
      "underlyings[0].expiries[1].expiry",
    ],
    ["a currency listed twice", { ...market, currencies: [usdc, usdc] }, "InvalidMarket", "currencies[1].name"],
    ["a price of the quote itself", { ...market, currencies: [{ name: "USD", price: "1" }] }, "InvalidMarket", "currencies[0].name"],
    ["a coin with two prices", { ...market, currencies: [usdc, { name: "BTC", price: "99" }] }, "InvalidMarket", "underlyings[0].name"],
    ["a spot of zero", { ...market, underlyings: [{ ...btc, spot: "0" }] }, "InvalidMarket", "underlyings[0].spot"],
    ["a negative mark", listing({ ...perpetual, mark: "-1" }), "InvalidMarket", "instruments[1].mark"],
    ["a mark of zero", listing({ ...future, mark: "0" }), "InvalidMarket", "instruments[1].mark"],
    ["an option's negative mark", listing({ ...option, mark: "-0.00000001" }), "InvalidMarket", "instruments[1].mark"],
    ["a price of zero", { ...market, currencies: [{ ...usdc, price: "0" }] }, "InvalidMarket", "currencies[0].price"],
    ["a forward of zero", withExpiry({ forward: "0" }), "InvalidMarket", "underlyings[0].expiries[0].forward"],
    ["a strike of zero", listing({ ...option, strike: "0" }), "OutOfRange", "instruments[1].strike"],
    ["a multiplier of zero", listing({ ...perpetual, multiplier: "0" }), "OutOfRange", "instruments[1].multiplier"],
    ["a negative multiplier", listing({ ...perpetual, multiplier: "-1" }), "OutOfRange", "instruments[1].multiplier"],
    ["a price of 2^64 units", listing({ ...perpetual, mark: "184467440737.09551616" }), "OutOfRange", "instruments[1].mark"],
    ["a confidence above 1", { ...market, underlyings: [{ ...btc, confidence: "1.1" }] }, "InvalidMarket", "underlyings[0].confidence"],
    ["a negative confidence", { ...market, currencies: [{ ...usdc, confidence: "-0.1" }] }, "InvalidMarket", "currencies[0].confidence"],
    ["a rate above 1000 %", withExpiry({ rate: "10.1" }), "InvalidMarket", "underlyings[0].expiries[0].rate"],
    ["a rate below −50 %", withExpiry({ rate: "-0.51" }), "InvalidMarket", "underlyings[0].expiries[0].rate"],
    ["excess digits", listing({ ...perpetual, mark: "100.123456789" }), "InvalidDecimal", "instruments[1].mark"],
    ["a JSON number", listing({ ...perpetual, mark: 100.5 }), "InvalidDecimal", "instruments[1].mark"],
    ["an unknown kind", listing({ ...perpetual, kind: "swap" }), "InvalidSchema", "instruments[1].kind"],
    ["a mark of cash", listing({ kind: "cash", name: "USD", currency: "USD", mark: "1" }), "InvalidSchema", "instruments[1]"],
    ["a misspelt field", listing({ ...perpetual, settlment: "linear" }), "InvalidSchema", "instruments[1]"],
    ["no instruments", { ...market, instruments: [] }, "InvalidSchema", "instruments"],
    ["an SVI surface with negative variance", withSurface({ ...svi, a: "-1" }), "InvalidMarket", "underlyings[0].expiries[0].surface.a"],
    ["an SVI correlation of 1", withSurface({ ...svi, rho: "1" }), "InvalidMarket", "underlyings[0].expiries[0].surface.rho"],
    ["a negative volatility", withSurface({ kind: "flat", vol: "-0.1" }), "InvalidMarket", "underlyings[0].expiries[0].surface.vol"],
    [
      "a volatility beyond 1e12",
      withSurface({ kind: "flat", vol: "1000000000000.1" }),
      "OutOfRange",
      "underlyings[0].expiries[0].surface.vol",
    ],
    [
      "points out of order",
      withSurface({
        kind: "points",
        points: [
          { strike: "2", vol: "1" },
          { strike: "1", vol: "1" },
        ],
      }),
      "InvalidMarket",
      "underlyings[0].expiries[0].surface.points[1].strike",
    ],
    ["an unknown surface", withSurface({ kind: "sabr" }), "InvalidSchema", "underlyings[0].expiries[0].surface.kind"],
  ])("refuses %s", (_, json, code, path) => {
    expect(refusal(() => parseMarket(json))).toEqual({ code, path });
  });

  it("says what to do about a missing mark", () => {
    const parse = () => parseMarket(listing(without(perpetual, "mark")));
    expect(parse).toThrow("instruments[1].mark: no mark for BTC-PERPETUAL");
    expect(parse).toThrow(expect.objectContaining({ hint: "add its mark price, or remove the instrument" }) as MarginProofError);
  });

  it("gives one canonical JSON to different spellings and orders", () => {
    const spelt = {
      ...market,
      instruments: [{ ...option, strike: "100.00" }, future, perpetual, cash],
      currencies: [{ ...usdc, price: "0.9990", confidence: "1.0" }],
    };
    expect(marketJson(parseMarket(spelt))).toEqual(marketJson(parseMarket(market)));
  });

  law(
    "parse after format is the identity",
    fc.property(markets({ nettingSets: 3 }), (generated) => {
      expect(parseMarket(JSON.parse(JSON.stringify(marketJson(generated))))).toEqual(generated);
    }),
    100,
  );
});

describe("parseInstrument", () => {
  it.each([cash, without(perpetual, "mark"), without(future, "mark"), option])("reads and writes %o", (json) => {
    expect(instrumentJson(parseInstrument(json))).toEqual(json);
  });

  it("names the place below the caller's path", () => {
    expect(refusal(() => parseInstrument({ ...option, strike: "1e5" }, "result[7]"))).toEqual({
      code: "InvalidDecimal",
      path: "result[7].strike",
    });
  });
});
