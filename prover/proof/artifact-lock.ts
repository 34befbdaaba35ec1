import { createHash } from "node:crypto";
import { z } from "zod";
import { MarginProofError } from "../errors.ts";
import type { AnyParameters } from "./tiers.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hexadecimal digits");
const count = z.int().nonnegative();

/** What `artifacts.json` says about one tier's files. No timestamp: the same inputs give the same lock, but for the key. */
export const ArtifactLockSchema = z.strictObject({
  tier: z.string(),
  parameters: z.record(z.string(), z.union([z.int(), z.boolean()])),
  compiler: z.string(),
  flags: z.array(z.string()),
  /** SHA-256 over every circuit source, the compiler and the flags. */
  sources: digest,
  constraints: count,
  wires: count,
  publicSignals: count,
  /** SHA-256 of each file. */
  r1cs: digest,
  wasm: digest,
  zkey: digest,
  vkey: digest,
  /** `local`: one party made the key and could have kept its secrets. */
  setup: z.strictObject({ kind: z.enum(["local", "ceremony"]) }),
});

export type ArtifactLock = z.infer<typeof ArtifactLockSchema>;

export const BUILD_HINT = "npm run build";

/** @throws ArtifactMismatch when the text is not a lock, or one of another tier or other sizes */
export function parseLock(text: string, tier: string, parameters: AnyParameters, path: string): ArtifactLock {
  const refuse = (problem: string, field?: string) => new MarginProofError("ArtifactMismatch", problem, { path: field === undefined ? path : `${path} (${field})`, hint: BUILD_HINT });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse("not JSON");
  }
  const parsed = ArtifactLockSchema.safeParse(json);
  if (!parsed.success) throw refuse(parsed.error.issues[0]!.message, parsed.error.issues[0]!.path.join("."));
  if (parsed.data.tier !== tier) throw refuse(`made for tier ${parsed.data.tier}`, "tier");
  for (const [name, value] of Object.entries(parameters)) {
    if (parsed.data.parameters[name] !== value) throw refuse(`made for ${name} = ${parsed.data.parameters[name]}, circuits/sizes.json says ${value}`, "parameters");
  }
  return parsed.data;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
