import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Progress } from "../prover/progress.ts";
import { parseInstrument } from "../prover/risk/instruments.ts";
import { parseMarket, type Market } from "../prover/risk/market.ts";
import { parsePolicy, type Policy } from "../prover/risk/policy.ts";
import { instrumentRisk, marketRisk, type InstrumentRisk, type RiskVector } from "../prover/risk/risk-array.ts";
import { markets, policies } from "./support/market-arbitraries.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const AS_OF = 1_700_000_000;
const EXPIRY = AS_OF + 31_536_000;

const level = (MM: string, IM: string) => ({ MM, IM });

const policyFile = {
  format: "margin-policy/1",
  name: "test",
  version: 1,
  quote: "USD",
  nettingSets: [
    { id: "ETH", underlyings: ["ETH"] },
    { id: "BTC", underlyings: ["BTC"] },
  ],
  scenarios: [
    { spot: "0.9", vol: "none", weight: "1" },
    { spot: "1.1", vol: "none", weight: "1" },
    { spot: "2", vol: "none", weight: "0.25" },
  ],
  volShock: { up: "0.5", down: "0.3", shortPower: "0.3", longPower: "0.13", dteFloorDays: "1", minShockedVol: "0.4" },
  lossFactor: level("0.8", "1"),
  charges: { perpetual: level("0.03", "0.04"), future: level("0.02", "0.03"), optionShort: level("0.01", "0.02") },
  haircuts: [
    { asset: "BTC", rate: level("0.05", "0.1") },
    { asset: "USDC", rate: level("0.01", "0.02") },
  ],
};
const policy = parsePolicy(policyFile);

const marketFile = {
  format: "margin-market/1",
  asOf: AS_OF,
  quote: "USD",
  currencies: [{ name: "USDC", price: "0.99" }],
  underlyings: [
    { name: "BTC", spot: "100", expiries: [{ expiry: EXPIRY, forward: "100", rate: "0", surface: { kind: "flat", vol: "0" } }] },
  ],
  instruments: [] as object[],
};
const marketWith = (...instruments: readonly object[]): Market => parseMarket({ ...marketFile, instruments });

const contract = { underlying: "BTC", multiplier: "10", settlement: "linear" };
const option = { kind: "option", name: "OPTION", underlying: "BTC", expiry: EXPIRY, strike: "95", type: "call", multiplier: "2" };

/** Risk of the only instrument of a market. */
const riskOfOne = (instrument: object, rules: Policy = policy): InstrumentRisk => marketRisk(marketWith(instrument), rules)[0]!;

/** Numbers of a vector, in whole quote units. */
const inQuote = ({ scenarioPnl, value, chargeMM, chargeIM }: RiskVector) => ({
  pnl: scenarioPnl.map(units),
  value: units(value),
  charges: [units(chargeMM), units(chargeIM)],
});
const units = (price: bigint): number => Number(price) / 1e8;

describe("marketRisk", () => {
  it.each([
    [
      "cash in the quote: worth 1, no haircut",
      { kind: "cash", name: "USD", currency: "USD" },
      0,
      { pnl: [0, 0, 0], value: 1, charges: [0, 0] },
      { pnl: [0, 0, 0], value: -1, charges: [0, 0] },
    ],
    [
      "a stablecoin: a haircut on credit and debt",
      { kind: "cash", name: "USDC", currency: "USDC" },
      0,
      { pnl: [0, 0, 0], value: 0.99, charges: [0.0099, 0.0198] },
      { pnl: [0, 0, 0], value: -0.99, charges: [0.0099, 0.0198] },
    ],
    [
      "a coin balance: moves with spot",
      { kind: "cash", name: "BTC", currency: "BTC" },
      1,
      { pnl: [-10, 10, 25], value: 100, charges: [5, 10] },
      { pnl: [10, -10, -25], value: -100, charges: [5, 10] },
    ],
    [
      "a spot holding: as a coin balance",
      { kind: "spot", name: "BTC", underlying: "BTC" },
      1,
      { pnl: [-10, 10, 25], value: 100, charges: [5, 10] },
      { pnl: [10, -10, -25], value: -100, charges: [5, 10] },
    ],
    [
      "a linear perpetual: mark value moves, charge on spot notional",
      { ...contract, kind: "perpetual", name: "PERP", mark: "110" },
      1,
      { pnl: [-110, 110, 275], value: 1100, charges: [30, 40] },
      { pnl: [110, -110, -275], value: -1100, charges: [30, 40] },
    ],
    [
      "a linear future: its own charge",
      { ...contract, kind: "future", name: "FUT", expiry: EXPIRY, mark: "120" },
      1,
      { pnl: [-120, 120, 300], value: 1200, charges: [20, 30] },
      { pnl: [120, -120, -300], value: -1200, charges: [20, 30] },
    ],
    [
      "an inverse perpetual: dollars whatever happens, charge on the face",
      { ...contract, settlement: "inverse", kind: "perpetual", name: "IPERP", mark: "125" },
      1,
      { pnl: [0, 0, 0], value: -8, charges: [0.3, 0.4] },
      { pnl: [0, 0, 0], value: 8, charges: [0.3, 0.4] },
    ],
    [
      "an inverse future: as an inverse perpetual",
      { ...contract, settlement: "inverse", kind: "future", name: "IFUT", expiry: EXPIRY, mark: "80" },
      1,
      { pnl: [0, 0, 0], value: -12.5, charges: [0.2, 0.3] },
      { pnl: [0, 0, 0], value: 12.5, charges: [0.2, 0.3] },
    ],
    [
      "an option: charged when short only",
      option,
      1,
      { pnl: [-10, 20, 50], value: 10, charges: [0, 0] },
      { pnl: [10, -20, -50], value: -10, charges: [2, 4] },
    ],
    [
      "a marked option: worth its mark, moving as the model",
      { ...option, mark: "7.5" },
      1,
      { pnl: [-10, 20, 50], value: 15, charges: [0, 0] },
      { pnl: [10, -20, -50], value: -15, charges: [2, 4] },
    ],
  ])("values %s", (_, instrument, nettingSet, long, short) => {
    const risk = riskOfOne(instrument);
    expect(risk.nettingSet).toBe(nettingSet);
    expect(inQuote(risk.long)).toEqual(long);
    expect(inQuote(risk.short)).toEqual(short);
  });

  it("rounds each side against its holder", () => {
    const { long, short } = riskOfOne({
      ...contract,
      settlement: "inverse",
      kind: "perpetual",
      name: "IPERP",
      multiplier: "1",
      mark: "300",
    });
    expect([long.value, short.value]).toEqual([-33_333_334n, 33_333_333n]);
  });

  it("rounds losses up, gains down and charges up", () => {
    const tiny = { ...contract, multiplier: "0.00000001", kind: "perpetual", name: "PERP", mark: "0.5" };
    const { long, short } = riskOfOne(tiny);
    expect(long).toMatchObject({ scenarioPnl: [-1n, 0n, 0n], value: 0n, chargeMM: 3n, chargeIM: 4n });
    expect(short).toMatchObject({ scenarioPnl: [0n, -1n, -1n], value: -1n, chargeMM: 3n, chargeIM: 4n });
    const haircut = riskOfOne(
      { kind: "cash", name: "USDC", currency: "USDC" },
      parsePolicy({ ...policyFile, haircuts: [{ asset: "USDC", rate: level("0.000000001", "0.000000001") }] }),
    );
    expect([haircut.long.chargeMM, haircut.short.chargeIM]).toEqual([1n, 1n]);
  });

  it("labels every charge", () => {
    expect(riskOfOne(option).short.charges).toEqual([{ kind: "optionShort", MM: 200_000_000n, IM: 400_000_000n }]);
    expect(riskOfOne(option).long.charges).toEqual([]);
    expect(riskOfOne({ ...contract, kind: "future", name: "FUT", expiry: EXPIRY, mark: "1" }).long.charges.map(({ kind }) => kind)).toEqual(
      ["future"],
    );
  });

  it("reports progress instrument by instrument", () => {
    const heard: Parameters<Progress>[] = [];
    marketRisk(marketWith(option, { kind: "cash", name: "USD", currency: "USD" }), policy, (...step) => heard.push(step));
    expect(heard).toEqual([
      ["risk vectors", 1, 2],
      ["risk vectors", 2, 2],
    ]);
  });
});

describe("marketRisk refuses", () => {
  const btc = { kind: "spot", name: "BTC", underlying: "BTC" };

  it.each([
    ["a market in another quote", { quote: "EUR" }, {}, "WrongCurrency", "quote"],
    ["an underlying in no netting set", {}, { nettingSets: [{ id: "ETH", underlyings: ["ETH"] }] }, "InvalidPolicy", "nettingSets"],
    ["an asset without haircut", {}, { haircuts: [] }, "InvalidPolicy", "haircuts"],
  ])("%s", (_, market, rules, code, path) => {
    const listed = parseMarket({ ...marketFile, instruments: [btc], ...market });
    expect(refusal(() => marketRisk(listed, parsePolicy({ ...policyFile, ...rules })))).toEqual({ code, path });
  });

  it.each([
    ["a value", { mark: "184467440737.09551615", multiplier: "1.00000001" }, "PERP"],
    ["a loss", { mark: "92233720368.54775808", multiplier: "8" }, "PERP"],
  ])("%s of 2^64 units per contract", (_, change, path) => {
    expect(refusal(() => riskOfOne({ ...contract, kind: "perpetual", name: "PERP", ...change }))).toEqual({ code: "OutOfRange", path });
  });

  it("nothing that just fits", () => {
    const flat = parsePolicy({ ...policyFile, scenarios: [{ spot: "2", vol: "none", weight: "1" }] });
    const { long, short } = riskOfOne(
      { ...contract, multiplier: "1", kind: "perpetual", name: "PERP", mark: "184467440737.09551615" },
      flat,
    );
    expect([long.value, long.scenarioPnl[0], short.scenarioPnl[0]]).toEqual([2n ** 64n - 1n, 2n ** 64n - 1n, 1n - 2n ** 64n]);
  });
});

describe("instrumentRisk", () => {
  it("refuses an instrument the market does not list", () => {
    const { mark: _, ...unlisted } = { ...option, name: "OTHER", mark: undefined };
    expect(refusal(() => instrumentRisk(parseInstrument(unlisted), marketWith(option), policy))).toEqual({
      code: "UnknownInstrument",
      path: "OTHER",
    });
  });
});

describe("risk vectors obey", () => {
  const both = fc.record({ market: markets({ nettingSets: 2 }), policy: policies({ nettingSets: 2, scenarios: 3 }) });
  const risks = both.map(({ market, policy }) => marketRisk(market, policy));

  law(
    "one instrument alone has the vectors it has in its market",
    fc.property(both, ({ market, policy }) => {
      const all = marketRisk(market, policy);
      expect(market.listings.map(({ instrument }) => instrumentRisk(instrument, market, policy))).toEqual([...all]);
    }),
    50,
  );

  law(
    "long and short cancel, or lose one unit to rounding",
    fc.property(risks, (all) => {
      for (const { long, short } of all) {
        const sums = [long.value + short.value, ...long.scenarioPnl.map((pnl, s) => pnl + short.scenarioPnl[s]!)];
        expect(sums.every((sum) => sum === 0n || sum === -1n)).toBe(true);
      }
    }),
    100,
  );

  law(
    "initial charges contain maintenance charges, and both are the sums of their parts",
    fc.property(risks, (all) => {
      for (const vector of all.flatMap(({ long, short }) => [long, short])) {
        expect(vector.chargeMM >= 0n && vector.chargeIM >= vector.chargeMM).toBe(true);
        expect(vector.chargeMM).toBe(vector.charges.reduce((sum, { MM }) => sum + MM, 0n));
        expect(vector.chargeIM).toBe(vector.charges.reduce((sum, { IM }) => sum + IM, 0n));
      }
    }),
    100,
  );

  law(
    "a scenario without move and one without weight change nothing",
    fc.property(both, ({ market, policy }) => {
      const [first] = policy.scenarios;
      const still = { ...first!, spot: 1_000_000_000n, vol: "none" } as typeof first & object;
      const weightless = { ...first!, weight: 0n } as typeof first & object;
      for (const { long, short } of marketRisk(market, { ...policy, scenarios: [still, weightless] })) {
        expect([...long.scenarioPnl, ...short.scenarioPnl].every((pnl) => pnl === 0n)).toBe(true);
      }
    }),
    100,
  );

  law(
    "a long option never loses more than the model says it is worth",
    fc.property(both, ({ market, policy }) => {
      const unmarked = {
        ...market,
        listings: market.listings.map((listing) => (listing.instrument.kind === "option" ? { ...listing, mark: undefined } : listing)),
      };
      for (const { instrument, long } of marketRisk(unmarked, policy)) {
        if (instrument.kind === "option") expect(long.scenarioPnl.every((pnl) => pnl >= -long.value - 1n)).toBe(true);
      }
    }),
    100,
  );

  law(
    "call minus put moves as the discounted forward in every scenario",
    fc.property(both, ({ market, policy }) => {
      const undamped = {
        ...policy,
        scenarios: policy.scenarios.map((scenario) => ({ ...scenario, weight: 1_000_000_000n as typeof scenario.weight })),
      };
      const call = market.listings.find(({ instrument }) => instrument.kind === "option" && instrument.type === "call")!;
      const twin = { ...call, mark: undefined, instrument: { ...call.instrument, name: "TWIN", type: "put" } as typeof call.instrument };
      const [long, put] = marketRisk({ ...market, listings: [{ ...call, mark: undefined }, twin] }, undamped);
      const forward = forwardMoves(market, undamped, call.instrument as typeof call.instrument & { kind: "option" });
      long!.long.scenarioPnl.forEach((pnl, s) => {
        const gap = Number(pnl - put!.long.scenarioPnl[s]!) - forward[s]!;
        expect(Math.abs(gap)).toBeLessThanOrEqual(2 + Math.abs(forward[s]!) * 1e-12);
      });
    }),
    100,
  );
});

/** multiplier·F·D·(spot − 1) per scenario at 1e-8, in floating point: an oracle, not a source. */
function forwardMoves(
  market: Market,
  policy: Policy,
  { underlying, expiry, multiplier }: { underlying: string; expiry: number; multiplier: bigint },
): readonly number[] {
  const { forward, rate } = market.underlyings
    .find(({ name }) => name === underlying)!
    .expiries.find((candidate) => candidate.expiry === expiry)!;
  const discount = Math.exp((-Math.max(0, Number(rate)) / 1e9) * ((expiry - market.asOf) / 31_536_000));
  return policy.scenarios.map(({ spot }) => (Number(forward) * discount * Number(spot - 1_000_000_000n) * Number(multiplier)) / 1e17);
}
