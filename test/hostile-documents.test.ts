/** Documents that somebody has changed at random: whatever they say, there is a margin that makes sense or a refusal with code, path and remedy. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MarginProofError } from "../prover/errors.ts";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { parseBook } from "../prover/risk/book.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Bps, Usd } from "../prover/units.ts";
import { AS_OF, DAY, bare, dated, flat, linear, option } from "./support/bare-policy.ts";
import { commandLine } from "./support/cli.ts";
import { law } from "./support/law.ts";

const NEAR = AS_OF + 30 * DAY;
const FAR = AS_OF + 90 * DAY;
const inverse = { settlement: "inverse", multiplier: "10" };
const points = { kind: "points", points: [{ strike: "40000", vol: "0.6" }, { strike: "60000", vol: "0.5" }] };
const svi = { kind: "svi", a: "0.02", b: "0.1", rho: "-0.3", m: "0", sigma: "0.1" };
const MARKET = {
  format: "margin-market/1", asOf: AS_OF, quote: "USD",
  currencies: [{ name: "USDC", price: "0.98", confidence: "0.5" }, { name: "WBTC", price: "49900" }],
  underlyings: [
    { name: "BTC", spot: "50000", expiries: [{ ...flat(30, "50100", "0.5"), surface: svi }, { ...flat(90, "51000", "0.5", "0.03"), surface: points, confidence: { forward: "0.9", rate: "1", vol: "0.3" } }] },
    { name: "ETH", spot: "2500", confidence: "0.5", expiries: [flat(30, "2510", "0.7")] },
  ],
  instruments: [
    ...["USD", "USDC", "WBTC", "BTC"].map((currency) => ({ kind: "cash", name: currency, currency })), { kind: "spot", name: "ETH", underlying: "ETH" },
    linear("PERP", "BTC", "50010"), linear("IPERP", "BTC", "50010", inverse), dated("IFAR", "BTC", "50310", 90, inverse), dated("EFUT", "ETH", "2520", 30),
    option("CALL", "BTC", "call", "50000", 30), { ...option("PUT", "BTC", "put", "50000", 30), mark: "2000" }, option("FAR-CALL", "BTC", "call", "50000", 90), option("ECALL", "ETH", "call", "3000", 30),
  ],
};
const HELD = { USD: "100000", USDC: "-5", WBTC: "2", BTC: "1", ETH: "3", PERP: "-2", IPERP: "100", IFAR: "-100", EFUT: "4", CALL: "-1", PUT: "2", "FAR-CALL": "10", ECALL: "-7" };
const BOOK = { format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: AS_OF, positions: Object.entries(HELD).map(([instrument, quantity]) => ({ instrument, quantity })) }] };

const rate = (MM: string, IM = MM) => ({ MM, IM });
const coins = ["BTC", "ETH"];
const own = {
  ...bare(coins), haircuts: ["BTC", "ETH", "USDC", "WBTC"].map((asset) => ({ asset, rate: rate("0.1") })), tracking: [{ asset: "WBTC", underlying: "BTC" }],
  scenarios: [{ spot: "0.8", moves: { ETH: "0.7" }, vol: "up", weight: "1" }, { spot: "1.5", vol: "down", weight: "0.5", less: "delta" }],
};
const matrix = (rho: string) => [["1", rho], [rho, "1"]];
/** Parts that no shipped policy has, and rows that are better short. */
const OWN: readonly object[] = [
  {
    ...own, aggregation: { correlation: matrix("0.5"), sets: ["medium", "high", "low"] }, minimums: { perContract: "0.1", perUnit: "0.375", optionShort: "0.03" }, depeg: { asset: "USDC", threshold: "0.99", factor: "2" },
    exposures: [{ id: "g", measure: "gamma", underlyings: ["BTC"], expiries: [NEAR], limit: "1000000", nettingSet: "BTC", tiers: [{ above: "5", rate: rate("0.1", "0.2") }] }, { id: "n", measure: "relativeVega", underlyings: ["ETH"], limit: "999999" }],
    spreads: [{ underlying: "BTC", expiries: [NEAR, FAR], rate: rate("0.02") }], rollShock: [{ underlying: "BTC", annualMove: "0.1", minMove: "0.01" }], confidence: { threshold: "0.6", margin: "0.5" },
    sensitivities: { factors: coins.map((name) => ({ id: name, measure: "delta", underlyings: [name], riskWeight: "0.3", concentration: { threshold: "10000", corners: ["20000", "9000000"] } })), correlation: matrix("-0.3"), fading: true, sets: ["medium"] },
    tail: { measure: "es", size: 2, source: { kind: "stress", events: [{ id: "a", moves: { BTC: "0.5" }, otherwise: "0.4", vols: { BTC: "2" } }, { id: "b", moves: { BTC: "1.5", ETH: "2" } }] } },
  },
  {
    ...own, volShock: { ...bare(coins).volShock, kind: "additive", overrides: [{ underlying: "ETH", kind: "relative", up: "0.3", down: "0.2" }] }, deltaMinimum: [{ underlying: "BTC", unhedged: "0.02", hedged: "0.01" }],
    tail: { measure: "var", size: 2, source: { kind: "historical", underlyings: coins, impliedVols: ["BTC"], horizon: 1, ewma: { lambda: "0.97", seedReturns: 2, floor: "0.5" }, rows: [["1", "100", "10", "0.5"], ["2", "110", "9", "0.6"], ["3", "105", "9.5", "0.55"], ["4", "90", "8", "0.8"], ["5", "95", "8.5", "0.7"]].map(([date, a, b, vol]) => ({ date, closes: [a, b], vols: [vol] })) } },
  },
  { ...own, scenarios: [...own.scenarios, { spot: "1.2", vol: "none", weight: "1" }], spreadCredits: [{ legs: [{ underlying: "BTC", ratio: "2" }, { underlying: "ETH" }], rate: "0.55" }], tail: { measure: "es", size: 2, source: { kind: "monteCarlo", seed: "s", count: 4, horizonDays: "3", underlyings: coins, volatility: ["0.5", "0.8"], volFactors: { underlyings: ["BTC"], volOfVol: ["1"] }, correlation: [["1", "0.7", "-0.5"], ["0.7", "1", "-0.3"], ["-0.5", "-0.3", "1"]], sets: ["medium", "one"] } } },
];
const POLICIES: readonly unknown[] = [...policyNames().filter((name) => readPolicy(name)!.tail === undefined).map((name) => policyJson(readPolicy(name)!)), ...OWN];

type Keys = readonly (string | number)[];
function places(json: unknown, keys: Keys = []): Keys[] {
  if (typeof json !== "object" || json === null) return [keys];
  return [keys, ...Object.entries(json).flatMap(([key, each]) => places(each, [...keys, Array.isArray(json) ? Number(key) : key]))];
}

const NAMES = ["__proto__", "constructor", "toString", "BTC", "USDC", "CALL", "", " ", "x".repeat(65)];
const NUMBERS = ["0", "1", "-1", "1e5", "NaN", "-0", "0.000000001", "0.00000001", "0.5", "1.5", "4", "10", "17.179869183", "1000000", "184467440737.09551615", "1000000000000"];
const THINGS = [null, true, {}, [], 0, -1, 1.5, 2 ** 53, AS_OF, AS_OF + 1, NEAR, FAR, JSON.parse('{ "__proto__": "1" }'), "up", "none", "linear", "es", "expiry", "one"];
const changes = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("set", "number", "number", "number", "remove", "repeat", "rename", "grow"),
  value: fc.constantFrom<unknown>(...NAMES, ...NUMBERS, ...THINGS),
  number: fc.constantFrom(...NUMBERS),
  name: fc.constantFrom(...NAMES),
});
type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

/** A number takes the place of one, so that most documents can still be read and the rest has to make sense of them. */
function changed(json: unknown, { at, how, value, number, name }: Change): unknown {
  const copy: any = structuredClone(json);
  const of = (keys: Keys): any => keys.reduce((part: any, key) => part[key], copy);
  const isNumber = (keys: Keys): boolean => (typeof of(keys) === "number" || typeof of(keys) === "string") && /^-?\d[\d.]*$/.test(String(of(keys)));
  const all = places(json).slice(1).filter((keys) => (how !== "number" && how !== "grow") || isNumber(keys));
  const keys = all[at % all.length];
  if (keys === undefined) return copy;
  const [parent, last] = [of(keys.slice(0, -1)), keys.at(-1)!];
  const put = (key: string | number, what: unknown) => Object.defineProperty(parent, key, { value: what, enumerable: true, configurable: true, writable: true });
  const old = parent[last];
  const asOld = (text: string): unknown => (typeof old === "number" ? (Number.isFinite(Number(text)) ? Number(text) : old) : text);
  if (how === "set") put(last, value);
  else if (how === "number") put(last, asOld(number));
  else if (how === "grow") put(last, asOld(String(old).replace(/^(-?\d+)/, "$1000")));
  else if (how === "repeat" && Array.isArray(parent)) parent.push(structuredClone(old));
  else if (how === "rename" && !Array.isArray(parent)) (delete parent[last], put(name, old));
  else if (Array.isArray(parent)) parent.splice(last as number, 1);
  else delete parent[last];
  return copy;
}

/** What is wrong with the answer, if anything is. */
function judge(documents: { readonly policy: unknown; readonly market: unknown; readonly book: unknown }): string | null {
  try {
    const [policy, market, { accounts }] = [parsePolicy(documents.policy), parseMarket(documents.market), parseBook(documents.book)];
    const { requirement } = marginReport(accounts, marketRisk(market, policy), policy, { level: "IM", minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
    return requirement.MM < 0n || requirement.IM < requirement.MM ? `needs ${requirement.MM} and ${requirement.IM}` : null;
  } catch (error) {
    if (!(error instanceof MarginProofError)) return String(error);
    // A document that is none, or has a part too many, is wrong at no place in it.
    const isPlaced = error.path !== undefined || (error.code === "InvalidSchema" && /Invalid input|Unrecognized key/.test(error.message));
    return !isPlaced || error.hint === undefined ? `${error.code} without path or remedy: ${error.message}` : null;
  }
}

/** Of the market and the book, what the policy has a haircut for. */
function documentsFor(policy: any) {
  const counts = (name: string) => name === "USD" || !MARKET.currencies.some((each) => each.name === name) || policy.haircuts.some(({ asset }: { asset: string }) => asset === name);
  const positions = BOOK.accounts[0]!.positions.filter(({ instrument }) => counts(instrument));
  const market = { ...MARKET, instruments: MARKET.instruments.filter(({ name }) => counts(name)) };
  return { policy, market, book: { ...BOOK, accounts: [{ ...BOOK.accounts[0], positions }] } };
}

describe("documents changed at random", () => {
  it("are right before", () => {
    for (const policy of POLICIES) {
      const { market, book } = documentsFor(policy);
      expect(marketRisk(parseMarket(market), parsePolicy(policy)).length).toBe(market.instruments.length);
      expect(judge({ policy, market, book })).toBeNull();
    }
  });

  law(
    "are margined or refused, never misread",
    fc.property(fc.nat(), fc.constantFrom("policy", "policy", "market", "book"), fc.array(changes, { minLength: 1, maxLength: 3 }), (pick, target, list) => {
      const documents = documentsFor(POLICIES[pick % POLICIES.length]);
      expect(judge({ ...documents, [target]: list.reduce(changed, documents[target] as unknown) })).toBeNull();
    }),
    1500,
  );
});

describe("a book that is too large to be proved", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "margin-health-hostile-"));
    const write = (name: string, json: unknown) => writeFile(join(folder, name), JSON.stringify(json));
    await write("market.json", { ...MARKET, instruments: [linear("PERP", "BTC", "50000")] });
    for (const [name, quantity] of [["large", "2000000"], ["largest", "1237940"]]) await write(`${name}.json`, { ...BOOK, accounts: [{ ...BOOK.accounts[0], positions: [{ instrument: "PERP", quantity }] }] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const check = async (book: string) => {
    const { code, stdout } = await commandLine(folder).runHere(["check", "--book", `${book}.json`, "--market", "market.json", "--policy", "deribit", "--json"]);
    return { code, ...JSON.parse(stdout) };
  };

  it("is margined all the same, and said to be too large", async () => {
    const { code, isHealthy, withinLimits, warnings } = await check("large");
    expect([code, isHealthy, withinLimits]).toEqual([0, true, true]);
    expect(warnings).toEqual([expect.stringMatching(/^totals\.exposure\[0\]: .* too large .*61,897,001,964/)]);
  });
  it("while the largest that can be is not", async () => {
    const found = await check("largest");
    expect([found.code, found.withinLimits, found.warnings]).toEqual([0, true, undefined]);
  });
});
