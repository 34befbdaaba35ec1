/**
 * Forges hints of the parts of a template: every hint below the main component, wherever it stands, is set to what a dishonest prover
 * might like, and whatever depends on it is recomputed, with the inputs as they were.
 */
import { mod } from "./determinism.ts";
import { forger } from "./forge.ts";
import type { TestCircuit } from "./circuit.ts";

export interface HintForgeries {
  /** How many hint wires were tried: a pattern that matches nothing would forge nothing. */
  readonly tried: number;
  /** Labels of those that were accepted, `name = value`. */
  readonly accepted: string[];
}

/** Vectors that are one-hot, by the template that makes them: all of it is moved at once, as one bit alone cannot be. */
const vectorOf = (name: string): string => name.replace(/\[\d+\]$/, "");

/**
 * @param pattern hints, by the names of their wires
 * @param inputs  names of the inputs, which keep their values
 * @param outcome signals of which a forgery must change one to count: of 0 both signs are right, and of two equal losses either is the worst
 */
export function forgeHints(circuit: TestCircuit, honest: readonly bigint[], pattern: RegExp, inputs: readonly string[], outcome?: readonly string[]): HintForgeries {
  const names = circuit.signals.filter((name) => pattern.test(name));
  const forge = forger(circuit, inputs);
  const value = (name: string) => circuit.signal(honest, name);
  const vectors = Map.groupBy(names, vectorOf);
  const single = names.flatMap((name) => [1n - value(name), value(name) + 1n, value(name) - 1n, -value(name)].map((other): Record<string, bigint> => ({ [name]: mod(other) })));
  // The one of a selector in another place, and halves of it in two.
  const moved = [...vectors.values()].flatMap((vector) => vector.flatMap((to) => vector.filter((from) => from !== to && value(from) === 1n && value(to) === 0n).flatMap((from): Record<string, bigint>[] => [
    { [from]: 0n, [to]: 1n }, { [from]: HALF, [to]: HALF }, { [from]: 2n, [to]: mod(-1n) },
  ])));
  const changes = [...single, ...moved].filter((change) => Object.entries(change).some(([name, other]) => other !== value(name)));
  const isForged = (change: Record<string, bigint>): boolean => {
    const forged = forge(honest, change);
    return forged !== undefined && (outcome === undefined || outcome.some((name) => circuit.signal(forged, name) !== value(name)));
  };
  const accepted = changes.filter(isForged).map((change) => Object.entries(change).map(([name, other]) => `${name} = ${other}`).join(", "));
  return { tried: names.length, accepted };
}

const HALF = 10944121435919637611123202872628637544274182200208017171849102093287904247809n;
