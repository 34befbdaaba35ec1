// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {BabyJubjub} from "../../verifier-contracts/BabyJubjub.sol";

/// @title Makes the library callable from outside
/// @notice Every function passes on.
contract BabyJubjubReader {
    /// @notice Whether (x, y) can be a key.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    /// @return Whether it can.
    function isKey(uint256 x, uint256 y) external view returns (bool) {
        return BabyJubjub.isKey(x, y);
    }
}
