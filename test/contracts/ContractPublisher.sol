// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A publisher that is a contract
/// @notice A key signs for it, until it is told to stop.
contract ContractPublisher is IERC1271 {
    address private immutable _key;

    /// @notice Whether it signs no more.
    bool public silent;

    /// @notice Has a key sign for it.
    /// @param key The key's address.
    constructor(address key) {
        _key = key;
    }

    /// @notice Signs no more.
    function stop() external {
        silent = true;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        bool valid = !silent && ECDSA.recoverCalldata(hash, signature) == _key;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
