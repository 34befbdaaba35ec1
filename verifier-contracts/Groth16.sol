// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev Number of public signals of every tier. Their names and order are in PublicSignals.sol.
uint256 constant SIGNAL_COUNT = 7;

/// @dev Most proofs one batch may hold. The fixed cost of a batch is a ninth of the whole by then, and the search
/// for a bad proof, which checks one after the other, still fits into a transaction of 2^24 gas (EIP-7825).
uint256 constant MAX_BATCH = 32;

/// @title A Groth16 proof on BN254
/// @dev Coordinates of G2 points stand as the precompiles read them: imaginary part first. snarkjs's JSON has them
/// the other way round, its `exportSolidityCallData` as here.
struct Groth16Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @title A Groth16 verification key for seven public signals
/// @dev `ic[0]` is the constant term, `ic[1 + i]` belongs to public signal i.
struct Groth16Key {
    uint256[2] alpha;
    uint256[2][2] beta;
    uint256[2][2] gamma;
    uint256[2][2] delta;
    uint256[2][8] ic;
}
