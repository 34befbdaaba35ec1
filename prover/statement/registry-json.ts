import { z } from "zod";
import { canonicalJson } from "../commitment/canonical-json.ts";
import { fieldElementField, pointField, pointJson } from "../commitment/json-fields.ts";
import { MarginProofError } from "../errors.ts";
import { nameField, readJson, timeField, type Json } from "../risk/schema.ts";
import { ASSURANCES, buildRegistry } from "./attester-registry.ts";
import type { Attester, AttesterRegistry } from "./attester-registry.ts";

export const REGISTRY_FORMAT = "attester-registry/1";

const attesterSchema = z.strictObject({
  venue: nameField(),
  key: pointField(),
  assurance: z.enum(ASSURANCES),
  validFrom: timeField(),
  validUntil: timeField(),
});

const schema = z.strictObject({
  format: z.literal(REGISTRY_FORMAT),
  attesters: z.array(attesterSchema.nullable()),
  root: fieldElementField(),
});

/** Reads attesters as their venues publish them: one, or a list with `null` for empty places. @throws InvalidSchema, InvalidPoint, OutOfRange */
export function parseAttesters(json: unknown): readonly (Attester | null)[] {
  return Array.isArray(json) ? readJson(z.array(attesterSchema.nullable()), json) : [readJson(attesterSchema, json)];
}

/** The JSON of one attester, as in a registry. */
export function attesterJson(attester: Attester): Json {
  return { ...attester, key: pointJson(attester.key) };
}

/** The `attester-registry/1` document. */
export function registryJson({ attesters, root }: AttesterRegistry): Json {
  return {
    format: REGISTRY_FORMAT,
    attesters: attesters.map((attester) => (attester === null ? null : attesterJson(attester))),
    root: root.toString(),
  };
}

/** As canonical text. */
export function serializeRegistry(registry: AttesterRegistry): string {
  return canonicalJson(registryJson(registry));
}

/**
 * Reads a registry, checks every key and recomputes the root.
 *
 * @throws InvalidSchema with the path, also when the root is not that of the attesters; and as `buildRegistry`
 */
export function parseRegistry(json: unknown): AttesterRegistry {
  const { attesters, root } = readJson(schema, json);
  const registry = buildRegistry(attesters);
  if (registry.root !== root) {
    throw new MarginProofError("InvalidSchema", "not the root of these attesters", { path: "root", hint: "the file was edited; publish it again from its source" });
  }
  return registry;
}
