import { groth16 } from "snarkjs";
import { MarginProofError } from "../errors.ts";
import { silent, type Progress } from "../progress.ts";
import { FIELD } from "../units.ts";
import type { Artifacts } from "./artifacts.ts";
import type { Groth16Proof } from "./bundle.ts";
import { withCurve } from "./curve-session.ts";
import { FIELD_BYTES, readField } from "./field-bytes.ts";
import { orderedSignals, type PublicSignals } from "./public-signals.ts";
import { assertSafeVerificationKey, type VerificationKey } from "./verification-key.ts";
import { witnessFile, type CircuitInputs } from "./witness-calculator.ts";

/** A proof and its public signals in the circuit's order, canonical decimal. */
export interface ProofWithSignals {
  proof: Groth16Proof;
  publicSignals: string[];
}

/**
 * Proves that the inputs satisfy the circuit, and checks the proof before returning it.
 * Stages reported: `witness`, `prove`, `verify`.
 * @throws ProvingFailed: inputs refused by the circuit (the message names circom's template, never a value), a thread lost
 */
export async function prove(inputs: CircuitInputs, artifacts: Artifacts, progress: Progress = silent): Promise<ProofWithSignals> {
  const stage = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    progress(name, 0, 1);
    const result = await work();
    progress(name, 1, 1);
    return result;
  };
  return withCurve(async () => {
    const witness = await stage("witness", () => artifacts.calculateWitness(inputs));
    const result = await stage("prove", () => proveWitness(witness, artifacts));
    const valid = await stage("verify", () => verify(artifacts.vkey, result.publicSignals, result.proof));
    if (!valid) throw failed("the proof does not verify", "the key and the circuit do not belong together: npm run build");
    return result;
  });
}

/**
 * Proves a witness (32 bytes per wire, little-endian) as it is: one that breaks a constraint gives a proof that nobody accepts.
 * @throws ProvingFailed: a witness of another circuit, a thread lost
 */
export async function proveWitness(witness: Uint8Array, { zkey, lock }: Pick<Artifacts, "zkey" | "lock">): Promise<ProofWithSignals> {
  if (witness.length !== lock.wires * FIELD_BYTES) {
    throw failed(`a witness of ${witness.length / FIELD_BYTES} values for a circuit of ${lock.wires} wires`, "calculate it with the same artefacts");
  }
  const { proof } = await withCurve(() => groth16.prove(zkey, witnessFile(witness))).catch((cause: unknown) => {
    if (cause instanceof MarginProofError) throw cause;
    throw failed("the key cannot be used with this witness", "the key and the circuit do not belong together: npm run build", cause);
  });
  const publicSignals = Array.from({ length: lock.publicSignals }, (_, i) => readField(witness, (i + 1) * FIELD_BYTES).toString());
  return { proof: proof as unknown as Groth16Proof, publicSignals };
}

/**
 * Checks a proof against a key. Signals are given by name, or in the circuit's order as canonical decimal strings: all of
 * them, no sign, no leading zero, below the field's order, because snarkjs reads a shortened list as ending in zeros.
 * @returns whether the proof is valid
 * @throws InvalidPublicSignals; UnsafeKey for a key under which anyone can prove anything; ProvingFailed when a thread is lost
 */
export async function verify(vkey: VerificationKey, signals: PublicSignals | readonly string[], proof: Groth16Proof): Promise<boolean> {
  assertSafeVerificationKey(vkey);
  const ordered = isOrdered(signals) ? signals : orderedSignals(signals);
  checkSignals(ordered, vkey.nPublic);
  return withCurve(() => groth16.verify(vkey, ordered, proof));
}

function isOrdered(signals: PublicSignals | readonly string[]): signals is readonly string[] {
  return Array.isArray(signals);
}

function checkSignals(signals: readonly unknown[], expected: number): void {
  const refuse = (problem: string, path: string): never => {
    throw new MarginProofError("InvalidPublicSignals", problem, { path, hint: "use the public signals exactly as the prover wrote them" });
  };
  if (signals.length !== expected) refuse(`expected ${expected} signals, got ${signals.length}`, "publicSignals");
  signals.forEach((text, i) => {
    if (typeof text !== "string" || !/^(?:0|[1-9][0-9]{0,77})$/.test(text)) return refuse("expected a canonical decimal string", `publicSignals[${i}]`);
    if (BigInt(text) >= FIELD) refuse("not in the field", `publicSignals[${i}]`);
  });
}

function failed(problem: string, hint: string, cause?: unknown): MarginProofError {
  return new MarginProofError("ProvingFailed", problem, { hint, cause });
}
