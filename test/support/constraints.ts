import { readField } from "../../prover/proof/field-bytes.ts";
import { visitTerms, type R1cs } from "../../prover/setup/r1cs.ts";
import { FIELD } from "../../prover/units.ts";

/**
 * First constraint that `witness` (one value per wire, in [0, FIELD)) violates, or undefined when all hold.
 * This is the definition of satisfaction in plain integers, independent of every prover.
 */
export function firstViolation(r1cs: R1cs, witness: readonly bigint[]): number | undefined {
  if (witness.length !== r1cs.wires || witness[0] !== 1n) throw new RangeError(`a witness of this circuit has ${r1cs.wires} values, the first of them 1`);
  const sums = [0n, 0n, 0n];
  let current = 0;
  let violated: number | undefined;
  const close = () => {
    if (violated === undefined && (sums[0]! * sums[1]! - sums[2]!) % FIELD !== 0n) violated = current;
    sums.fill(0n);
  };
  visitTerms(r1cs, (matrix, constraint, wire, at) => {
    if (constraint !== current) close();
    current = constraint;
    sums[matrix] = (sums[matrix]! + readField(r1cs.body, at) * witness[wire]!) % FIELD;
  });
  close();
  return violated;
}

/** A constraint in words, `(a) * (b) = c` with signal names, to see what refused a forged witness. */
export function describeConstraint(r1cs: R1cs, constraint: number, nameOf: (wire: number) => string): string {
  const sides: string[][] = [[], [], []];
  visitTerms(r1cs, (matrix, row, wire, at) => {
    if (row !== constraint) return;
    const coefficient = readField(r1cs.body, at);
    const signed = coefficient > FIELD / 2n ? coefficient - FIELD : coefficient;
    sides[matrix]!.push(`${signed}*${nameOf(wire)}`);
  });
  const [a, b, c] = sides.map((terms) => terms.join(" + ") || "0");
  return `(${a}) * (${b}) = ${c}`;
}
