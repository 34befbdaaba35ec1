/**
 * Every shipped margin model, cut down to tier `rules`: what its rules need can be proved, at the boundary and on both sides of it. The
 * models as they are need the large tiers, whose proofs `npm run bench -- --large` makes.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { shapeOf } from "../prover/commitment/padded-rules.ts";
import { buildSnapshot } from "../prover/commitment/snapshot.ts";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { loadArtifacts, type Artifacts } from "../prover/proof/artifacts.ts";
import { checkBundle } from "../prover/proof/check-bundle.ts";
import { prepareProof } from "../prover/proof/prepare-proof.ts";
import { proveMargin } from "../prover/proof/prove-margin.ts";
import type { ProvingRequest } from "../prover/proof/proving-request.ts";
import { tierParameters } from "../prover/proof/tiers.ts";
import type { RiskShape } from "../prover/risk/margin-rules.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, policyJson, type Policy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Level } from "../prover/units.ts";
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

/**
 * The model with no more scenarios, simulated moves, pieces and exposures than the tier takes (without span's credits, and one of deribit's two
 * deltas); everything else as it ships.
 */
function small(model: string, { scenarios, skews, tails, tiers }: RiskShape): Policy {
  const { spreadCredits: _, ...json } = policyJson(readPolicy(model)!) as any;
  const isSkew = ({ vol }: { vol: string }) => vol === "linear" || vol === "absolute";
  const sets = json.tail?.source.sets?.length ?? 1;
  return parsePolicy({
    ...json,
    // The last ones are the largest moves of every shipped grid.
    scenarios: [...json.scenarios.filter((each: any) => !isSkew(each)).slice(-scenarios), ...json.scenarios.filter(isSkew).slice(0, skews)],
    ...(json.tail === undefined ? {} : { tail: { ...json.tail, size: 2, source: { ...json.tail.source, count: Math.floor(tails / sets) } } }),
    ...(json.exposures === undefined ? {} : { exposures: json.exposures.slice(0, json.rollShock === undefined ? undefined : 1).map((each: any) => (each.tiers === undefined ? each : { ...each, tiers: each.tiers.slice(0, tiers) })) }),
  });
}

/** What each model has beyond scenarios, in the words of its program. */
const FEATURES: Readonly<Record<string, Partial<RiskShape>>> = {
  "grid-33": { cells: 2, nettingSets: 2, scenarios: 4 },
  tims: { cells: 2, nettingSets: 1, floors: true },
  span: { nettingSets: 2, floors: true, exposures: 3 },
  paradex: { nettingSets: 2, bases: 1 },
  pmrm: { bases: 1, cellValues: true, pairing: true },
  pmrm2: { skews: 1, bases: 1, cellValues: true, pairing: true },
  deribit: { groups: 2, exposures: 4, tiers: 2 },
  frtb: { exposures: 2, sensitivities: 3 },
  es975: { tails: 6 },
  var99: { tails: 6 },
};
const BOOK = { "BTC-15DEC23-40000-C": -2, "BTC-15DEC23-40000-P": 1, "BTC-PERPETUAL": 1, "ETH-PERPETUAL": -18 };
/** Of six moves the second worst must lose, so that value at risk is something. */
const ONE_WAY = { "BTC-PERPETUAL": 1, "ETH-PERPETUAL": 18, USD: -70_000 };
const [tier, breachTier] = [tierParameters("rules"), tierParameters("rules-breach")];

const made = new Map<string, ProvingRequest>();
/** At the boundary of a ratio that the book does not cover by itself. */
function requestFor(model: string, level: Level): ProvingRequest {
  const key = `${model} ${level}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const policy = small(model, shapeOf(tier));
  const snapshot = buildSnapshot(market, policy, { treeParents: tier.treeParents, shape: shapeOf(tier) });
  const positions = Object.entries(model === "var99" ? ONE_WAY : BOOK).map(([instrument, count]) => ({ instrument, quantity: quantity(count) }));
  const request = atTheBoundary({ ...requestOf([{ ...DERIBIT, positions }], { claim: { level } }), tier, snapshot, policy, risks: marketRisk(market, policy) });
  made.set(key, request);
  return request;
}
const short = (request: ProvingRequest): ProvingRequest => ({ ...request, onChainCollateral: (request.onChainCollateral - 1n) as typeof request.onChainCollateral });
const breachOf = (request: ProvingRequest): ProvingRequest => ({ ...request, tier: breachTier });

let health: Artifacts;
let breach: Artifacts;
beforeAll(async () => {
  await oneAtATime("tier-rules", () => build(["rules", "rules-breach"]));
  [health, breach] = [await loadArtifacts("rules"), await loadArtifacts("rules-breach")];
}, 600_000);
const verdict = (request: ProvingRequest): Promise<string> =>
  (request.tier.breach ? breach : health).calculateWitness(uncheckedInput(request)).then(() => "accepted", (error: unknown) => templatesOf(error));

it("covers every shipped model", () => {
  expect(Object.keys(FEATURES).toSorted()).toEqual([...policyNames()].toSorted());
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

describe("with real proofs", () => {
  it.each([["pmrm2", false], ["var99", true], ["deribit", true]] as const)("%s (breach: %s) from policy to a bundle that is checked", async (model, isBreach) => {
    const request = isBreach ? breachOf(short(requestFor(model, "IM"))) : requestFor(model, "IM");
    const artifacts = isBreach ? breach : health;
    const { bundle, report } = await proveMargin(request, artifacts);
    expect(report.isHealthy).toBe(!isBreach);
    expect((await checkBundle(bundle, artifacts, request)).claim).toEqual(request.claim);
  }, 300_000);
});
