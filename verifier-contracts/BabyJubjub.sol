// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Bn254} from "./Bn254.sol";

/// @title The curve of venue keys
/// @notice a x² + y² = 1 + d x² y² over BN254's scalar field (EIP-2494, circomlib's coordinates).
library BabyJubjub {
    uint256 private constant _A = 168700;
    uint256 private constant _D = 168696;

    /// @dev The tangent at T, below, on the Montgomery form: v = _SLOPE u + _OFFSET.
    uint256 private constant _SLOPE = 5125366436769623165205660392107939355810725029703343239946747673935168202680;
    uint256 private constant _OFFSET = 2088913711335396856726546479911749303399891397513649570383271383614331769171;

    /// @dev The tangent at 2 T, which runs through the origin: v = _SLOPE_OF_DOUBLE u.
    uint256 private constant _SLOPE_OF_DOUBLE =
        14673962723734255200314198873237586429337747973199041533368185129026308523766;

    /// @notice Whether (x, y) can be a key: on the curve, in the subgroup of prime order, and not its neutral point. A
    /// point moved out of the subgroup verifies what the same secret signs, so it would be a second name of a key.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    /// @return Whether it can.
    function isKey(uint256 x, uint256 y) internal view returns (bool) {
        if (x >= Bn254.R || y >= Bn254.R) return false;
        (uint256 xx, uint256 yy) = (mulmod(x, x, Bn254.R), mulmod(y, y, Bn254.R));
        uint256 left = addmod(mulmod(_A, xx, Bn254.R), yy, Bn254.R);
        uint256 right = addmod(1, mulmod(_D, mulmod(xx, yy, Bn254.R), Bn254.R), Bn254.R);
        return left == right && _isInSubgroup(x, y);
    }

    /// @dev Whether a point of the curve is 8 times another, which those of the subgroup are, and no others, and is not
    /// neutral. The curve's points of order 2^k are the multiples of one T of order 8, and 8 divides r - 1, so that is
    /// told by the Tate pairing with T, which is not degenerate: P = 8 Q exactly when f(P) to the power (r - 1) / 8 is
    /// one, where f has an eightfold zero at T and pole at infinity. On the Montgomery form, u = (1 + y) / (1 - y) and
    /// v = u / x, two doublings lead from T to 2 T = (1, .) and 4 T = (0, 0), so with the tangents t1 and t2 there
    ///
    ///     f = ((t1 / (u - 1))² t2 / u)² u        up to factors that are eighth powers, with N = 1 + y and M = 1 - y
    ///       = ((2 y M (N - _SLOPE N x - _OFFSET M x))² x M (1 - _SLOPE_OF_DOUBLE x))² N M
    ///
    /// This is zero at points of small order only, as the neutral one is, and no power of zero is one.
    function _isInSubgroup(uint256 x, uint256 y) private view returns (bool) {
        uint256 p = Bn254.R;
        (uint256 n, uint256 m) = (addmod(1, y, p), addmod(1, p - y, p));
        (uint256 nx, uint256 mx) = (mulmod(n, x, p), mulmod(m, x, p));
        uint256 taken = addmod(mulmod(_SLOPE, nx, p), mulmod(_OFFSET, mx, p), p);
        uint256 f = mulmod(mulmod(2, y, p), mulmod(m, addmod(n, p - taken, p), p), p);
        uint256 second = mulmod(mx, addmod(1, p - mulmod(_SLOPE_OF_DOUBLE, x, p), p), p);
        f = mulmod(mulmod(f, f, p), second, p);
        f = mulmod(mulmod(f, f, p), mulmod(n, m, p), p);
        return Math.modExp(f, (p - 1) / 8, p) == 1;
    }
}
