// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";

/// @title The curve of venue keys
/// @notice a x² + y² = 1 + d x² y² over BN254's scalar field (EIP-2494, circomlib's coordinates).
library BabyJubjub {
    uint256 private constant _A = 168700;
    uint256 private constant _D = 168696;

    /// @notice Whether (x, y) can be a key: on the curve, and not one of the eight points of small order, under which
    /// anyone signs anything.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    /// @return Whether it can.
    function isKey(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= Bn254.R || y >= Bn254.R) return false;
        (uint256 xx, uint256 yy) = (mulmod(x, x, Bn254.R), mulmod(y, y, Bn254.R));
        uint256 left = addmod(mulmod(_A, xx, Bn254.R), yy, Bn254.R);
        uint256 right = addmod(1, mulmod(_D, mulmod(xx, yy, Bn254.R), Bn254.R), Bn254.R);
        return left == right && !_hasSmallOrder(x, y);
    }

    /// @dev Whether 8 (x, y) is the neutral point (0, 1). Three projective doublings; the formula is complete on this
    /// curve, because a is a square and d is not. A point has x = 0 only if it is neutral or of order two.
    function _hasSmallOrder(uint256 x, uint256 y) private pure returns (bool) {
        uint256 z = 1;
        for (uint256 i = 0; i < 3; ++i) {
            (x, y, z) = _double(x, y, z);
        }
        return x == 0 && y == z;
    }

    /// @dev X3 = ((X + Y)² - X² - Y²) J, Y3 = F (a X² - Y²), Z3 = F J with F = a X² + Y², J = F - 2 Z².
    function _double(uint256 x, uint256 y, uint256 z) private pure returns (uint256, uint256, uint256) {
        uint256 p = Bn254.R;
        uint256 yy = mulmod(y, y, p);
        uint256 axx = mulmod(_A, mulmod(x, x, p), p);
        uint256 f = addmod(axx, yy, p);
        uint256 j = addmod(f, p - mulmod(2, mulmod(z, z, p), p), p);
        uint256 twoXy = mulmod(2, mulmod(x, y, p), p);
        return (mulmod(twoXy, j, p), mulmod(f, addmod(axx, p - yy, p), p), mulmod(f, j, p));
    }
}
