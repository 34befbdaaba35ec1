import { MarginProofError } from "../errors.ts";
import { FIELD_BYTES, fieldBytes, powerInField } from "../proof/field-bytes.ts";
import { FIELD } from "../units.ts";
import type { CurveMemory } from "./curve-memory.ts";
import type { R1cs } from "./r1cs.ts";

/** 2^28 divides FIELD - 1; the evaluation domain and its shifted copy together need twice the rows. */
const MAX_DOMAIN = 2 ** 27;
/** The smallest non-residue, from which snarkjs takes its roots of unity. */
const NON_RESIDUE = 5n;

/**
 * Rows of the quadratic arithmetic program: the smallest power of two that holds all constraints and one row for each public
 * signal and the constant one (they make the public part of the key independent).
 * @throws InvalidR1cs when the circuit is too large for the field
 */
export function domainSize(r1cs: R1cs): number {
  const size = 2 ** Math.max(1, 32 - Math.clz32(r1cs.constraints + r1cs.publicSignals));
  if (size > MAX_DOMAIN) throw new MarginProofError("InvalidR1cs", `${r1cs.constraints} constraints, at most ${MAX_DOMAIN} rows`, { hint: "use a smaller tier" });
  return size;
}

/** The `size`-th root of unity that snarkjs uses. */
export function rootOfUnity(size: number): bigint {
  return powerInField(NON_RESIDUE, (FIELD - 1n) / BigInt(size));
}

/** Points first · ratio^i for i < count, and the factor that every evaluation shares; all Montgomery, at addresses. */
export interface Coset {
  first: number;
  ratio: number;
  count: number;
  scale: number;
}

/**
 * Evaluates `scale · x_i / (tau - x_i)` for every point x_i of a coset with one inversion. With scale = (tau^n - 1)/n over the
 * n-th roots of unity these are the Lagrange basis polynomials at tau.
 * @returns address of `count` field elements in Montgomery form
 */
export function evaluateBasis(curve: CurveMemory, tau: number, { first, ratio, count, scale }: Coset): number {
  const { frm_copy: copy, frm_mul: mul, frm_sub: sub, frm_batchInverse: batchInverse } = curve.fn as Record<string, (...a: number[]) => number>;
  const values = curve.allocate(count * FIELD_BYTES);
  const mark = curve.mark();
  const inverses = curve.allocate(count * FIELD_BYTES);
  const point = curve.allocate(FIELD_BYTES);
  curve.reserve((count + 1) * FIELD_BYTES);
  copy!(first, point);
  for (let i = 0; i < count; i++) {
    sub!(tau, point, inverses + i * FIELD_BYTES);
    mul!(point, scale, values + i * FIELD_BYTES);
    mul!(point, ratio, point);
  }
  batchInverse!(inverses, FIELD_BYTES, count, inverses, FIELD_BYTES);
  for (let i = 0; i < count; i++) mul!(values + i * FIELD_BYTES, inverses + i * FIELD_BYTES, values + i * FIELD_BYTES);
  curve.release(mark);
  return values;
}

/** Writes a public constant in Montgomery form. */
export function constant(curve: CurveMemory, value: bigint): number {
  const at = curve.put(fieldBytes(value));
  curve.fn.frm_toMontgomery!(at, at);
  return at;
}
