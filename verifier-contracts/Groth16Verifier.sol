// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254Precompiles} from "./Bn254Precompiles.sol";
import {Groth16Key, Groth16Proof, SIGNAL_COUNT} from "./Groth16.sol";
import {Groth16Batch} from "./Groth16Batch.sol";

/// @title Groth16 on BN254 for seven public signals
/// @notice One reviewed source for every tier: the key is given to the constructor and kept in immutables, so that no
/// Solidity is ever generated and two tiers differ in nothing but thirty constants of their bytecode.
/// @dev A proof can be re-randomised by anyone, (sA, B/s, C): never use its bytes or its hash against replay.
contract Groth16Verifier is Groth16Batch {
    /// @notice Takes a key and keeps it for good.
    /// @param key The verification key; refused where it would make every statement provable.
    constructor(Groth16Key memory key) Groth16Batch(key) {}

    /// @notice Whether the proof shows the public signals. Callers must look at the answer: false is not a revert.
    /// @param proof The proof.
    /// @param signals Public signals, each below the scalar field's order.
    /// @return Whether the pairing equation holds.
    function verify(Groth16Proof calldata proof, uint256[7] calldata signals) external view returns (bool) {
        if (!_isWellFormed(proof)) revert MalformedProof();
        uint256 signal = _firstAlias(signals);
        if (signal < SIGNAL_COUNT) revert PublicSignalNotInField(signal);
        uint256 input = Bn254Precompiles.allocate(PAIRS * Bn254Precompiles.PAIR_WORDS);
        _placeEquation(input, proof, signals);
        return Bn254Precompiles.requirePairing(input, PAIRS);
    }

    /// @notice Returns if every proof shows its public signals, and reverts naming the first that does not.
    /// @param proofs The proofs, all for this key.
    /// @param signals Their public signals, in the same order.
    function verifyBatch(Groth16Proof[] calldata proofs, uint256[7][] calldata signals) external view {
        _requireBatch(proofs, signals);
    }
}
