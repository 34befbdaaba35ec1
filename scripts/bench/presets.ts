/**
 * One real proof of the shipped book, hedged, under a shipped margin model, from policy to checked bundle, at the boundary of what it claims;
 * and one unit of collateral beyond the boundary is refused, in words and by the circuit.
 * `node scripts/bench/presets.ts <tier> <preset>`, printed as JSON. A process of its own, so that the peak of memory is that of this proof.
 */
import { MarginProofError } from "../../prover/errors.ts";
import { formatDecimal } from "../../prover/numeric/decimal.ts";
import { policyNames, readPolicy } from "../../prover/import/shipped-policies.ts";
import { loadArtifacts, type Artifacts } from "../../prover/proof/artifacts.ts";
import { parseBundle, serializeBundle, type ProofBundle } from "../../prover/proof/bundle.ts";
import { checkBundle } from "../../prover/proof/check-bundle.ts";
import type { CircuitInput } from "../../prover/proof/circuit-input.ts";
import { withCurve } from "../../prover/proof/curve-session.ts";
import { proveWitness } from "../../prover/proof/groth16.ts";
import { prepareProof } from "../../prover/proof/prepare-proof.ts";
import type { ProvingRequest } from "../../prover/proof/proving-request.ts";
import { signalsFromOrder } from "../../prover/proof/public-signals.ts";
import { statementKind, tierParameters } from "../../prover/proof/tiers.ts";
import { parsePolicy, policyJson, type Policy } from "../../prover/risk/policy.ts";
import { DECIMALS, type Usd } from "../../prover/units.ts";
import { loadMeter, type Load } from "./load.ts";
import { atTheBoundary, demoRequest, hedged, NOWHERE } from "./request.ts";

/** Tiers and models that belong together; a breach for each tier besides. */
export const LARGE_PROOFS = [
  ["book", "span"], ["book", "deribit"], ["book", "pmrm2"], ["book", "tims"], ["book-breach", "span"], ["tail", "es975"], ["tail", "var99"], ["tail-breach", "es975"],
] as const;

export interface PresetProof {
  readonly tier: string;
  readonly preset: string;
  readonly states: string;
  readonly constraints: number;
  readonly positions: number;
  readonly scenarios: number;
  readonly tails: number;
  readonly exposures: number;
  /** What each rule of the policy adds to the requirement of this book, or saves, in the quote. */
  readonly rules: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly times: Readonly<Record<"snapshot" | "load" | "prepare" | "witness" | "prove" | "verify", number>>;
  readonly peakMegabytes: number;
  readonly machine: Load;
  /** How the same book is refused with one unit of collateral less; in a tier that states breaches, with one more. */
  readonly beyond: { readonly report: string; readonly circuit: string };
}

/** The model with as many simulated moves as the tier takes, and as large a share of them in its tail. */
export function presetFor(preset: string, tails: number): Policy {
  const policy = readPolicy(preset);
  if (policy === undefined) throw new RangeError(`no policy ${preset}: choose one of ${policyNames().join(", ")}`);
  const json = policyJson(policy) as { readonly tail?: { readonly size: number; readonly source: { readonly kind: string; readonly count: number; readonly sets?: readonly string[] } } };
  const { tail } = json;
  if (tail?.source.kind !== "monteCarlo") return policy;
  const count = Math.floor(tails / (tail.source.sets?.length ?? 1));
  return parsePolicy({ ...json, tail: { ...tail, size: Math.ceil((tail.size * count) / tail.source.count), source: { ...tail.source, count } } });
}

/** What refuses a step beyond the boundary: the report, and then the circuit, which is asked all the same. @throws Error where one of them does not */
async function refusalsBeyond(request: ProvingRequest, input: CircuitInput, artifacts: Artifacts): Promise<PresetProof["beyond"]> {
  const onChainCollateral = (request.onChainCollateral + (request.tier.breach ? 1n : -1n)) as Usd;
  const refusalOf = async (work: () => unknown): Promise<MarginProofError> => {
    const error = await Promise.resolve().then(work).then(() => undefined, (thrown: unknown) => thrown);
    if (error instanceof MarginProofError) return error;
    throw error ?? new Error("one unit beyond the boundary is not refused");
  };
  const report = await refusalOf(() => prepareProof({ ...request, onChainCollateral }));
  const circuit = await refusalOf(() => artifacts.calculateWitness({ ...input, onChainCollateral }));
  const templates = [...circuit.message.matchAll(/Error in template (\w+)_\d+ line/g)].map(([, template]) => template);
  return { report: report.code, circuit: templates.join(" in ") };
}

async function measure(tier: string, preset: string): Promise<PresetProof> {
  const loadOf = loadMeter();
  const times: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const started = performance.now();
    const result = await work();
    times[name] = performance.now() - started;
    return result;
  };
  const parameters = tierParameters(tier);
  const policy = presetFor(preset, parameters.tails);
  const request = atTheBoundary(await timed("snapshot", () => demoRequest(tier, NOWHERE, { policy, accountsOf: hedged })));
  const artifacts = await timed("load", () => loadArtifacts(tier));
  const { input, report } = await timed("prepare", () => prepareProof(request));
  if (report.isHealthy === parameters.breach) throw new Error("the report and the tier disagree about health");
  await withCurve(async () => {
    const witness = await timed("witness", () => artifacts.calculateWitness(input));
    const { proof, publicSignals } = await timed("prove", () => proveWitness(witness, artifacts));
    const { root, asOf, policyHash } = request.snapshot;
    const bundle: ProofBundle = { tier, proof, publicSignals: signalsFromOrder(publicSignals), snapshot: { root, asOf, policyHash }, artifacts: artifacts.digests };
    await timed("verify", () => checkBundle(parseBundle(JSON.parse(serializeBundle(bundle))), artifacts, request));
  });
  const { scenarios, tails, exposures } = request.risks.rules.shape;
  const [peakMegabytes, machine] = [process.resourceUsage().maxRSS / 1024, loadOf()];
  return {
    tier, preset, states: statementKind(parameters), constraints: artifacts.lock.constraints, positions: report.positions.length, scenarios, tails, exposures,
    rules: Object.fromEntries(report.ruleEffects.map(({ rule, effect }) => [rule, formatDecimal(effect, DECIMALS.value, { digits: 2, round: "up" })])),
    times: times as PresetProof["times"], peakMegabytes, machine, beyond: await refusalsBeyond(request, input, artifacts),
  };
}

if (import.meta.main) {
  const [tier, preset] = process.argv.slice(2) as [string, string];
  console.log(JSON.stringify(await measure(tier, preset)));
}
