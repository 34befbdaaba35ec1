import type { SnapshotHeader } from "../commitment/snapshot.ts";
import { MarginProofError } from "../errors.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import type { VerifyingArtifacts } from "./artifacts.ts";
import type { ProofBundle } from "./bundle.ts";
import { unpackClaim, type Claim } from "./claim.ts";
import { verify } from "./groth16.ts";

/** Public material that a bundle must agree with. What is left out is not checked. */
export interface BundleContext {
  /** The snapshot one trusts: recomputed with `verifySnapshot`, or at least read with `parseSnapshot`. */
  readonly snapshot?: (SnapshotHeader & { readonly root: bigint }) | undefined;
  /** The attesters one trusts. */
  readonly registry?: AttesterRegistry | undefined;
}

export interface CheckedBundle {
  /** What the proof shows about its subject. */
  readonly claim: Claim;
  /** Whose key it is, by the verifier's own lock: under a `local` one, its maker can prove anything. */
  readonly setup: "local" | "ceremony";
}

/**
 * Checks a bundle from public material alone: that it was made for this circuit and key, that it names the given snapshot and
 * attesters, and that the proof holds for all of its public signals. Whether time, scope and account set are the right ones
 * is for the registry contract, or for the reader of the claim.
 * @throws ArtifactMismatch, SnapshotMismatch, UnknownAttester, InvalidPublicSignals, UnsafeKey; ProofRejected
 */
export async function checkBundle(bundle: ProofBundle, artifacts: VerifyingArtifacts, { snapshot, registry }: BundleContext = {}): Promise<CheckedBundle> {
  requireSameCircuit(bundle, artifacts);
  if (snapshot !== undefined) requireSnapshot(bundle, snapshot);
  if (registry !== undefined && registry.root !== bundle.publicSignals.attesterRoot) {
    throw new MarginProofError("UnknownAttester", "proved against other attesters", { path: "publicSignals.attesterRoot", hint: "give the registry that was current when the proof was made, or refuse the proof" });
  }
  const claim = unpackClaim(bundle.publicSignals.claim);
  if (!(await verify(artifacts.vkey, bundle.publicSignals, bundle.proof))) {
    throw new MarginProofError("ProofRejected", "the proof does not hold for these public signals", { path: "proof", hint: "refuse it: proof or signals were changed, or made with another key" });
  }
  return { claim, setup: artifacts.digests.setup };
}

function requireSameCircuit({ tier, artifacts: named }: ProofBundle, artifacts: VerifyingArtifacts): void {
  const refuse = (message: string, path: string) => {
    throw new MarginProofError("ArtifactMismatch", message, { path, hint: "verify with the artefacts of the deployment that the proof was made for" });
  };
  if (tier !== artifacts.tier) refuse(`a proof of tier ${tier}, and these are the artefacts of ${artifacts.tier}`, "tier");
  for (const part of ["r1cs", "vkey", "setup"] as const) {
    if (named[part] !== artifacts.digests[part]) refuse(`made with ${named[part]}, and here is ${artifacts.digests[part]}`, `artifacts.${part}`);
  }
}

function requireSnapshot(bundle: ProofBundle, snapshot: NonNullable<BundleContext["snapshot"]>): void {
  for (const field of ["root", "asOf", "policyHash"] as const) {
    if (bundle.snapshot[field] === snapshot[field]) continue;
    throw new MarginProofError("SnapshotMismatch", `proved against ${bundle.snapshot[field]}, not ${snapshot[field]}`, { path: `snapshot.${field}`, hint: "give the snapshot that the proof names, or refuse the proof" });
  }
}
