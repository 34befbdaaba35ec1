import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BASE, IDENTITY, multiply } from "../prover/commitment/curve.ts";
import { identifier } from "../prover/commitment/domain.ts";
import { buildInstrumentTree, INSTRUMENTS_PER_NODE, NODE_ARITY, openInstrument, treeCapacity } from "../prover/commitment/instrument-tree.ts";
import type { InstrumentOpening, InstrumentTree, TreeRow } from "../prover/commitment/instrument-tree.ts";
import { poseidon } from "../prover/commitment/poseidon.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const points = Array.from({ length: 8 }, (_, i) => multiply(BASE, BigInt(i + 2)));
const rows = (count: number): TreeRow[] => Array.from({ length: count }, (_, i) => ({ instrument: `I${i}`, long: points[i % 8]!, short: points[(3 * i + 1) % 8]! }));

/** The root that an opening hashes up to, as the circuit computes it. */
function rootOf(tree: InstrumentTree, { entries, parentIndex, columnIndex }: InstrumentOpening): bigint {
  const nodes = tree.nodes.slice(NODE_ARITY * parentIndex, NODE_ARITY * (parentIndex + 1));
  const parent = poseidon(nodes.with(columnIndex, poseidon(entries)));
  return poseidon(tree.parents.with(parentIndex, parent));
}

describe("openings", () => {
  const list = rows(50);
  const tree = buildInstrumentTree(list, 2);

  law(
    "hold the instrument in their slot and hash up to the root",
    fc.property(fc.nat({ max: 49 }), (i) => {
      const opening = openInstrument(tree, `I${i}`);
      const { long, short } = list[i]!;
      expect(opening.entries.slice(5 * opening.slot, 5 * opening.slot + 5)).toEqual([identifier(`I${i}`), long.x, long.y, short.x, short.y]);
      expect(opening.nodeIndex).toBe(NODE_ARITY * opening.parentIndex + opening.columnIndex);
      expect(INSTRUMENTS_PER_NODE * opening.nodeIndex + opening.slot).toBe(i);
      expect(rootOf(tree, opening)).toBe(tree.root);
    }),
    20,
  );

  it("of an unknown instrument are refused with the caller's path", () => {
    expect(refusal(() => openInstrument(buildInstrumentTree(rows(2), 1), "I2", "positions[4].instrument"))).toEqual({ code: "UnknownInstrument", path: "positions[4].instrument" });
  });
});

describe("the root", () => {
  const root = (list: TreeRow[], parents = 1): bigint => buildInstrumentTree(list, parents).root;
  const [first, second, ...rest] = rows(5) as [TreeRow, TreeRow, ...TreeRow[]];

  it.each([
    ["an instrument's name", [{ ...first, instrument: "J" }, second, ...rest]],
    ["a long commitment", [{ ...first, long: second.long }, second, ...rest]],
    ["long and short swapped", [{ ...first, long: first.short, short: first.long }, second, ...rest]],
    ["two rows swapped", [second, first, ...rest]],
    ["a row left out", [second, ...rest]],
    ["a row added", [first, second, ...rest, { ...first, instrument: "K" }]],
  ])("depends on %s", (_, changed) => {
    expect(root(changed)).not.toBe(root([first, second, ...rest]));
  });

  it("depends on the number of parents", () => {
    expect(root(rows(3), 1)).not.toBe(root(rows(3), 2));
  });

  it("is that of empty nodes for no instruments: id 0 and the identity, twice, and no pair rates", () => {
    const node = poseidon([...Array.from({ length: 2 }, () => [0n, IDENTITY.x, IDENTITY.y, IDENTITY.x, IDENTITY.y]).flat(), 0n]);
    expect(root([], 1)).toBe(poseidon([poseidon(Array<bigint>(NODE_ARITY).fill(node))]));
  });
});

describe("capacity", () => {
  it("is 32 instruments a parent, and one more is refused", () => {
    expect(treeCapacity(16)).toBe(512);
    expect(buildInstrumentTree(rows(32), 1).indexOf.size).toBe(32);
    expect(refusal(() => buildInstrumentTree(rows(33), 1))).toEqual({ code: "TreeFull", path: "rows" });
  });

  it.each([0, 25, 1.5, -1])("a tree of %s parents is refused", (parents) => {
    expect(refusal(() => buildInstrumentTree([], parents))).toEqual({ code: "OutOfRange", path: "treeParents" });
  });

  it("an instrument listed twice is refused", () => {
    expect(refusal(() => buildInstrumentTree([...rows(2), ...rows(1)], 1))).toEqual({ code: "SnapshotMismatch", path: "rows[2]" });
  });
});

describe("pairs", () => {
  const pairing = (key: string, MM: bigint, IM: bigint) => ({ key, MM, IM });
  const list = rows(5).map((row, i) => (i === 1 ? { ...row, pairing: pairing("a", 7n, 9n) } : i === 4 ? { ...row, pairing: pairing("a", 8n, 5n) } : i === 2 ? { ...row, pairing: pairing("b", 1n, 2n) } : row));
  const tree = buildInstrumentTree(list, 1);
  const open = (name: string) => openInstrument(tree, name);

  it("share a node, whose rates are the lesser of theirs", () => {
    expect([open("I1").nodeIndex, open("I4").nodeIndex]).toEqual([0, 0]);
    expect(open("I1").entries.at(-1)).toBe((7n << 64n) + 5n);
  });

  it("that lack a partner have a node of their own", () => {
    expect(list.filter(({ instrument }) => open(instrument).nodeIndex === open("I2").nodeIndex).map(({ instrument }) => instrument)).toEqual(["I2"]);
    expect(open("I2").entries.at(-1)).toBe((1n << 64n) + 2n);
  });

  it("are not spared anything where there is no key", () => {
    expect(open("I0").nodeIndex).toBe(open("I3").nodeIndex);
    expect(open("I0").entries.at(-1)).toBe(0n);
  });

  it("of three are refused", () => {
    expect(refusal(() => buildInstrumentTree(list.map((row, i) => (i === 0 ? { ...row, pairing: pairing("a", 1n, 1n) } : row)), 1))).toEqual({ code: "SnapshotMismatch", path: "I4" });
  });
});
