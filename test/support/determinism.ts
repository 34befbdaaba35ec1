/**
 * Two tests of a whole circuit at an honest witness, both independent of how the circuit was written.
 *
 * `looseWires`  first order: which wires may be changed by `delta`, everything else as it was, without breaking a constraint?
 * `freeWires`   which wires could move together? Linearises every constraint at the witness, holds the inputs fixed, and
 *               eliminates: what is left undetermined is a degree of freedom of the prover. A hint without its pin shows up
 *               here even where a single edit would be caught by the wires that depend on it.
 */
import { readField } from "../../prover/proof/field-bytes.ts";
import { visitTerms, type R1cs } from "../../prover/setup/r1cs.ts";
import { FIELD } from "../../prover/units.ts";
import type { TestCircuit } from "./circuit.ts";

export type Terms = [wire: number, coefficient: bigint][];
/** a * b = c, each a sum of coefficient * wire. */
export type Constraint = readonly [a: Terms, b: Terms, c: Terms];

export const mod = (value: bigint): bigint => ((value % FIELD) + FIELD) % FIELD;

export function constraintsOf(r1cs: R1cs): Constraint[] {
  const constraints: Constraint[] = Array.from({ length: r1cs.constraints }, () => [[], [], []]);
  visitTerms(r1cs, (matrix, row, wire, at) => constraints[row]![matrix].push([wire, readField(r1cs.body, at)]));
  return constraints;
}

export const evaluate = (terms: Terms, witness: readonly bigint[]): bigint =>
  terms.reduce((sum, [wire, coefficient]) => sum + coefficient * witness[wire]!, 0n) % FIELD;

export const coefficientOf = (terms: Terms, wire: number): bigint => terms.find(([other]) => other === wire)?.[1] ?? 0n;

function wiresNamed(circuit: TestCircuit, select: (name: string) => boolean): Set<number> {
  return new Set(circuit.signals.filter(select).map((name) => circuit.wire(name)));
}

/** True for `in`, `in[3][0]` of the main component, given its input names. */
const isInput = (inputs: readonly string[]) => (name: string): boolean => {
  const [component, signal, ...deeper] = name.split(".");
  return component === "main" && deeper.length === 0 && inputs.includes(signal!.split("[")[0]!);
};

/** Names of the wires that can take witness + delta alone. An empty list is the passing result. */
export function looseWires(circuit: TestCircuit, witness: readonly bigint[], delta = 1n): string[] {
  const constraints = constraintsOf(circuit.r1cs);
  const touching = new Map<number, Set<number>>();
  constraints.forEach((constraint, row) => {
    for (const [wire] of constraint.flat()) (touching.get(wire) ?? touching.set(wire, new Set()).get(wire)!).add(row);
  });
  const sums = constraints.map((constraint) => constraint.map((terms) => evaluate(terms, witness)) as [bigint, bigint, bigint]);
  const refuses = (row: number, wire: number): boolean => {
    const [a, b, c] = constraints[row]!.map((terms, side) => sums[row]![side]! + delta * coefficientOf(terms, wire)) as [bigint, bigint, bigint];
    return mod(a * b - c) !== 0n;
  };
  return circuit.signals
    .filter((name) => ![...(touching.get(circuit.wire(name)) ?? [])].some((row) => refuses(row, circuit.wire(name))))
    .sort();
}

/** Names of the wires that the inputs do not determine to first order. An empty list is the passing result. */
export function freeWires(circuit: TestCircuit, witness: readonly bigint[], inputs: readonly string[]): string[] {
  const fixed = wiresNamed(circuit, isInput(inputs)).add(0);
  const system = new LinearSystem();
  for (const [a, b, c] of constraintsOf(circuit.r1cs)) {
    const row = new Map<number, bigint>();
    const accumulate = (terms: Terms, factor: bigint) => {
      for (const [wire, coefficient] of terms) if (!fixed.has(wire)) row.set(wire, mod((row.get(wire) ?? 0n) + factor * coefficient));
    };
    accumulate(a, evaluate(b, witness));
    accumulate(b, evaluate(a, witness));
    accumulate(c, FIELD - 1n);
    system.add(row);
  }
  const determined = system.solve();
  const free = new Set(Array.from({ length: circuit.r1cs.wires }, (_, wire) => wire).filter((wire) => !fixed.has(wire) && !determined.has(wire)));
  return circuit.signals.filter((name) => free.has(circuit.wire(name))).sort();
}

/** Sparse homogeneous equations, eliminated shortest row first: a row with one unknown settles it at once. */
class LinearSystem {
  private readonly rows: Map<number, bigint>[] = [];
  private readonly rowsOf = new Map<number, Set<number>>();

  add(row: Map<number, bigint>): void {
    const index = this.rows.push(new Map()) - 1;
    for (const [wire, coefficient] of row) if (coefficient !== 0n) this.set(index, wire, coefficient);
  }

  private set(row: number, wire: number, coefficient: bigint): void {
    if (coefficient === 0n) {
      this.rows[row]!.delete(wire);
      this.rowsOf.get(wire)?.delete(row);
    } else {
      this.rows[row]!.set(wire, coefficient);
      (this.rowsOf.get(wire) ?? this.rowsOf.set(wire, new Set()).get(wire)!).add(row);
    }
  }

  /** The unknowns that must be zero. Pivots that still hang on a free unknown are not among them. */
  solve(): Set<number> {
    const buckets: Set<number>[] = [];
    const place = (row: number) => (buckets[this.rows[row]!.size] ??= new Set()).add(row);
    this.rows.forEach((_, row) => place(row));
    const pivots: { wire: number; others: number[] }[] = [];
    for (let size = 1; size < buckets.length; size++) {
      const row = buckets[size]?.values().next().value;
      if (row === undefined) continue;
      buckets[size]!.delete(row);
      size = 0;
      const entries = [...this.rows[row]!];
      if (entries.length === 0) continue;
      const [wire, others, changed] = this.eliminate(row, entries);
      pivots.push({ wire, others });
      changed.forEach(place);
    }
    const determined = new Set<number>();
    for (const { wire, others } of pivots.reverse()) if (others.every((other) => determined.has(other))) determined.add(wire);
    return determined;
  }

  private eliminate(row: number, entries: [number, bigint][]): [wire: number, others: number[], changed: number[]] {
    const [wire, pivot] = entries.reduce((best, entry) => (this.rowsOf.get(entry[0])!.size < this.rowsOf.get(best[0])!.size ? entry : best));
    const others = entries.filter(([other]) => other !== wire);
    const scale = others.length === 0 ? 0n : inverse(pivot);
    const changed = [...this.rowsOf.get(wire)!].filter((other) => other !== row);
    for (const target of changed) {
      const factor = mod(this.rows[target]!.get(wire)! * scale);
      this.set(target, wire, 0n);
      for (const [other, coefficient] of others) this.set(target, other, mod((this.rows[target]!.get(other) ?? 0n) - factor * coefficient));
    }
    for (const [entry] of entries) this.set(row, entry, 0n);
    return [wire, others.map(([other]) => other), changed];
  }
}

export function inverse(value: bigint): bigint {
  let [low, high, s, t] = [mod(value), FIELD, 1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [s, t] = [t - quotient * s, s];
  }
  return mod(s);
}
