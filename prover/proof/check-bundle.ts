import type { SnapshotHeader } from "../commitment/snapshot.ts";
import { MarginProofError } from "../errors.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import type { VerifyingArtifacts } from "./artifacts.ts";
import { isGrowthBundle, orderedBundleSignals, type AnyBundle } from "./any-bundle.ts";
import type { ProofBundle } from "./bundle.ts";
import { unpackClaim, type Claim } from "./claim.ts";
import { verify } from "./groth16.ts";
import type { GrowthBundle } from "./growth-bundle.ts";
import type { GrowthSignals } from "./growth-signals.ts";
import { statementKind } from "./tiers.ts";

/** Public material that a bundle must agree with. What is left out is not checked. */
export interface BundleContext {
  /** The snapshot one trusts: recomputed with `verifySnapshot`, or at least read with `parseSnapshot`. */
  readonly snapshot?: (SnapshotHeader & { readonly root: bigint }) | undefined;
  /** The attesters one trusts. */
  readonly registry?: AttesterRegistry | undefined;
}

interface Checked {
  /** Whose key it is, by the verifier's own lock: under a `local` one, its maker can prove anything. */
  readonly setup: "local" | "ceremony";
}

export interface CheckedBundle extends Checked {
  /** What the proof shows about its subject. */
  readonly claim: Claim;
}

export interface CheckedGrowth extends Checked {
  /** Which set grew to which, and whose it is. */
  readonly growth: GrowthSignals;
}

/**
 * Checks a bundle from public material alone: that it was made for this circuit and key, that it names the given snapshot and
 * attesters, and that the proof holds for all of its public signals. Whether time, scope and account set are the right ones
 * is for the registry contract, or for the reader of the claim; growth of an account set is about neither snapshot nor attesters.
 * @throws ArtifactMismatch, SnapshotMismatch, UnknownAttester, InvalidPublicSignals, UnsafeKey; ProofRejected
 */
export async function checkBundle(bundle: ProofBundle, artifacts: VerifyingArtifacts, context?: BundleContext): Promise<CheckedBundle>;
export async function checkBundle(bundle: GrowthBundle, artifacts: VerifyingArtifacts): Promise<CheckedGrowth>;
export async function checkBundle(bundle: AnyBundle, artifacts: VerifyingArtifacts, context?: BundleContext): Promise<CheckedBundle | CheckedGrowth>;
export async function checkBundle(bundle: AnyBundle, artifacts: VerifyingArtifacts, context: BundleContext = {}): Promise<CheckedBundle | CheckedGrowth> {
  requireSameCircuit(bundle, artifacts);
  const shown = isGrowthBundle(bundle) ? { growth: bundle.publicSignals } : { claim: readClaim(bundle, context) };
  if (!(await verify(artifacts.vkey, orderedBundleSignals(bundle), bundle.proof))) {
    throw new MarginProofError("ProofRejected", "the proof does not hold for these public signals", { path: "proof", hint: "refuse it: proof or signals were changed, or made with another key" });
  }
  return { ...shown, setup: artifacts.digests.setup };
}

/** @throws SnapshotMismatch, UnknownAttester, OutOfRange */
function readClaim(bundle: ProofBundle, { snapshot, registry }: BundleContext): Claim {
  if (snapshot !== undefined) requireSnapshot(bundle, snapshot);
  if (registry !== undefined && registry.root !== bundle.publicSignals.attesterRoot) {
    throw new MarginProofError("UnknownAttester", "proved against other attesters", { path: "publicSignals.attesterRoot", hint: "give the registry that was current when the proof was made, or refuse the proof" });
  }
  return unpackClaim(bundle.publicSignals.claim);
}

/** All keys take seven signals, which alone do not say what they are about: the kind must be that of the tier. */
function requireSameCircuit(bundle: AnyBundle, artifacts: VerifyingArtifacts): void {
  const { tier, artifacts: named } = bundle;
  const refuse = (message: string, path: string) => {
    throw new MarginProofError("ArtifactMismatch", message, { path, hint: "verify with the artefacts of the deployment that the proof was made for" });
  };
  if (tier !== artifacts.tier) refuse(`a proof of tier ${tier}, and these are the artefacts of ${artifacts.tier}`, "tier");
  for (const part of ["r1cs", "vkey", "setup"] as const) {
    if (named[part] !== artifacts.digests[part]) refuse(`made with ${named[part]}, and here is ${artifacts.digests[part]}`, `artifacts.${part}`);
  }
  const kind = statementKind(artifacts.parameters);
  if (isGrowthBundle(bundle) !== (kind === "account-set-growth")) refuse(`signals of another kind of statement than tier ${tier} proves: ${kind}`, "publicSignals");
}

function requireSnapshot(bundle: ProofBundle, snapshot: NonNullable<BundleContext["snapshot"]>): void {
  for (const field of ["root", "asOf", "policyHash"] as const) {
    if (bundle.snapshot[field] === snapshot[field]) continue;
    throw new MarginProofError("SnapshotMismatch", `proved against ${bundle.snapshot[field]}, not ${snapshot[field]}`, { path: `snapshot.${field}`, hint: "give the snapshot that the proof names, or refuse the proof" });
  }
}
