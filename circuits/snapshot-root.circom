pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/domain.circom";

/// SnapshotRoot: what the risk publisher commits to.
///   Poseidon8(tag, PARENTS, treeRoot, policyHash, marketHash, asOf, lossFactorMM, lossFactorIM)
/// ensures   out binds the instrument tree, its shape, the policy, the market and the loss factors
/// hints     none
/// twin      prover/commitment/snapshot.ts snapshotRoot
template SnapshotRoot(PARENTS) {
    signal input treeRoot;
    signal input policyHash;
    signal input marketHash;
    signal input snapshotTime;
    signal input lossFactorMM;
    signal input lossFactorIM;
    signal output out;

    out <== Poseidon(8)([TAG_SNAPSHOT(), PARENTS, treeRoot, policyHash, marketHash, snapshotTime, lossFactorMM, lossFactorIM]);
}
