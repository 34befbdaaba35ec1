/**
 * One real proof of the shipped book under a shipped margin model, from policy to checked bundle, at the boundary of what it claims:
 * `node scripts/bench/presets.ts <tier> <preset>`, printed as JSON. A process of its own, so that the peak of memory is that of this proof.
 */
import { policyNames, readPolicy } from "../../prover/import/shipped-policies.ts";
import { loadArtifacts } from "../../prover/proof/artifacts.ts";
import { parseBundle, serializeBundle, type ProofBundle } from "../../prover/proof/bundle.ts";
import { checkBundle } from "../../prover/proof/check-bundle.ts";
import { withCurve } from "../../prover/proof/curve-session.ts";
import { proveWitness } from "../../prover/proof/groth16.ts";
import { prepareProof } from "../../prover/proof/prepare-proof.ts";
import { signalsFromOrder } from "../../prover/proof/public-signals.ts";
import { statementKind, tierParameters } from "../../prover/proof/tiers.ts";
import { parsePolicy, policyJson, type Policy } from "../../prover/risk/policy.ts";
import { atTheBoundary, demoRequest, NOWHERE } from "./request.ts";

/** Tiers and models that belong together; a breach for each tier besides. */
export const LARGE_PROOFS = [
  ["book", "pmrm2"], ["book", "span"], ["book", "deribit"], ["book-breach", "pmrm2"], ["tail", "es975"], ["tail", "var99"], ["tail-breach", "es975"],
] as const;

export interface PresetProof {
  readonly tier: string;
  readonly preset: string;
  readonly states: string;
  readonly constraints: number;
  readonly positions: number;
  readonly scenarios: number;
  readonly tails: number;
  /** Milliseconds. */
  readonly times: Readonly<Record<"snapshot" | "load" | "prepare" | "witness" | "prove" | "verify", number>>;
  readonly peakMegabytes: number;
}

/** The model with as many simulated moves as the tier takes, and as large a share of them in its tail. */
function presetFor(preset: string, tails: number): Policy {
  const policy = readPolicy(preset);
  if (policy === undefined) throw new RangeError(`no policy ${preset}: choose one of ${policyNames().join(", ")}`);
  const json = policyJson(policy) as { readonly tail?: { readonly size: number; readonly source: { readonly kind: string; readonly count: number; readonly sets?: readonly string[] } } };
  const { tail } = json;
  if (tail?.source.kind !== "monteCarlo") return policy;
  const count = Math.floor(tails / (tail.source.sets?.length ?? 1));
  return parsePolicy({ ...json, tail: { ...tail, size: Math.ceil((tail.size * count) / tail.source.count), source: { ...tail.source, count } } });
}

async function measure(tier: string, preset: string): Promise<PresetProof> {
  const times: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const started = performance.now();
    const result = await work();
    times[name] = performance.now() - started;
    return result;
  };
  const parameters = tierParameters(tier);
  const policy = presetFor(preset, parameters.tails);
  const request = atTheBoundary(await timed("snapshot", () => demoRequest(tier, NOWHERE, undefined, policy)));
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
  const { scenarios, tails } = request.risks.rules.shape;
  return {
    tier, preset, states: statementKind(parameters), constraints: artifacts.lock.constraints, positions: report.positions.length, scenarios, tails,
    times: times as PresetProof["times"], peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

if (import.meta.main) {
  const [tier, preset] = process.argv.slice(2) as [string, string];
  console.log(JSON.stringify(await measure(tier, preset)));
}
