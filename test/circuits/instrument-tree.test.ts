import { beforeAll, describe, expect, it } from "vitest";
import { identifier } from "../../prover/commitment/domain.ts";
import { buildInstrumentTree, INSTRUMENTS_PER_NODE, NODE_ARITY, openInstrument, type InstrumentTree, type TreeRow } from "../../prover/commitment/instrument-tree.ts";
import { poseidon } from "../../prover/commitment/poseidon.ts";
import { FIELD } from "../../prover/units.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const FILE = "instrument-tree.circom";
const PARENTS = 2;
const nameOf = (i: number) => `instrument-${i}`;
/** Rows whose coordinates tell them apart; the tree does not ask whether they are on the curve. */
const rows = (count: number): TreeRow[] => Array.from({ length: count }, (_, i) => {
  const [a, b] = [BigInt(1000 * i), BigInt(1000 * i + 500)];
  return { instrument: nameOf(i), long: { x: a + 1n, y: a + 2n }, short: { x: b + 1n, y: b + 2n } };
});
/** 63 of 64 places: the last instrument place of the last node is empty. */
const FULL = rows(63);
const treeNodes = ({ nodes, treeParents }: InstrumentTree) => Array.from({ length: treeParents }, (_, p) => nodes.slice(NODE_ARITY * p, NODE_ARITY * (p + 1)));

describe("InstrumentTree", () => {
  let tested: Tested;
  const tree = buildInstrumentTree(FULL, PARENTS);
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "InstrumentTree", params: [PARENTS], inputs: ["treeNodes"] });
  });
  const rootOf = (nodes: readonly (readonly bigint[])[]) => tested.output({ treeNodes: nodes }, "root");

  describe("agrees", () => {
    it.each([0, 1, 32, 33, 63, 64])("with buildInstrumentTree over %i instruments", async (count) => {
      const built = buildInstrumentTree(rows(count), PARENTS);
      expect(await rootOf(treeNodes(built))).toBe(built.root);
    });

    it("with buildInstrumentTree over more parents than one hash takes", async () => {
      const wide = await underTest({ file: FILE, template: "InstrumentTree", params: [18], inputs: ["treeNodes"] });
      const built = buildInstrumentTree(rows(18 * 32), 18);
      expect(await wide.output({ treeNodes: treeNodes(built) }, "root")).toBe(built.root);
      const last = treeNodes(built).map((nodes, p) => (p === 17 ? nodes.with(15, 0n) : nodes));
      expect(await wide.output({ treeNodes: last }, "root")).not.toBe(built.root);
    });
  });

  describe("refuses", () => {
    it("to give two trees one root: every node and every order counts", async () => {
      const [first, second] = treeNodes(tree) as [bigint[], bigint[]];
      const others = await Promise.all([[second, first], [first.with(0, first[1]!).with(1, first[0]!), second], [first.with(15, second[0]!), second.with(0, first[15]!)], [first, second.with(15, 0n)]].map(rootOf));
      expect(new Set([tree.root, ...others]).size).toBe(5);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined({ treeNodes: treeNodes(tree) })).toEqual([]);
    });
  });

  describe("edges", () => {
    it("one parent has a root above it that is not the parent itself", async () => {
      const single = await underTest({ file: FILE, template: "InstrumentTree", params: [1], inputs: ["treeNodes"] });
      const built = buildInstrumentTree(rows(3), 1);
      const root = await single.output({ treeNodes: treeNodes(built) }, "root");
      expect([root, root === built.parents[0]]).toEqual([built.root, false]);
    });
  });

  describe("costs", () => {
    it("one hash of sixteen per parent and one of the parents", () => {
      expectCost("InstrumentTree", [PARENTS], tested);
    });
  });
});

describe("InstrumentRow", () => {
  let tested: Tested;
  const tree = buildInstrumentTree(FULL, PARENTS);
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "InstrumentRow", params: [PARENTS], inputs: ["treeNodes", "node", "slot", "side", "nodeEntries"] });
  });

  const inputs = (i: number, side = 0): Record<string, number | bigint | readonly bigint[] | readonly (readonly bigint[])[]> => {
    const { nodeIndex, slot, entries } = openInstrument(tree, nameOf(i));
    return { treeNodes: treeNodes(tree), node: nodeIndex, slot, side, nodeEntries: entries };
  };
  const opened = async (given: Inputs) => ({ id: await tested.output(given, "id"), x: await tested.output(given, "x"), y: await tested.output(given, "y") });
  /** Instruments in the first and last node of each parent, in every slot. */
  const SAMPLE = [0, 1, 2, 29, 31, 32, 33, 61, 62];

  describe("agrees", () => {
    it.each(SAMPLE)("with openInstrument and the row's two sides, for instrument %i", async (i) => {
      const { long, short } = FULL[i]!;
      expect(await opened(inputs(i, 0))).toEqual({ id: identifier(nameOf(i)), ...long });
      expect(await opened(inputs(i, 1))).toEqual({ id: identifier(nameOf(i)), ...short });
    });

    it("with itself when compiled with every wire", async () => {
      expect(await tested.agreesWithO1(inputs(50, 1))).toBe(true);
    });
  });

  describe("refuses", () => {
    const itself = "InstrumentRow";
    const oneHot = "OneHot in InstrumentRow";
    it.each<[string, () => Inputs, string]>([
      ["the node next to it", () => ({ ...inputs(0), node: 1 }), itself],
      ["the same column under another parent", () => ({ ...inputs(0), node: 16 }), itself],
      ["the last column in place of the next parent's first", () => ({ ...inputs(32), node: 15 }), itself],
      ["a node beyond the tree", () => ({ ...inputs(0), node: 32 }), oneHot],
      ["a negative node", () => ({ ...inputs(0), node: FIELD - 1n }), oneHot],
      ["a node between two", () => ({ ...inputs(0), node: (FIELD + 1n) / 2n }), oneHot],
      ["a third slot", () => ({ ...inputs(0), slot: 2 }), oneHot],
      ["a negative slot", () => ({ ...inputs(0), slot: FIELD - 1n }), oneHot],
      ["entries of another node", () => ({ ...inputs(0), nodeEntries: inputs(60).nodeEntries! }), itself],
      ["one changed coordinate", () => ({ ...inputs(0), nodeEntries: (inputs(0).nodeEntries as bigint[]).with(1, 7n) }), itself],
      ["another id over the same risk", () => ({ ...inputs(0), nodeEntries: (inputs(0).nodeEntries as bigint[]).with(0, identifier("other")) }), itself],
      ["the two sides exchanged", () => ({ ...inputs(0), nodeEntries: sidesExchanged(inputs(0).nodeEntries as bigint[]) }), itself],
      ["two instruments of the node exchanged", () => ({ ...inputs(0), nodeEntries: rotated(inputs(0).nodeEntries as bigint[]) }), itself],
      ["a changed node in the tree", () => ({ ...inputs(0), treeNodes: treeNodes(tree).with(0, treeNodes(tree)[0]!.with(0, 1n)) }), itself],
      ["an inner node whose children pose as entries", () => ({ ...inputs(0), treeNodes: [tree.parents.concat(Array(14).fill(0n)), treeNodes(tree)[1]!], nodeEntries: tree.nodes.slice(0, 11) }), itself],
    ])("%s", async (_, given, refusal) => {
      expect(await tested.refusal(given())).toBe(refusal);
    });

    it("no other slot of an opened node: it opens that slot's instrument, with another id", async () => {
      for (const slot of [0, 1]) expect(await tested.output({ ...inputs(0), slot }, "id")).toBe(identifier(nameOf(slot)));
    });

    it("no nodes: made-up ones open any row, which is why InstrumentTree and SnapshotRoot tie them to the root (R11)", async () => {
      const entries = [identifier("free money"), ...Array<bigint>(10).fill(9n)];
      const invented = treeNodes(tree).with(0, treeNodes(tree)[0]!.with(0, poseidon(entries)));
      expect((await opened({ treeNodes: invented, node: 0, slot: 0, side: 0, nodeEntries: entries })).id).toBe(identifier("free money"));
    });

    it("no third side: it mixes the two rows, which is why Position takes only two (R12)", async () => {
      const { long, short } = FULL[5]!;
      const { x } = await opened(inputs(5, 2));
      expect(x).toBe((((2n * short.x - long.x) % FIELD) + FIELD) % FIELD);
    });
  });

  describe("cannot be forged", () => {
    it.each([0, 31, 32, 62])("at parent or column, for instrument %i", async (i) => {
      expect(await tested.forgeries(inputs(i), ["parent", "column", "parentSelector", "columnSelector", "slotSelector"])).toEqual([]);
    });

    it.each([0, 1])("anywhere, on side %i: no wire is loose or free, but nodes that the position does not use", async (side) => {
      // instrument 50 lies in node 16: first column of the second parent
      expect(await tested.undetermined(inputs(33, side), [/^main\.treeNodes\[0\]\[\d+\]$/, /^main\.treeNodes\[1\]\[(?!0\])\d+\]$/])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("an empty place opens to id 0 and the neutral point on both sides", async () => {
      const last = { treeNodes: treeNodes(tree), node: 31, slot: 1, nodeEntries: tree.nodeEntries[31]! };
      for (const side of [0, 1]) expect(await opened({ ...last, side })).toEqual({ id: 0n, x: 0n, y: 1n });
    });

    it("an empty node opens the same way", async () => {
      const small = buildInstrumentTree(rows(INSTRUMENTS_PER_NODE), PARENTS);
      expect(await opened({ treeNodes: treeNodes(small), node: 17, slot: 1, side: 0, nodeEntries: small.nodeEntries[17]! })).toEqual({ id: 0n, x: 0n, y: 1n });
    });
  });

  describe("costs", () => {
    it("one hash of fifteen, the selections, and the row's terms", () => {
      expectCost("InstrumentRow", [PARENTS], tested);
    });
  });
});

/** id, long x, long y, short x, short y of the first instrument: short before long. */
function sidesExchanged(entries: readonly bigint[]): bigint[] {
  const [id, lx, ly, sx, sy, ...rest] = entries as [bigint, bigint, bigint, bigint, bigint, ...bigint[]];
  return [id, sx, sy, lx, ly, ...rest];
}

function rotated(entries: readonly bigint[]): bigint[] {
  return [...entries.slice(5), ...entries.slice(0, 5)];
}
