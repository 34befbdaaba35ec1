pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/one-hot.circom";

/// InstrumentTree: the upper levels of the instrument tree, opened once for all positions.
///   bottom node = Poseidon15(three instruments), parent = Poseidon16(16 bottom nodes), root = Poseidon_PARENTS(parents)
/// ensures   root is the root above treeNodes
/// hints     none
/// cost      609 PARENTS + Poseidon(PARENTS): for a book of more than a few positions less than a path for each
/// twin      prover/commitment/instrument-tree.ts
template InstrumentTree(PARENTS) {
    signal input treeNodes[PARENTS][16];
    signal output root;

    signal parent[PARENTS];
    for (var p = 0; p < PARENTS; p++) {
        parent[p] <== Poseidon(16)(treeNodes[p]);
    }
    root <== Poseidon(PARENTS)(parent);
}

/// InstrumentRow: the committed risk vector of one instrument for one side.
/// A bottom node holds, three times over, (id, long x, long y, short x, short y). Its arity differs from every inner node's,
/// so no inner node can pose as one.
/// requires  R11 treeNodes are the nodes under the snapshot's root (InstrumentTree); R12 side is boolean
/// ensures   nodeEntries is bottom node number node; id and (x, y) are its entry number slot, of that side
/// hints     parent, column (pinned: each one-hot, node = 16 parent + column)
/// cost      573 (bottom node) + 16 PARENTS + 2 PARENTS + 50
/// twin      prover/commitment/instrument-tree.ts openInstrument
template InstrumentRow(PARENTS) {
    signal input treeNodes[PARENTS][16];
    signal input node;
    signal input slot;
    signal input side;
    signal input nodeEntries[15];
    signal output id;
    signal output x;
    signal output y;

    signal parent <-- node >> 4;
    signal column <-- node & 15;
    node === 16 * parent + column;

    signal parentSelector[PARENTS] <== OneHot(PARENTS)(parent);
    signal columnSelector[16] <== OneHot(16)(column);
    signal inParent[PARENTS];
    for (var p = 0; p < PARENTS; p++) {
        inParent[p] <== Select(16)(columnSelector, treeNodes[p]);
    }
    signal expected <== Select(PARENTS)(parentSelector, inParent);
    signal opened <== Poseidon(15)(nodeEntries);
    opened === expected;

    signal slotSelector[3] <== OneHot(3)(slot);
    signal shortSelector[3];
    signal terms[3][5];
    var sumId = 0;
    var sumX = 0;
    var sumY = 0;
    for (var k = 0; k < 3; k++) {
        shortSelector[k] <== slotSelector[k] * side;
        var longSelector = slotSelector[k] - shortSelector[k];
        terms[k][0] <== slotSelector[k] * nodeEntries[5 * k];
        terms[k][1] <== longSelector * nodeEntries[5 * k + 1];
        terms[k][2] <== longSelector * nodeEntries[5 * k + 2];
        terms[k][3] <== shortSelector[k] * nodeEntries[5 * k + 3];
        terms[k][4] <== shortSelector[k] * nodeEntries[5 * k + 4];
        sumId += terms[k][0];
        sumX += terms[k][1] + terms[k][3];
        sumY += terms[k][2] + terms[k][4];
    }
    id <== sumId;
    x <== sumX;
    y <== sumY;
}
