import { silent } from "../progress.ts";
import type { Progress } from "../progress.ts";
import type { MarginReport } from "../risk/margin-report.ts";
import type { Artifacts } from "./artifacts.ts";
import type { ProofBundle } from "./bundle.ts";
import { prove } from "./groth16.ts";
import { prepareProof } from "./prepare-proof.ts";
import type { ProvingRequest } from "./proving-request.ts";
import { signalsFromOrder } from "./public-signals.ts";
import { tierParameters } from "./tiers.ts";

/** A proof bundle for everybody, and the margin report it follows from, for its owner alone. */
export interface ProvedMargin {
  readonly bundle: ProofBundle;
  readonly report: MarginReport;
}

/**
 * From statements to a proof bundle: checks in the user's terms, witness, proof, check of the proof.
 * The tier is that of `artifacts`. Stages reported: `witness`, `prove`, `verify`.
 * @throws as `prepareProof` and `prove`; ArtifactMissing for artefacts of a tier of another kind
 */
export async function proveMargin(request: Omit<ProvingRequest, "tier">, artifacts: Artifacts, progress: Progress = silent): Promise<ProvedMargin> {
  const { input, report } = prepareProof({ ...request, tier: tierParameters(artifacts.tier) });
  const { proof, publicSignals } = await prove(input, artifacts, progress);
  const { root, asOf, policyHash } = request.snapshot;
  const bundle = { tier: artifacts.tier, proof, publicSignals: signalsFromOrder(publicSignals), snapshot: { root, asOf, policyHash }, artifacts: artifacts.digests };
  return { bundle, report };
}
