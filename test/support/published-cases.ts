/** Published cases by the hundred: portfolios of every kind that such collections have, with the edges of every parameter. */
import fc from "fast-check";
import type { CaseFile, ExpiryFile, OptionFile } from "./published-margin.ts";

const MONTH = 30 * 86_400;
const YEAR = 365 * 86_400;
const EDGE_SECONDS = [-86_400, -1, 0, 1, 600, 1_799, 1_800, 1_801, 86_399, 86_400, 86_401, MONTH - 1, MONTH, MONTH + 1, YEAR, 3 * YEAR];
const SPOTS = ["95663.50604855", "2681.6029850999994", "0.0123456789", "1000", "27.5"];
const ONE = "1";

/** The families of cases; each stresses its own part, the rest is as it is in production, or anything. */
export const FAMILIES = [
  "basis", "collateral", "confidence", "discounting", "empty", "expired", "factors", "many expiries", "naked options", "peg", "perpetual",
  "random", "rates", "settlement window", "sizes", "skews", "some kinds of scenarios", "structures", "swapped discounts", "tails", "vol shocks",
] as const;
export type Family = (typeof FAMILIES)[number];

type Draw = {
  /** A decimal with so many digits, both ends included. */
  decimal: (low: number, high: number, digits?: number) => string;
  whole: (low: number, high: number) => number;
  one: <T>(...choices: readonly T[]) => T;
  chance: (percent: number) => boolean;
  list: <T>(low: number, high: number, make: (index: number) => T) => T[];
};

/** Decimals as texts, of integers: a double would show more digits than were drawn. */
function drawing(g: fc.GeneratorValue): Draw {
  const whole = (min: number, max: number): number => g(fc.integer, { min, max });
  const one = <T,>(...choices: readonly T[]): T => choices[whole(0, choices.length - 1)]!;
  return {
    whole,
    one,
    decimal: (low, high, digits = 4) => {
      const unit = 10 ** digits;
      const drawn = BigInt(g(fc.bigInt, { min: BigInt(Math.round(low * unit)), max: BigInt(Math.round(high * unit)) }));
      const size = (drawn < 0n ? -drawn : drawn).toString().padStart(digits + 1, "0");
      return `${drawn < 0n ? "-" : ""}${size.slice(0, size.length - digits)}.${size.slice(size.length - digits)}`;
    },
    chance: (percent) => whole(1, 100) <= percent,
    list: (low, high, make) => Array.from({ length: whole(low, high) }, (_, index) => make(index)),
  };
}

type Scenario = CaseFile["policy"]["scenarios"][number];

function scenariosOf(draw: Draw, family: Family): Scenario[] {
  const step = draw.one(0.045, 0.035, 0.0825);
  const texts = (...all: [number, Scenario["vol"], string][]): Scenario[] => all.map(([spot, vol, damp]) => ({ spot: String(spot), vol, damp }));
  // Spot multipliers as a double adds them up, with what is left of binary fractions: published ones are.
  const grid = [4, 3, 2, 1, 0, -1, -2, -3, -4].flatMap((n): Scenario[] =>
    Math.abs(n) === 4
      ? texts([1 + n * step, "up", ONE])
      : texts([1 + n * step, "down", ONE], [1 + n * step, "none", ONE], [1 + n * step, "up", ONE]),
  );
  const divisor = draw.whole(1, 400);
  const tails = [0.34, 0.67, 1.5, 2, 3, 4, 5, 6].map(
    (spot, i): Scenario => ({ spot: String(1 - (1 - spot)), vol: "up", damp: String([0.21, 0.42, 0.2772, 0.1386, 0.0693, 0.0462, 0.03465, 0.02772][i]! / divisor) }),
  );
  const skewWeight = family === "skews" ? draw.one("3", "0.7", "10", "25") : ONE;
  const skews = texts([1, "linear", skewWeight], [1, "abs", ONE]);
  if (family === "some kinds of scenarios") {
    return [...(draw.chance(50) ? grid : []), ...(draw.chance(50) ? tails : []), ...(draw.chance(50) ? skews : []), ...(draw.chance(30) ? grid.slice(0, 2) : [])];
  }
  if (family === "tails") return [...grid.slice(9, 14), ...tails.map((tail) => ({ ...tail, damp: draw.one(tail.damp, ONE, "0", "2.5", "0.000123456789012345") })), ...skews];
  if (family === "skews") return [...grid.slice(11, 13), ...skews];
  return draw.chance(40) ? [...grid, ...tails, ...skews] : [...grid.filter((_, s) => s % 3 === 1), tails[0]!, tails[5]!, ...skews];
}

function policyOf(draw: Draw, family: Family): CaseFile["policy"] {
  const any = family === "random";
  const is = (...families: Family[]): boolean => any || families.includes(family);
  const swapped = family === "swapped discounts" || (any && draw.chance(20));
  return {
    scenarios: scenariosOf(draw, family),
    volShock: is("vol shocks")
      ? {
          up: draw.decimal(0, 3),
          down: draw.decimal(0, 1.5),
          shortPower: draw.decimal(0, 1),
          longPower: draw.decimal(0, 1),
          dteFloorDays: draw.one(ONE, "0.5", "0", "7", "45"),
          minShockedVol: draw.one("0.45", "0", "2.5"),
        }
      : { up: "0.5", down: "0.275", shortPower: "0.3", longPower: "0.13", dteFloorDays: ONE, minShockedVol: "0.45" },
    lossFactor: is("factors") ? { MM: draw.one("0.8", ONE, "1.5", "0", "0.333333333333333333"), IM: draw.one(ONE, "1.25", "0.5", "20") } : { MM: "0.8", IM: ONE },
    staticDiscount: is("discounting", "swapped discounts")
      ? {
          longBase: swapped ? draw.decimal(1, 1.2) : draw.decimal(0.5, 1),
          shortBase: swapped ? draw.decimal(0.8, 1) : draw.decimal(1, 1.5),
          longRateMult: draw.decimal(0, 2),
          longRateAdd: draw.decimal(-0.05, 0.2),
          shortRateMult: draw.decimal(0, 2),
          shortRateAdd: draw.decimal(-0.05, 0.2),
        }
      : { longBase: "0.95", shortBase: "1.04", longRateMult: ONE, longRateAdd: "0.08", shortRateMult: "0.5", shortRateAdd: "0.08" },
    basis: is("basis")
      ? { up: draw.one("1.045", ONE, "1.3", "0.99"), down: draw.one("0.955", ONE, "0.5", "1.01"), add: draw.decimal(0, 12), mult: draw.decimal(0, 15) }
      : { up: "1.045", down: "0.955", add: "0.5", mult: "2" },
    contingency: {
      perpMM: draw.one("0.015", "0"),
      perpIM: draw.one("0.005000000000000001", "0"),
      optionMM: is("naked options") ? draw.one("0.003", "0", "0.5") : "0.003",
      optionIM: is("naked options") ? draw.one("0.002", "0", "15") : "0.002",
      pegThreshold: is("peg") ? draw.one("0.98", "0.99", "0", ONE, "1.05") : "0.98",
      pegFactor: is("peg") ? draw.one("2", "4", "0", "25", "0.333333333333333333") : "2",
      confidenceThreshold: draw.one("0.55", "0.55", "0", ONE),
      confidenceMargin: draw.one(ONE, "0.4", "0", "12"),
    },
    skew: is("skews")
      ? {
          linearBase: draw.decimal(-0.05, 0.5),
          linearCap: draw.one("0.15", "4", "9.5", "20", "0.25"),
          absBase: draw.decimal(-0.05, 0.5),
          absCap: draw.one("0.15", "9.5", "0.3"),
          minKStar: draw.one("0.01", "0.5", "0.0001"),
          widthScale: draw.one("4", "0", "3", "12"),
          volStatic: draw.decimal(-1, 5),
          volScale: draw.decimal(-1, 5),
        }
      : { linearBase: "-0.05", linearCap: "0.15", absBase: "-0.05", absCap: "0.15", minKStar: "0.01", widthScale: "4", volStatic: "0.6", volScale: "-0.1" },
  };
}

/** `spot` times about 1, as a text. */
const near = (draw: Draw, spot: string, by: number): string => String(Number(spot) * Number(draw.decimal(1 - by, 1 + by)));

function expiriesOf(draw: Draw, family: Family, spot: string): ExpiryFile[] {
  const seconds = {
    expired: () => draw.one(0, -1, -3_600, -90 * 86_400),
    "settlement window": () => draw.one(1, 1_799, 1_800, 1_801, draw.whole(1, 1_800)),
  };
  const drawn = seconds[family as keyof typeof seconds] ?? (() => draw.one(...EDGE_SECONDS, draw.whole(2, 2 * YEAR), draw.whole(2, MONTH), draw.whole(MONTH, YEAR)));
  const count: [number, number] = family === "many expiries" ? [8, 14] : family === "empty" || family === "perpetual" ? [0, 1] : [1, 3];
  const all = [...new Set(draw.list(...count, drawn))];
  const confidence = (): string => (family === "confidence" || family === "random" ? draw.one(ONE, "0.55", "0.5499999999999999", "0.5500000000000001", "0", draw.decimal(0, 1)) : draw.one(ONE, "0.95"));
  return all.map((secondsToExpiry) => {
    const forward = family === "basis" ? near(draw, spot, 0.5) : near(draw, spot, 0.05);
    const rate = family === "rates" || family === "random" ? draw.one("-0.3", "0", "2.5", "10", draw.decimal(-1, 3)) : draw.one("0.15000000000000002", draw.decimal(0, 0.5));
    return {
      secondsToExpiry,
      forward,
      rate,
      forwardConfidence: confidence(),
      rateConfidence: confidence(),
      volConfidence: confidence(),
      svi: {
        a: draw.one(draw.decimal(0, 0.1, 18), "0", draw.decimal(0, 12)),
        b: draw.one(draw.decimal(0, 0.4, 18), "0"),
        rho: draw.decimal(-0.99, 0.99, 18),
        m: draw.decimal(-0.3, 0.3, 18),
        sigma: draw.one(draw.decimal(0.02, 0.6, 18), "200", "0.0001"),
        forward: draw.chance(80) ? forward : near(draw, spot, 0.2),
        tau: draw.chance(80) && secondsToExpiry > 60 ? String(secondsToExpiry / YEAR) : draw.one("0.000003170958904109", "0.5"),
      },
    };
  });
}

function amountOf(draw: Draw, family: Family): string {
  if (family === "sizes") return draw.one("0.000000000000000001", "1234567.890123456789012345", "-0.00000001", "-25000000", draw.decimal(-1e6, 1e6, 18));
  return draw.one(draw.decimal(-100, 100, 2), draw.decimal(-1, 1, 15), "-1", ONE, "0");
}

function optionsOf(draw: Draw, family: Family, expiries: readonly ExpiryFile[], spot: string): OptionFile[] {
  if (expiries.length === 0 || family === "collateral") return [];
  const strike = (forward: string): string => draw.one(near(draw, forward, 0.1), near(draw, forward, 0.5), String(Number(spot) * draw.one(0.0001, 0.3, 1.5, 8)));
  const option = (): OptionFile => {
    const { secondsToExpiry, forward } = draw.one(...expiries);
    return { secondsToExpiry, strike: strike(forward), type: draw.one("call", "put"), amount: amountOf(draw, family) };
  };
  if (family !== "structures") return draw.list(1, family === "many expiries" ? 16 : 6, option);
  const { secondsToExpiry, forward } = draw.one(...expiries);
  const [low, high, size] = [near(draw, forward, 0.3), near(draw, forward, 0.3), draw.one("1", "-1", "13.5")];
  const other = size.startsWith("-") ? size.slice(1) : `-${size}`;
  const leg = (at: string, type: "call" | "put", amount: string): OptionFile => ({ secondsToExpiry, strike: at, type, amount });
  return draw.one(
    [leg(low, "call", size), leg(high, "call", other)],
    [leg(low, "call", size), leg(high, "call", other), leg(low, "put", other), leg(high, "put", size)],
    [leg(low, "put", other), leg(high, "call", size)],
    [leg(low, "call", size), leg(low, "put", other)],
  );
}

function collateralOf(draw: Draw, family: Family, spot: string): CaseFile["account"]["collateral"] {
  const most = family === "collateral" ? 7 : family === "empty" ? 0 : 2;
  const sure = family !== "confidence" && family !== "random" && family !== "collateral";
  return draw.list(family === "collateral" ? 1 : 0, most, (i) => ({
    asset: `COLL${i}`,
    amount: draw.one(draw.decimal(0, 100, 15), "0", "10000", family === "sizes" ? "1234567890.123456789012345678" : ONE),
    price: draw.one(spot, near(draw, spot, 0.5), "1.1470506863329273", "0.0000000123456789"),
    confidence: sure ? ONE : draw.one(ONE, "0.55", "0.253", "0", draw.decimal(0, 1, 16)),
    movesWithSpot: draw.chance(40),
    haircutMM: draw.one("0.2", "0", ONE, "0.015", "1.2", "0.142857142857142857"),
    haircutIM: draw.one("0.04999999999999999", "0", "0.5", "0.000000000123456789"),
  }));
}

function caseOf(g: fc.GeneratorValue, family: Family): CaseFile {
  const draw = drawing(g);
  const spot = draw.one(...SPOTS);
  const sure = family !== "confidence" && family !== "random" && family !== "perpetual";
  const expiries = expiriesOf(draw, family, spot);
  const hasPerp = family === "perpetual" || (family !== "empty" && draw.chance(30));
  const money = (): string => draw.one("0", "-0", draw.decimal(-100_000, 100_000, 12), draw.decimal(-10, 10, 18));
  return {
    name: family,
    model: "pmrm2",
    policy: policyOf(draw, family),
    market: {
      spot,
      spotConfidence: sure ? ONE : draw.one(ONE, "0.55", "0.1269", "0"),
      stable: family === "peg" || family === "random" ? draw.one("0.98", "0.56", "0.9421530871290034", "2.9429194308848405", draw.decimal(0.5, 1.1, 18)) : "1.00019088635",
      perp: hasPerp || draw.chance(30) ? { price: near(draw, spot, 0.1), confidence: sure ? ONE : draw.one("0.2123", "0.55", ONE) } : { price: "0", confidence: "0" },
      expiries,
    },
    account: {
      cash: family === "sizes" ? draw.one("123456789012.345678901234567890", "-0.000000000000000001") : money(),
      perps: hasPerp ? amountOf(draw, family) : "0",
      unsettledPerpPnl: hasPerp ? money() : "0",
      unsettledFunding: hasPerp ? money() : "0",
      collateral: collateralOf(draw, family, spot),
      options: optionsOf(draw, family, expiries, spot),
    },
  };
}

/** Cases of one family, or of any. */
export const publishedCases = (families: readonly Family[] = FAMILIES): fc.Arbitrary<CaseFile> =>
  fc.tuple(fc.gen(), fc.constantFrom(...families)).map(([g, family]) => caseOf(g, family));
