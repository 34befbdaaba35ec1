import type { Json } from "../risk/schema.ts";
import type { ProofBundle } from "./bundle.ts";
import { orderedSignals } from "./public-signals.ts";
import type { VerificationKey } from "./verification-key.ts";

/** A bundle as the files that snarkjs's own `groth16 verify verification_key.json public.json proof.json` takes, by name. */
export function snarkjsFiles(bundle: ProofBundle, vkey: VerificationKey): Readonly<Record<"proof.json" | "public.json" | "verification_key.json", Json>> {
  return { "proof.json": { ...bundle.proof }, "public.json": orderedSignals(bundle.publicSignals), "verification_key.json": { ...vkey } };
}
