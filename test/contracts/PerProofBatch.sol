// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Key, Groth16Proof} from "../../verifier-contracts/Groth16.sol";
import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";

/// @title Batch verification with coefficients of each proof alone, as deployed elsewhere: unsound
/// @notice Coefficient 0 is 1 and coefficient i hashes proof i with its signals. Everything else is Groth16Verifier.
contract PerProofBatch is Groth16Verifier {
    /// @notice Takes a key.
    /// @param key The key.
    constructor(Groth16Key memory key) Groth16Verifier(key) {}

    function _coefficients(
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata signals
    ) internal pure override returns (uint256[] memory coefficients) {
        coefficients = new uint256[](proofs.length);
        for (uint256 i = 0; i < proofs.length; ++i) {
            coefficients[i] = i == 0 ? 1 : uint128(uint256(keccak256(abi.encode(proofs[i], signals[i]))));
        }
    }
}
