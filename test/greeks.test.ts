import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp } from "../prover/numeric/exp.ts";
import { ONE, add, div, fromScaled, mul, sqrt, sub, type Real } from "../prover/numeric/real.ts";
import { black76 } from "../prover/risk/black76.ts";
import { black76Greeks, type Black76State } from "../prover/risk/black76-greeks.ts";
import { bookGreeks, listingGreeks } from "../prover/risk/greeks.ts";
import { greeksJson, greeksTable } from "../prover/risk/greeks-table.ts";
import { parseMarket } from "../prover/risk/market.ts";
import type { Quantity } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const real = (thousandths: number | bigint): Real => fromScaled(BigInt(thousandths), 3);

interface Terms {
  readonly forward: Real;
  readonly strike: Real;
  readonly vol: Real;
  readonly tau: Real;
  readonly rate: Real;
}

const state = ({ forward, strike, vol, tau, rate }: Terms, type: "call" | "put"): Black76State => ({ forward, strike, vol, rootTau: sqrt(tau), rate, discount: exp(-mul(rate, tau) as Real), type });

const price = (terms: Terms, type: "call" | "put"): Real => {
  const { forward, strike, vol, rootTau, discount } = state(terms, type);
  return black76({ forward, strike, totalVol: mul(vol, rootTau), discount, type });
};

const near = (found: Real, expected: Real, tolerance: Real): void => {
  const distance = found > expected ? found - expected : expected - found;
  expect(distance <= tolerance ? "near" : `${found} is not near ${expected}`).toBe("near");
};

const terms = fc.record({
  forward: fc.integer({ min: 20_000, max: 500_000 }).map(real),
  strike: fc.integer({ min: 20_000, max: 500_000 }).map(real),
  vol: fc.integer({ min: 150, max: 2_000 }).map(real),
  tau: fc.integer({ min: 20, max: 3_000 }).map(real),
  rate: fc.integer({ min: -100, max: 300 }).map(real),
});
const type = fc.constantFrom("call" as const, "put" as const);

describe("black76Greeks", () => {
  it("of an option at the forward for a year at vol 1 are those of the normal table", () => {
    // F = K = 100, rate 0, d1 = 0.5: Φ = 0.691462461274013, φ = 0.352065326764300
    const greeks = black76Greeks(state({ forward: real(100_000), strike: real(100_000), vol: ONE, tau: ONE, rate: real(0) }, "call"));
    const tolerance = fromScaled(1n, 14);
    near(greeks.delta, fromScaled(691_462_461_274_013n, 15), tolerance);
    near(greeks.gamma, fromScaled(352_065_326_764_300n, 17), tolerance);
    near(greeks.vega, fromScaled(352_065_326_764_300n, 15), tolerance);
    near(mul(greeks.theta, real(365_000)), fromScaled(-176_032_663_382_150n, 13), fromScaled(1n, 12));
  });

  law(
    "are the finite differences of the price",
    fc.property(terms, type, (at, kind) => {
      const greeks = black76Greeks(state(at, kind));
      // A central difference of step h errs by h²·f‴/6 plus what the price's own rounding leaves over h.
      const h = fromScaled(1n, 5);
      const bumped = (field: keyof Terms, by: Real): Real => price({ ...at, [field]: add(at[field], by) }, kind);
      const slope = (field: keyof Terms): Real => div(sub(bumped(field, h), bumped(field, -h as Real)), (2n * h) as Real);
      const bend = div(sub(add(bumped("forward", h), bumped("forward", -h as Real)), (2n * price(at, kind)) as Real), mul(h, h));
      near(greeks.delta, slope("forward"), fromScaled(1n, 9));
      near(greeks.gamma, bend, fromScaled(1n, 9));
      near(mul(greeks.vega, real(100_000)), slope("vol"), fromScaled(1n, 4));
      near(mul(greeks.theta, real(365_000)), -slope("tau") as Real, fromScaled(1n, 3));
    }),
    100,
  );

  law(
    "obey put–call parity",
    fc.property(terms, (at) => {
      const [call, put] = [black76Greeks(state(at, "call")), black76Greeks(state(at, "put"))];
      const { discount } = state(at, "call");
      const tolerance = fromScaled(1n, 22);
      near(sub(call.delta, put.delta), discount, tolerance);
      expect([put.gamma, put.vega]).toEqual([call.gamma, call.vega]);
      // call − put = D·(F − K), which decays at the rate
      near(mul(sub(call.theta, put.theta), real(365_000)), mul(at.rate, mul(discount, sub(at.forward, at.strike))), tolerance);
    }),
    100,
  );

  it("keep to the limits of the price: intrinsic without deviation, the forward with a boundless one", () => {
    const still = { forward: real(110_000), strike: real(100_000), vol: real(0), tau: ONE, rate: real(0) };
    expect(black76Greeks(state(still, "call"))).toEqual({ delta: ONE, gamma: 0n, vega: 0n, theta: 0n });
    expect(black76Greeks(state(still, "put"))).toEqual({ delta: 0n, gamma: 0n, vega: 0n, theta: 0n });
    expect(black76Greeks(state({ ...still, vol: real(24_000) }, "put"))).toEqual({ delta: 0n, gamma: 0n, vega: 0n, theta: 0n });
  });
});

const market = parseMarket({
  format: "margin-market/1",
  asOf: 1_700_000_000,
  quote: "USD",
  currencies: [{ name: "USDC", price: "1" }],
  underlyings: [
    // The forward is twice the spot: an option gains 2·delta per unit of spot, and its delta changes four times as fast.
    { name: "BTC", spot: "50", expiries: [{ expiry: 1_731_536_000, forward: "100", rate: "0", surface: { kind: "flat", vol: "1" } }] },
    { name: "ETH", spot: "10", expiries: [] },
  ],
  instruments: [
    { kind: "cash", name: "USDC", currency: "USDC" },
    { kind: "cash", name: "BTC", currency: "BTC" },
    { kind: "option", name: "BTC-100-C", underlying: "BTC", expiry: 1_731_536_000, strike: "100", type: "call", multiplier: "0.1" },
    { kind: "perpetual", name: "BTC-PERP", underlying: "BTC", settlement: "linear", multiplier: "2", mark: "51" },
    { kind: "perpetual", name: "BTC-INVERSE", underlying: "BTC", settlement: "inverse", multiplier: "10", mark: "51" },
    { kind: "spot", name: "ETH-SPOT", underlying: "ETH" },
  ],
});
const greeksOf = (name: string) => listingGreeks(market.listings.find(({ instrument }) => instrument.name === name)!, market);
const holding = (positions: Record<string, number>) => [
  { venue: "deribit", account: "main", asOf: 0, positions: Object.entries(positions).map(([instrument, units]) => ({ instrument, quantity: BigInt(units * 10 ** 8) as Quantity })) },
];

describe("listingGreeks", () => {
  it("are those of one contract with respect to spot", () => {
    const { delta, gamma, vega, theta } = greeksOf("BTC-100-C");
    const tolerance = fromScaled(1n, 14);
    near(delta, fromScaled(138_292_492_254_803n, 15), tolerance);
    near(gamma, fromScaled(1_408_261_307_057n, 15), tolerance);
    near(vega, fromScaled(35_206_532_676_430n, 15), tolerance);
    near(mul(theta, real(365_000)), fromScaled(-1_760_326_633_821_500n, 15), fromScaled(1n, 12));
  });

  it("of linear contracts are their exposure over spot, of inverse ones and of currencies none", () => {
    expect(["BTC", "ETH-SPOT", "BTC-PERP", "BTC-INVERSE", "USDC"].map((name) => greeksOf(name).delta)).toEqual([ONE, ONE, real(2_040), 0n, 0n]);
  });
});

describe("bookGreeks", () => {
  it("add up with their signs, underlying by underlying", () => {
    const [btc, eth] = bookGreeks(holding({ "BTC-100-C": -10, "BTC-PERP": 1, BTC: 3, USDC: 100, "ETH-SPOT": -2 }), market);
    near(btc!.delta, fromScaled(5_040_000_000_000_000n - 1_382_924_922_548_026n, 15), fromScaled(1n, 13));
    near(btc!.vega, fromScaled(-352_065_326_764_300n, 15), fromScaled(1n, 13));
    expect(eth).toEqual({ underlying: "ETH", delta: real(-2_000), gamma: 0n, vega: 0n, theta: 0n });
    expect(greeksTable([eth!])).toMatch(/│ ETH +│ +-2\.0000 │ +0\.00000000 │ +0\.00 │ +0\.00 │/);
    expect(greeksJson([eth!])).toEqual([{ underlying: "ETH", delta: "-2.000000000000", gamma: "0.000000000000", vega: "0.000000000000", theta: "0.000000000000" }]);
  });

  it("refuse a position that the market does not list, by its place in the book", () => {
    expect(refusal(() => bookGreeks(holding({ "BTC-PERP": 1, "DOGE-PERP": 1 }), market))).toEqual({ code: "UnknownInstrument", path: "accounts[0].positions[1].instrument" });
  });
});
