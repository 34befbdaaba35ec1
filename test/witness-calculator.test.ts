import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { wtns } from "snarkjs";
import { readField } from "../prover/proof/field-bytes.ts";
import { witnessBytes, witnessCalculator, witnessFile, witnessValues, type CircuitInputs, type WitnessCalculator } from "../prover/proof/witness-calculator.ts";
import { FIELD } from "../prover/units.ts";
import { compileCircuit, type TestCircuit } from "./support/circuit.ts";
import { law } from "./support/law.ts";
import { rejection } from "./support/rejection.ts";

const SOURCE = `pragma circom 2.2.0;
include "lib/range.circom";
template Grid() {
    signal input grid[2][3];
    signal input scale;
    signal output out[2];
    CheckBits(16)(scale);
    log("secret", scale);
    for (var i = 0; i < 2; i++) { out[i] <== scale * (grid[i][0] + 10 * grid[i][1] + 100 * grid[i][2]); }
}
component main = Grid();
`;

let circuit: TestCircuit;
let wasm: Buffer;
let calculate: WitnessCalculator;
beforeAll(async () => {
  circuit = await compileCircuit("calculator-grid", SOURCE);
  wasm = await readFile(circuit.paths.wasm);
  calculate = await witnessCalculator(wasm);
});

const INPUTS: CircuitInputs = { grid: [[1n, 2n, 3n], [4n, 5n, 6n]], scale: 7n };
const out = (witness: Uint8Array) => [1, 2].map((wire) => readField(witness, 32 * wire));

describe("witnessCalculator", () => {
  it("reads arrays row by row", async () => {
    expect(out(await calculate(INPUTS))).toEqual([7n * 321n, 7n * 654n]);
    expect(await calculate({ ...INPUTS, grid: [1n, 2n, 3n, 4n, 5n, 6n] })).toEqual(await calculate(INPUTS));
  });

  it("agrees with snarkjs's own calculation, byte for byte", async () => {
    const target = { type: "mem" as const, data: new Uint8Array() };
    await wtns.calculate(INPUTS, wasm, target);
    expect(Buffer.from(witnessFile(await calculate(INPUTS)))).toEqual(Buffer.from(target.data));
  });

  it("takes a negative integer for its representative in the field", async () => {
    expect(await calculate({ ...INPUTS, grid: [[-1n, 0n, 0n], [0n, 0n, 0n]] })).toEqual(await calculate({ ...INPUTS, grid: [[FIELD - 1n, 0n, 0n], [0n, 0n, 0n]] }));
  });

  it("runs calculations at the same time without mixing them up", async () => {
    const scales = [1n, 2n, 3n, 4n];
    const witnesses = await Promise.all(scales.map((scale) => calculate({ ...INPUTS, scale })));
    expect(witnesses.map((witness) => out(witness)[0])).toEqual(scales.map((scale) => scale * 321n));
  });

  it("works again after a refusal", async () => {
    await rejection(calculate({ ...INPUTS, scale: 65_536n }));
    expect(out(await calculate(INPUTS))[0]).toBe(7n * 321n);
  });

  it.each([
    ["an input the circuit does not have", { ...INPUTS, secret: 1n }, "secret"],
    ["a name that is only spelled otherwise", { grid: INPUTS.grid!, Scale: 1n }, "Scale"],
    ["too few values", { ...INPUTS, grid: [1n, 2n, 3n] }, "grid"],
    ["too many values", { ...INPUTS, scale: [1n, 2n] }, "scale"],
    ["a missing input", { scale: 1n }, "inputs"],
    ["a value of the field's order", { ...INPUTS, scale: FIELD }, "scale"],
    ["a value of minus the field's order", { ...INPUTS, grid: [[1n, 2n, 3n], [4n, -FIELD, 6n]] }, "grid[4]"],
  ])("refuses %s by name", async (_, inputs, path) => {
    const error = await rejection(calculate(inputs as CircuitInputs));
    expect({ code: error.code, path: error.path }).toEqual({ code: "ProvingFailed", path });
  });

  it("names the templates that refused, from the inside out, and no value", async () => {
    const { message } = await rejection(calculate({ ...INPUTS, scale: 70_123n }));
    expect(message).toMatch(/^assert failed; Error in template Num2Bits_\d+ line: \d+; Error in template CheckBits_\d+ line: \d+; Error in template Grid_\d+ line: \d+$/);
    expect(message).not.toContain("70123");
  });

  it("does not print what a circuit logs", async () => {
    const spies = [vi.spyOn(console, "log"), vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
    await calculate(INPUTS);
    expect(spies.every((spy) => spy.mock.calls.length === 0)).toBe(true);
    vi.restoreAllMocks();
  });
});

law(
  "witness values survive their bytes",
  fc.property(fc.array(fc.bigInt({ min: 0n, max: FIELD - 1n })), (values) => witnessValues(witnessBytes(values)).every((value, i) => value === values[i])),
);
