// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Key, Groth16Proof} from "../../verifier-contracts/Groth16.sol";
import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";

/// @title Batch verification with coefficients of all proofs but no signals: unsound
/// @notice Everything else is Groth16Verifier.
contract ProofsOnlyBatch is Groth16Verifier {
    /// @notice Takes a key.
    /// @param key The key.
    constructor(Groth16Key memory key) Groth16Verifier(key) {}

    function _coefficients(
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata
    ) internal pure override returns (uint256[] memory coefficients) {
        coefficients = new uint256[](proofs.length);
        bytes32 seed = keccak256(abi.encode(proofs));
        for (uint256 i = 0; i < proofs.length; ++i) {
            coefficients[i] = uint128(uint256(keccak256(abi.encode(seed, i))));
        }
    }
}
