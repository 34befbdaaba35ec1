/** The whole statement in tier `rules`, under a policy that uses every rule at once: the circuit accepts exactly what the report calls healthy. */
import { beforeAll, describe, expect, it } from "vitest";
import { shapeOf } from "../prover/commitment/padded-rules.ts";
import { buildSnapshot } from "../prover/commitment/snapshot.ts";
import { loadArtifacts } from "../prover/proof/artifacts.ts";
import { prepareProof } from "../prover/proof/prepare-proof.ts";
import type { ProvingRequest } from "../prover/proof/proving-request.ts";
import { tierParameters } from "../prover/proof/tiers.ts";
import type { WitnessCalculator } from "../prover/proof/witness-calculator.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, type Policy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Bps, Level, Quantity, Usd } from "../prover/units.ts";
import { build } from "../scripts/build.ts";
import { oneAtATime } from "./support/one-at-a-time.ts";
import { DERIBIT, requestOf } from "./support/proving-request.ts";
import { refusal } from "./support/refusal.ts";
import { MARKET_JSON, POLICY_JSON } from "./support/small-market.ts";
import { templatesOf } from "./support/template.ts";
import { uncheckedInput } from "./support/unchecked-input.ts";

const [, , call] = MARKET_JSON.instruments;
const market = parseMarket({ ...MARKET_JSON, instruments: [...MARKET_JSON.instruments, { ...call, name: "BTC-15DEC23-40000-P", type: "put" }] });
const event = (id: string, btc: string, eth: string) => ({ id, moves: { BTC: btc, ETH: eth }, vols: { BTC: "1.3" } });
const rate = (MM: string, IM: string) => ({ MM, IM });

const policy = parsePolicy({
  ...POLICY_JSON,
  cells: "expiry",
  scenarios: [
    { spot: "0.9", vol: "up", weight: "1" },
    { spot: "1.1", moves: { ETH: "1.2" }, vol: "up", weight: "1" },
    { spot: "2", vol: "none", weight: "0.2" },
    { spot: "1", vol: "linear", weight: "1" },
  ],
  charges: { ...POLICY_JSON.charges, optionShort: rate("0", "0") },
  staticDiscount: { long: { base: "0.98", rateMultiplier: "1", rateAdd: "0.1" }, short: { base: "1.02", rateMultiplier: "1", rateAdd: "0.1" } },
  skew: { linear: { base: "-0.1", cap: "0.25" }, absolute: { base: "0", cap: "0.2" }, minWidth: "0.01", widthScale: "4", volStatic: "0.6", volScale: "0" },
  basis: { up: "1.03", down: "0.97", add: "0.5", perYear: "2" },
  optionNaked: rate("0.01", "0.015"),
  minimums: { perContract: "5", optionShort: "0.01" },
  tail: { measure: "es", size: 2, source: { kind: "stress", events: [event("a", "0.8", "0.7"), event("b", "1.3", "1.4"), event("c", "0.7", "0.9"), event("d", "1.4", "1.1"), event("e", "1", "0.5")] } },
  aggregation: { correlation: [["1", "0.5"], ["0.5", "1"]], sets: ["medium", "high"] },
  spreads: [{ underlying: "BTC", expiries: "all", rate: rate("0.0175", "0.02") }],
  rollShock: [{ underlying: "BTC", annualMove: "0.075", minMove: "0.01" }, { underlying: "ETH", annualMove: "0.05", minMove: "0.005" }],
  exposures: [
    { id: "btc-delta", measure: "delta", underlyings: ["BTC"], limit: "100000", tiers: [{ above: "10000", rate: rate("0.01", "0.01") }, { above: "30000", rate: rate("0.02", "0.02") }], nettingSet: "BTC" },
    { id: "vega", measure: "vega", underlyings: ["BTC"], tiers: [{ above: "0", rate: rate("0.5", "0.5") }] },
    { id: "gross", measure: "grossDelta", underlyings: ["BTC", "ETH"], tiers: [{ above: "20000", rate: rate("0.001", "0.002") }] },
  ],
  sensitivities: {
    factors: [
      { id: "btc", measure: "delta", underlyings: ["BTC"], riskWeight: "0.05" },
      { id: "eth", measure: "delta", underlyings: ["ETH"], riskWeight: "0.07" },
    ],
    correlation: [["1", "0.6"], ["0.6", "1"]],
    sets: ["medium", "high", "low"],
  },
});
const tier = tierParameters("rules");
const breachOf = (request: ProvingRequest): ProvingRequest => ({ ...request, tier: tierParameters("rules-breach") });
const under = (read: Policy) => ({ policy: read, snapshot: buildSnapshot(market, read, { treeParents: tier.treeParents, shape: shapeOf(tier) }), risks: marketRisk(market, read) });
const EVERYTHING = under(policy);
const { risks } = EVERYTHING;

/** Rules that name no expiry: a roll shock and spreads over all months on shared columns, a minimum on deltas in the place of a basis, a notional. */
const CURVE = under(parsePolicy({
  ...POLICY_JSON,
  scenarios: POLICY_JSON.scenarios.slice(1),
  rollShock: [{ underlying: "BTC", annualMove: "0.075", minMove: "0.01" }],
  spreads: [{ underlying: "BTC", expiries: "all", rate: rate("0.0175", "0.02") }],
  deltaMinimum: [{ underlying: "BTC", unhedged: "0.15", hedged: "0.25" }, { underlying: "ETH", unhedged: "0.02", hedged: "0.01" }],
  exposures: [{ id: "notional", measure: "notional", underlyings: ["BTC", "ETH"], limit: "296000", tiers: [{ above: "50000", rate: rate("0.01", "0.02") }] }],
}));

const BOOKS = {
  "a short call half covered by a put": { "BTC-15DEC23-40000-C": -2, "BTC-15DEC23-40000-P": 1, "BTC-PERPETUAL": 1, USD: -40_000 },
  "long options and a short perpetual": { "BTC-15DEC23-40000-C": 3, "BTC-15DEC23-40000-P": 2, "BTC-PERPETUAL": -2, USD: -100 },
  "two underlyings against each other": { "BTC-PERPETUAL": 1, "ETH-PERPETUAL": -18, "BTC-15DEC23-40000-P": -1, USD: -50 },
} as const;

function requestFor(book: Readonly<Record<string, number>>, level: Level, onChainCollateral: bigint, world = EVERYTHING): ProvingRequest {
  const positions = Object.entries(book).map(([instrument, count]) => ({ instrument, quantity: BigInt(Math.round(count * 10 ** 8)) as Quantity })).sort((a, b) => (a.instrument < b.instrument ? -1 : 1));
  return { ...requestOf([{ ...DERIBIT, positions }], { claim: { level, minRatioBps: 11_000n as Bps }, onChainCollateral: onChainCollateral as Usd }), tier, ...world };
}

let health: WitnessCalculator;
let breach: WitnessCalculator;
beforeAll(async () => {
  await oneAtATime("tier-rules", () => build(["rules", "rules-breach"]));
  [health, breach] = (await Promise.all(["rules", "rules-breach"].map((name) => loadArtifacts(name)))).map((each) => each.calculateWitness) as [WitnessCalculator, WitnessCalculator];
}, 300_000);
const verdict = (request: ProvingRequest): Promise<string> =>
  (request.tier.breach ? breach : health)(uncheckedInput(request)).then(() => "accepted", (error: unknown) => templatesOf(error));

/** At both levels of every book: the least collateral that suffices, and one unit less. */
function everyBook(world: typeof EVERYTHING, books: Readonly<Record<string, Readonly<Record<string, number>>>>): void {
  it.each(Object.entries(books).flatMap(([name, book]) => (["MM", "IM"] as const).map((level) => ({ name, book, level }))))(
    "$name, $level: the least collateral that suffices proves, and one unit less is refused in words and by the circuit, and is a breach",
    async ({ book, level }) => {
      const reportWith = (collateral: bigint) => {
        const { statements, claim } = requestFor(book, level, collateral, world);
        return marginReport(statements.map(({ statement }) => statement), world.risks, world.policy, { level, minRatioBps: claim.minRatioBps, onChainCollateral: collateral as Usd });
      };
      const { excess } = reportWith(0n);
      const least = -excess / 10n ** 8n + (-excess % 10n ** 8n === 0n ? 0n : 1n);
      expect(least > 0n).toBe(true);
      expect([reportWith(least).isHealthy, reportWith(least - 1n).isHealthy]).toEqual([true, false]);
      expect(prepareProof(requestFor(book, level, least, world)).report.isHealthy).toBe(true);
      expect(await verdict(requestFor(book, level, least, world))).toBe("accepted");
      expect(refusal(() => prepareProof(requestFor(book, level, least - 1n, world))).code).toBe("Unhealthy");
      expect(await verdict(requestFor(book, level, least - 1n, world))).toMatch(/^Num2Bits in CheckBits in Margin in /);
      expect(await verdict(breachOf(requestFor(book, level, least - 1n, world)))).toBe("accepted");
      expect(prepareProof(breachOf(requestFor(book, level, least - 1n, world))).report.isHealthy).toBe(false);
      expect(refusal(() => prepareProof(breachOf(requestFor(book, level, least, world)))).code).toBe("Healthy");
      expect(await verdict(breachOf(requestFor(book, level, least, world)))).toMatch(/^Num2Bits in CheckBits in MarginBreach in /);
    },
  );
}

describe("under every rule at once", () => {
  it("the policy fills the tier", () => {
    const { shape } = risks.rules;
    expect(shape).toMatchObject({ cells: 3, nettingSets: 2, scenarios: 3, skews: 1, bases: 1, tails: 5, exposures: 9, tiers: 2, correlations: 2, sensitivities: 3 });
    expect([shape.cellValues, shape.floors, shape.pairing]).toEqual([true, true, true]);
  });

  everyBook(EVERYTHING, BOOKS);

  it("a limit that is exceeded is refused and is a breach, whatever the collateral", async () => {
    const beyond = requestFor({ "BTC-PERPETUAL": 3, USD: 1 }, "MM", 10n ** 15n);
    expect(refusal(() => prepareProof(beyond)).code).toBe("Unhealthy");
    expect(await verdict(beyond)).not.toBe("accepted");
    expect(prepareProof(breachOf(beyond)).report.isHealthy).toBe(false);
    expect(await verdict(breachOf(beyond))).toBe("accepted");
  });
});

describe("under rules on the forward curve", () => {
  it("the policy fits the tier, with a line that gives back", () => {
    const { shape, exposures } = CURVE.risks.rules;
    expect(shape).toMatchObject({ cells: 2, nettingSets: 2, bases: 1, exposures: 4, tiers: 2 });
    expect(exposures.map(({ line }) => line.MM < 0n)).toEqual([false, false, false, true]);
  });
  everyBook(CURVE, {
    "a calendar spread, which the minimum binds": { "BTC-PERPETUAL": 2, "BTC-15DEC23-40000-C": -4, USD: -80_000 },
    "two coins against each other": { "BTC-PERPETUAL": 1, "ETH-PERPETUAL": -18, USD: -50_000 },
  });

  it("a position limit by notional holds to the hundred-millionth of a contract, in the circuit as in the report", async () => {
    // 8 coins at 37000 are 296000, longs and shorts added up; a stack of cash covers whatever is required.
    const [at, beyond] = [-1, -1.00000001].map((short) => requestFor({ "BTC-PERPETUAL": 7, "BTC-15DEC23-40000-C": short, USD: 1_000_000 }, "IM", 0n, CURVE));
    expect(prepareProof(at!).report).toMatchObject({ isHealthy: true, withinLimits: true });
    expect(await verdict(at!)).toBe("accepted");
    expect(refusal(() => prepareProof(beyond!)).code).toBe("Unhealthy");
    expect(await verdict(beyond!)).toMatch(/ExposureCharge/);
    expect(await verdict(breachOf(beyond!))).toBe("accepted");
    expect(await verdict(breachOf(at!))).not.toBe("accepted");
  });
});
