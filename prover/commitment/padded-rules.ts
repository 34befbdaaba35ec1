/**
 * A margin program in the shape of a circuit tier: what the program does not have is there and does nothing. The snapshot's hash is
 * over the padded program, and the circuit evaluates it; `evaluateRules` gives the same requirement for both.
 */
import { MarginProofError } from "../errors.ts";
import type { CellRule, ExposureRule, GroupRule, MarginRules, Matrix, RiskShape } from "../risk/margin-rules.ts";
import { BITS, SCALE, type Factor, type Value } from "../units.ts";

const ZERO = 0n as Factor;
const ONE = SCALE.factor as Factor;

/** The largest total and the least: bounds that bind nothing. */
export const NO_BOUND = { low: -(1n << BigInt(BITS.total - 1)) as Value, high: ((1n << BigInt(BITS.total - 1)) - 1n) as Value } as const;

type Count = Exclude<{ [K in keyof RiskShape]: RiskShape[K] extends number ? K : never }[keyof RiskShape], "tailSets">;
type Feature = Exclude<keyof RiskShape, Count>;

/** The sizes that are numbers, in the order of the rules hash. */
export const COUNTS: readonly Count[] = [
  "cells", "groups", "nettingSets", "scenarios", "skews", "bases", "tails", "exposures", "tiers", "correlations", "sensitivities",
];
const FEATURES: readonly Feature[] = ["cellValues", "floors", "pairing"];
const SIZES: readonly (keyof RiskShape)[] = [...COUNTS, ...FEATURES, "tailSets"];

/** Every size of a shape in its order, features as 0 or 1; the sets of the tail come last. twin: circuits/lib/shape.circom */
export function shapeNumbers(shape: RiskShape): number[] {
  return SIZES.map((size) => Number(shape[size]));
}

/** The shape of whatever has its fields, without any others. */
export function shapeOf(tier: RiskShape): RiskShape {
  return Object.fromEntries(SIZES.map((size) => [size, tier[size]])) as unknown as RiskShape;
}

/** Whether every cell of a shape is a netting set of its own, gains and losses in full, and needs no stage to add it up. twin: circuits/lib/shape.circom IS_PLAIN */
export const isPlain = ({ cells, groups, nettingSets, cellValues }: Pick<RiskShape, "cells" | "groups" | "nettingSets" | "cellValues">): boolean =>
  groups === 0 && !cellValues && cells === nettingSets;

/**
 * Classes of tail scenarios: as many as a circuit needs to tell apart any number of sets it has room for, their least common multiple.
 * Scenario t is in class t mod that; of M sets, class c is part of set c mod M. twin: circuits/lib/shape.circom TAIL_CLASSES
 */
export function tailClasses({ tails, tailSets }: Pick<RiskShape, "tails" | "tailSets">): number {
  if (tails === 0 || tailSets === 0) return 0;
  const all = Array.from({ length: tailSets }, (_, i) => i + 1);
  let count = tailSets;
  while (all.some((sets) => count % sets !== 0)) count += tailSets;
  return count;
}

/**
 * What a program needs of a shape: netting sets take the place of groups when the shape has a group stage and the program none, or when
 * the shape is plain and the program's cells are not.
 */
export function neededShape({ shape: own, cells }: Pick<MarginRules, "shape" | "cells">, shape: Pick<RiskShape, "cells" | "groups" | "nettingSets" | "cellValues">): RiskShape {
  if (own.groups > 0) return own;
  const fits = cells.every(({ gain, drag, nettingSet }, u) => gain === ONE && drag === ONE && nettingSet === u);
  return shape.groups > 0 || (isPlain(shape) && !fits) ? { ...own, groups: own.nettingSets } : own;
}

/** The first size of a shape that is too small for a need, or undefined. */
export function missingSize(need: RiskShape, shape: RiskShape): { readonly size: keyof RiskShape; readonly need: number; readonly has: number } | undefined {
  const [needs, has] = [shapeNumbers(need), shapeNumbers(shape)];
  const k = needs.findIndex((count, i) => count > has[i]!);
  return k < 0 ? undefined : { size: SIZES[k]!, need: needs[k]!, has: has[k]! };
}

/** `items`, then `filler(i)` up to `count`. */
function padded<T>(items: readonly T[], count: number, filler: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => (i < items.length ? items[i]! : filler(i)));
}

function paddedMatrix(matrix: Matrix, size: number, diagonal: Factor): Matrix {
  return Array.from({ length: size }, (_, i) => padded(matrix[i] ?? [], size, (j) => (i === j ? diagonal : ZERO)));
}

function requireSymmetric(matrix: Matrix, path: string): void {
  matrix.forEach((row, i) => row.forEach((entry, j) => {
    if (entry !== matrix[j]?.[i]) throw new MarginProofError("OutOfRange", "the matrix is not symmetric", { path: `${path}[${i}][${j}]`, hint: "give both halves the same entries" });
  }));
}

/** Cells that are not there gain and lose nothing; a group that is one netting set gives all its gains. */
function paddedCells({ cells, shape: { groups } }: MarginRules, shape: RiskShape): CellRule[] {
  const own = groups === 0 && shape.groups > 0 ? cells.map((cell) => ({ ...cell, group: cell.nettingSet })) : cells;
  return padded(own, shape.cells, (u) => ({ id: `cell ${u}`, gain: ONE, drag: ONE, group: 0, nettingSet: isPlain(shape) ? u : 0 }));
}

function paddedGroups({ groups, nettingSets }: MarginRules, shape: RiskShape): GroupRule[] {
  const whole = (id: string, nettingSet: number): GroupRule => ({ id, gain: ONE, cap: NO_BOUND.high, nettingSet });
  const own = groups.length === 0 && shape.groups > 0 ? nettingSets.map(whole) : groups;
  return padded(own, shape.groups, (g) => whole(`group ${g}`, 0));
}

function paddedExposures({ exposures, nettingSets }: MarginRules, shape: RiskShape): ExposureRule[] {
  const level = { MM: ZERO, IM: ZERO };
  const pieces = (rule: ExposureRule) => padded(rule.pieces, shape.tiers, () => ({ slope: level, cut: 0n as Value }));
  const own = exposures.map((rule) => ({ ...rule, pieces: pieces(rule), target: rule.target === nettingSets.length ? shape.nettingSets : rule.target }));
  return padded(own, shape.exposures, (k) => {
    const none = { id: `exposure ${k}`, line: level, pieces: [], target: shape.nettingSets, ...NO_BOUND };
    return { ...none, pieces: pieces(none) };
  });
}

/**
 * The program with every list as long as `shape` says. Tail scenarios are not padded: their number is part of the rule
 * (`rules.shape.tails`), and `shape.tails` is only how many there is room for; so it is with their sets.
 *
 * @throws BookTooLarge when the shape has not enough of something; OutOfRange for a matrix that is not symmetric
 */
export function padRules(rules: MarginRules, shape: RiskShape): MarginRules {
  const missing = missingSize(neededShape(rules, shape), shape);
  if (missing !== undefined) {
    throw new MarginProofError("BookTooLarge", `${missing.need} ${missing.size}, and the shape has ${missing.has}`, { path: `shape.${missing.size}`, hint: "use a larger tier" });
  }
  rules.correlations.forEach((matrix, c) => requireSymmetric(matrix, `correlations[${c}]`));
  rules.sensitivities.forEach((matrix, c) => requireSymmetric(matrix, `sensitivities[${c}]`));
  const correlations = rules.correlations.map((matrix) => paddedMatrix(matrix, shape.nettingSets, ONE));
  const { scenarios } = rules.shape;
  return {
    shape: { ...shapeOf(shape), tails: rules.shape.tails, tailSets: rules.shape.tailSets },
    weights: [
      ...padded(rules.weights.slice(0, scenarios), shape.scenarios, () => ZERO),
      ...padded(rules.weights.slice(scenarios), shape.skews, () => ZERO),
    ],
    cells: paddedCells(rules, shape),
    groups: paddedGroups(rules, shape),
    nettingSets: padded(rules.nettingSets, shape.nettingSets, (n) => `netting set ${n}`),
    exposures: paddedExposures(rules, shape),
    correlations: padded(correlations, shape.correlations, () => correlations[0]!),
    sensitivities: padded(rules.sensitivities.map((matrix) => paddedMatrix(matrix, shape.exposures, ZERO)), shape.sensitivities, () => paddedMatrix([], shape.exposures, ZERO)),
    tail: rules.tail,
    lossFactor: rules.lossFactor,
  };
}
