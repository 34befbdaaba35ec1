// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AuctionRules, AuctionTerms} from "./AuctionTerms.sol";
import {Rounding} from "./Rounding.sol";

/// @title What a unit of the pledge costs in an auction
/// @notice A share of its worth that falls with time: first from the opening price to the knee in `fastPeriod`, then
/// from the knee to nothing in `slowPeriod`. The penalty is what is missing to one.
///
/// It falls with shortfall as well. A position that lacks the share s of what it needs enters the curve where one that
/// lacks nothing arrives after s * fastPeriod: what is more urgent sells sooner, at a penalty that is never lower.
///
///     point = elapsed + s * fastPeriod
///     price = opening - (opening - knee) * point / fastPeriod              while point < fastPeriod
///           = knee * (1 - (point - fastPeriod) / slowPeriod)               until that is zero
/// @dev Rounded up: whoever closes pays the fraction. So the price is zero only when the curve is over.
library PenaltyCurve {
    using Rounding for uint256;

    /// @dev The price, from WAD to zero, after `elapsed` seconds and at a shortfall of at most WAD.
    function price(AuctionTerms memory terms, uint256 elapsed, uint256 shortfall) internal pure returns (uint256) {
        uint256 opening = (terms.openingPriceBps * Rounding.WAD) / AuctionRules.BPS;
        uint256 knee = (terms.kneePriceBps * Rounding.WAD) / AuctionRules.BPS;
        uint256 fast = terms.fastPeriod * Rounding.WAD;
        uint256 slow = terms.slowPeriod * Rounding.WAD;
        uint256 point = elapsed * Rounding.WAD + shortfall * terms.fastPeriod;
        if (point < fast) return opening - (opening - knee).mulDivDown(point, fast);
        return point < fast + slow ? knee - knee.mulDivDown(point - fast, slow) : 0;
    }
}
