// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AuctionRules, AuctionTerms} from "./AuctionTerms.sol";
import {Rounding} from "./Rounding.sol";

/// @title What a unit of the pledge costs in an auction
/// @notice A share of its worth that falls with time: fast at first, in `fastPeriod` from the opening price to the knee,
/// then slowly, in `slowPeriod` from the knee to nothing. The penalty is what is missing to one.
///
/// It falls with shortfall as well. A position that lacks the share s of what it needs enters the curve where a fuller
/// one arrives after s * fastPeriod: what is more urgent is sold sooner, and never on better terms than what is less so.
///
///     point = elapsed + s * fastPeriod
///     price = opening - (opening - knee) * point / fastPeriod              while point < fastPeriod
///           = knee * (1 - (point - fastPeriod) / slowPeriod)               until that is zero
/// @dev Rounded up: whoever closes pays the fraction. So the price is zero only when the curve is over.
library PenaltyCurve {
    using Rounding for uint256;

    /// @dev The price, from WAD to zero.
    /// @param elapsed Seconds that the auction's clock has run, at most 2^64.
    /// @param shortfall Share that the position lacks, at most WAD.
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
