/**
 * Forges witnesses the way a dishonest prover would: it replaces hints and then recomputes what depends on them.
 *
 * A forgery starts from an honest witness and some replaced wires. As long as a constraint is violated, one of its wires that
 * was not touched before and in which it is linear is solved for again, each wire at most once. The forgery has succeeded when
 * everything holds in the end, with all inputs as they were. Which constraint and which wire come first is a matter of taste, so
 * several orders are tried. Failing to forge proves nothing by itself; together with `looseWires` and `freeWires`
 * (determinism.ts) it covers single edits, first-order movements and far jumps along the dependencies.
 */
import type { R1cs } from "../../prover/setup/r1cs.ts";
import { FIELD } from "../../prover/units.ts";
import type { TestCircuit } from "./circuit.ts";
import { coefficientOf, constraintsOf, evaluate, inverse, mod, type Constraint } from "./determinism.ts";

interface Indexed {
  readonly constraints: readonly Constraint[];
  /** Constraints that each wire occurs in. */
  readonly touching: ReadonlyMap<number, readonly number[]>;
}

const indexes = new WeakMap<R1cs, Indexed>();

function indexOf({ r1cs }: TestCircuit): Indexed {
  const known = indexes.get(r1cs);
  if (known !== undefined) return known;
  const constraints = constraintsOf(r1cs);
  const touching = new Map<number, number[]>();
  constraints.forEach((constraint, row) => {
    for (const wire of new Set(constraint.flat().map(([wire]) => wire))) (touching.get(wire) ?? touching.set(wire, []).get(wire)!).push(row);
  });
  const indexed = { constraints, touching };
  indexes.set(r1cs, indexed);
  return indexed;
}

/** How the next violated constraint is taken, and which of its wires is solved for: the smallest rank. */
interface Order {
  readonly next: "oldest" | "newest";
  readonly rank: (wire: number, constraint: Constraint, index: Indexed) => number;
}

const RANKS: readonly Order["rank"][] = [
  // circom numbers wires roughly in the order of computation: late wires are results
  (wire) => -wire,
  (wire) => wire,
  // a wire that stands alone on the right-hand side is what the constraint defines
  (wire, [, , c]) => (c.some(([other]) => other === wire) ? 0 : 1),
  (wire, _, { touching }) => touching.get(wire)!.length,
];
const ORDERS: readonly Order[] = RANKS.flatMap((rank) => [{ next: "oldest", rank }, { next: "newest", rank }] as const);

const holds = ([a, b, c]: Constraint, witness: readonly bigint[]): boolean => mod(evaluate(a, witness) * evaluate(b, witness) - evaluate(c, witness)) === 0n;

/** The value of `wire` that satisfies the constraint, if the constraint is linear in it and depends on it. */
function solveFor(wire: number, [a, b, c]: Constraint, witness: readonly bigint[]): bigint | undefined {
  const [a1, b1, c1] = [a, b, c].map((terms) => coefficientOf(terms, wire)) as [bigint, bigint, bigint];
  if (a1 !== 0n && b1 !== 0n) return undefined;
  const [a0, b0, c0] = [evaluate(a, witness), evaluate(b, witness), evaluate(c, witness)];
  const slope = mod(a1 * b0 + a0 * b1 - c1);
  return slope === 0n ? undefined : mod(witness[wire]! - mod(a0 * b0 - c0) * inverse(slope));
}

/** Repairs `forged` in place; where that fails, it stays half repaired and `settled` tells which wires were touched. */
function repair(index: Indexed, forged: bigint[], changed: readonly number[], held: ReadonlySet<number>, { next, rank }: Order, settled: Set<number>): boolean {
  changed.forEach((wire) => settled.add(wire));
  const violated = new Set<number>();
  const look = (wire: number) => {
    for (const row of index.touching.get(wire) ?? []) {
      if (holds(index.constraints[row]!, forged)) violated.delete(row);
      else violated.add(row);
    }
  };
  // Everything else was right before: only constraints of changed wires can be violated now.
  changed.forEach(look);
  while (violated.size > 0) {
    const row = next === "oldest" ? violated.values().next().value! : [...violated].at(-1)!;
    const constraint = index.constraints[row]!;
    const wires = [...new Set(constraint.flat().map(([wire]) => wire))].filter((wire) => !settled.has(wire) && !held.has(wire));
    const options = wires.map((wire) => ({ wire, value: solveFor(wire, constraint, forged) })).filter(({ value }) => value !== undefined);
    if (options.length === 0) return false;
    const { wire, value } = options.reduce((best, option) => (rank(option.wire, constraint, index) < rank(best.wire, constraint, index) ? option : best));
    forged[wire] = value!;
    settled.add(wire);
    look(wire);
  }
  return true;
}

/** Tries to turn an honest witness into another one with these values, by signal name; undefined when no order of repairs does. */
export type Forger = (honest: readonly bigint[], changes: Readonly<Record<string, bigint>>) => bigint[] | undefined;

/**
 * @param inputs names of the inputs, which keep their values
 * @param hints  hints, which are not solved for again (tried both with and without this restriction)
 */
export function forger(circuit: TestCircuit, inputs: readonly string[], hints: readonly string[] = []): Forger {
  const index = indexOf(circuit);
  const wiresOf = (names: readonly string[]) => names.flatMap((name) => elements(circuit, name)).map((name) => circuit.wire(name));
  const fixed = [0, ...wiresOf(inputs)];
  const restrictions = (hints.length === 0 ? [fixed] : [[...fixed, ...wiresOf(hints)], fixed]).map((wires) => new Set(wires));
  return (honest, changes) => {
    const values = Object.entries(changes).map(([name, value]) => [circuit.wire(name), mod(value)] as const);
    const wires = values.map(([wire]) => wire);
    const forged = [...honest];
    for (const held of restrictions) {
      for (const order of ORDERS) {
        const settled = new Set<number>();
        for (const [wire, value] of values) forged[wire] = value;
        if (repair(index, forged, wires, held, order, settled)) return forged;
        for (const wire of settled) forged[wire] = honest[wire]!;
      }
    }
    return undefined;
  };
}

/** The signals `name` or `name[...]` of the main component that kept a wire, in their order. */
export function elements(circuit: TestCircuit, name: string): string[] {
  const full = `main.${name}`;
  return circuit.signals.filter((signal) => signal === full || (signal.startsWith(`${full}[`) && !signal.includes("].")));
}

const OFFSETS: readonly (readonly [label: string, change: (value: bigint) => bigint])[] = [
  ["+ 1", (value) => value + 1n],
  ["- 1", (value) => value - 1n],
  ["+ 2", (value) => value + 2n],
  ["- 2", (value) => value - 2n],
  ["+ 1e8", (value) => value + 10n ** 8n],
  ["+ 1e9", (value) => value + 10n ** 9n],
  ...[2, 3, 4, 8, 16, 64, 90].map((bits) => [`+ 2^${bits}`, (value: bigint) => value + (1n << BigInt(bits))] as const),
  ["negated", (value) => FIELD - value],
  ["1 -", (value) => 1n - value],
];

/** Every hint element by every offset, and every two elements of one hint that differ exchanged. */
function* attempts(circuit: TestCircuit, honest: readonly bigint[], hints: readonly string[]): Generator<readonly [label: string, changes: Record<string, bigint>]> {
  for (const hint of hints) {
    const signals = elements(circuit, hint);
    if (signals.length === 0) throw new RangeError(`the hint ${hint} kept no wire: compile with O1`);
    for (const signal of signals) {
      const value = circuit.signal(honest, signal);
      for (const [label, change] of OFFSETS) if (mod(change(value)) !== value) yield [`${signal} ${label}`, { [signal]: mod(change(value)) }];
    }
    for (const [i, a] of signals.entries()) {
      for (const b of signals.slice(i + 1)) {
        const [valueA, valueB] = [circuit.signal(honest, a), circuit.signal(honest, b)];
        if (valueA !== valueB) yield [`${a} exchanged with ${b}`, { [a]: valueB, [b]: valueA }];
      }
    }
  }
}

/** Labels of the attempts that led to an accepted witness. An empty list is the passing result. */
export function forgeries(circuit: TestCircuit, honest: readonly bigint[], hints: readonly string[], inputs: readonly string[]): string[] {
  const forge = forger(circuit, inputs, hints);
  return [...attempts(circuit, honest, hints)].filter(([, changes]) => forge(honest, changes) !== undefined).map(([label]) => label);
}
