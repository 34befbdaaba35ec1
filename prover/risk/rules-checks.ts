/**
 * What every parameter of a margin program must be, whoever made it: circuits take a program's numbers as published and assume exactly this
 * (assumption R20 of circuits/README.md). A program that follows from a policy passes; one from elsewhere, or changed in memory, may not.
 */
import { MarginProofError } from "../errors.ts";
import { BITS, SCALE } from "../units.ts";
import type { MarginRules, Matrix, RiskShape } from "./margin-rules.ts";
import type { PerLevel } from "./policy.ts";

const ONE: bigint = SCALE.factor;
const FACTOR = (1n << BigInt(BITS.lossFactor)) - 1n;
const TOTAL = (1n << BigInt(BITS.total - 1)) - 1n;

/** @throws InvalidRules naming the first parameter that circuits could not take, such as `rules.cells[2].drag` */
export function requireRules(rules: MarginRules): void {
  requireLengths(rules);
  requireCells(rules);
  requireExposures(rules);
  const { correlations, sensitivities, nettingSets, exposures, lossFactor, weights } = rules;
  weights.forEach((weight, s) => between(weight, 0n, FACTOR, `weights[${s}]`, "a weight is not negative and below 17.18"));
  perLevel(lossFactor, 1n, "lossFactor", "a loss factor is above 0 and below 17.18");
  if (lossFactor.IM < lossFactor.MM) refuse("lossFactor.IM", "is below maintenance", "initial margin contains maintenance margin");
  correlations.forEach((matrix, c) => requireCorrelations(matrix, nettingSets.length, `correlations[${c}]`));
  sensitivities.forEach((matrix, c) => requireSensitivities(matrix, exposures.length, `sensitivities[${c}]`));
  requireTail(rules);
}

function refuse(path: string, message: string, hint: string): never {
  throw new MarginProofError("InvalidRules", message, { path: `rules.${path}`, hint });
}

function between(value: bigint, low: bigint, high: bigint, path: string, rule: string): void {
  if (value < low || value > high) refuse(path, `${value} is out of range`, `${rule}; integers at 1e-9, totals at 1e-16`);
}

function perLevel({ MM, IM }: PerLevel, low: bigint, path: string, rule: string): void {
  between(MM, low, FACTOR, `${path}.MM`, rule);
  between(IM, low, FACTOR, `${path}.IM`, rule);
}

/** An index into a list of `count`, of which index 0 is the only one when the list is empty. */
function index(value: number, count: number, path: string): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= Math.max(1, count))
    refuse(path, `there is no ${value}`, `use an index below ${count}`);
}

/** Lists are as long as the shape says: what a circuit does not read would be a rule that nobody proves. */
function requireLengths({ shape, weights, cells, groups, nettingSets, exposures, correlations, sensitivities }: MarginRules): void {
  const found: Partial<Record<keyof RiskShape, number>> = {
    cells: cells.length,
    groups: groups.length,
    nettingSets: nettingSets.length,
    exposures: exposures.length,
    correlations: correlations.length,
    sensitivities: sensitivities.length,
    scenarios: weights.length - shape.skews,
  };
  for (const [size, count] of Object.entries(found)) {
    if (shape[size as keyof RiskShape] !== count) refuse(`shape.${size}`, `the program has ${count}`, "count what the program has");
  }
  for (const size of ["cells", "nettingSets", "scenarios", "correlations"] as const)
    if (shape[size] < 1) refuse(`shape.${size}`, "there is none", "a program has at least one");
  const pieces = exposures.findIndex((rule) => rule.pieces.length > shape.tiers);
  if (pieces >= 0)
    refuse(`exposures[${pieces}].pieces`, `more than shape.tiers, ${shape.tiers}`, "count the most pieces that an exposure has");
}

function requireCells({ cells, groups, nettingSets, shape }: MarginRules): void {
  groups.forEach(({ gain, cap, nettingSet }, g) => {
    between(gain, 0n, ONE, `groups[${g}].gain`, "gains count at most whole: between 0 and 1");
    between(cap, 0n, TOTAL, `groups[${g}].cap`, "a cap is not negative and below 2^89");
    index(nettingSet, nettingSets.length, `groups[${g}].nettingSet`);
  });
  cells.forEach(({ gain, drag, group, nettingSet }, u) => {
    between(gain, 0n, ONE, `cells[${u}].gain`, "gains count at most whole: between 0 and 1");
    between(drag, ONE, FACTOR, `cells[${u}].drag`, "losses count at least whole: from 1 to below 17.18");
    index(nettingSet, nettingSets.length, `cells[${u}].nettingSet`);
    index(group, groups.length, `cells[${u}].group`);
    if (shape.groups > 0 && groups[group]!.nettingSet !== nettingSet)
      refuse(`cells[${u}].group`, `${groups[group]!.id} belongs to another netting set`, "a cell offsets in its own netting set");
  });
}

function requireExposures({ exposures, nettingSets }: MarginRules): void {
  exposures.forEach(({ line, pieces, target, low, high }, k) => {
    const at = `exposures[${k}]`;
    if (target === nettingSets.length)
      perLevel(line, 0n, `${at}.line`, "outside netting sets nothing stops a credit at 0: a line is not negative there");
    perLevel(line, -FACTOR, `${at}.line`, "a line is below 17.18 in magnitude");
    pieces.forEach(({ slope, cut }, j) => {
      perLevel(slope, 0n, `${at}.pieces[${j}].slope`, "a slope is not negative and below 17.18");
      between(cut, 0n, TOTAL, `${at}.pieces[${j}].cut`, "a cut is not negative and below 2^89");
    });
    index(target, nettingSets.length + 1, `${at}.target`);
    between(low, -TOTAL - 1n, 0n, `${at}.low`, "an empty book is within its limits: low is at most 0");
    between(high, 0n, TOTAL, `${at}.high`, "an empty book is within its limits: high is at least 0");
  });
}

/** Square and symmetric. */
function requireMatrix(matrix: Matrix, size: number, path: string): void {
  if (matrix.length !== size) refuse(path, `${matrix.length} rows for ${size}`, "give one row each");
  matrix.forEach((row, i) => {
    if (row.length !== size) refuse(`${path}[${i}]`, `${row.length} entries for ${size}`, "the matrix is square");
  });
  matrix.forEach((row, i) =>
    row.forEach((entry, j) => {
      if (entry !== matrix[j]![i]) refuse(`${path}[${i}][${j}]`, "the matrix is not symmetric", "give both halves the same entries");
    }),
  );
}

/** Netting sets lose and never gain, so an entry below 0 would let one loss pay for another. */
function requireCorrelations(matrix: Matrix, size: number, path: string): void {
  requireMatrix(matrix, size, path);
  matrix.forEach((row, i) =>
    row.forEach((entry, j) => {
      if (i === j && entry !== ONE) refuse(`${path}[${i}][${j}]`, `${entry} on the diagonal`, "the diagonal is 1");
      between(entry, 0n, ONE, `${path}[${i}][${j}]`, "a correlation of losses lies between 0 and 1");
    }),
  );
}

/** No pair may hedge more than whole: |m_ij| ≤ √(m_ii·m_jj), with room for what rounding leaves. */
function requireSensitivities(matrix: Matrix, size: number, path: string): void {
  requireMatrix(matrix, size, path);
  matrix.forEach((row, i) =>
    between(row[i]!, 0n, FACTOR, `${path}[${i}][${i}]`, "a square of a risk weight is not negative and below 17.18"),
  );
  matrix.forEach((row, i) =>
    row.forEach((entry, j) => {
      if (entry * entry > (row[i]! + 1n) * (matrix[j]![j]! + 1n))
        refuse(`${path}[${i}][${j}]`, "correlates by more than 1", "an entry is at most the root of its two diagonal ones");
    }),
  );
}

function requireTail({ tail: { size, flags }, shape: { tails, tailSets } }: MarginRules): void {
  if (tails === 0 ? tailSets !== 0 : !Number.isSafeInteger(tailSets) || tailSets < 1 || tails % tailSets !== 0)
    refuse("shape.tailSets", `${tails} scenarios in ${tailSets} sets`, "a tail has one set or more, all of one length");
  const each = tails === 0 ? 0 : tails / tailSets;
  if (!Number.isSafeInteger(size) || size < 1) refuse("tail.size", `${size} is out of range`, "a tail has at least one scenario");
  if (!Number.isSafeInteger(flags) || flags < 0) refuse("tail.flags", `${flags} is out of range`, "leave out none or more");
  if (flags > 0 && size > 1) refuse("tail.flags", "leaves out of a mean", "a shortfall leaves none out, a value at risk has size 1");
  if (size + flags > Math.max(1, each))
    refuse("tail.size", `${size + flags} of ${each} scenarios`, "a tail is a part of the scenarios of each set");
}
