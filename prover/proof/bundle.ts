import { z } from "zod";
import { canonicalJson } from "../commitment/canonical-json.ts";
import { fieldElementField } from "../commitment/json-fields.ts";
import { MarginProofError } from "../errors.ts";
import { nameField, readJson, timeField, type Json } from "../risk/schema.ts";
import { parseSignals, signalsJson } from "./public-signals.ts";
import type { PublicSignals } from "./public-signals.ts";

export const BUNDLE_FORMAT = "margin-proof/1";

/** Order of the BN254 base field, in which proof points have their coordinates. */
const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** SHA-256 digests of what made the proof, and whose key it is. */
export interface ArtifactDigests {
  readonly r1cs: string;
  readonly wasm: string;
  readonly zkey: string;
  readonly vkey: string;
  readonly setup: "local" | "ceremony";
}

/** A Groth16 proof as snarkjs writes it: projective points with last coordinate 1, decimal strings. */
export interface Groth16Proof {
  readonly pi_a: readonly [string, string, "1"];
  readonly pi_b: readonly [readonly [string, string], readonly [string, string], readonly ["1", "0"]];
  readonly pi_c: readonly [string, string, "1"];
  readonly protocol: "groth16";
  readonly curve: "bn128";
}

/** What the bundles of all kinds of statements have in common. */
export interface ProofParts {
  readonly tier: string;
  readonly proof: Groth16Proof;
  readonly artifacts: ArtifactDigests;
}

/** A proof about margin with everything a verifier needs, and nothing private. */
export interface ProofBundle extends ProofParts {
  readonly publicSignals: PublicSignals;
  /** The snapshot that was proved against. */
  readonly snapshot: { readonly root: bigint; readonly asOf: number; readonly policyHash: bigint };
}

const coordinate = () =>
  z
    .string()
    .regex(/^(?:0|[1-9][0-9]{0,77})$/, "expected a canonical decimal integer")
    .refine((text) => !/^[0-9]{1,78}$/.test(text) || BigInt(text) < BASE_FIELD, "not below the base field's order");
const g1 = () => z.tuple([coordinate(), coordinate(), z.literal("1")]);
const digest = () => z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hexadecimal digits");

/** Fields of `ProofParts` in a document, and signals that their own table reads. */
export const proofFields = {
  tier: nameField(),
  proof: z.strictObject({
    pi_a: g1(),
    pi_b: z.tuple([z.tuple([coordinate(), coordinate()]), z.tuple([coordinate(), coordinate()]), z.tuple([z.literal("1"), z.literal("0")])]),
    pi_c: g1(),
    protocol: z.literal("groth16"),
    curve: z.literal("bn128"),
  }),
  publicSignals: z.unknown(),
  artifacts: z.strictObject({ r1cs: digest(), wasm: digest(), zkey: digest(), vkey: digest(), setup: z.enum(["local", "ceremony"]) }),
};

const schema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  ...proofFields,
  snapshot: z.strictObject({ root: fieldElementField(), asOf: timeField(), policyHash: fieldElementField() }),
});

/** The `margin-proof/1` document. */
export function bundleJson({ tier, proof, publicSignals, snapshot, artifacts }: ProofBundle): Json {
  return {
    format: BUNDLE_FORMAT,
    tier,
    proof: { ...proof },
    publicSignals: { ...signalsJson(publicSignals) },
    snapshot: { root: snapshot.root.toString(), asOf: snapshot.asOf, policyHash: snapshot.policyHash.toString() },
    artifacts: { ...artifacts },
  };
}

/** As canonical text. */
export function serializeBundle(bundle: ProofBundle): string {
  return canonicalJson(bundleJson(bundle));
}

/**
 * Reads a bundle strictly: unknown keys, non-canonical integers and coordinates outside the base field are refused.
 *
 * @throws InvalidBundle with the path; InvalidPublicSignals with the signal's name
 */
export function parseBundle(json: unknown): ProofBundle {
  const { format: _, publicSignals, ...parts } = readBundle(schema, json);
  const signals = parseSignals(publicSignals);
  if (signals.snapshotRoot !== parts.snapshot.root) {
    throw new MarginProofError("InvalidBundle", "not the snapshot of the public signals", { path: "snapshot.root", hint: "use the bundle exactly as the prover wrote it" });
  }
  return { ...parts, publicSignals: signals };
}

/** Reads a document of a bundle's schema. @throws InvalidBundle with the path */
export function readBundle<T extends z.ZodType>(schema: T, json: unknown): z.output<T> {
  try {
    return readJson(schema, json);
  } catch (cause) {
    if (!(cause instanceof MarginProofError)) throw cause;
    throw new MarginProofError("InvalidBundle", cause.reason, { path: cause.path, hint: "use the bundle exactly as the prover wrote it", cause });
  }
}
