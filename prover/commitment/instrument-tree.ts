import { MarginProofError } from "../errors.ts";
import { IDENTITY } from "./curve.ts";
import type { Point } from "./curve.ts";
import { identifier } from "./domain.ts";
import { poseidon } from "./poseidon.ts";

/** Children of a parent node: the widest Poseidon. */
export const NODE_ARITY = 16;
export const INSTRUMENTS_PER_NODE = 3;
/** Field elements of one instrument in its node: id, long x, long y, short x, short y. */
export const ENTRIES_PER_INSTRUMENT = 5;

export interface TreeRow {
  readonly instrument: string;
  readonly long: Point;
  readonly short: Point;
}

export interface InstrumentTree {
  /** P: parents under the root, 1 to 16. Capacity is 48 P instruments. */
  readonly treeParents: number;
  /** Preimage of each of the 16 P bottom nodes: 15 values. */
  readonly nodeEntries: readonly (readonly bigint[])[];
  readonly nodes: readonly bigint[];
  readonly parents: readonly bigint[];
  readonly root: bigint;
  /** Index of each instrument among the rows. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** Where an instrument sits, with everything that hashes up to the root together with the parents' children. */
export interface InstrumentOpening {
  /** Bottom node, 0 to 16 P − 1: `NODE_ARITY · parentIndex + columnIndex`. */
  readonly nodeIndex: number;
  readonly parentIndex: number;
  readonly columnIndex: number;
  /** Place within the node, 0 to 2. */
  readonly slot: number;
  /** The node's 15 values. */
  readonly entries: readonly bigint[];
}

export const treeCapacity = (treeParents: number): number => INSTRUMENTS_PER_NODE * NODE_ARITY * treeParents;

const EMPTY_INSTRUMENT = [0n, IDENTITY.x, IDENTITY.y, IDENTITY.x, IDENTITY.y];

function rowEntries(row: TreeRow | undefined): bigint[] {
  return row === undefined ? EMPTY_INSTRUMENT : [identifier(row.instrument), row.long.x, row.long.y, row.short.x, row.short.y];
}

function indexRows(rows: readonly TreeRow[]): Map<string, number> {
  const indexOf = new Map<string, number>();
  rows.forEach(({ instrument }, i) => {
    if (indexOf.has(instrument)) {
      throw new MarginProofError("SnapshotMismatch", `instrument ${instrument} occurs twice`, { path: `rows[${i}]`, hint: "keep one row for each instrument" });
    }
    indexOf.set(instrument, i);
  });
  return indexOf;
}

/** @throws TreeFull when `count` rows exceed 48 P; OutOfRange for P outside 1..16 */
export function requireCapacity(count: number, treeParents: number): void {
  if (!Number.isInteger(treeParents) || treeParents < 1 || treeParents > NODE_ARITY) {
    throw new MarginProofError("OutOfRange", `a tree of ${treeParents} parents`, { path: "treeParents", hint: `use 1 to ${NODE_ARITY} parents` });
  }
  if (count <= treeCapacity(treeParents)) return;
  const needed = Math.ceil(count / treeCapacity(1));
  const larger = needed <= NODE_ARITY ? `use a tier whose tree has ${needed} parents, or ` : "";
  throw new MarginProofError("TreeFull", `${count} instruments do not fit a tree of ${treeCapacity(treeParents)}`, {
    path: "rows",
    hint: `${larger}leave instruments nobody holds out of the market file`,
  });
}

/**
 * Three instruments a bottom node, sixteen nodes a parent, P parents under the root; empty places hold id 0 and the identity,
 * which no instrument name can have. Rows are taken in the order given.
 *
 * @throws TreeFull when the rows exceed 48 P; OutOfRange for P outside 1..16; SnapshotMismatch for a repeated instrument
 */
export function buildInstrumentTree(rows: readonly TreeRow[], treeParents: number): InstrumentTree {
  requireCapacity(rows.length, treeParents);
  const indexOf = indexRows(rows);
  const emptyEntries = [...EMPTY_INSTRUMENT, ...EMPTY_INSTRUMENT, ...EMPTY_INSTRUMENT];
  const emptyNode = poseidon(emptyEntries);
  const nodeEntries: bigint[][] = [];
  const nodes: bigint[] = [];
  for (let node = 0; node < NODE_ARITY * treeParents; node++) {
    const first = INSTRUMENTS_PER_NODE * node;
    const isEmpty = first >= rows.length;
    const entries = isEmpty ? emptyEntries : [0, 1, 2].flatMap((slot) => rowEntries(rows[first + slot]));
    nodeEntries.push(entries);
    nodes.push(isEmpty ? emptyNode : poseidon(entries));
  }
  const parents = Array.from({ length: treeParents }, (_, parent) => poseidon(nodes.slice(NODE_ARITY * parent, NODE_ARITY * (parent + 1))));
  return { treeParents, nodeEntries, nodes, parents, root: poseidon(parents), indexOf };
}

/** @throws UnknownInstrument when the tree has no such row, naming `path` */
export function openInstrument(tree: InstrumentTree, instrument: string, path?: string): InstrumentOpening {
  const index = tree.indexOf.get(instrument);
  if (index === undefined) {
    throw new MarginProofError("UnknownInstrument", `${instrument} is not in the snapshot`, { path, hint: "use a snapshot whose market lists it, or correct the name" });
  }
  const nodeIndex = Math.floor(index / INSTRUMENTS_PER_NODE);
  return {
    nodeIndex,
    parentIndex: Math.floor(nodeIndex / NODE_ARITY),
    columnIndex: nodeIndex % NODE_ARITY,
    slot: index % INSTRUMENTS_PER_NODE,
    entries: tree.nodeEntries[nodeIndex]!,
  };
}
