import { describe, expect, it } from "vitest";
import { compileCircuit } from "../support/circuit.ts";
import { freeWires, looseWires } from "../support/determinism.ts";
import { elements, forger, forgeries } from "../support/forge.ts";
import { undetermined } from "../support/template.ts";

/** Circuits with one constraint missing, and the same with it. Each forgery needs several wires to be recomputed. */
const planted = (pinned: boolean) => ({
  selector: `pragma circom 2.2.0;
    template Selector() {
      signal input index; signal input values[4]; signal output out;
      signal hot[4]; signal terms[4]; signal square; var sum = 0; var weighted = 0; var total = 0;
      for (var k = 0; k < 4; k++) {
        hot[k] <-- index == k ? 1 : 0; hot[k] * (hot[k] - 1) === 0; sum += hot[k]; weighted += k * hot[k];
        terms[k] <== hot[k] * values[k]; total += terms[k];
      }
      sum === 1; ${pinned ? "weighted === index;" : ""}
      square <== total * total; out <== square * total;
    }
    component main {public [index, values]} = Selector();`,
  isZero: `pragma circom 2.2.0;
    template IsZero() { signal input in; signal output out; signal inv; inv <-- in != 0 ? 1 / in : 0; out <== 1 - in * inv; ${pinned ? "in * out === 0;" : ""} }
    template Main() { signal input in; signal output even; signal zero <== IsZero()(in); even <== zero * in + in; }
    component main {public [in]} = Main();`,
  division: `pragma circom 2.2.0;
    include "circomlib/circuits/bitify.circom";
    template Division() {
      signal input a; signal output fee; signal q; signal r;
      q <-- a \\ 10; r <-- a % 10; a === 10 * q + r;
      ${pinned ? "component rBits = Num2Bits(4); rBits.in <== r; component slack = Num2Bits(4); slack.in <== 9 - r; component qBits = Num2Bits(8); qBits.in <== q;" : ""}
      fee <== q * q;
    }
    component main {public [a]} = Division();`,
});

const CASES = [
  { name: "selector", hints: ["hot"], inputs: { index: 2n, values: [7n, 8n, 9n, 10n] } },
  { name: "division", hints: ["q", "r"], inputs: { a: 47n } },
] as const;

describe("forging", () => {
  it.each(CASES)("finds a forgery of the $name that is not pinned, inputs unchanged", async ({ name, hints, inputs }) => {
    const circuit = await compileCircuit(`planted-${name}`, planted(false)[name], "O1");
    const honest = await circuit.witness(inputs as never);
    expect(forgeries(circuit, honest, hints, Object.keys(inputs)).length).toBeGreaterThan(0);
  });

  it.each(CASES)("finds none of the same $name with its pins", async ({ name, hints, inputs }) => {
    const circuit = await compileCircuit(`pinned-${name}`, planted(true)[name], "O1");
    const honest = await circuit.witness(inputs as never);
    expect(forgeries(circuit, honest, hints, Object.keys(inputs))).toEqual([]);
  });

  it("recomputes what depends on the forged wires, and leaves the inputs alone", async () => {
    const circuit = await compileCircuit("planted-selector", planted(false).selector, "O1");
    const honest = await circuit.witness({ index: 2n, values: [7n, 8n, 9n, 10n] });
    const forged = forger(circuit, ["index", "values"])(honest, { "hot[2]": 0n, "hot[1]": 1n })!;
    expect(circuit.checkConstraints(forged)).toEqual({ ok: true });
    expect(circuit.signal(forged, "out")).toBe(8n ** 3n);
    expect(elements(circuit, "values").map((name) => circuit.signal(forged, name))).toEqual([7n, 8n, 9n, 10n]);
  });

  it("refuses to be silent about a hint that has no wire", async () => {
    const circuit = await compileCircuit("planted-selector", planted(false).selector, "O1");
    expect(() => forgeries(circuit, [], ["cold"], ["index"])).toThrow("kept no wire");
  });
});

describe("looking for open wires", () => {
  it("shows the quotient that only a product pins, and the result that follows it", async () => {
    const circuit = await compileCircuit("planted-is-zero", planted(false).isZero, "O1");
    const honest = await circuit.witness({ in: 5n });
    expect(freeWires(circuit, honest, ["in"])).toEqual(expect.arrayContaining(["main.even", expect.stringContaining("inv")]));
    const pinned = await compileCircuit("pinned-is-zero", planted(true).isZero, "O1");
    expect(freeWires(pinned, await pinned.witness({ in: 5n }), ["in"])).toEqual([]);
  });

  it("shows an input that no constraint reads", async () => {
    const circuit = await compileCircuit("planted-unused", `pragma circom 2.2.0;
      template Unused() { signal input chainId; signal input a; signal output b; b <== a * a; }
      component main {public [chainId, a]} = Unused();`);
    expect(looseWires(circuit, await circuit.witness({ chainId: 1n, a: 3n }))).toEqual(["main.chainId"]);
  });

  it("shows quotient and rest of a division that is not pinned", async () => {
    const circuit = await compileCircuit("planted-division", planted(false).division, "O1");
    expect(freeWires(circuit, await circuit.witness({ a: 47n }), ["a"])).toEqual(["main.fee", "main.q", "main.r"]);
  });

  it("misses a choice between separate solutions, which is why hints are forged as well", async () => {
    const circuit = await compileCircuit("planted-selector", planted(false).selector, "O1");
    expect(freeWires(circuit, await circuit.witness({ index: 2n, values: [7n, 8n, 9n, 10n] }), ["index", "values"])).toEqual([]);
  });

  it("does not let an allow-list outlive its reason", async () => {
    const circuit = await compileCircuit("pinned-is-zero", planted(true).isZero, "O1");
    const honest = await circuit.witness({ in: 5n });
    expect(() => undetermined(circuit, honest, ["in"], [/inv$/])).toThrow("take it off the list");
  });
});
