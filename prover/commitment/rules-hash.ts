/**
 * One number that binds a margin program and the shape it is proved in: every parameter in one fixed order, fifteen to a Poseidon.
 *
 *   h_0 = tag,  h_{i+1} = Poseidon16(h_i, next 15 parameters), the last ones filled with zeros; the shape comes first and fixes the length
 */
import type { MarginRules, Matrix, RiskShape } from "../risk/margin-rules.ts";
import { TAGS } from "./domain.ts";
import { padRules, shapeNumbers } from "./padded-rules.ts";
import { poseidon, signedToField } from "./poseidon.ts";

const BLOCK = 15;

/** The strict upper triangle, or the upper triangle with its diagonal, row by row. */
function triangle(matrix: Matrix, withDiagonal: boolean): bigint[] {
  return matrix.flatMap((row, i) => row.filter((_, j) => j > i || (withDiagonal && j === i)));
}

/** Parameters of a program in a shape, by the circuit's input names. Matrices are triangles. twin: circuits RulesHash */
export function ruleInputs(rules: MarginRules, shape: RiskShape) {
  const padded = padRules(rules, shape);
  const { weights, cells, groups, exposures, correlations, sensitivities, lossFactor, tail } = padded;
  return {
    lossFactor: [lossFactor.MM, lossFactor.IM] as bigint[],
    weight: shape.cellValues ? ([...weights] as bigint[]) : [],
    cellRule: cells.map(({ gain, drag, nettingSet, group }) => [gain, drag, BigInt(nettingSet), BigInt(group)]),
    groupRule: groups.map(({ gain, cap, nettingSet }) => [gain, cap, BigInt(nettingSet)]),
    exposureRule: exposures.map(({ line, low, high, target }) => [line.MM, line.IM, low, high, BigInt(target)].map(signedToField)),
    piece: exposures.map(({ pieces }) => pieces.map(({ slope, cut }) => [slope.MM, slope.IM, cut] as bigint[])),
    correlation: correlations.map((matrix) => triangle(matrix, false)),
    sensitivity: sensitivities.map((matrix) => triangle(matrix, true).map(signedToField)),
    tailRule: shape.tails === 0 ? [] : [rules.shape.tails, tail.size, tail.flags, Math.max(1, rules.shape.tailSets)].map(BigInt),
  };
}

/**
 * All parameters in the order of the hash: shape (14 numbers: all but the last), loss factors MM and IM, weights of scenarios and skews (with cell
 * values), per cell gain, drag, netting set, group; per group gain, cap, netting set; per exposure line MM and IM, low, high,
 * target, then per piece slope MM and IM, cut; strict triangles of the correlations; triangles with diagonal of the
 * sensitivities; tail scenarios in use, size, flags, sets in use, and the sets of the shape (with tails). Signed numbers modulo the field.
 */
export function ruleElements(rules: MarginRules, shape: RiskShape): bigint[] {
  const { lossFactor, weight, cellRule, groupRule, exposureRule, piece, correlation, sensitivity, tailRule } = ruleInputs(rules, shape);
  const exposures = exposureRule.flatMap((rule, k) => [...rule, ...piece[k]!.flat()]);
  const [numbers, sets] = [shapeNumbers(shape).slice(0, -1), shapeNumbers(shape).slice(-1)];
  return [
    ...numbers.map(BigInt), ...lossFactor, ...weight, ...cellRule.flat(), ...groupRule.flat(), ...exposures,
    ...correlation.flat(), ...sensitivity.flat(), ...tailRule, ...(shape.tails === 0 ? [] : sets.map(BigInt)),
  ];
}

/**
 * The hash that a snapshot's root binds. @param shape of the tier that will prove it: `shapeOf(tierParameters(name))`
 * @throws BookTooLarge when the program does not fit the shape; OutOfRange for a matrix that is not symmetric
 */
export function rulesHash(rules: MarginRules, shape: RiskShape): bigint {
  const elements = ruleElements(rules, shape);
  const blocks = Array.from({ length: Math.ceil(elements.length / BLOCK) }, (_, i) => elements.slice(BLOCK * i, BLOCK * (i + 1)));
  return blocks.reduce((head, block) => poseidon([head, ...block, ...Array<bigint>(BLOCK - block.length).fill(0n)]), TAGS.rules);
}
