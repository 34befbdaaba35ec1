/**
 * Compiles circuits for tests, once per content, and lets a test calculate, forge and check witnesses.
 *
 *   const circuit = await compileCircuit("check-bits", { file: "lib/range.circom", template: "CheckBits", params: [8] });
 *   const witness = await circuit.witness({ in: 7n });
 *   circuit.checkConstraints(circuit.forge(witness, { "main.in": 300n }))  // { ok: false, failedConstraint, text }
 */
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { modField } from "../../prover/proof/field-bytes.ts";
import { witnessCalculator, witnessValues, type CircuitInputs, type InputValue, type WitnessCalculator } from "../../prover/proof/witness-calculator.ts";
import { readR1cs, type R1cs } from "../../prover/setup/r1cs.ts";
import { circom, compileFlags, REPOSITORY, sourceDigest, type Optimization } from "../../scripts/circom.ts";
import { describeConstraint, firstViolation } from "./constraints.ts";

const CACHE = join(REPOSITORY, "circuits/build/test-cache");

/** Parameters of a template: integers, or arrays of them. */
export type Parameter = bigint | number | readonly Parameter[];

/** A template of `circuits/`: `file` is relative to that folder. `public` names its public inputs (outputs always are). */
export interface TemplateSource {
  file: string;
  template: string;
  params?: readonly Parameter[];
  public?: readonly string[];
}

/** Inputs of tests may be written as small numbers or decimal strings; any integer is taken modulo the field. */
export type TestInput = bigint | number | string | readonly TestInput[];

export type Check = { ok: true } | { ok: false; failedConstraint: number; text: string };

export interface TestCircuit {
  readonly paths: { r1cs: string; wasm: string; sym: string };
  readonly r1cs: R1cs;
  /** One value per wire. Rejects with ProvingFailed, naming the template that refused. */
  witness(inputs: Record<string, TestInput>): Promise<bigint[]>;
  checkConstraints(witness: readonly bigint[]): Check;
  /** Wire of a signal, `main.` optional; throws when there is none or the compiler eliminated it. */
  wire(name: string): number;
  /** Value of a signal, e.g. `main.bits[3]`, `adders[0].out`. */
  signal(witness: readonly bigint[], name: string): bigint;
  /** A copy with some signals replaced (values are taken modulo the field). */
  forge(witness: readonly bigint[], changes: Record<string, TestInput>): bigint[];
  /** Names of all signals that kept a wire. */
  readonly signals: readonly string[];
}

/**
 * @param name    for people: part of the cache folder's name
 * @param source  a template of `circuits/`, or circom text with a main component (includes are found in `circuits/` and `node_modules/`)
 * @param optimization O2, as in production, eliminates linear signals; O1 keeps those that are sums
 */
export async function compileCircuit(name: string, source: string | TemplateSource, optimization: Optimization = "O2"): Promise<TestCircuit> {
  const folder = await compileOnce(name, typeof source === "string" ? source : mainOf(source), optimization);
  return openCircuit({ r1cs: join(folder, "main.r1cs"), wasm: join(folder, "main_js/main.wasm"), sym: join(folder, "main.sym") });
}

/** A circuit that is compiled already, e.g. a tier's: `openCircuit(artifactPaths("test"))`. */
export async function openCircuit({ r1cs: r1csPath, wasm, sym }: TestCircuit["paths"]): Promise<TestCircuit> {
  const r1cs = readR1cs(await readFile(r1csPath), r1csPath);
  const calculate = await witnessCalculator(await readFile(wasm));
  return { paths: { r1cs: r1csPath, wasm, sym }, r1cs, ...witnessTools(r1cs, calculate, await readSymbols(sym)) };
}

function witnessTools(r1cs: R1cs, calculate: WitnessCalculator, wires: Map<string, number>) {
  const wire = (name: string): number => {
    const found = wires.get(name.startsWith("main.") ? name : `main.${name}`);
    if (found === undefined) throw new RangeError(`no signal ${name}`);
    if (found < 0) throw new RangeError(`signal ${name} was eliminated by the compiler: forge one that it depends on, or compile with O1`);
    return found;
  };
  const names = new Map([...wires].reverse().map(([name, index]) => [index, name]));
  const nameOf = (index: number) => (index === 0 ? "1" : (names.get(index) ?? `wire ${index}`));
  return {
    wire,
    signals: [...wires].filter(([, index]) => index >= 0).map(([name]) => name),
    signal: (witness: readonly bigint[], name: string) => witness[wire(name)]!,
    witness: async (inputs: Record<string, TestInput>) => witnessValues(await calculate(toInputs(inputs))),
    forge: (witness: readonly bigint[], changes: Record<string, TestInput>) => {
      const forged = [...witness];
      for (const [name, value] of Object.entries(changes)) forged[wire(name)] = toInput(value) as bigint;
      return forged;
    },
    checkConstraints: (witness: readonly bigint[]): Check => {
      const failedConstraint = firstViolation(r1cs, witness);
      if (failedConstraint === undefined) return { ok: true };
      return { ok: false, failedConstraint, text: describeConstraint(r1cs, failedConstraint, nameOf) };
    },
  };
}

function toInput(value: TestInput): InputValue {
  return Array.isArray(value) ? value.map(toInput) : modField(BigInt(value as bigint | number | string));
}

function toInputs(inputs: Record<string, TestInput>): CircuitInputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toInput(value)]));
}

function mainOf({ file, template, params = [], public: publicInputs = [] }: TemplateSource): string {
  const format = (value: Parameter): string => (Array.isArray(value) ? `[${value.map(format).join(", ")}]` : `${modField(BigInt(value as bigint))}`);
  const signals = publicInputs.length > 0 ? ` {public [${publicInputs.join(", ")}]}` : "";
  return `pragma circom 2.2.0;\ninclude "${file}";\ncomponent main${signals} = ${template}(${params.map(format).join(", ")});\n`;
}

/** Compiles into a folder named by digest; a folder appears under that name only when it is complete. */
async function compileOnce(name: string, text: string, optimization: Optimization): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, `.${name}-`));
  try {
    const main = join(draft, "main.circom");
    await writeFile(main, text);
    const digest = await sourceDigest(main, compileFlags(optimization));
    const folder = join(CACHE, `${name}-${digest.slice(0, 16)}`);
    if (await exists(folder)) return folder;
    await circom(main, compileFlags(optimization));
    // Another test process may have been faster: its folder holds the same.
    await rename(draft, folder).catch(async (error) => {
      if (!(await exists(folder))) throw error;
    });
    return folder;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const exists = (path: string) => access(path).then(() => true, () => false);

/** Signal names to wires, from circom's table `label,wire,component,name` (wire -1: eliminated). */
async function readSymbols(path: string): Promise<Map<string, number>> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.length > 0);
  return new Map(lines.map((line) => {
    const [, index, , name] = line.split(",") as [string, string, string, string];
    return [name, Number(index)];
  }));
}
