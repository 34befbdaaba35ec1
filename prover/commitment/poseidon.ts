import * as lite from "poseidon-lite";
import { MarginProofError } from "../errors.ts";
import { FIELD } from "../units.ts";

const BY_ARITY = [
  lite.poseidon1, lite.poseidon2, lite.poseidon3, lite.poseidon4, lite.poseidon5, lite.poseidon6, lite.poseidon7, lite.poseidon8,
  lite.poseidon9, lite.poseidon10, lite.poseidon11, lite.poseidon12, lite.poseidon13, lite.poseidon14, lite.poseidon15, lite.poseidon16,
] as const;

/** The widest Poseidon of circomlib. */
export const MAX_ARITY = BY_ARITY.length;

/**
 * circomlib's Poseidon of 1 to 16 field elements. Inputs must already be reduced: a value and the same value plus the field
 * order hash alike, and accepting both would let one object pass for two.
 *
 * @throws OutOfRange for an empty or too long list, or an input outside [0, FIELD)
 */
export function poseidon(inputs: readonly bigint[]): bigint {
  const hash = BY_ARITY[inputs.length - 1];
  if (hash === undefined) throw new MarginProofError("OutOfRange", `Poseidon takes 1 to ${MAX_ARITY} inputs, got ${inputs.length}`);
  inputs.forEach((input, i) => {
    if (input < 0n || input >= FIELD) throw new MarginProofError("OutOfRange", "not a reduced field element", { path: `inputs[${i}]` });
  });
  return hash([...inputs]);
}

/** h_0 = start, h_{i+1} = Poseidon2(h_i, item_i): one value for a list of any length. `start` carries the domain. twin: circuits Chain */
export function chain(start: bigint, items: readonly bigint[]): bigint {
  return items.reduce((head, item) => poseidon([head, item]), start);
}

/** A signed integer as a field element: negatives are taken modulo the field order. Requires |value| < FIELD / 2. */
export function signedToField(value: bigint): bigint {
  if (value > FIELD / 2n || value < -FIELD / 2n) throw new MarginProofError("OutOfRange", "magnitude is not below half the field order");
  return value < 0n ? value + FIELD : value;
}
