import { z } from "zod";
import { canonicalJson } from "../commitment/canonical-json.ts";
import type { Json } from "../risk/schema.ts";
import { proofFields, readBundle, type ProofParts } from "./bundle.ts";
import { growthSignals, type GrowthSignals } from "./growth-signals.ts";

export const GROWTH_FORMAT = "account-set-growth/1";

/** A proof that an account set grew, with everything a verifier needs, and nothing private. */
export interface GrowthBundle extends ProofParts {
  readonly publicSignals: GrowthSignals;
}

const schema = z.strictObject({ format: z.literal(GROWTH_FORMAT), ...proofFields });

/** The `account-set-growth/1` document. */
export function growthBundleJson({ tier, proof, publicSignals, artifacts }: GrowthBundle): Json {
  return { format: GROWTH_FORMAT, tier, proof: { ...proof }, publicSignals: { ...growthSignals.json(publicSignals) }, artifacts: { ...artifacts } };
}

/** As canonical text. */
export function serializeGrowthBundle(bundle: GrowthBundle): string {
  return canonicalJson(growthBundleJson(bundle));
}

/** Reads a bundle as strictly as `parseBundle`. @throws InvalidBundle with the path; InvalidPublicSignals with the signal's name */
export function parseGrowthBundle(json: unknown): GrowthBundle {
  const { format: _, publicSignals, ...parts } = readBundle(schema, json);
  return { ...parts, publicSignals: growthSignals.parse(publicSignals) };
}
