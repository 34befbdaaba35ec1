import type { Json } from "../risk/schema.ts";
import { orderedBundleSignals, type AnyBundle } from "./any-bundle.ts";
import type { VerificationKey } from "./verification-key.ts";

/** A bundle as the files that snarkjs's own `groth16 verify verification_key.json public.json proof.json` takes, by name. */
export function snarkjsFiles(bundle: AnyBundle, vkey: VerificationKey): Readonly<Record<"proof.json" | "public.json" | "verification_key.json", Json>> {
  return { "proof.json": { ...bundle.proof }, "public.json": orderedBundleSignals(bundle), "verification_key.json": { ...vkey } };
}
