import { encodeBytes32String } from "ethers";
import type { Groth16Proof, ProofBundle } from "../proof/bundle.ts";
import { orderedSignals } from "../proof/public-signals.ts";
import type { VerificationKey } from "../proof/verification-key.ts";

type G1 = [x: string, y: string];
/** Imaginary part first, as the precompiles read it; snarkjs writes the real part first. */
type G2 = [x: [string, string], y: [string, string]];

/** `Groth16Proof` of verifier-contracts/Groth16.sol. */
export interface SolidityProof {
  readonly a: G1;
  readonly b: G2;
  readonly c: G1;
}

/** `Groth16Key` of verifier-contracts/Groth16.sol. */
export interface SolidityKey {
  readonly alpha: G1;
  readonly beta: G2;
  readonly gamma: G2;
  readonly delta: G2;
  readonly ic: G1[];
}

const g1 = ([x, y]: readonly string[]): G1 => [x!, y!];
const g2 = ([[x0, x1], [y0, y1]]: readonly (readonly [string, string])[] & { 0: readonly [string, string]; 1: readonly [string, string] }): G2 => [[x1, x0], [y1, y0]];

/** A proof as the contracts take it. */
export function solidityProof({ pi_a, pi_b, pi_c }: Groth16Proof): SolidityProof {
  return { a: g1(pi_a), b: g2(pi_b), c: g1(pi_c) };
}

export function solidityKey(vkey: VerificationKey): SolidityKey {
  return { alpha: g1(vkey.vk_alpha_1), beta: g2(vkey.vk_beta_2), gamma: g2(vkey.vk_gamma_2), delta: g2(vkey.vk_delta_2), ic: vkey.IC.map(g1) };
}

/** A tier's name as contracts know it. */
export const tierId = (tier: string): string => encodeBytes32String(tier);

/** The arguments of `MarginHealthRegistry.submit`. */
export function submitArguments({ tier, proof, publicSignals }: ProofBundle): [tier: string, proof: SolidityProof, signals: string[]] {
  return [tierId(tier), solidityProof(proof), orderedSignals(publicSignals)];
}

/** The arguments of `MarginHealthRegistry.submitBatch`, for bundles of one tier. */
export function batchArguments(bundles: readonly ProofBundle[]): [tier: string, proofs: SolidityProof[], signals: string[][]] {
  return [tierId(bundles[0]!.tier), bundles.map(({ proof }) => solidityProof(proof)), bundles.map(({ publicSignals }) => orderedSignals(publicSignals))];
}

/** bytes32 of a policy's hash. */
export const policyId = (policyHash: bigint): string => `0x${policyHash.toString(16).padStart(64, "0")}`;
