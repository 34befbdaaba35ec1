pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/domain.circom";

/// SnapshotRoot: what the risk publisher commits to.
///   Poseidon7(tag, PARENTS, treeRoot, policyHash, marketHash, asOf, rulesHash)
/// ensures   out binds the instrument tree, its shape, the policy, the market and the margin program
/// hints     none
/// twin      prover/commitment/snapshot.ts snapshotRoot
template SnapshotRoot(PARENTS) {
    signal input treeRoot;
    signal input policyHash;
    signal input marketHash;
    signal input snapshotTime;
    signal input rulesHash;
    signal output out;

    out <== Poseidon(7)([TAG_SNAPSHOT(), PARENTS, treeRoot, policyHash, marketHash, snapshotTime, rulesHash]);
}
