// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @title The precompiles of BN254, called on memory
/// @notice Pointers are addresses of 32-byte words that the caller has allocated; every word read was written first.
/// @dev The length of an answer tells a precompile from an empty account, whose call succeeds and returns nothing.
/// A precompile that refuses its input burns all gas that was forwarded to it.
library Bn254Precompiles {
    uint256 private constant _EC_ADD = 6;
    uint256 private constant _EC_MUL = 7;
    uint256 private constant _PAIRING = 8;

    /// @dev Words of a pair: a point of G1, then one of G2.
    uint256 internal constant PAIR_WORDS = 6;

    /// @dev Bytes of a pair.
    uint256 internal constant PAIR_BYTES = 0xc0;

    /// @notice Takes memory without clearing it.
    /// @param words How many words.
    /// @return pointer The first of them.
    function allocate(uint256 words) internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
            mstore(0x40, add(pointer, shl(5, words)))
        }
    }

    /// @notice Writes two words, a point of G1.
    /// @param pointer Where.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    function store(uint256 pointer, uint256 x, uint256 y) internal pure {
        assembly ("memory-safe") {
            mstore(pointer, x)
            mstore(add(pointer, 0x20), y)
        }
    }

    /// @notice Copies two words, a point of G1.
    /// @param to Where to.
    /// @param from Where from.
    function copy(uint256 to, uint256 from) internal pure {
        assembly ("memory-safe") {
            mcopy(to, from, 0x40)
        }
    }

    /// @notice scalar · (x, y).
    /// @param input Three words of scratch space, which may begin at `output`.
    /// @param x First coordinate of a point on the curve.
    /// @param y Second coordinate.
    /// @param scalar The factor.
    /// @param output Where the product goes, two words.
    function multiply(uint256 input, uint256 x, uint256 y, uint256 scalar, uint256 output) internal view {
        bool ok;
        assembly ("memory-safe") {
            mstore(input, x)
            mstore(add(input, 0x20), y)
            mstore(add(input, 0x40), scalar)
            ok := staticcall(gas(), _EC_MUL, input, 0x60, output, 0x40)
            ok := and(ok, eq(returndatasize(), 0x40))
        }
        if (!ok) revert IVerificationErrors.PrecompileFailed(_EC_MUL);
    }

    /// @notice Adds the second point of four words to the first.
    /// @param sum Two points on the curve; the sum replaces the first.
    function accumulate(uint256 sum) internal view {
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), _EC_ADD, sum, 0x80, sum, 0x40)
            ok := and(ok, eq(returndatasize(), 0x40))
        }
        if (!ok) revert IVerificationErrors.PrecompileFailed(_EC_ADD);
    }

    /// @notice Whether the product of pairings is one, unless the call fails: for its input or for its gas.
    /// @param input The pairs, G1 before G2, imaginary parts first.
    /// @param count How many.
    /// @param gasLimit Gas the call may burn.
    /// @return ok Whether the precompile answered.
    /// @return isOne Its answer.
    function pairing(uint256 input, uint256 count, uint256 gasLimit) internal view returns (bool ok, bool isOne) {
        assembly ("memory-safe") {
            // Scratch space takes the answer.
            ok := staticcall(gasLimit, _PAIRING, input, mul(count, PAIR_BYTES), 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            isOne := and(ok, eq(mload(0x00), 1))
        }
    }

    /// @notice Whether the product of pairings is one. A failed call is a revert, not a "no": with too little gas a
    /// valid proof must not look invalid.
    /// @param input The pairs, G1 before G2, imaginary parts first.
    /// @param count How many.
    /// @return The answer.
    function requirePairing(uint256 input, uint256 count) internal view returns (bool) {
        (bool ok, bool isOne) = pairing(input, count, gasleft());
        if (!ok) revert IVerificationErrors.PrecompileFailed(_PAIRING);
        return isOne;
    }
}
