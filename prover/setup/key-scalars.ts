import { FIELD_BYTES, powerInField } from "../proof/field-bytes.ts";
import { FIELD } from "../units.ts";
import type { CurveMemory } from "./curve-memory.ts";
import { constant, domainSize, evaluateBasis, rootOfUnity } from "./evaluation-domain.ts";
import { visitTerms, type R1cs } from "./r1cs.ts";
import type { Secrets } from "./secrets.ts";

/** The discrete logarithms of a proving key's points: 32 bytes each, little-endian. As secret as what they come from. */
export interface KeyScalars {
  /** A_s(tau) and B_s(tau) of every wire. */
  a: Uint8Array;
  b: Uint8Array;
  /** (beta·A_s + alpha·B_s + C_s)(tau) of the one and the public signals; gamma is 1. */
  ic: Uint8Array;
  /** The same of the private wires, divided by delta. */
  c: Uint8Array;
  /** What multiplies the quotient's values on the shifted domain. */
  h: Uint8Array;
  alpha: Uint8Array;
  beta: Uint8Array;
  delta: Uint8Array;
}

export function keyScalars(curve: CurveMemory, r1cs: R1cs, secrets: Secrets): KeyScalars {
  const size = domainSize(r1cs);
  const [a, b, c] = polynomialsAtTau(curve, r1cs, lagrangeBasis(curve, size, secrets.tau)) as [number, number, number];
  const inverseDelta = curve.allocate(FIELD_BYTES);
  curve.fn.frm_inverse!(secrets.delta, inverseDelta);
  const h = quotientBasis(curve, size, secrets.tau, inverseDelta);
  combine(curve, r1cs, secrets, inverseDelta, { a, b, c });

  const plain = (at: number, count: number) => {
    curve.fn.frm_batchFromMontgomery!(at, count, at);
    return curve.copyOut(at, count * FIELD_BYTES);
  };
  const open = 1 + r1cs.publicSignals;
  return {
    a: plain(a, r1cs.wires),
    b: plain(b, r1cs.wires),
    ic: plain(c, open),
    c: plain(c + open * FIELD_BYTES, r1cs.wires - open),
    h: plain(h, size),
    alpha: plain(secrets.alpha, 1),
    beta: plain(secrets.beta, 1),
    delta: plain(secrets.delta, 1),
  };
}

/** L_i(tau) over the domain's roots of unity. */
function lagrangeBasis(curve: CurveMemory, size: number, tau: number): number {
  const scale = vanishingAt(curve, tau, size);
  curve.fn.frm_mul!(scale, constant(curve, inverse(BigInt(size))), scale);
  return evaluateBasis(curve, tau, { first: constant(curve, 1n), ratio: constant(curve, rootOfUnity(size)), count: size, scale });
}

/**
 * snarkjs evaluates the quotient's numerator P on x_i = w^(2i+1), w the 2n-th root of unity, where the vanishing polynomial
 * is -2. So h(tau)·Z(tau)/delta = Σ_i P(x_i) · H_i with H_i = (tau^2n - 1)/(2n·delta) · x_i/(tau - x_i).
 */
function quotientBasis(curve: CurveMemory, size: number, tau: number, inverseDelta: number): number {
  const scale = vanishingAt(curve, tau, 2 * size);
  curve.fn.frm_mul!(scale, constant(curve, inverse(BigInt(2 * size))), scale);
  curve.fn.frm_mul!(scale, inverseDelta, scale);
  const shift = rootOfUnity(2 * size);
  return evaluateBasis(curve, tau, { first: constant(curve, shift), ratio: constant(curve, (shift * shift) % FIELD), count: size, scale });
}

/** tau^size - 1 for a power of two. */
function vanishingAt(curve: CurveMemory, tau: number, size: number): number {
  const value = curve.allocate(FIELD_BYTES);
  curve.fn.frm_copy!(tau, value);
  for (let n = size; n > 1; n /= 2) curve.fn.frm_square!(value, value);
  curve.fn.frm_sub!(value, constant(curve, 1n), value);
  return value;
}

/** A_s(tau), B_s(tau), C_s(tau) of every wire, with the extra rows that make the public part of A independent. */
function polynomialsAtTau(curve: CurveMemory, r1cs: R1cs, basis: number): number[] {
  const sums = [0, 1, 2].map(() => {
    const at = curve.allocate(r1cs.wires * FIELD_BYTES);
    curve.bytes(at, r1cs.wires * FIELD_BYTES).fill(0);
    return at;
  });
  const rows = r1cs.constraints + r1cs.publicSignals + 1;
  const add = curve.fn.frm_add!;
  const mul = curve.fn.frm_mul!;
  for (let s = 0; s <= r1cs.publicSignals; s++) {
    const a = sums[0]! + s * FIELD_BYTES;
    add(a, basis + (r1cs.constraints + s) * FIELD_BYTES, a);
  }
  // Coefficients lie in the file as plain integers: a second Montgomery factor on the basis saves converting each of them.
  curve.fn.frm_batchToMontgomery!(basis, rows, basis);
  const body = curve.put(r1cs.body);
  const product = curve.allocate(FIELD_BYTES);
  visitTerms(r1cs, (matrix, constraint, wire, coefficientAt) => {
    const sum = sums[matrix]! + wire * FIELD_BYTES;
    mul(body + coefficientAt, basis + constraint * FIELD_BYTES, product);
    add(sum, product, sum);
  });
  return sums;
}

/** Overwrites c with beta·a + alpha·b + c, divided by delta for private wires. */
function combine(curve: CurveMemory, r1cs: R1cs, { alpha, beta }: Secrets, inverseDelta: number, { a, b, c }: Record<"a" | "b" | "c", number>): void {
  const add = curve.fn.frm_add!;
  const mul = curve.fn.frm_mul!;
  const product = curve.allocate(FIELD_BYTES);
  for (let s = 0; s < r1cs.wires; s++) {
    const at = s * FIELD_BYTES;
    mul(a + at, beta, product);
    add(c + at, product, c + at);
    mul(b + at, alpha, product);
    add(c + at, product, c + at);
    if (s > r1cs.publicSignals) mul(c + at, inverseDelta, c + at);
  }
}

/** Fermat: FIELD is prime. */
function inverse(value: bigint): bigint {
  return powerInField(value, FIELD - 2n);
}
