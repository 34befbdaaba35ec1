// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Products and quotients that say which way they round
/// @notice In full precision: the product may be wider than a word.
library Rounding {
    /// @dev One, in prices and shares.
    uint256 internal constant WAD = 1e18;

    /// @dev a * b / c, without the fraction.
    function mulDivDown(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        return Math.mulDiv(a, b, c, Math.Rounding.Floor);
    }

    /// @dev a * b / c, and one more if there is a fraction.
    function mulDivUp(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        return Math.mulDiv(a, b, c, Math.Rounding.Ceil);
    }
}
