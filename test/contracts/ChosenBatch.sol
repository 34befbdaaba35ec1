// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Key, Groth16Proof} from "../../verifier-contracts/Groth16.sol";
import {Groth16Verifier} from "../../verifier-contracts/Groth16Verifier.sol";

/// @title Batch verification with the caller's coefficients: unsound
/// @notice Everything else is Groth16Verifier.
contract ChosenBatch is Groth16Verifier {
    uint256[] private _chosen;

    /// @notice Takes a key and the coefficients.
    /// @param key The key.
    /// @param chosen One coefficient per proof.
    constructor(Groth16Key memory key, uint256[] memory chosen) Groth16Verifier(key) {
        _chosen = chosen;
    }

    function _coefficients(
        Groth16Proof[] calldata,
        uint256[7][] calldata
    ) internal view override returns (uint256[] memory) {
        return _chosen;
    }
}
