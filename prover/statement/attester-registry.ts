import { equals, requireGenerator } from "../commitment/curve.ts";
import type { Point } from "../commitment/curve.ts";
import { identifier } from "../commitment/domain.ts";
import { poseidon } from "../commitment/poseidon.ts";
import { requireWhole } from "../commitment/ranges.ts";
import { MarginProofError } from "../errors.ts";
import { BITS } from "../units.ts";

/** How good a statement's source is, worst first; the index is the number in circuits and contracts. */
export const ASSURANCES = ["self-claimed", "attested", "venue-signed"] as const;
export type Assurance = (typeof ASSURANCES)[number];
export const assuranceLevel = (assurance: Assurance): bigint => BigInt(ASSURANCES.indexOf(assurance));

/** A key that may sign statements about accounts at one venue, for as long as it is valid (unix seconds, both ends included). */
export interface Attester {
  readonly venue: string;
  readonly key: Point;
  readonly assurance: Assurance;
  readonly validFrom: number;
  readonly validUntil: number;
}

const ARITY = 16;
/** Places in the registry: 16-ary, two levels. */
export const REGISTRY_CAPACITY = ARITY * ARITY;

export interface AttesterRegistry {
  /** By place in the tree; `null` is an empty place, such as a revoked key's. */
  readonly attesters: readonly (Attester | null)[];
  /** 256 leaves, 0 where empty. */
  readonly leaves: readonly bigint[];
  /** The 16 nodes under the root. */
  readonly nodes: readonly bigint[];
  readonly root: bigint;
}

/** An attester's leaf and what hashes it up to the root. */
export interface AttesterOpening {
  readonly attester: Attester;
  /** 0 to 255. */
  readonly index: number;
  /** The 16 leaves of its node, its own included. */
  readonly siblings: readonly bigint[];
}

/** Poseidon6(key x, key y, identifier(venue), assurance, validFrom, validUntil). twin: circuits AttesterLeaf */
export function attesterLeaf({ venue, key, assurance, validFrom, validUntil }: Attester): bigint {
  return poseidon([key.x, key.y, identifier(venue), assuranceLevel(assurance), BigInt(validFrom), BigInt(validUntil)]);
}

/** @throws InvalidPoint, OutOfRange: a key must be a subgroup point and not the identity, and valid for some time */
function requireAttester({ key, validFrom, validUntil }: Attester, path: string): void {
  requireGenerator(key, `${path}.key`);
  requireWhole(validFrom, BITS.time, `${path}.validFrom`);
  requireWhole(validUntil, BITS.time, `${path}.validUntil`);
  if (validUntil < validFrom) {
    throw new MarginProofError("OutOfRange", "the key expires before it becomes valid", { path: `${path}.validUntil`, hint: "swap validFrom and validUntil" });
  }
}

/**
 * The registry over these attesters, in this order.
 *
 * @throws TreeFull beyond 256 places; InvalidPoint for an unusable key; OutOfRange for bad validity; InvalidSchema for a key that
 *   is listed twice for one venue
 */
export function buildRegistry(attesters: readonly (Attester | null)[]): AttesterRegistry {
  if (attesters.length > REGISTRY_CAPACITY) {
    throw new MarginProofError("TreeFull", `a registry has ${REGISTRY_CAPACITY} places, not ${attesters.length}`, { path: "attesters", hint: "reuse the places of revoked keys" });
  }
  attesters.forEach((attester, i) => {
    if (attester === null) return;
    requireAttester(attester, `attesters[${i}]`);
    const first = attesters.findIndex((other) => other !== null && other.venue === attester.venue && equals(other.key, attester.key));
    if (first < i) {
      throw new MarginProofError("InvalidSchema", `the same key is listed for ${attester.venue} at attesters[${first}]`, { path: `attesters[${i}].key`, hint: "keep one entry for each venue and key" });
    }
  });
  const leaves = Array.from({ length: REGISTRY_CAPACITY }, (_, i) => (attesters[i] ? attesterLeaf(attesters[i]) : 0n));
  const nodes = Array.from({ length: ARITY }, (_, n) => poseidon(leaves.slice(ARITY * n, ARITY * (n + 1))));
  return { attesters, leaves, nodes, root: poseidon(nodes) };
}

/** @throws UnknownAttester when this key is not registered for this venue, naming `path` */
export function openAttester(registry: AttesterRegistry, venue: string, key: Point, path?: string): AttesterOpening {
  const index = registry.attesters.findIndex((attester) => attester !== null && attester.venue === venue && equals(attester.key, key));
  if (index < 0) {
    throw new MarginProofError("UnknownAttester", `the statement's key is not registered for ${venue}`, { path, hint: "register the key, or have the statement signed by a registered one" });
  }
  const node = Math.floor(index / ARITY);
  return { attester: registry.attesters[index]!, index, siblings: registry.leaves.slice(ARITY * node, ARITY * (node + 1)) };
}
