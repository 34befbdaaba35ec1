// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Proof} from "../../verifier-contracts/Groth16.sol";

/// @title A contract that calls itself the holder of a key and accepts everything
/// @notice What a table would serve if it took keys by address.
contract LyingKey {
    /// @notice The hash it claims.
    bytes32 public immutable verificationKeyHash;

    /// @notice Claims a key.
    /// @param hash Its hash.
    constructor(bytes32 hash) {
        verificationKeyHash = hash;
    }

    /// @notice Accepts.
    /// @return Yes.
    function verify(Groth16Proof calldata, uint256[7] calldata) external pure returns (bool) {
        return true;
    }
}
