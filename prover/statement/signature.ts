import { poseidon } from "../commitment/poseidon.ts";
import { BASE, COFACTOR, isInSubgroup, isOnCurve, equals, IDENTITY, SUBGROUP_ORDER, toExtended } from "../commitment/curve.ts";
import type { Point } from "../commitment/curve.ts";
import { FIELD } from "../units.ts";

/** An EdDSA-Poseidon signature on Baby Jubjub. */
export interface Signature {
  readonly R8: Point;
  readonly S: bigint;
}

/** A point that honest signers produce: on the curve, in the prime-order subgroup, not the identity. */
const isHonest = (point: Point): boolean => isOnCurve(point) && isInSubgroup(point) && !equals(point, IDENTITY);

/**
 * True for S·B = R8 + 8·Poseidon5(R8, A, message)·A, with A and R8 in the prime-order subgroup and S below its order. All three
 * are stricter than circomlib's verifier: off the curve its addition means nothing, a small-order key lets anybody sign, and
 * S + order would be a second signature of the same message.
 */
export function verifySignature(message: bigint, { R8, S }: Signature, key: Point): boolean {
  if (message < 0n || message >= FIELD || S < 0n || S >= SUBGROUP_ORDER || !isHonest(key) || !isHonest(R8)) return false;
  const challenge = (COFACTOR * poseidon([R8.x, R8.y, key.x, key.y, message])) % SUBGROUP_ORDER;
  const left = toExtended(BASE).multiplyUnsafe(S);
  return left.equals(toExtended(R8).add(toExtended(key).multiplyUnsafe(challenge)));
}
