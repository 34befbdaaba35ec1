// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Key, Groth16Proof} from "../../verifier-contracts/Groth16.sol";
import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";

/// @title Makes the parts of batch verification callable from outside
/// @notice Every function passes on.
contract BatchReader is Groth16Verifier {
    /// @notice Takes a key.
    /// @param key The key.
    constructor(Groth16Key memory key) Groth16Verifier(key) {}

    /// @notice What each proof's equation is multiplied with.
    /// @param proofs The proofs.
    /// @param signals Their public signals.
    /// @return One coefficient per proof.
    function coefficients(
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata signals
    ) external view returns (uint256[] memory) {
        return _coefficients(proofs, signals);
    }

    /// @notice The search for a bad proof, whether there is one or not.
    /// @param proofs The proofs.
    /// @param signals Their public signals.
    function search(Groth16Proof[] calldata proofs, uint256[7][] calldata signals) external view {
        _revertAtBadProof(proofs, signals);
    }
}
