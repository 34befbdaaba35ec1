/** The columns of the risk vector of a shape, in the circuit's order. twin: circuits/lib/shape.circom */
import type { ColumnTotals, RiskShape } from "../risk/margin-rules.ts";
import { isPlain, tailClasses } from "./padded-rules.ts";

/** One column, as its generator's label tells it; indices are cell/scenario, cell/skew, cell/basis/move, cell, tail, exposure, netting set. */
export type Entry =
  | `scenario/${number}/${number}` | `skew/${number}/${number}` | `basis/${number}/${number}/${0 | 1}` | `cellValue/${number}`
  | `tail/${number}` | `exposure/${number}` | `floor/${number}` | "value" | "chargeMM" | "chargeIM";

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Numbers that are read beside the totals they are added to: the threshold of a class of tails, and the loss of a set. Their bases are −Σ of those totals'. */
export type Shift = `threshold/${number}` | `loss/${number}`;

/** The shift that a column is read with, if any. */
export function shiftOf(label: Entry | Shift, shape: RiskShape): Shift | undefined {
  const first = (): number => Number(label.split("/")[1]);
  if (label.startsWith("tail/")) return `threshold/${first() % tailClasses(shape)}`;
  return isPlain(shape) && label.startsWith("scenario/") ? `loss/${first()}` : undefined;
}

export const isShift = (label: Entry | Shift): label is Shift => label.startsWith("threshold/") || label.startsWith("loss/");

/** Labels in order; shifts follow the totals they are added to. */
export function columnLabels(shape: RiskShape): (Entry | Shift)[] {
  const cells = indices(shape.cells);
  const perCell = <T>(count: number, label: (u: number, i: number) => T): T[] => cells.flatMap((u) => indices(count).map((i) => label(u, i)));
  return [
    ...perCell(shape.scenarios, (u, s): Entry => `scenario/${u}/${s}`),
    ...(isPlain(shape) ? cells.map((u): Shift => `loss/${u}`) : []),
    ...perCell(shape.skews, (u, a): Entry => `skew/${u}/${a}`),
    ...perCell(shape.bases, (u, b): Entry[] => [`basis/${u}/${b}/0`, `basis/${u}/${b}/1`]).flat(),
    ...(shape.cellValues ? cells.map((u): Entry => `cellValue/${u}`) : []),
    ...indices(shape.tails).map((t): Entry => `tail/${t}`),
    ...indices(tailClasses(shape)).map((c): Shift => `threshold/${c}`),
    ...indices(shape.exposures).map((k): Entry => `exposure/${k}`),
    ...(shape.floors ? indices(shape.nettingSets).map((n): Entry => `floor/${n}`) : []),
    "value", "chargeMM", "chargeIM",
  ];
}

/** The total of a column that the book may not have: 0 then. */
function totalOf(totals: ColumnTotals, label: Entry): bigint {
  const [kind, i, j, move] = label.split("/") as [string, ...string[]];
  const at = [Number(i), Number(j), Number(move)] as const;
  switch (kind) {
    case "scenario": return totals.scenario[at[0]]?.[at[1]] ?? 0n;
    case "skew": return totals.skew[at[0]]?.[at[1]] ?? 0n;
    case "basis": return totals.basis[at[0]]?.[at[1]]?.[at[2] as 0 | 1] ?? 0n;
    case "cellValue": return totals.cellValue[at[0]] ?? 0n;
    case "tail": return totals.tail[at[0]] ?? 0n;
    case "exposure": return totals.exposure[at[0]] ?? 0n;
    case "floor": return totals.floor[at[0]] ?? 0n;
    case "value": return totals.value;
    default: return label === "chargeMM" ? totals.charge.MM : totals.charge.IM;
  }
}

/** What totals are read with, by which they are shifted. */
export interface Shifts {
  /** Of the sets of the tail that are in use, in turn; none for a program without tails. */
  readonly thresholds: readonly bigint[];
  /** Of netting sets that are one cell each. */
  readonly losses: readonly bigint[];
}

/** What the circuit reads, column after column, at 1e-16: tails shifted by their set's threshold, scenarios of plain shapes by their sets' losses, and the shifts after them. */
export function columnTotals(totals: ColumnTotals, shape: RiskShape, { thresholds, losses }: Shifts): bigint[] {
  const valueOf = (shift: Shift): bigint => {
    const [kind, at] = [shift.split("/")[0], Number(shift.split("/")[1])];
    return (kind === "loss" ? losses[at] : thresholds[at % thresholds.length]) ?? 0n;
  };
  return columnLabels(shape).map((label) => {
    if (isShift(label)) return valueOf(label);
    const shift = shiftOf(label, shape);
    return totalOf(totals, label) + (shift === undefined ? 0n : valueOf(shift));
  });
}
