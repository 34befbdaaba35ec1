// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AuctionRules, AuctionTerms} from "../../verifier-contracts/AuctionTerms.sol";
import {ClosingShare, Position} from "../../verifier-contracts/ClosingShare.sol";
import {PenaltyCurve} from "../../verifier-contracts/PenaltyCurve.sol";

/// @title Makes the libraries of auctions callable from outside
/// @notice Every function passes on.
contract AuctionReader {
    using ClosingShare for AuctionTerms;
    using ClosingShare for Position;
    using PenaltyCurve for AuctionTerms;

    /// @notice Refuses terms that no auction could follow.
    /// @param terms The terms.
    function check(AuctionTerms calldata terms) external pure {
        AuctionRules.check(terms);
    }

    /// @notice A price.
    /// @param terms The terms.
    /// @param elapsed Seconds.
    /// @param shortfall Share that is missing.
    /// @return The price.
    function price(AuctionTerms calldata terms, uint256 elapsed, uint256 shortfall) external pure returns (uint256) {
        return terms.price(elapsed, shortfall);
    }

    /// @notice What a position needs and lacks.
    /// @param terms The terms.
    /// @param position The position.
    /// @return requirement The pledge that the debt needs.
    /// @return buffered The pledge that restores the buffer.
    /// @return shortfall The share of the requirement that is missing.
    function needs(
        AuctionTerms calldata terms,
        Position calldata position
    ) external pure returns (uint256 requirement, uint256 buffered, uint256 shortfall) {
        requirement = terms.requirement(position);
        buffered = terms.buffered(position);
        shortfall = terms.shortfall(position);
    }

    /// @notice What may be closed at a price.
    /// @param terms The terms.
    /// @param position The position.
    /// @param cost The price.
    /// @return repayment The most that may be repaid.
    /// @return collateral What that receives.
    function closing(
        AuctionTerms calldata terms,
        Position calldata position,
        uint256 cost
    ) external pure returns (uint256 repayment, uint256 collateral) {
        repayment = terms.largestRepayment(position, cost);
        collateral = position.collateralFor(cost, repayment);
    }

    /// @notice Whether a debt's closing can be computed.
    /// @param terms The terms.
    /// @param debt The debt.
    /// @param unitPrice The price of its asset.
    /// @return Whether it can.
    function fits(AuctionTerms calldata terms, uint256 debt, uint256 unitPrice) external pure returns (bool) {
        return terms.fits(debt, unitPrice);
    }
}
