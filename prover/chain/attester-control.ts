/** What the registrar and the guardian of an AttesterRegistry send: calls to be previewed or sent. */
import type { Contract } from "ethers";
import type { Point } from "../commitment/curve.ts";
import { identifier } from "../commitment/domain.ts";
import { MarginProofError } from "../errors.ts";
import { assuranceLevel, type AttesterRegistry } from "../statement/attester-registry.ts";
import type { Call } from "./calls.ts";
import { ask } from "./refusals.ts";

/**
 * The registrar publishes a registry: root and leaves, so that anyone recomputes the root.
 * @throws OutOfRange for a registry with empty places, which the contract is not given
 */
export function attestersCall(contract: Contract, registry: AttesterRegistry): Call {
  const leaves = registry.attesters.map((attester, i) => {
    if (attester === null) throw new MarginProofError("OutOfRange", "an empty place", { path: `attesters[${i}]`, hint: "close the gap: move the last attester there" });
    const { key, venue, assurance, validFrom, validUntil } = attester;
    return { x: key.x, y: key.y, venueId: identifier(venue), assurance: assuranceLevel(assurance), validFrom, validUntil };
  });
  return { contract, method: "publish", args: [registry.root, leaves] };
}

/** A guardian who is no registrar ends the notice of a published root, having computed it from its leaves. */
export const confirmRootCall = (contract: Contract, root: bigint): Call => ({ contract, method: "confirm", args: [root] });

/** The guardian revokes a key, at once and for good: proofs against any root that holds it stop counting. */
export const revokeKeyCall = (contract: Contract, { x, y }: Point): Call => ({ contract, method: "revokeKey", args: [x, y] });

/** The guardian revokes a root, at once and for good: proofs against it stop counting. */
export const revokeRootCall = (contract: Contract, root: bigint): Call => ({ contract, method: "revokeRoot", args: [root] });

/** Whether a key was revoked, and whether the latest root holds it. @throws ChainError */
export async function readAttesterKey(contract: Contract, { x, y }: Point): Promise<{ readonly isRevoked: boolean; readonly isInLatestRoot: boolean }> {
  const [id, number] = await Promise.all([ask<string>(contract, "keyId", x, y), ask<bigint>(contract, "count")]);
  const [isRevoked, isInLatestRoot] = await Promise.all([ask<boolean>(contract, "isKeyRevoked", id), ask<boolean>(contract, "holdsKey", number, x, y)]);
  return { isRevoked, isInLatestRoot };
}

/** What the contract keeps of a root; null where it was never published. Times in unix seconds. @throws ChainError */
export async function readAttesterRoot(contract: Contract, root: bigint): Promise<{ readonly number: number; readonly current: boolean; readonly currentFrom: number; readonly revoked: boolean } | null> {
  const [number, current] = await ask(contract, "lookup", root);
  if (number === 0n) return null;
  const [, { currentFrom, revoked }] = await ask(contract, "rootAt", number);
  return { number: Number(number), current, currentFrom: Number(currentFrom), revoked };
}
