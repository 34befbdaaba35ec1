/** Volatility shocks in points, and shocks that differ by underlying: by hand, through the engine, and in the document that is hashed. */
import { describe, expect, it } from "vitest";
import { buildSnapshot, policyHash } from "../prover/commitment/snapshot.ts";
import { parseDecimal } from "../prover/numeric/decimal.ts";
import type { Real } from "../prover/numeric/real.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { shockedVol, volShockOf } from "../prover/risk/vol-shock.ts";
import type { Factor } from "../prover/units.ts";
import { refusal } from "./support/refusal.ts";
import { snapshotSizes } from "./support/sizes.ts";
import { MARKET_JSON, POLICY_JSON } from "./support/small-market.ts";

const R = (text: string): Real => parseDecimal(text, 27) as Real;
const F = (text: string): Factor => parseDecimal(text, 9) as Factor;
const DAY = 86_400;
const BASE = POLICY_JSON.volShock;
const withShock = (change: object) => parsePolicy({ ...POLICY_JSON, volShock: { ...BASE, ...change } });

describe("an additive volatility shock", () => {
  // Aevo: 50 points up, 25 down; powers of 0 keep it the same for every expiry.
  const points = { kind: "additive", up: F("0.5"), down: F("0.25"), shortPower: F("0"), longPower: F("0"), dteFloorDays: F("1"), minShockedVol: F("0") } as const;

  it("adds points, whatever the volatility is", () => {
    const at = (vol: string, days: number) => (["up", "down", "none"] as const).map((direction) => shockedVol(R(vol), direction, points, days * DAY));
    expect(at("0.4", 30)).toEqual([R("0.9"), R("0.15"), R("0.4")]);
    expect(at("1.2", 1)).toEqual([R("1.7"), R("0.95"), R("1.2")]);
  });

  it("grows towards expiry when it has a power: at 7.5 days 4^0.5 = 2 times the points", () => {
    expect(shockedVol(R("0.4"), "up", { ...points, shortPower: F("0.5") }, 7.5 * DAY)).toBe(R("1.4"));
  });

  it("stops at zero on the way down, and not above the floor on the way up", () => {
    expect(shockedVol(R("0.2"), "down", points, 30 * DAY)).toBe(R("0"));
    expect(shockedVol(R("0.2"), "up", { ...points, minShockedVol: F("0.8") }, 30 * DAY)).toBe(R("0.8"));
    expect(shockedVol(R("0.4"), "up", { ...points, minShockedVol: F("0.8") }, 30 * DAY)).toBe(R("0.9"));
  });
});

describe("an override", () => {
  const option = (underlying: string) => ({ kind: "option", name: `${underlying}-CALL`, underlying, expiry: 1_702_598_400, strike: underlying === "BTC" ? "40000" : "2100", type: "call", multiplier: "1" });
  const [btc] = MARKET_JSON.underlyings;
  const eth = { name: "ETH", spot: "2000", expiries: [{ expiry: 1_702_598_400, forward: "2010", rate: "0.04", surface: { kind: "flat", vol: "0.7" } }] };
  const market = parseMarket({ ...MARKET_JSON, underlyings: [btc, eth], instruments: [option("BTC"), option("ETH")] });
  const pnl = (change: object) => Object.fromEntries(marketRisk(market, withShock(change)).map(({ instrument, long }) => [instrument.name, long.scenarioPnl]));

  it("shocks its underlying by its numbers, the rest as all others are", () => {
    const shock = withShock({ overrides: [{ underlying: "ETH", up: "0.65", minShockedVol: "0.6" }] }).volShock;
    expect(volShockOf(shock, "ETH")).toEqual({ ...withShock({}).volShock, up: F("0.65"), minShockedVol: F("0.6") });
    expect(volShockOf(shock, "BTC")).toEqual(withShock({}).volShock);
  });

  it.each<[string, { up: string; down: string; kind?: string; longPower?: string }]>([
    ["of the range", { up: "0.65", down: "0.3" }],
    ["of the kind", { kind: "additive", up: "0.5", down: "0.25" }],
    ["of a power", { up: "0.5", down: "0.3", longPower: "1" }],
  ])("%s gives its underlying's options what a policy with that shock alone gives them", (_, change) => {
    const mixed = pnl({ overrides: [{ underlying: "ETH", ...change }] });
    expect(mixed["ETH-CALL"]).toEqual(pnl(change)["ETH-CALL"]);
    expect(mixed["BTC-CALL"]).toEqual(pnl({})["BTC-CALL"]);
    expect(pnl(change)["ETH-CALL"]).not.toEqual(pnl({})["ETH-CALL"]);
  });

  it("is in the document, word for word once numbers are spelt canonically, and in its hash", () => {
    const written = { kind: "additive", overrides: [{ underlying: "ETH", kind: "relative", up: "0.650", down: "0.3" }, { underlying: "BTC", longPower: "0.20" }] };
    const policy = withShock(written);
    expect(policyJson(policy)).toMatchObject({ volShock: { kind: "additive", overrides: [{ underlying: "ETH", kind: "relative", up: "0.65", down: "0.3" }, { underlying: "BTC", longPower: "0.2" }] } });
    expect(parsePolicy(policyJson(policy))).toEqual(policy);
    const hashes = [{}, { kind: "additive" }, written, { ...written, overrides: written.overrides.slice(1) }].map((change) => policyHash(withShock(change)));
    expect(new Set(hashes).size).toBe(4);
  });

  it("can be published", () => {
    const policy = withShock({ overrides: [{ underlying: "ETH", kind: "additive", up: "0.5", down: "0.25" }] });
    expect(buildSnapshot(market, policy, snapshotSizes()).policyHash).toBe(policyHash(policy));
  });

  it.each<[string, object, string]>([
    ["an unknown underlying", { underlying: "HYPE", up: "1" }, "volShock.overrides[1].underlying"],
    ["an underlying twice", { underlying: "BTC", up: "1" }, "volShock.overrides[1].underlying"],
    ["nothing that differs", { underlying: "ETH" }, "volShock.overrides[1]"],
    ["points without a rise of its own: a share would be read as points", { underlying: "ETH", kind: "additive", down: "0.2" }, "volShock.overrides[1].up"],
    ["points without a fall of its own", { underlying: "ETH", kind: "additive", up: "0.2" }, "volShock.overrides[1].down"],
    ["a fall beyond 1", { underlying: "ETH", down: "1.000000001" }, "volShock.overrides[1].down"],
    ["a fall of more than 100 points", { underlying: "ETH", kind: "additive", up: "1", down: "25" }, "volShock.overrides[1].down"],
    ["a negative rise", { underlying: "ETH", up: "-0.1" }, "volShock.overrides[1].up"],
    ["a floor of zero days", { underlying: "ETH", dteFloorDays: "0" }, "volShock.overrides[1].dteFloorDays"],
  ])("is refused with %s", (_, override, path) => {
    expect(refusal(() => withShock({ overrides: [{ underlying: "BTC", up: "0.4" }, override] }))).toEqual({ code: "InvalidPolicy", path });
  });

  it("is refused in an empty list, and under an unknown kind", () => {
    expect(refusal(() => withShock({ overrides: [] }))).toEqual({ code: "InvalidSchema", path: "volShock.overrides" });
    expect(refusal(() => withShock({ kind: "points" }))).toEqual({ code: "InvalidSchema", path: "volShock.kind" });
  });
});
