import { MarginProofError } from "../errors.ts";
import { FIELD_BYTES, readField } from "../proof/field-bytes.ts";
import { readSectionFile } from "../proof/section-file.ts";
import { FIELD } from "../units.ts";

/** Constraints `A·w * B·w = C·w` over the wires w, where wire 0 is one and wires 1 … publicSignals are public (outputs first). */
export interface R1cs {
  readonly wires: number;
  readonly publicOutputs: number;
  readonly publicInputs: number;
  readonly privateInputs: number;
  /** publicOutputs + publicInputs */
  readonly publicSignals: number;
  readonly constraints: number;
  /** Non-zero entries of A, B and C together. */
  readonly terms: number;
  /** The constraints as they lie in the file, already checked: read them with `visitTerms`. */
  readonly body: Uint8Array;
}

/** Row of A (0), B (1) or C (2): `coefficientAt` is the offset in `R1cs.body` of the 32-byte coefficient. */
export type TermVisitor = (matrix: 0 | 1 | 2, constraint: number, wire: number, coefficientAt: number) => void;

const HEADER_SECTION = 1;
const CONSTRAINT_SECTION = 2;
const CUSTOM_GATE_SECTIONS = [4, 5];
const TERM_BYTES = 4 + FIELD_BYTES;

/**
 * Reads a circom r1cs file (version 1) and checks all of it, so that later passes need not.
 * @throws InvalidR1cs (other field, cut short, wire or coefficient out of range, custom gates)
 */
export function readR1cs(bytes: Uint8Array, path = "r1cs"): R1cs {
  const file = readSectionFile(bytes, { magic: "r1cs", version: 1, code: "InvalidR1cs", path });
  if (CUSTOM_GATE_SECTIONS.some((type) => file.has(type) && file.section(type).some((byte) => byte !== 0))) {
    throw invalid(path, "custom gates are not Groth16 constraints");
  }
  const header = readHeader(file.section(HEADER_SECTION), path);
  const body = file.section(CONSTRAINT_SECTION);
  return { ...header, body, terms: checkBody(body, header, path) };
}

function readHeader(bytes: Uint8Array, path: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length !== 4 + FIELD_BYTES + 28) throw invalid(path, "header of unexpected size");
  if (view.getUint32(0, true) !== FIELD_BYTES || readField(bytes, 4) !== FIELD) throw invalid(path, "compiled for another field than BN254");
  const at = 4 + FIELD_BYTES;
  const [wires, publicOutputs, publicInputs, privateInputs] = [0, 4, 8, 12].map((i) => view.getUint32(at + i, true)) as [number, number, number, number];
  // The header counts private inputs that the optimiser has since eliminated; public signals always keep their wires.
  if (1 + publicOutputs + publicInputs > wires) throw invalid(path, "more public signals than wires");
  return { wires, publicOutputs, publicInputs, privateInputs, publicSignals: publicOutputs + publicInputs, constraints: view.getUint32(at + 24, true) };
}

/** Walks the constraints with bounds checks; returns the number of terms. */
function checkBody(body: Uint8Array, header: { constraints: number; wires: number }, path: string): number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const topWord = Number(FIELD >> 224n);
  let at = 0;
  let terms = 0;
  for (let row = 0; row < 3 * header.constraints; row++) {
    if (at + 4 > body.length) throw invalid(path, `cut short in constraint ${Math.floor(row / 3)}`);
    const count = view.getUint32(at, true);
    const end = at + 4 + count * TERM_BYTES;
    if (end > body.length) throw invalid(path, `cut short in constraint ${Math.floor(row / 3)}`);
    for (at += 4; at < end; at += TERM_BYTES) {
      if (view.getUint32(at, true) >= header.wires) throw invalid(path, `constraint ${Math.floor(row / 3)} names a wire that does not exist`);
      // The top word decides almost always; only a tie needs the whole number.
      const top = view.getUint32(at + 4 + 28, true);
      if (top > topWord || (top === topWord && readField(body, at + 4) >= FIELD)) throw invalid(path, `constraint ${Math.floor(row / 3)} has a coefficient outside the field`);
    }
    terms += count;
  }
  if (at !== body.length) throw invalid(path, "bytes after the last constraint");
  return terms;
}

/** Calls `visit` for every non-zero entry, constraint by constraint: A, then B, then C. */
export function visitTerms(r1cs: R1cs, visit: TermVisitor): void {
  const view = new DataView(r1cs.body.buffer, r1cs.body.byteOffset, r1cs.body.byteLength);
  let at = 0;
  for (let constraint = 0; constraint < r1cs.constraints; constraint++) {
    for (const matrix of [0, 1, 2] as const) {
      const end = at + 4 + view.getUint32(at, true) * TERM_BYTES;
      for (at += 4; at < end; at += TERM_BYTES) visit(matrix, constraint, view.getUint32(at, true), at + 4);
    }
  }
}

function invalid(path: string, problem: string): MarginProofError {
  return new MarginProofError("InvalidR1cs", problem, { path, hint: "compile the circuit again with circom 2.2.3 for bn128: npm run build" });
}
