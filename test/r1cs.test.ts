import fc from "fast-check";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD_BYTES, readField, writeField } from "../prover/proof/field-bytes.ts";
import { sectionFileHeader, sectionHeader } from "../prover/proof/section-file.ts";
import { readR1cs, visitTerms } from "../prover/setup/r1cs.ts";
import { FIELD } from "../prover/units.ts";
import { compileCircuit, type TestCircuit } from "./support/circuit.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const SOURCE = `pragma circom 2.2.0;
template Mixed() {
    signal input a;
    signal input b;
    signal input c;
    signal output out;
    signal output sum;
    signal square <== a * a;
    out <== (square + 3 * b) * (c - 2);
    sum <== a + b - c;
}
component main {public [b]} = Mixed();
`;

/** An r1cs file from its parts, each of which a test may replace. */
function file({ magic = "r1cs", version = 1, header = headerOf({}), body = Buffer.alloc(0) as Uint8Array, more = [] as [number, Uint8Array][] } = {}): Buffer {
  const sections: [number, Uint8Array][] = [[1, header], [2, body], ...more];
  return Buffer.concat([sectionFileHeader(magic, version, sections.length), ...sections.flatMap(([type, bytes]) => [sectionHeader(type, bytes.length), bytes])]);
}

function headerOf({ prime = FIELD, wires = 3, outputs = 1, inputs = 1, secrets = 0, constraints = 0 }): Buffer {
  const out = Buffer.alloc(4 + FIELD_BYTES + 28);
  out.writeUInt32LE(FIELD_BYTES, 0);
  writeField(out, 4, prime);
  [wires, outputs, inputs, secrets].forEach((value, i) => out.writeUInt32LE(value, 36 + 4 * i));
  out.writeUInt32LE(constraints, 60);
  return out;
}

/** One constraint: A has one term, B and C none. */
function oneTerm(wire: number, coefficient: bigint): Buffer {
  const out = Buffer.alloc(4 + 4 + FIELD_BYTES + 8);
  out.writeUInt32LE(1, 0);
  out.writeUInt32LE(wire, 4);
  writeField(out, 8, coefficient);
  return out;
}

describe("readR1cs", () => {
  let circuit: TestCircuit;
  let bytes: Buffer;
  beforeAll(async () => {
    circuit = await compileCircuit("r1cs-mixed", SOURCE, "O1");
    bytes = await readFile(circuit.paths.r1cs);
  });

  it("reads the sizes that circom declared", () => {
    const { publicOutputs, publicInputs, privateInputs, publicSignals, constraints, wires } = circuit.r1cs;
    expect({ publicOutputs, publicInputs, privateInputs, publicSignals }).toEqual({ publicOutputs: 2, publicInputs: 1, privateInputs: 2, publicSignals: 3 });
    expect({ constraints, wires }).toEqual({ constraints: 3, wires: 7 });
  });

  it("visits every term once, in the order of the constraints", () => {
    const seen: number[] = [];
    visitTerms(circuit.r1cs, (matrix, constraint) => seen.push(3 * constraint + matrix));
    expect(seen).toHaveLength(circuit.r1cs.terms);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it("gives the coefficients with which an honest witness satisfies the constraints and a changed one does not", async () => {
    const witness = await circuit.witness({ a: 5, b: 7, c: 11 });
    expect(circuit.signal(witness, "out")).toBe((25n + 21n) * 9n);
    expect(circuit.checkConstraints(witness)).toEqual({ ok: true });
    for (const name of ["out", "sum", "square", "a", "b", "c"]) {
      const changed = circuit.forge(witness, { [name]: circuit.signal(witness, name) + 1n });
      expect(circuit.checkConstraints(changed).ok).toBe(false);
    }
  });

  it("reads the coefficients as field elements", () => {
    const values = new Set<bigint>();
    visitTerms(circuit.r1cs, (_matrix, _constraint, _wire, at) => values.add(readField(circuit.r1cs.body, at)));
    // circom may turn the signs of a whole constraint around
    expect(values.has(3n) || values.has(FIELD - 3n)).toBe(true);
    expect([...values].every((value) => value > 0n && value < FIELD)).toBe(true);
  });

  const refuse = (bytes: Uint8Array) => refusal(() => readR1cs(bytes, "a.r1cs"));
  const invalid = { code: "InvalidR1cs", path: "a.r1cs" };

  law("a file cut short anywhere is refused", fc.property(fc.nat(), (n) => refuse(bytes.subarray(0, n % bytes.length)).code === "InvalidR1cs"));

  it.each([
    ["another magic", () => file({ magic: "wtns" })],
    ["another version", () => file({ version: 2 })],
    ["bytes after the last section", () => Buffer.concat([file(), Buffer.alloc(1)])],
    ["a section twice", () => file({ more: [[2, Buffer.alloc(0)]] })],
    ["another field", () => file({ header: headerOf({ prime: FIELD + 2n }) })],
    ["fewer wires than signals", () => file({ header: headerOf({ wires: 2 }) })],
    ["constraints that are not there", () => file({ header: headerOf({ constraints: 1 }) })],
    ["bytes after the last constraint", () => file({ body: Buffer.alloc(12) })],
    ["a wire that does not exist", () => file({ header: headerOf({ constraints: 1 }), body: oneTerm(3, 1n) })],
    ["a coefficient outside the field", () => file({ header: headerOf({ constraints: 1 }), body: oneTerm(2, FIELD) })],
    ["a coefficient far outside the field", () => file({ header: headerOf({ constraints: 1 }), body: oneTerm(2, 2n ** 256n - 1n) })],
    ["custom gates", () => file({ more: [[4, Buffer.from([1, 0, 0, 0])]] })],
  ])("refuses %s", (_, make) => {
    expect(refuse(make())).toEqual(invalid);
  });

  it("accepts the largest coefficient and the last wire", () => {
    const r1cs = readR1cs(file({ header: headerOf({ constraints: 1 }), body: oneTerm(2, FIELD - 1n) }));
    expect(r1cs.terms).toBe(1);
  });

  it("says how to repair the file", () => {
    expect(() => readR1cs(Buffer.from("nothing"), "a.r1cs")).toThrow(expect.objectContaining({ hint: expect.stringContaining("npm run build") }));
  });
});
