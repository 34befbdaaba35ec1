import { AbiCoder, keccak256, toUtf8Bytes } from "ethers";
import { FIELD } from "../../prover/units.ts";
import { simulate, SIGNALS, type G1, type G2, type Proof, type Trapdoor } from "./tiny-groth16.ts";

/** Proofs and their public signals, in one order. */
export interface Batch {
  readonly proofs: readonly Proof[];
  readonly signals: readonly (readonly bigint[])[];
}

/** On the twist y² = x³ + 3 / (9 + u), outside the subgroup of order r. */
export const OUTSIDE_SUBGROUP: G2 = [
  [0n, 1n],
  [15975588672102553735566230729081043132501226101599136527557730645158523614371n, 3610091866386166428467545612961983990332663701371483510632385378352395651980n],
];
export const INFINITY: G1 = [0n, 0n];
export const INFINITY_2: G2 = [[0n, 0n], [0n, 0n]];

/** Signals that use the whole field, different in every place. */
export const signalsOf = (label: number): bigint[] => Array.from({ length: SIGNALS }, (_, j) => (2n ** 253n / BigInt(label + 2) + BigInt(j * 1000 + label)) % FIELD);

/** An honest batch: proofs 0 to count - 1 of signals of their own. */
export function honestBatch(secrets: Trapdoor, count: number): Batch {
  const signals = Array.from({ length: count }, (_, i) => signalsOf(i));
  return { signals, proofs: signals.map((own, i) => simulate(secrets, own, `proof ${i}`)) };
}

/** The batch with proof `index` changed. */
export const withProof = (batch: Batch, index: number, change: Partial<Proof>): Batch => ({ ...batch, proofs: batch.proofs.with(index, { ...batch.proofs[index]!, ...change }) });

/** The batch with signal `place` of proof `index` changed. */
export const withSignal = (batch: Batch, index: number, place: number, value: bigint): Batch => ({
  ...batch,
  signals: batch.signals.with(index, batch.signals[index]!.with(place, value)),
});

const coder = AbiCoder.defaultAbiCoder();
const words = ({ proofs, signals }: Batch): bigint[] => [...proofs.flatMap(({ a, b, c }) => [...a, ...b.flat(), ...c]), ...signals.flat()];
const hash = (values: readonly unknown[], types = values.map(() => "uint256")): bigint => BigInt(keccak256(coder.encode(types, values)));
const LOW_128 = 2n ** 128n - 1n;

/** The coefficients of Groth16Batch: each from everything, bit 128 set. */
export function coefficients(batch: Batch, domain: { chainId: number; address: string; keyHash: string }): bigint[] {
  const head = [keccak256(toUtf8Bytes("margin-health.groth16-batch.v1")), domain.chainId, domain.address, domain.keyHash, batch.proofs.length];
  const all = words(batch);
  const seed = hash([...head, ...all], ["bytes32", "uint256", "address", "bytes32", "uint256", ...all.map(() => "uint256")]);
  return batch.proofs.map((_, i) => (hash([seed, i]) & LOW_128) | (1n << 128n));
}

/** The coefficients of PerProofBatch: 1, then each from its own proof and signals. */
export function perProofCoefficients({ proofs, signals }: Batch): bigint[] {
  return proofs.map((proof, i) => (i === 0 ? 1n : hash(words({ proofs: [proof], signals: [signals[i]!] })) & LOW_128));
}

/** The coefficients of ProofsOnlyBatch. */
export function proofsOnlyCoefficients({ proofs }: Batch): bigint[] {
  const seed = keccak256(coder.encode(["tuple(uint256[2] a, uint256[2][2] b, uint256[2] c)[]"], [proofs]));
  return proofs.map((_, i) => hash([BigInt(seed), i]) & LOW_128);
}
