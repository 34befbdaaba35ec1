import { open, rename, rm } from "node:fs/promises";
import { FIELD_BYTES, fieldBytes } from "../proof/field-bytes.ts";
import { sectionFileHeader, sectionHeader } from "../proof/section-file.ts";
import { FIELD } from "../units.ts";
import type { CurveMemory } from "./curve-memory.ts";
import { constant, domainSize } from "./evaluation-domain.ts";
import { visitTerms, type R1cs } from "./r1cs.ts";

/** Order of the BN254 base field, in which points have their coordinates. */
const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const GROTH16 = 1;

/** Points in affine Montgomery form, concatenated: 64 bytes each in G1, 128 in G2. */
export interface ProvingKey {
  alpha1: Uint8Array;
  beta1: Uint8Array;
  beta2: Uint8Array;
  gamma2: Uint8Array;
  delta1: Uint8Array;
  delta2: Uint8Array;
  ic: Uint8Array;
  a: Uint8Array;
  b1: Uint8Array;
  b2: Uint8Array;
  c: Uint8Array;
  h: Uint8Array;
  /** Section 4, from `coefficientSection`. */
  coefficients: Uint8Array;
  /** 64 bytes that name the circuit and the set-up in later contributions. */
  hash: Uint8Array;
}

/**
 * Writes a zkey as snarkjs 0.7 reads it: 1 protocol, 2 sizes and the verifying points, 3 IC, 4 rows of A and B,
 * 5 A, 6 B in G1, 7 B in G2, 8 C, 9 H, 10 hash and no contributions. The file appears under its name only when complete.
 */
export async function writeZkey(path: string, r1cs: R1cs, key: ProvingKey): Promise<void> {
  const sections: [type: number, payload: Uint8Array][] = [
    [1, words(GROTH16)],
    [2, headerSection(r1cs, key)],
    [3, key.ic],
    [4, key.coefficients],
    [5, key.a],
    [6, key.b1],
    [7, key.b2],
    [8, key.c],
    [9, key.h],
    [10, Buffer.concat([key.hash, words(0)])],
  ];
  const draft = `${path}.${process.pid}.partial`;
  try {
    const file = await open(draft, "w");
    try {
      await file.writeFile(sectionFileHeader("zkey", 1, sections.length));
      for (const [type, payload] of sections) {
        await file.writeFile(sectionHeader(type, payload.length));
        await file.writeFile(payload);
      }
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Section 2: both fields, the sizes, and the points a verifier needs. */
export function headerSection(r1cs: R1cs, key: Omit<ProvingKey, "hash">): Uint8Array {
  return Buffer.concat([
    words(FIELD_BYTES), fieldBytes(BASE_FIELD),
    words(FIELD_BYTES), fieldBytes(FIELD),
    words(r1cs.wires, r1cs.publicSignals, domainSize(r1cs)),
    key.alpha1, key.beta1, key.beta2, key.gamma2, key.delta1, key.delta2,
  ]);
}

/**
 * Section 4: for every entry of A and B its matrix, constraint, wire and coefficient, then one row of A for the one and each
 * public signal. A coefficient carries two Montgomery factors, so that the prover's product with a plain witness value
 * comes out in Montgomery form.
 */
export function coefficientSection(curve: CurveMemory, r1cs: R1cs): Uint8Array {
  const mark = curve.mark();
  const body = curve.put(r1cs.body);
  const twice = constant(curve, 1n);
  for (let i = 0; i < 2; i++) curve.fn.frm_toMontgomery!(twice, twice);
  const one = curve.put(fieldBytes(1n));
  const product = curve.allocate(FIELD_BYTES);

  let entries = r1cs.publicSignals + 1;
  visitTerms(r1cs, (matrix) => void (entries += matrix < 2 ? 1 : 0));
  const out = Buffer.alloc(4 + entries * (12 + FIELD_BYTES));
  let at = out.writeUInt32LE(entries, 0);
  const value = curve.bytes(product, FIELD_BYTES);
  const write = (matrix: number, row: number, wire: number, coefficient: number) => {
    at = out.writeUInt32LE(matrix, at);
    at = out.writeUInt32LE(row, at);
    at = out.writeUInt32LE(wire, at);
    curve.fn.frm_mul!(coefficient, twice, product);
    out.set(value, at);
    at += FIELD_BYTES;
  };
  visitTerms(r1cs, (matrix, constraint, wire, coefficientAt) => {
    if (matrix < 2) write(matrix, constraint, wire, body + coefficientAt);
  });
  for (let s = 0; s <= r1cs.publicSignals; s++) write(0, r1cs.constraints + s, s, one);
  curve.release(mark);
  return out;
}

function words(...values: number[]): Uint8Array {
  const out = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => out.writeUInt32LE(value, 4 * i));
  return out;
}
