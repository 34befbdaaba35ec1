/**
 * One circuit template under test, compiled as in production (O2) and, for forging, with every hint's wire kept (O1).
 * All its inputs are public there, which changes no constraint but keeps their wires.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { generatorsCircom } from "../../prover/commitment/generators-circom.ts";
import { MarginProofError } from "../../prover/errors.ts";
import type { RiskShape } from "../../prover/risk/margin-rules.ts";
import { REPOSITORY } from "../../scripts/circom.ts";
import { compileCircuit, type TemplateSource, type TestCircuit, type TestInput } from "./circuit.ts";
import { freeWires, looseWires } from "./determinism.ts";
import { elements, forgeries } from "./forge.ts";
import { forgeHints, type HintForgeries } from "./nested-hints.ts";

export const CONSTRAINTS = join(REPOSITORY, "test/snapshots/constraints.json");

export type Inputs = Record<string, TestInput>;

export interface Tested {
  readonly circuit: TestCircuit;
  /** An accepted witness; fails when the calculator or a constraint refuses. */
  witness(inputs: Inputs): Promise<bigint[]>;
  /** Elements of a signal of the main component in an accepted witness, in order. */
  outputs(inputs: Inputs, signal: string): Promise<bigint[]>;
  output(inputs: Inputs, signal: string): Promise<bigint>;
  /** Which template refused, innermost first: `Num2Bits in CheckBits in Claim`; `accepted` when none did. */
  refusal(inputs: Inputs): Promise<string>;
  /** Wires that the inputs leave open, by single edits (loose) or moving together (free), and are not in `allowed`. */
  undetermined(inputs: Inputs, allowed?: readonly RegExp[]): Promise<string[]>;
  /** Attempts to forge `hints` that were accepted. Checked where every hint has its own wire. */
  forgeries(inputs: Inputs, hints: readonly string[]): Promise<string[]>;
  /** Attempts to forge hints of the template's parts, by the names of their wires, likewise. */
  hintForgeries(inputs: Inputs, pattern: RegExp): Promise<HintForgeries>;
  /** True when the circuit as in production and the one with all wires agree on every signal that both have. */
  agreesWithO1(inputs: Inputs): Promise<boolean>;
}

/** `source` is a template of circuits/, or circom text whose main component has `inputs` as public inputs. */
export type TestedSource = { readonly inputs: readonly string[] } & (TemplateSource | { readonly name: string; readonly text: string });

/** Circom text of a template that needs the generators of a size: what scripts/build.ts generates, in one file. */
export function withGenerators(size: RiskShape, file: string, main: string): string {
  return `${generatorsCircom(size).replace("pragma circom 2.2.0;", `pragma circom 2.2.0;\ninclude "${file}";`)}\ncomponent main ${main};\n`;
}

export async function underTest(source: TestedSource): Promise<Tested> {
  const { inputs: names } = source;
  const compile = (optimization: "O1" | "O2") =>
    "text" in source ? compileCircuit(source.name, source.text, optimization) : compileCircuit(source.template, { ...source, public: names }, optimization);
  const circuit = await compile("O2");
  const witness = async (inputs: Inputs, of = circuit): Promise<bigint[]> => {
    const calculated = await of.witness(inputs);
    expect(of.checkConstraints(calculated)).toEqual({ ok: true });
    return calculated;
  };
  const outputs = async (inputs: Inputs, signal: string) => valuesOf(circuit, await witness(inputs), signal);
  return {
    circuit,
    witness,
    outputs,
    output: async (inputs, signal) => (await outputs(inputs, signal))[0]!,
    refusal: (inputs) => circuit.witness(inputs).then(() => "accepted", templatesOf),
    undetermined: async (inputs, allowed = []) => undetermined(circuit, await witness(inputs), names, allowed),
    forgeries: async (inputs, hints) => {
      const wired = await compile("O1");
      return forgeries(wired, await witness(inputs, wired), hints, names);
    },
    hintForgeries: async (inputs, pattern) => {
      const wired = await compile("O1");
      return forgeHints(wired, await witness(inputs, wired), pattern, names);
    },
    agreesWithO1: async (inputs) => {
      const wired = await compile("O1");
      const [a, b] = [await witness(inputs), await witness(inputs, wired)];
      const common = new Set(wired.signals);
      return circuit.signals.filter((name) => common.has(name)).every((name) => circuit.signal(a, name) === wired.signal(b, name));
    },
  };
}

export function valuesOf(circuit: TestCircuit, witness: readonly bigint[], signal: string): bigint[] {
  return elements(circuit, signal).map((name) => circuit.signal(witness, name));
}

/** Open wires that no pattern allows. A pattern that matches nothing is an error: allow-lists must not outlive their reason. */
export function undetermined(circuit: TestCircuit, witness: readonly bigint[], inputs: readonly string[], allowed: readonly RegExp[]): string[] {
  const open = [...new Set([...looseWires(circuit, witness), ...freeWires(circuit, witness, inputs)])].sort();
  for (const pattern of allowed) {
    if (!open.some((name) => pattern.test(name))) throw new RangeError(`nothing matches ${pattern} any more: take it off the list`);
  }
  return open.filter((name) => !allowed.some((pattern) => pattern.test(name)));
}

/** circom names the templates whose check failed, innermost first. */
export function templatesOf(error: unknown): string {
  if (!(error instanceof MarginProofError) || error.code !== "ProvingFailed") throw error;
  const templates = [...error.message.matchAll(/Error in template (\w+)_\d+ line/g)].map(([, name]) => name!);
  if (templates.length === 0) throw error;
  return templates.join(" in ");
}

/**
 * Compares the number of constraints (O2) with test/snapshots/constraints.json. Written only with UPDATE_SNAPSHOTS=1, one file
 * at a time (`--no-file-parallelism`).
 */
export function expectCost(template: string, params: readonly (number | string)[], { circuit: { r1cs } }: Pick<Tested, "circuit">): void {
  const label = `${template}(${params.join(", ")})`;
  const costs = existsSync(CONSTRAINTS) ? (JSON.parse(readFileSync(CONSTRAINTS, "utf8")) as Record<string, number>) : {};
  if (process.env.UPDATE_SNAPSHOTS === "1" && costs[label] !== r1cs.constraints) {
    costs[label] = r1cs.constraints;
    const sorted = Object.fromEntries(Object.entries(costs).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(CONSTRAINTS, `${JSON.stringify(sorted, null, 2)}\n`);
  }
  expect(costs[label], `constraints of ${label}; if the change is meant, run with UPDATE_SNAPSHOTS=1`).toBe(r1cs.constraints);
}
