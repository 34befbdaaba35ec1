pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/one-hot.circom";

/// AttesterLeaf: one attester key with what the registry says about it.
/// ensures   out = Poseidon6(key x, key y, venueId, assurance, validFrom, validUntil)
/// twin      prover/statement/attester-registry.ts attesterLeaf
template AttesterLeaf() {
    signal input key[2];
    signal input venueId;
    signal input assurance;
    signal input validFrom;
    signal input validUntil;
    signal output out;
    out <== Poseidon(6)([key[0], key[1], venueId, assurance, validFrom, validUntil]);
}

/// AttesterRegistryTop: the 16 bottom nodes under the registry's root, opened once for all statements.
/// ensures   root = Poseidon16(nodes)
template AttesterRegistryTop() {
    signal input root;
    signal input nodes[16];
    signal top <== Poseidon(16)(nodes);
    root === top;
}

/// AttesterMembership: leaf stands at index in the registry (16-ary, two levels, 256 places).
/// requires  R6 nodes are the registry's bottom nodes (AttesterRegistryTop)
/// ensures   0 <= index < 256 and leaf is child index % 16 of node floor(index / 16)
/// hints     high, low (pinned: each one-hot, index = 16 high + low)
/// twin      prover/statement/attester-registry.ts openAttester
template AttesterMembership() {
    signal input leaf;
    signal input index;
    signal input siblings[16];
    signal input nodes[16];

    signal high <-- index >> 4;
    signal low <-- index & 15;
    index === 16 * high + low;

    signal highSelector[16] <== OneHot(16)(high);
    signal lowSelector[16] <== OneHot(16)(low);
    signal opened <== Select(16)(lowSelector, siblings);
    leaf === opened;
    signal node <== Poseidon(16)(siblings);
    signal expected <== Select(16)(highSelector, nodes);
    node === expected;
}
