/**
 * The shipped `pmrm2` on four books. The expected numbers were computed outside of this repository, from the description of the algorithm, and
 * the second implementation of it that is here, in double precision and sharing nothing with the engine, finds them too.
 */
import { describe, expect, it } from "vitest";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { parseBook } from "../prover/risk/book.ts";
import { marginReport, type MarginReport } from "../prover/risk/margin-report.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Bps, Usd } from "../prover/units.ts";
import { publishedMargin, type CaseFile } from "./support/published-margin.ts";
import { refusal } from "./support/refusal.ts";

const AS_OF = 1_700_000_000;
const EXPIRIES = [AS_OF + 30 * 86_400, AS_OF + 120 * 86_400];
type Leg = readonly [expiry: 0 | 1, strike: number, type: "C" | "P", quantity: string];

const nameOf = ([expiry, strike, type]: Leg): string => `BTC-${expiry}-${strike}-${type}`;
const policy = readPolicy("pmrm2")!;

function marketOf(legs: readonly Leg[], change: object = {}) {
  const flat = (i: 0 | 1, forward: string, vol: string) => ({ expiry: EXPIRIES[i], forward, rate: "0.05", surface: { kind: "flat", vol } });
  return parseMarket({
    format: "margin-market/1",
    asOf: AS_OF,
    quote: "USD",
    currencies: [{ name: "USDC", price: "1" }],
    underlyings: [{ name: "BTC", spot: "60000", expiries: [flat(0, "60100", "0.5"), flat(1, "60500", "0.6")] }],
    instruments: [
      { kind: "cash", name: "USD", currency: "USD" },
      { kind: "perpetual", name: "BTC-PERPETUAL", underlying: "BTC", settlement: "linear", multiplier: "1", mark: "60050" },
      ...[...new Map(legs.map((leg) => [nameOf(leg), leg]))].map(([name, [expiry, strike, type]]) => ({
        kind: "option", name, underlying: "BTC", expiry: EXPIRIES[expiry], strike: String(strike), type: type === "C" ? "call" : "put", multiplier: "1",
      })),
    ],
    ...change,
  });
}

function reportOf(legs: readonly Leg[], perpetual: string, cash: string, change: object = {}, under = policy): MarginReport {
  const market = marketOf(legs, change);
  const positions = [...legs.map((leg) => ({ instrument: nameOf(leg), quantity: leg[3] })), { instrument: "BTC-PERPETUAL", quantity: perpetual }, { instrument: "USD", quantity: cash }];
  const { accounts } = parseBook({ format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: AS_OF, positions: positions.filter(({ quantity }) => quantity !== "0") }] });
  return marginReport(accounts, marketRisk(market, under), under, { level: "MM", minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
}

/** The shipped policy with a book on the market of `marketOf`, as a published case. */
function publishedCase(legs: readonly Leg[], perps: string, cash: string): CaseFile {
  const shipped = policyJson(policy) as unknown as Shipped;
  const { scenarios, staticDiscount: { long, short }, skew, basis, charges: { perpetual }, optionNaked, confidence, depeg } = shipped;
  const more = ({ MM, IM }: Record<"MM" | "IM", string>): string => String(Number(IM) - Number(MM));
  const sure = { forwardConfidence: "1", rateConfidence: "1", volConfidence: "1" };
  const days = [30, 120] as const;
  const expiry = (i: 0 | 1, forward: string, vol: number): CaseFile["market"]["expiries"][number] => {
    const tau = days[i] / 365;
    const svi = { a: String(vol ** 2 * tau), b: "0", rho: "0", m: "0", sigma: "1", forward, tau: String(tau) };
    return { secondsToExpiry: days[i] * 86_400, forward, rate: "0.05", ...sure, svi };
  };
  return {
    name: "shipped",
    model: "pmrm2",
    policy: {
      scenarios: scenarios.map(({ spot, vol, weight }) => ({ spot, vol: vol === "absolute" ? "abs" : vol, damp: weight })),
      volShock: shipped.volShock,
      lossFactor: shipped.lossFactor,
      staticDiscount: {
        longBase: long.base, longRateMult: long.rateMultiplier, longRateAdd: long.rateAdd,
        shortBase: short.base, shortRateMult: short.rateMultiplier, shortRateAdd: short.rateAdd,
      },
      basis: { up: basis.up, down: basis.down, add: basis.add, mult: basis.perYear },
      contingency: {
        perpMM: perpetual.MM, perpIM: more(perpetual), optionMM: optionNaked.MM, optionIM: more(optionNaked),
        pegThreshold: depeg.threshold, pegFactor: depeg.factor, confidenceThreshold: confidence.threshold, confidenceMargin: confidence.margin,
      },
      skew: {
        linearBase: skew.linear.base, linearCap: skew.linear.cap, absBase: skew.absolute.base, absCap: skew.absolute.cap,
        minKStar: skew.minWidth, widthScale: skew.widthScale, volStatic: skew.volStatic, volScale: skew.volScale,
      },
    },
    market: { spot: "60000", spotConfidence: "1", stable: "1", perp: { price: "60050", confidence: "1" }, expiries: [expiry(0, "60100", 0.5), expiry(1, "60500", 0.6)] },
    account: {
      // The book's perpetual is worth its mark, the case's only what has not been settled.
      cash, perps, unsettledPerpPnl: String(Number(perps) * 60_050), unsettledFunding: "0", collateral: [],
      options: legs.map(([i, strike, type, amount]) => ({ secondsToExpiry: days[i] * 86_400, strike: String(strike), type: type === "C" ? "call" : "put", amount })),
    },
  };
}

type Texts<K extends string> = Record<K, string>;
/** What is read here of the shipped document. */
interface Shipped {
  readonly scenarios: readonly { readonly spot: string; readonly vol: "up" | "down" | "none" | "linear" | "absolute"; readonly weight: string }[];
  readonly volShock: CaseFile["policy"]["volShock"];
  readonly lossFactor: CaseFile["policy"]["lossFactor"];
  readonly staticDiscount: Record<"long" | "short", Texts<"base" | "rateMultiplier" | "rateAdd">>;
  readonly skew: Record<"linear" | "absolute", Texts<"base" | "cap">> & Texts<"minWidth" | "widthScale" | "volStatic" | "volScale">;
  readonly basis: Texts<"up" | "down" | "add" | "perYear">;
  readonly charges: { readonly perpetual: Texts<"MM" | "IM"> };
  readonly optionNaked: Texts<"MM" | "IM">;
  readonly confidence: Texts<"threshold" | "margin">;
  readonly depeg: Texts<"threshold" | "factor">;
}

const units = (value: bigint): number => Number(value) / 1e16;

describe("pmrm2", () => {
  it.each<{ name: string; legs: readonly Leg[]; perpetual: string; cash: string; worst: number; pnl: number; basis: number; MM: number; IM: number; binding: string }>([
    {
      name: "a directional book", perpetual: "-0.5", cash: "50000", worst: 21, pnl: -11654.785244931176, basis: -4611.010991837593, binding: "scenario",
      legs: [[0, 65_000, "C", "-2"], [0, 65_000, "P", "1.5"], [0, 55_000, "P", "1"], [1, 70_000, "C", "1.5"], [1, 50_000, "P", "-1"]],
      MM: 22069.829543589993, IM: 19423.87249460376,
    },
    {
      name: "risk reversals against each other", perpetual: "-0.1", cash: "50000", worst: 22, pnl: -2118.055194451114, basis: -1427.319960784038, binding: "scenario",
      legs: [[0, 70_000, "C", "1"], [0, 52_000, "P", "-1"], [1, 80_000, "C", "-1"], [1, 45_000, "P", "1"]],
      MM: 41248.224284477954, IM: 40659.61324558773,
    },
    {
      name: "a calendar spread", perpetual: "0", cash: "50000", worst: 3, pnl: -10719.381791864571, basis: -10644.637752681425, binding: "scenario",
      legs: [[0, 60_000, "C", "-5"], [1, 60_000, "C", "5"], [0, 60_000, "P", "-0.2"]],
      MM: 64661.043800103485, IM: 62205.16744173057,
    },
    {
      name: "a jelly roll, which only its basis moves hurt", perpetual: "0", cash: "20000", worst: 22, pnl: -14907.88627274627, basis: -38029.15748571713, binding: "basis",
      legs: [[1, 50_000, "C", "10"], [1, 50_000, "P", "-10"], [0, 50_000, "C", "-10"], [0, 50_000, "P", "10"]],
      MM: -7721.027495448827, IM: -15326.85899259225,
    },
  ])("margins $name as published", ({ legs, perpetual, cash, worst, pnl, basis, MM, IM, binding }) => {
    const report = reportOf(legs, perpetual, cash);
    const [set] = report.nettingSets;
    expect(units(set!.scenarioPnl[worst]!)).toBeCloseTo(pnl, 4);
    expect(units(set!.basisPnl[0]!)).toBeCloseTo(basis, 4);
    expect(set!.binding).toBe(binding);
    expect(units(report.equity - report.requirement.MM)).toBeCloseTo(MM, 4);
    expect(units(report.equity - report.requirement.IM)).toBeCloseTo(IM, 4);
    const second = publishedMargin(publishedCase(legs, perpetual, cash));
    expect([second.MM, second.IM, second.basisContingency, second.scenarioPnl[worst]]).toEqual([MM, IM, basis, pnl].map((figure) => expect.closeTo(figure, 7)));
  });

  const perpetualOnly = (change: object): MarginReport => reportOf([], "-1", "50000", change);
  it("raises the initial loss factor by what the stablecoin lacks", () => {
    // −1 at 60050: +14 % loses 8407, the tails at most 0.245·… ; +300 %: 3·60050·0.008976 is less. IM: 8407·(1 + 4·(0.99 − 0.95)) + 900
    const report = perpetualOnly({ currencies: [{ name: "USDC", price: "0.95" }] });
    expect(units(report.requirement.IM)).toBeCloseTo(8407 * 1.16 + 900, 8);
    expect(units(report.requirement.MM)).toBeCloseTo(8407 * 0.8 + 450, 8);
  });
  it("charges what an unsure feed covers, at the initial level", () => {
    const unsure = (confidence: string): object => ({
      instruments: [
        { kind: "cash", name: "USD", currency: "USD" },
        { kind: "perpetual", name: "BTC-PERPETUAL", underlying: "BTC", settlement: "linear", multiplier: "1", mark: "60050", confidence },
      ],
    });
    // (1 − 0.5)·0.4·60000 = 12000; at the threshold nothing
    expect(units(perpetualOnly(unsure("0.5")).requirement.IM)).toBeCloseTo(8407 + 900 + 12_000, 8);
    expect(units(perpetualOnly(unsure("0.55")).requirement.IM)).toBeCloseTo(8407 + 900, 8);
  });
  it("needs the price that its de-peg charge looks at", () => {
    expect(refusal(() => perpetualOnly({ currencies: [] }))).toEqual({ code: "MissingMark", path: "currencies" });
  });
  it("with long and short discount swapped is refused", () => {
    const { staticDiscount, ...rest } = policyJson(policy) as Record<string, { long: object; short: object }>;
    const swapped = parsePolicy({ ...rest, staticDiscount: { long: staticDiscount!.short, short: staticDiscount!.long } });
    expect(refusal(() => reportOf([[0, 60_000, "C", "1"]], "0", "1", {}, swapped))).toEqual({ code: "InvalidPolicy", path: "staticDiscount" });
  });
  it("at a rate that multiplies debts out of the circuits' width is refused", () => {
    const far = { expiry: EXPIRIES[1], forward: "60500", rate: "10", surface: { kind: "flat", vol: "0.6" } };
    const change = { underlyings: [{ name: "BTC", spot: "60000", expiries: [far] }] };
    expect(refusal(() => reportOf([[1, 60_000, "C", "1"]], "0", "1", change))).toEqual({ code: "InvalidPolicy", path: "staticDiscount" });
  });
  it("says what each of its rules adds", () => {
    const { ruleEffects, requirement } = reportOf([[0, 65_000, "C", "-2"], [0, 65_000, "P", "1.5"], [1, 50_000, "P", "-1"]], "0", "50000");
    const effect = Object.fromEntries(ruleEffects.map(({ rule, effect: amount }) => [rule, amount]));
    expect(Object.keys(effect)).toEqual(["static discount", "skew rotations", "basis moves", "charges", "pairing of shorts"]);
    // 3 short options at 90, of which 1.5 are covered
    expect(units(effect["pairing of shorts"]!)).toBeCloseTo(-1.5 * 90, 6);
    expect(effect["static discount"]! > 0n && requirement.MM > effect["static discount"]!).toBe(true);
  });
});
