/**
 * Every shipped margin model in tier `rules`, with every kind of rule it has and no more scenarios than the tier takes: it can be proved, at the
 * boundary and on both sides of it. The models in full need the large tiers, whose proofs `npm run bench -- --large` makes.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { shapeOf } from "../prover/commitment/padded-rules.ts";
import { buildSnapshot } from "../prover/commitment/snapshot.ts";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { loadArtifacts, type Artifacts } from "../prover/proof/artifacts.ts";
import { checkBundle } from "../prover/proof/check-bundle.ts";
import { prepareProof } from "../prover/proof/prepare-proof.ts";
import { programInputs } from "../prover/proof/program-input.ts";
import { proveMargin } from "../prover/proof/prove-margin.ts";
import type { ProvingRequest } from "../prover/proof/proving-request.ts";
import { tierParameters } from "../prover/proof/tiers.ts";
import type { CircuitInputs } from "../prover/proof/witness-calculator.ts";
import { evaluateRules } from "../prover/risk/margin-program.ts";
import { marginReport, type MarginReport } from "../prover/risk/margin-report.ts";
import type { RiskShape } from "../prover/risk/margin-rules.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, policyJson, type Policy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { SCALE, type Level, type Quantity, type Usd, type Value } from "../prover/units.ts";
import { atTheBoundary } from "../scripts/bench/request.ts";
import { build } from "../scripts/build.ts";
import { oneAtATime } from "./support/one-at-a-time.ts";
import { DERIBIT, requestOf } from "./support/proving-request.ts";
import { refusal } from "./support/refusal.ts";
import { MARKET_JSON } from "./support/small-market.ts";
import { quantity } from "./support/statements.ts";
import { templatesOf } from "./support/template.ts";
import { uncheckedInput } from "./support/unchecked-input.ts";

const [, , call] = MARKET_JSON.instruments;
const market = parseMarket({
  ...MARKET_JSON, currencies: [{ name: "USDC", price: "0.97" }], instruments: [...MARKET_JSON.instruments, { ...call, name: "BTC-15DEC23-40000-P", type: "put" }],
});

/** The model with no more scenarios, simulated moves and pieces of a charge than the tier takes; everything else as it ships. */
function small(model: string, { scenarios, skews, tails, tiers }: RiskShape): Policy {
  const json = policyJson(readPolicy(model)!) as any;
  const isSkew = ({ vol }: { vol: string }) => vol === "linear" || vol === "absolute";
  const sets = json.tail?.source.sets?.length ?? 1;
  return parsePolicy({
    ...json,
    // The last ones are the largest moves of every shipped grid.
    scenarios: [...json.scenarios.filter((each: any) => !isSkew(each)).slice(-scenarios), ...json.scenarios.filter(isSkew).slice(0, skews)],
    ...(json.tail === undefined ? {} : { tail: { ...json.tail, size: 2, source: { ...json.tail.source, count: Math.floor(tails / sets) } } }),
    ...(json.exposures === undefined ? {} : { exposures: json.exposures.map((each: any) => (each.tiers === undefined ? each : { ...each, tiers: each.tiers.slice(0, tiers) })) }),
  });
}

/** What each model has beyond scenarios, in the words of its program. */
const FEATURES: Readonly<Record<string, Partial<RiskShape>>> = {
  "grid-33": { cells: 2, nettingSets: 2, scenarios: 4 },
  tims: { cells: 2, nettingSets: 1, floors: true },
  // Three columns of months, six of credits.
  span: { nettingSets: 2, floors: true, exposures: 9 },
  paradex: { nettingSets: 2, bases: 1 },
  pmrm: { bases: 1, cellValues: true, pairing: true },
  pmrm2: { skews: 1, bases: 1, cellValues: true, pairing: true },
  // Two deltas, three columns of forwards that roll.
  deribit: { groups: 2, exposures: 5, tiers: 2 },
  frtb: { exposures: 2, sensitivities: 3 },
  es975: { tails: 6 },
  var99: { tails: 6 },
};
const BOOK = { "BTC-15DEC23-40000-C": -2, "BTC-15DEC23-40000-P": 1, "BTC-PERPETUAL": 1, "ETH-PERPETUAL": -18 };
/** Bitcoin gains where ether loses: more of it than ether, which so bounds the credit. */
const OPPOSED = { "BTC-15DEC23-40000-C": -2, "BTC-PERPETUAL": 3, "ETH-PERPETUAL": -18, USD: -70_000 };
/** Of six moves the second worst must lose, so that value at risk is something. */
const ONE_WAY = { "BTC-PERPETUAL": 1, "ETH-PERPETUAL": 18, USD: -70_000 };
const BOOKS: Readonly<Record<string, Readonly<Record<string, number>>>> = { var99: ONE_WAY, span: OPPOSED };
const [tier, breachTier] = [tierParameters("rules"), tierParameters("rules-breach")];

const made = new Map<string, ProvingRequest>();
/** At the boundary of a ratio that the book does not cover by itself. */
function requestFor(model: string, level: Level): ProvingRequest {
  const key = `${model} ${level}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const positions = Object.entries(BOOKS[model] ?? BOOK).map(([instrument, count]) => ({ instrument, quantity: quantity(count) }));
  const request = atTheBoundary(under(small(model, shapeOf(tier)), { ...requestOf([{ ...DERIBIT, positions }], { claim: { level } }), tier }));
  made.set(key, request);
  return request;
}
/** The same book and claim, as far as a policy allows. */
function under(policy: Policy, request: ProvingRequest): ProvingRequest {
  return { ...request, policy, risks: marketRisk(market, policy), snapshot: buildSnapshot(market, policy, { treeParents: tier.treeParents, shape: shapeOf(tier) }) };
}
const withCollateral = (request: ProvingRequest, step: bigint): ProvingRequest => ({ ...request, onChainCollateral: (request.onChainCollateral + step) as Usd });
const short = (request: ProvingRequest): ProvingRequest => withCollateral(request, -1n);
const breachOf = (request: ProvingRequest): ProvingRequest => ({ ...request, tier: breachTier });

let health: Artifacts;
let breach: Artifacts;
beforeAll(async () => {
  await oneAtATime("tier-rules", () => build(["rules", "rules-breach"]));
  [health, breach] = [await loadArtifacts("rules"), await loadArtifacts("rules-breach")];
}, 600_000);
const verdict = (request: ProvingRequest): Promise<string> =>
  (request.tier.breach ? breach : health).calculateWitness(uncheckedInput(request)).then(() => "accepted", (error: unknown) => templatesOf(error));

it("covers every shipped model, with no exposure more than one of them needs", () => {
  expect(Object.keys(FEATURES).toSorted()).toEqual([...policyNames()].toSorted());
  expect(Math.max(...Object.values(FEATURES).map(({ exposures = 0 }) => exposures))).toBe(tier.exposures);
});

describe.each(Object.entries(FEATURES))("%s", (model, features) => {
  it("has at tier rules what it has at its own", () => {
    expect(requestFor(model, "IM").risks.rules.shape).toMatchObject(features);
    expect(readPolicy(model)!.name).toBe(model);
  });

  it.each(["MM", "IM"] as const)("is proved at the boundary of %s, and a unit below it is a breach and nothing else", async (level) => {
    const request = requestFor(model, level);
    expect(request.onChainCollateral > 0n).toBe(true);
    expect(prepareProof(request).report.isHealthy).toBe(true);
    expect(await verdict(request)).toBe("accepted");
    expect(await verdict(breachOf(request))).toMatch(/^Num2Bits in CheckBits in MarginBreach in /);
    expect(refusal(() => prepareProof(short(request))).code).toBe("Unhealthy");
    expect(await verdict(short(request))).toMatch(/^Num2Bits in CheckBits in Margin in /);
    expect(await verdict(breachOf(short(request)))).toBe("accepted");
  });
});

describe("credits between the commodities of span", () => {
  const request = requestFor("span", "IM");
  const reportOf = ({ statements, risks, policy, claim, onChainCollateral }: ProvingRequest): MarginReport =>
    marginReport(statements.map(({ statement }) => statement), risks, policy, { ...claim, onChainCollateral });
  const { rules } = request.risks;
  const { totals, ruleEffects } = reportOf(request);
  const credits = rules.exposures.flatMap(({ part }, k) => (part === "credit" ? [k] : []));
  const creditOf = (exposure: readonly bigint[]): bigint => credits.reduce((sum, k) => sum - rules.exposures[k]!.line.IM * (exposure[k]! < 0n ? -exposure[k]! : exposure[k]!), 0n);

  it("change what this book needs: at the boundary with them it is short without them", async () => {
    expect(credits).toHaveLength(6);
    // Half of what 18 ether lose where the scan of four scenarios ends, 12.6 % up, for either leg: bitcoin has more than that to lose.
    const [, ether] = credits.map((k) => totals.exposure[k]!);
    expect(ether! < 0n).toBe(true);
    expect(creditOf(totals.exposure)).toBe(2n * 63_000_000n * -ether!);
    expect(ruleEffects.find(({ rule }) => rule === "spread credits")!.effect < 0n).toBe(true);
    const { spreadCredits: _, ...json } = policyJson(request.policy) as any;
    const without = under(parsePolicy(json), request);
    expect(reportOf(without).excess).toBeLessThan(0n);
    expect(refusal(() => prepareProof(without)).code).toBe("Unhealthy");
    expect(await verdict(without)).toMatch(/^Num2Bits in CheckBits in Margin in /);
    expect(await verdict(breachOf(without))).toBe("accepted");
  });

  it("are counted to the unit: of the collateral, and of the ether that earns them", async () => {
    const { statements: [signed], ...rest } = request;
    const ether = (step: bigint): ProvingRequest => {
      const positions = signed!.statement.positions.map((each) => (each.instrument === "ETH-PERPETUAL" ? { ...each, quantity: (each.quantity + step) as Quantity } : each));
      return requestOf([{ ...signed!.statement, positions }], rest);
    };
    for (const step of [-1n, 0n, 1n]) {
      const at = withCollateral(request, step);
      expect([step, await verdict(at)]).toEqual([step, step < 0n ? expect.stringMatching(/^Num2Bits in CheckBits in Margin in /) : "accepted"]);
      expect([step, await verdict(breachOf(at))]).toEqual([step, step < 0n ? "accepted" : expect.stringMatching(/^Num2Bits in CheckBits in MarginBreach in /)]);
    }
    // A hundred-millionth of ether more or less moves the credit, and the boundary with it: the circuit follows the report.
    for (const step of [-1n, 1n]) {
      const moved = ether(step);
      const exact = atTheBoundary({ ...moved, onChainCollateral: 0n as Usd });
      expect(creditOf(reportOf(moved).totals.exposure)).not.toBe(creditOf(totals.exposure));
      expect([step, await verdict(exact), await verdict(short(exact))]).toEqual([step, "accepted", expect.stringMatching(/^Num2Bits in CheckBits in Margin in /)]);
    }
  });

  describe("are not larger than the totals allow", () => {
    /** One unit short, and everything that a prover supplies as other exposures would have it: consistent but for the positions. */
    const claimed = (exposure: readonly bigint[], at = short(request)) => ({ ...uncheckedInput(at), ...programInputs(rules, at.tier, { ...totals, exposure: exposure as Value[] }, "IM", at.tier.breach) });
    const refused = (input: CircuitInputs, by = health): Promise<string> => by.calculateWitness(input).then(() => "accepted", (error: unknown) => templatesOf(error));
    const changed = (change: (x: bigint, place: number) => bigint): bigint[] => totals.exposure.map((x, k) => (credits.includes(k) ? change(x, credits.indexOf(k) % 3) : x));
    const unit = 10n ** 12n;
    /** What the requirement would be less by: more than the unit of collateral that is missing, so that nothing but the totals can refuse it. */
    const gain = (exposure: readonly bigint[]): bigint => evaluateRules(rules, totals, "IM").requirement - evaluateRules(rules, { ...totals, exposure: exposure as Value[] }, "IM").requirement;
    const missing = (SCALE.value / SCALE.usd) * SCALE.factor;

    it.each<[string, (x: bigint, place: number) => bigint]>([
      ["a larger leg", (x, place) => (place === 1 ? x - unit : x)],
      ["both legs larger, against each other", (x, place) => (place === 0 ? x + unit : place === 1 ? x - unit : x)],
      ["legs that leave less of each other", (x, place) => (place === 2 ? x - unit : x)],
      ["no net at all", (x, place) => (place === 2 ? 0n : x)],
    ])("with %s: the totals are those of the positions", async (_, change) => {
      const forged = changed(change);
      expect(gain(forged)).toBeGreaterThan(missing);
      expect(await refused(claimed(forged))).toMatch(/RiskTotals in MarginHealth$/);
    });

    it("nor smaller, to show a breach of what is covered", async () => {
      const forged = changed((x, place) => (place === 2 ? x + unit : x));
      expect(-gain(forged)).toBeGreaterThan(missing);
      expect(await refused(claimed(forged, breachOf(request)), breach)).toMatch(/RiskTotals in MarginHealth$/);
    });

    it("in what a netting set then requires: one unit less is not covered, one more not attained", async () => {
      for (const [at, step, by, template] of [[short(request), -1n, health, "Covers"], [breachOf(request), 1n, breach, "Attains"]] as const) {
        const input = uncheckedInput(at);
        for (const n of input.requirement.keys()) {
          const requirement = input.requirement.with(n, input.requirement[n]! + step);
          const aggregate = requirement.reduce((sum, each) => sum + each, 0n);
          expect(await refused({ ...input, requirement, aggregate, worst: [aggregate] }, by)).toMatch(new RegExp(`CheckBits in ${template} in Bound in MarginProgram in MarginHealth$`));
        }
      }
    });

    it("at a rate that nobody published", async () => {
      const json = policyJson(request.policy) as any;
      const generous = short(under(parsePolicy({ ...json, spreadCredits: json.spreadCredits.map((each: any) => ({ ...each, rate: "0.6" })) }), request));
      expect(reportOf(generous).isHealthy).toBe(true);
      expect(await verdict(generous)).toBe("accepted");
      expect(await refused({ ...uncheckedInput(generous), snapshotRoot: request.snapshot.root })).toBe("MarginHealth");
    });

    it("as a charge below zero", async () => {
      const input = uncheckedInput(short(request));
      expect(await refused({ ...input, tiered: input.tiered.with(credits[0]!, -unit) })).toBe("Num2Bits in CheckBits in ExposureCharge in MarginProgram in MarginHealth");
    });
  });
});

describe("with real proofs", () => {
  it.each([["pmrm2", false], ["var99", true], ["span", false], ["deribit", true]] as const)("%s (breach: %s) from policy to a bundle that is checked", async (model, isBreach) => {
    const request = isBreach ? breachOf(short(requestFor(model, "IM"))) : requestFor(model, "IM");
    const artifacts = isBreach ? breach : health;
    const { bundle, report } = await proveMargin(request, artifacts);
    expect(report.isHealthy).toBe(!isBreach);
    expect((await checkBundle(bundle, artifacts, request)).claim).toEqual(request.claim);
  }, 300_000);
});
