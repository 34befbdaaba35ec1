pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/one-hot.circom";

/// InstrumentTree: the upper levels of the instrument tree, opened once for all positions.
///   bottom node = Poseidon11(two instruments, pair rates), parent = Poseidon16(16 bottom nodes), root = Poseidon_PARENTS(parents);
///   more than 16 parents: root = Poseidon_(PARENTS - 15)(Poseidon16(the first 16), the others)
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
    var FIRST = PARENTS > 16 ? 16 : PARENTS;
    component first = Poseidon(FIRST);
    for (var p = 0; p < FIRST; p++) { first.inputs[p] <== parent[p]; }
    if (PARENTS > 16) {
        component top = Poseidon(PARENTS - 15);
        top.inputs[0] <== first.out;
        for (var p = 16; p < PARENTS; p++) { top.inputs[p - 15] <== parent[p]; }
        root <== top.out;
    } else {
        root <== first.out;
    }
}

/// InstrumentRow: the committed risk vector of one instrument for one side.
/// A bottom node holds, twice over, (id, long x, long y, short x, short y), and what a short of one paired with a long of the other
/// is spared: rateMM 2^64 + rateIM. Its arity differs from a parent's, and every level is opened at its own depth, so no inner
/// node can pose as one.
/// requires  R11 treeNodes are the nodes under the snapshot's root (InstrumentTree); R12 side is boolean
/// ensures   nodeEntries is bottom node number node < 16 PARENTS; id and (x, y) are its entry number slot, of that side; rates are its last
/// hints     parent, column (pinned: each one-hot, node = 16 parent + column)
/// cost      420 (bottom node) + 16 PARENTS + 2 PARENTS + 38
/// twin      prover/commitment/instrument-tree.ts openInstrument
template InstrumentRow(PARENTS) {
    signal input treeNodes[PARENTS][16];
    signal input node;
    signal input slot;
    signal input side;
    signal input nodeEntries[11];
    signal output id;
    signal output x;
    signal output y;
    signal output rates;

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
    signal opened <== Poseidon(11)(nodeEntries);
    opened === expected;

    signal slotSelector[2] <== OneHot(2)(slot);
    signal shortSelector[2];
    signal terms[2][5];
    var sumId = 0;
    var sumX = 0;
    var sumY = 0;
    for (var k = 0; k < 2; k++) {
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
    rates <== nodeEntries[10];
}
