import { MarginProofError } from "../errors.ts";
import { IDENTITY } from "./curve.ts";
import type { Point } from "./curve.ts";
import { identifier } from "./domain.ts";
import { poseidon } from "./poseidon.ts";
import { requireUnsigned } from "./ranges.ts";

/** Children of a parent node: the widest Poseidon. */
export const NODE_ARITY = 16;
export const INSTRUMENTS_PER_NODE = 2;
/** Widest root: sixteen parents in one hash, the others beside it. */
export const MAX_PARENTS = 24;
/** Field elements of one instrument in its node: id, long x, long y, short x, short y. */
export const ENTRIES_PER_INSTRUMENT = 5;

export interface TreeRow {
  readonly instrument: string;
  readonly long: Point;
  readonly short: Point;
  /** Instruments of one key share a node; what a short of one is spared for a long of it, per unit at 1e-8, below 2^64. */
  readonly pairing?: { readonly key: string; readonly MM: bigint; readonly IM: bigint } | null;
}

/** Two places of a bottom node. */
export type NodeRows = readonly [TreeRow, TreeRow?];

export interface InstrumentTree {
  /** P: parents under the root, 1 to 24. Capacity is 32 P instruments. */
  readonly treeParents: number;
  /** Preimage of each of the 16 P bottom nodes: 11 values. */
  readonly nodeEntries: readonly (readonly bigint[])[];
  readonly nodes: readonly bigint[];
  readonly parents: readonly bigint[];
  readonly root: bigint;
  /** Place of each instrument: twice its node, plus its slot. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** Where an instrument sits, with everything that hashes up to the root together with the parents' children. */
export interface InstrumentOpening {
  /** Bottom node, 0 to 16 P − 1: `NODE_ARITY · parentIndex + columnIndex`. */
  readonly nodeIndex: number;
  readonly parentIndex: number;
  readonly columnIndex: number;
  /** Place within the node, 0 or 1. */
  readonly slot: number;
  /** The node's 11 values. */
  readonly entries: readonly bigint[];
}

export const treeCapacity = (treeParents: number): number => INSTRUMENTS_PER_NODE * NODE_ARITY * treeParents;

const EMPTY_INSTRUMENT = [0n, IDENTITY.x, IDENTITY.y, IDENTITY.x, IDENTITY.y];

function rowEntries(row: TreeRow | undefined): bigint[] {
  return row === undefined ? EMPTY_INSTRUMENT : [identifier(row.instrument), row.long.x, row.long.y, row.short.x, row.short.y];
}

/**
 * Rows by nodes: the instruments of a pairing key share one, any two others do. Nodes of pairs come first, each in the order of its
 * first row.
 *
 * @throws SnapshotMismatch when a key has more than two instruments: their shorts could not all meet their longs
 */
export function pairUp(rows: readonly TreeRow[]): NodeRows[] {
  const byKey = new Map<string, TreeRow[]>();
  for (const row of rows) {
    if (row.pairing) byKey.set(row.pairing.key, [...(byKey.get(row.pairing.key) ?? []), row]);
  }
  for (const [key, members] of byKey) {
    if (members.length > 2) throw new MarginProofError("SnapshotMismatch", `${members.length} instruments share the pairing key ${key}`, { path: members[2]!.instrument, hint: "list one call and one put a strike" });
  }
  const single = rows.filter(({ pairing }) => !pairing);
  const singles = Array.from({ length: Math.ceil(single.length / 2) }, (_, i): NodeRows => [single[2 * i]!, single[2 * i + 1]]);
  return [...[...byKey.values()].map(([first, second]): NodeRows => [first!, second]), ...singles];
}

/** The node's 11 values: both instruments, and the lesser of their pair rates as rateMM·2^64 + rateIM. */
function entriesOf([first, second]: readonly (TreeRow | undefined)[]): bigint[] {
  const pairings = [first?.pairing, second?.pairing].filter((pairing) => pairing !== undefined && pairing !== null);
  const rate = (level: "MM" | "IM"): bigint => pairings.map((pairing) => requireUnsigned(pairing[level], 64, `pairing.${level}`)).reduce((least, next) => (next < least ? next : least), pairings[0]?.[level] ?? 0n);
  return [...rowEntries(first), ...rowEntries(second), rate("MM") * 2n ** 64n + rate("IM")];
}

function requireDistinct(rows: readonly TreeRow[]): void {
  const seen = new Set<string>();
  rows.forEach(({ instrument }, i) => {
    if (seen.has(instrument)) {
      throw new MarginProofError("SnapshotMismatch", `instrument ${instrument} occurs twice`, { path: `rows[${i}]`, hint: "keep one row for each instrument" });
    }
    seen.add(instrument);
  });
}

const indexNodes = (nodes: readonly NodeRows[]): Map<string, number> =>
  new Map(nodes.flatMap((rows, node) => rows.flatMap((row, slot) => (row === undefined ? [] : [[row.instrument, INSTRUMENTS_PER_NODE * node + slot] as const]))));

/** Root above the parents. twin: circuits InstrumentTree */
function rootOf(parents: readonly bigint[]): bigint {
  const first = poseidon(parents.slice(0, NODE_ARITY));
  return parents.length > NODE_ARITY ? poseidon([first, ...parents.slice(NODE_ARITY)]) : first;
}

/** @throws TreeFull when `count` rows exceed 32 P; OutOfRange for P outside 1..24 */
export function requireCapacity(count: number, treeParents: number): void {
  if (!Number.isInteger(treeParents) || treeParents < 1 || treeParents > MAX_PARENTS) {
    throw new MarginProofError("OutOfRange", `a tree of ${treeParents} parents`, { path: "treeParents", hint: `use 1 to ${MAX_PARENTS} parents` });
  }
  if (count <= treeCapacity(treeParents)) return;
  const needed = Math.ceil(count / treeCapacity(1));
  const larger = needed <= MAX_PARENTS ? `use a tier whose tree has ${needed} parents, or ` : "";
  throw new MarginProofError("TreeFull", `${count} instruments do not fit a tree of ${treeCapacity(treeParents)}`, {
    path: "rows",
    hint: `${larger}leave instruments nobody holds out of the market file`,
  });
}

/**
 * Two instruments a bottom node, sixteen nodes a parent, P parents under the root; empty places hold id 0 and the identity, which
 * no instrument name can have. Pairs share nodes (`pairUp`); else rows are taken in the order given.
 *
 * @throws TreeFull when the rows need more than 16 P nodes; OutOfRange for P outside 1..24; SnapshotMismatch for a repeated instrument
 */
export function buildInstrumentTree(rows: readonly TreeRow[], treeParents: number): InstrumentTree {
  requireDistinct(rows);
  const paired = pairUp(rows);
  requireCapacity(Math.max(rows.length, INSTRUMENTS_PER_NODE * paired.length - 1), treeParents);
  const indexOf = indexNodes(paired);
  const emptyEntries = entriesOf([]);
  const emptyNode = poseidon(emptyEntries);
  const nodeEntries = Array.from({ length: NODE_ARITY * treeParents }, (_, node) => (node < paired.length ? entriesOf(paired[node]!) : emptyEntries));
  const nodes = nodeEntries.map((entries) => (entries === emptyEntries ? emptyNode : poseidon(entries)));
  const parents = Array.from({ length: treeParents }, (_, parent) => poseidon(nodes.slice(NODE_ARITY * parent, NODE_ARITY * (parent + 1))));
  return { treeParents, nodeEntries, nodes, parents, root: rootOf(parents), indexOf };
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
