/**
 * The meaning of the margin rules, from column totals to the requirement. Exact integers; where a rule needs a quotient or a
 * root it takes the smallest integer that is enough, so that a circuit checks one inequality and never divides.
 */
import { ceilSqrt, divUp } from "../numeric/rounding.ts";
import { SCALE, type Level, type Value } from "../units.ts";
import { UNLIMITED, type ColumnTotals, type ExposureRule, type MarginRules, type Matrix, type TailRule } from "./margin-rules.ts";

const ONE = SCALE.factor;

/** Where the worst loss of a netting set comes from; null when nothing loses. */
export interface Binding {
  readonly kind: "scenario" | "skew" | "basis";
  readonly index: number;
}

export interface NettingSetWorking {
  /** Per scenario, after discounts and offsets, rounded down for show. */
  readonly pnl: readonly Value[];
  /** Per skew rotation, the worse sign in every cell, rounded down; at most 0. */
  readonly skewPnl: readonly Value[];
  /** Per basis, the worse move in every cell; at most 0. */
  readonly basisPnl: readonly Value[];
  readonly binding: Binding | null;
  /** Worst loss, rounded up. */
  readonly loss: Value;
  /** Charges that belong to the set's loss; what was rounded is in `requirement`. */
  readonly charge: Value;
  readonly floor: Value;
  /** max(loss + charge, floor, 0), rounded up. */
  readonly requirement: Value;
}

export interface ExposureWorking {
  readonly total: Value;
  /** Largest piece, rounded up; not negative. */
  readonly tiered: Value;
  /** line·|X| at 1e-25. */
  readonly line: bigint;
  readonly withinLimits: boolean;
}

/** What one set of the tail's scenarios measures. */
export interface TailSetWorking {
  /** The threshold v: the m-th largest loss. */
  readonly threshold: Value;
  /** Expected shortfall or value at risk, rounded up, not negative. */
  readonly measure: Value;
  /** The largest loss that is not left out: the losses of the measure are at most that. */
  readonly worstKept: Value;
  /** Tail scenarios that are left out (value at risk). */
  readonly leftOut: readonly number[];
  /** Tail scenarios whose losses make the measure: the m worst that are not left out. */
  readonly chosen: readonly number[];
}

export interface TailWorking {
  /** [set] */
  readonly sets: readonly TailSetWorking[];
  /** The largest measure of a set; 0 without tails. */
  readonly measure: Value;
  /** The set that it is of: the first of the largest; null without tails. */
  readonly binding: TailSetWorking | null;
}

export interface MarginWorking {
  readonly nettingSets: readonly NettingSetWorking[];
  readonly exposures: readonly ExposureWorking[];
  /** √ of the largest correlated sum of the sets' requirements, rounded up. */
  readonly aggregate: Value;
  /** √ of the largest correlated sum of the exposures, rounded up. */
  readonly sensitivity: Value;
  readonly tail: TailWorking;
  /** max(aggregate, tail) + sensitivity. */
  readonly stress: Value;
  /** The requirement times 1e9, at 1e-25, exact. */
  readonly requirement: bigint;
  readonly withinLimits: boolean;
}

/** Works the rules out at one level. */
export function evaluateRules(rules: MarginRules, totals: ColumnTotals, level: Level): MarginWorking {
  const exposures = rules.exposures.map((rule, k) => exposureWorking(rule, totals.exposure[k]!, level));
  const nettingSets = rules.nettingSets.map((_, n) => nettingSetWorking(rules, totals, exposures, n));
  const aggregate = correlated(
    rules.correlations,
    nettingSets.map(({ requirement }) => requirement),
  );
  const sensitivity = correlated(rules.sensitivities, totals.exposure);
  const tail = tailWorking(rules, totals.tail);
  const stress = ((aggregate > tail.measure ? aggregate : tail.measure) + sensitivity) as Value;
  const outside = chargesInto(rules, exposures, rules.nettingSets.length);
  return {
    nettingSets,
    exposures,
    aggregate,
    sensitivity,
    tail,
    stress,
    requirement: rules.lossFactor[level] * stress + ONE * (totals.charge[level] - totals.pairCredit[level]) + outside,
    withinLimits: exposures.every(({ withinLimits }) => withinLimits),
  };
}

/** P of one cell at 1e-25: gain·A⁺ − drag·A⁻ − weight·V. */
export function cellPnl({ cells, weights }: MarginRules, { cellValue }: ColumnTotals, u: number, column: Value, weight: number): bigint {
  const { gain, drag } = cells[u]!;
  return (column > 0n ? gain * column : drag * column) - weights[weight]! * cellValue[u]!;
}

/** Scenario P&L of a netting set at `setScale`: cells, then groups if there are any. */
function setPnl(rules: MarginRules, totals: ColumnTotals, n: number, s: number): bigint {
  const pnl = rules.cells.map((_, u) => cellPnl(rules, totals, u, totals.scenario[u]![s]!, s));
  const sumOf = (member: (u: number) => boolean): bigint => pnl.reduce((sum, p, u) => (member(u) ? sum + p : sum), 0n);
  if (rules.shape.groups === 0) return sumOf((u) => rules.cells[u]!.nettingSet === n);
  return rules.groups.reduce((sum, { gain, cap, nettingSet }, g) => {
    if (nettingSet !== n) return sum;
    const group = sumOf((u) => rules.cells[u]!.group === g);
    if (group < 0n) return sum + ONE * group;
    const usable = gain * group;
    const limit = ONE * ONE * cap;
    return sum + (usable < limit ? usable : limit);
  }, 0n);
}

interface Candidate {
  readonly binding: Binding;
  readonly loss: bigint;
}

const lossesOf = (candidates: readonly Candidate[], kind: Binding["kind"]): Value[] =>
  candidates.filter(({ binding }) => binding.kind === kind).map(({ loss }) => -loss as Value);

/** The worst loss over scenarios, skews and bases with what binds: the first of the largest. */
function nettingSetWorking(rules: MarginRules, totals: ColumnTotals, exposures: readonly ExposureWorking[], n: number): NettingSetWorking {
  const { shape, cells } = rules;
  const scale = shape.groups === 0 ? ONE : ONE * ONE;
  const members = cells.flatMap(({ nettingSet }, u) => (nettingSet === n ? [u] : []));
  const pnl = Array.from({ length: shape.scenarios }, (_, s) => setPnl(rules, totals, n, s));
  const candidates: Candidate[] = [
    ...pnl.map((p, index) => ({ binding: { kind: "scenario" as const, index }, loss: divUp(-p, scale) })),
    ...Array.from({ length: shape.skews }, (_, a) => ({
      binding: { kind: "skew" as const, index: a },
      loss: divUp(sum(members.map((u) => magnitude(cellPnl(rules, totals, u, totals.skew[u]![a]!, shape.scenarios + a)))), ONE),
    })),
    ...Array.from({ length: shape.bases }, (_, b) => ({
      binding: { kind: "basis" as const, index: b },
      loss: sum(members.map((u) => lossOf(totals.basis[u]![b]!))),
    })),
  ];
  const worst = candidates.reduce((most, next) => (next.loss > most.loss ? next : most), { binding: null as Binding | null, loss: 0n });
  const inside = chargesInto(rules, exposures, n);
  const floor = totals.floor[n]!;
  const charged = divUp(ONE * worst.loss + inside, ONE);
  const requirement = [charged, floor, 0n].reduce((most, next) => (next > most ? next : most));
  return {
    pnl: pnl.map((p) => -divUp(-p, scale) as Value),
    skewPnl: lossesOf(candidates, "skew"),
    basisPnl: lossesOf(candidates, "basis"),
    binding: worst.binding,
    loss: worst.loss as Value,
    charge: (charged - worst.loss) as Value,
    floor,
    requirement: requirement as Value,
  };
}

function exposureWorking({ line, pieces, low, high }: ExposureRule, total: Value, level: Level): ExposureWorking {
  const size = magnitude(total);
  const tiered = pieces.reduce((most, { slope, cut }) => {
    const piece = divUp(slope[level] * size - ONE * cut, ONE);
    return piece > most ? piece : most;
  }, 0n);
  const withinLimits = (low === UNLIMITED.low || total >= low) && (high === UNLIMITED.high || total <= high);
  return { total, tiered: tiered as Value, line: line[level] * size, withinLimits };
}

/** Charges of the exposures that belong to `target`, at 1e-25. */
function chargesInto({ exposures }: MarginRules, workings: readonly ExposureWorking[], target: number): bigint {
  return sum(workings.map(({ tiered, line }, k) => (exposures[k]!.target === target ? ONE * tiered + line : 0n)));
}

/** The largest of √Σ m_ij x_i x_j over the matrices, rounded up; 0 for a sum that is not positive. */
function correlated(matrices: readonly Matrix[], values: readonly bigint[]): Value {
  return matrices.reduce((most, matrix) => {
    const squared = sum(matrix.flatMap((row, i) => row.map((entry, j) => entry * values[i]! * values[j]!)));
    const root = squared > 0n ? ceilSqrt(divUp(squared, ONE)) : 0n;
    return root > most ? root : most;
  }, 0n) as Value;
}

/** Every set by itself; the worst of them counts. */
function tailWorking({ tail, shape }: MarginRules, pnl: readonly Value[]): TailWorking {
  const sets = Array.from({ length: shape.tailSets }, (_, k) =>
    tailSetWorking(tail, pnl.flatMap((value, t) => (t % shape.tailSets === k ? [{ loss: -value, t }] : []))),
  );
  const binding = sets.reduce<TailSetWorking | null>((most, next) => (most === null || next.measure > most.measure ? next : most), null);
  return { sets, binding, measure: binding?.measure ?? (0n as Value) };
}

/**
 * Rockafellar–Uryasev with the best threshold: v = the m-th largest loss (m = size + flags) makes v + Σ max(loss − v, 0)/size
 * the mean of the `size` worst, and with flags instead the m-th worst loss itself. Every other v would only be larger.
 */
function tailSetWorking({ size, flags }: TailRule, losses: readonly { readonly loss: bigint; readonly t: number }[]): TailSetWorking {
  const order = losses.toSorted((a, b) => (a.loss === b.loss ? a.t - b.t : a.loss > b.loss ? -1 : 1));
  const [left, kept] = [order.slice(0, flags), order.slice(flags)];
  const threshold = order[size + flags - 1]!.loss;
  const excess = sum(kept.map(({ loss }) => (loss > threshold ? loss - threshold : 0n)));
  const measure = divUp(BigInt(size) * threshold + excess, BigInt(size));
  return {
    threshold: threshold as Value,
    measure: (measure > 0n ? measure : 0n) as Value,
    worstKept: kept[0]!.loss as Value,
    leftOut: left.map(({ t }) => t),
    chosen: kept.slice(0, size).map(({ t }) => t),
  };
}

/** What the worse of two moves loses, if either does. */
function lossOf([first, second]: readonly [Value, Value]): bigint {
  const worse = first < second ? first : second;
  return worse < 0n ? -worse : 0n;
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
