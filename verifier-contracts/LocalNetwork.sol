// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Chains that nobody but their user relies on
/// @notice Hardhat's and Ganache's networks, where delays may be shorter.
library LocalNetwork {
    /// @dev Whether this is one of them.
    function isLocal() internal view returns (bool) {
        return block.chainid == 31337 || block.chainid == 1337;
    }
}
