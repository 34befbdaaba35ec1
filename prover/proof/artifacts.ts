import { readFile } from "node:fs/promises";
import { MarginProofError } from "../errors.ts";
import { BUILD_HINT, parseLock, sha256, type ArtifactLock } from "./artifact-lock.ts";
import type { ArtifactDigests } from "./bundle.ts";
import { anyParameters, artifactPaths, type AnyParameters, type ArtifactOptions, type ArtifactPaths } from "./tiers.ts";
import { assertSafeVerificationKey, parseVerificationKey, type VerificationKey } from "./verification-key.ts";
import { witnessCalculator, type WitnessCalculator } from "./witness-calculator.ts";

/** A verification key and what it was made from, checked against its lock. */
export interface VerifyingArtifacts {
  readonly tier: string;
  readonly parameters: AnyParameters;
  readonly lock: ArtifactLock;
  /** The part of the lock that a proof bundle carries. */
  readonly digests: ArtifactDigests;
  readonly vkey: VerificationKey;
}

/** Everything that proving needs. The bytes that were checked are the bytes that are used. */
export interface Artifacts extends VerifyingArtifacts {
  readonly calculateWitness: WitnessCalculator;
  readonly zkey: Uint8Array;
}

/**
 * Loads what a verifier needs of a tier: the lock and the key.
 * @throws ArtifactMissing, ArtifactMismatch (path = file), UnsafeKey
 */
export async function loadVerifyingArtifacts(tier: string, options: ArtifactOptions = {}): Promise<VerifyingArtifacts> {
  const paths = artifactPaths(tier, options);
  const parameters = anyParameters(tier);
  const lock = parseLock((await read(paths.lock)).toString("utf8"), tier, parameters, paths.lock);
  const vkey = parseVerificationKey(JSON.parse((await readChecked(paths, "vkey", lock)).toString("utf8")), paths.vkey);
  assertSafeVerificationKey(vkey);
  if (vkey.nPublic !== lock.publicSignals) throw mismatch(paths.vkey, `a key for ${vkey.nPublic} public signals, the circuit has ${lock.publicSignals}`);
  const { r1cs, wasm, zkey, vkey: vkeyDigest, setup } = lock;
  return { tier, parameters, lock, vkey, digests: { r1cs, wasm, zkey, vkey: vkeyDigest, setup: setup.kind } };
}

/**
 * Loads a tier for proving, after comparing every file with the digest in the tier's lock.
 * @throws ArtifactMissing, ArtifactMismatch (path = file), UnsafeKey
 */
export async function loadArtifacts(tier: string, options: ArtifactOptions = {}): Promise<Artifacts> {
  const paths = artifactPaths(tier, options);
  const verifying = await loadVerifyingArtifacts(tier, options);
  await readChecked(paths, "r1cs", verifying.lock);
  const calculateWitness = await witnessCalculator(await readChecked(paths, "wasm", verifying.lock));
  const zkey = await readChecked(paths, "zkey", verifying.lock);
  return { ...verifying, calculateWitness, zkey };
}

async function readChecked(paths: ArtifactPaths, file: "r1cs" | "wasm" | "zkey" | "vkey", lock: ArtifactLock): Promise<Buffer> {
  const bytes = await read(paths[file]);
  const found = sha256(bytes);
  if (found !== lock[file]) throw mismatch(paths[file], `SHA-256 is ${found}, the lock says ${lock[file]}`);
  return bytes;
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new MarginProofError("ArtifactMissing", "cannot be read", { path, hint: `${BUILD_HINT} in the repository, or set MARGIN_HEALTH_ARTIFACTS to the folder with the tiers' files`, cause });
  }
}

function mismatch(path: string, problem: string): MarginProofError {
  return new MarginProofError("ArtifactMismatch", problem, { path, hint: `a changed or stale file: ${BUILD_HINT}` });
}
