// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AuctionRules, AuctionTerms} from "./AuctionTerms.sol";
import {Rounding} from "./Rounding.sol";

/// @dev A debt and what is pledged for it. `unitPrice` is what one unit of the debt's asset is worth in units of the
/// pledged token, times 1e18: 1e18 for two dollars with the same decimals.
struct Position {
    uint256 debt;
    uint256 pledge;
    uint256 unitPrice;
}

/// @title How much of a debt is closed
/// @notice Once no proof carries a debt D, its pledge C must do so alone, with a margin m: it lacks what is missing to
/// (1 + m) D p at unit price p. Whoever repays x receives x p / d of the pledge at the auction's price d. No more may
/// be closed than restores the margin and a buffer, B = 1 + m (1 + b):
///
///     C - x p / d >= B (D - x) p      so      x >= d (B D p - C) / (p (B d - 1))                            (1)
///
/// As a share of the debt, with the buffered margin BM = C - B D p and what would be left of the pledge if all were
/// closed, L = C - D p / d, that is f = BM / (BM - L).
///
///  - While L >= 0, the pledge covers the debt at the auction's price. Short of the buffer, BM < 0, that gives
///    D p / d <= C < B D p, so B d > 1: (1) divides by a positive number, and f <= 1 as BM - L <= BM < 0.
///  - While L < 0, every repayment leaves the rest worse covered: the whole pledge is sold, for C d / p of the debt.
///
/// @dev (1) is rounded up: the smallest whole x that restores the buffer; one unit less does not. What is received is
/// rounded down, what is paid for the whole pledge is rounded up.
library ClosingShare {
    using Rounding for uint256;

    /// @dev Scale of B.
    uint256 private constant _SCALE = AuctionRules.BPS ** 2;

    /// @dev The pledge that the debt needs, rounded up.
    function requirement(AuctionTerms memory terms, Position memory position) internal pure returns (uint256) {
        uint256 factor = AuctionRules.BPS + terms.marginBps;
        return _owed(position).mulDivUp(factor, AuctionRules.BPS * Rounding.WAD);
    }

    /// @dev The pledge that restores margin and buffer, rounded up: C >= B D p exactly when C is no less than it.
    function buffered(AuctionTerms memory terms, Position memory position) internal pure returns (uint256) {
        return _owed(position).mulDivUp(_bufferedFactor(terms), _SCALE * Rounding.WAD);
    }

    /// @dev The share of its requirement that the pledge lacks, of WAD, rounded down.
    function shortfall(AuctionTerms memory terms, Position memory position) internal pure returns (uint256) {
        uint256 required = requirement(terms, position);
        if (position.pledge >= required) return 0;
        return (required - position.pledge).mulDivDown(Rounding.WAD, required);
    }

    /// @dev The most that may be repaid at a price in one go. Nothing once the buffer is restored.
    function largestRepayment(
        AuctionTerms memory terms,
        Position memory position,
        uint256 price
    ) internal pure returns (uint256) {
        if (position.pledge >= buffered(terms, position)) return 0;
        if (!covers(position, price)) return position.pledge.mulDivUp(price, position.unitPrice);
        uint256 owed = _owed(position);
        if (owed <= terms.smallPosition * Rounding.WAD) return position.debt;
        uint256 factor = _bufferedFactor(terms);
        uint256 missing = owed * factor - position.pledge * _SCALE * Rounding.WAD;
        return missing.mulDivUp(price, position.unitPrice * (factor * price - _SCALE * Rounding.WAD));
    }

    /// @dev Whether all of the pledge, sold at a price, repays all of the debt. For a pledge short of the buffer.
    function covers(Position memory position, uint256 price) internal pure returns (bool) {
        return _owed(position) <= position.pledge * price;
    }

    /// @dev What a repayment receives of the pledge, rounded down.
    function collateralFor(Position memory position, uint256 price, uint256 repaid) internal pure returns (uint256) {
        return Math.min(position.pledge, repaid.mulDivDown(position.unitPrice, price));
    }

    /// @dev Whether no product above can be wider than a word, for any debt up to this one and any pledge: a pledge
    /// beyond the buffer is never multiplied, so the debt bounds it.
    function fits(AuctionTerms memory terms, uint256 debt, uint256 unitPrice) internal pure returns (bool) {
        if (unitPrice == 0 || unitPrice > type(uint160).max) return false;
        return debt <= type(uint256).max / (unitPrice * _bufferedFactor(terms)) / 2;
    }

    /// @dev D p, in units of the pledged token times WAD.
    function _owed(Position memory position) private pure returns (uint256) {
        return position.debt * position.unitPrice;
    }

    /// @dev B, times its scale.
    function _bufferedFactor(AuctionTerms memory terms) private pure returns (uint256) {
        return _SCALE + terms.marginBps * (AuctionRules.BPS + terms.bufferBps);
    }
}
