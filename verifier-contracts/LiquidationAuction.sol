// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AuctionRules, AuctionTerms} from "./AuctionTerms.sol";
import {ClosingShare, Position} from "./ClosingShare.sol";
import {Auction, Ending, ILiquidationAuction} from "./ILiquidationAuction.sol";
import {LiquidationNotices} from "./LiquidationNotices.sol";
import {PenaltyCurve} from "./PenaltyCurve.sol";
import {Rounding} from "./Rounding.sol";

/// @title A falling price for the pledge of a credit that stands on nothing else
/// @notice The part of a creditor that liquidates: ILiquidationAuction says how. It is a part of the creditor, not a
/// contract beside it, so that a pledge has one holder and a bid is one step that cannot be half done.
/// @dev Keeper and lender are paid by balances in the escrow, which no token can refuse: neither can block a bid.
abstract contract LiquidationAuction is LiquidationNotices {
    using SafeERC20 for IERC20;
    using ClosingShare for AuctionTerms;
    using ClosingShare for Position;
    using PenaltyCurve for AuctionTerms;
    using Rounding for uint256;

    /// @dev What a repayment takes of the pledge, and who receives it.
    struct Sale {
        uint256 price;
        uint256 repaid;
        uint256 taken;
        uint256 collateral;
        uint256 reward;
        uint256 fee;
    }

    /// @inheritdoc ILiquidationAuction
    function bid(
        address subject,
        uint256 offer,
        uint256 minCollateral
    ) external nonReentrant returns (uint256, uint256) {
        if (offer == 0) revert NothingOffered();
        (Position memory position, uint256 price) = _requireRunning(subject);
        if (price == 0 || position.pledge == 0) revert AuctionOver(subject);
        Sale memory sale = _sale(subject, position, price, offer);
        uint256 accepted = minCollateral.mulDivDown(sale.repaid, offer);
        if (sale.collateral < accepted) revert TooLittleCollateral(sale.collateral, accepted);

        address keeper = _liquidations[subject].keeper;
        _liquidations[subject].rewarded += SafeCast.toUint128(sale.reward);
        emit PledgeSold(subject, msg.sender, price, sale.repaid, sale.collateral, sale.reward, sale.fee);
        uint256 surplus = _close(subject, position, sale);
        asset.safeTransferFrom(msg.sender, lender, sale.repaid);
        if (sale.reward != 0) escrow.assignPledge(subject, keeper, sale.reward);
        if (sale.fee != 0) escrow.assignPledge(subject, lender, sale.fee);
        if (surplus != 0) escrow.releasePledge(subject, surplus);
        escrow.seizePledge(subject, msg.sender, sale.collateral);
        return (sale.repaid, sale.collateral);
    }

    /// @inheritdoc ILiquidationAuction
    /// @dev A sale to the lender at the pledge's worth: the same share, no penalty, nobody rewarded.
    function takeOver(address subject) external nonReentrant {
        (Position memory position, uint256 price) = _requireRunning(subject);
        if (price != 0 && position.pledge != 0) revert AuctionRunning(price);
        Sale memory sale = _sale(subject, position, Rounding.WAD, type(uint256).max);
        emit PledgeTakenOver(subject, sale.repaid, sale.taken);
        uint256 surplus = _close(subject, position, sale);
        if (sale.taken != 0) escrow.assignPledge(subject, lender, sale.taken);
        if (surplus != 0) escrow.releasePledge(subject, surplus);
    }

    /// @inheritdoc ILiquidationAuction
    function auctionOf(address subject) external view returns (Auction memory auction) {
        Liquidation storage liquidation = _liquidations[subject];
        Position memory position = _position(subject);
        auction.debt = position.debt;
        auction.pledge = position.pledge;
        auction.unitPrice = position.unitPrice;
        auction.shortfall = auctionTerms.shortfall(position);
        if (liquidation.noticedAt == 0) return auction;
        auction.keeper = liquidation.keeper;
        auction.noticedAt = liquidation.noticedAt;
        auction.startedAt = liquidation.startedAt;
        auction.startsFrom = _startsFrom(subject);
        auction.sparedUntil = marginHealth.graceUntil(subject, terms);
        auction.isVoid = _isVoid(subject);
        if (liquidation.startedAt == 0) return auction;
        auction.price = _price(subject, position);
        if (auction.price == 0) return auction;
        Sale memory sale = _sale(subject, position, auction.price, type(uint256).max);
        auction.largestRepayment = sale.repaid;
        auction.collateral = sale.collateral;
    }

    /// @dev Books a sale, and ends the liquidation if it is its last. What goes back to the subject is returned.
    function _close(
        address subject,
        Position memory position,
        Sale memory sale
    ) private returns (uint256 surplus) {
        _reduceDebt(subject, sale.repaid);
        position.debt -= sale.repaid;
        position.pledge -= sale.taken;
        if (position.debt == 0) {
            _end(subject, Ending.Repaid);
            return position.pledge;
        }
        if (position.pledge == 0) {
            _writeOff(subject);
            _end(subject, Ending.PledgeGone);
        } else if (position.pledge >= auctionTerms.buffered(position)) {
            _end(subject, Ending.Whole);
        }
    }

    /// @dev An auction in force, of a position that is not whole, and its price.
    function _requireRunning(address subject) private view returns (Position memory position, uint256) {
        _requireInForce(subject);
        if (_liquidations[subject].startedAt == 0) revert NotStarted(subject);
        position = _position(subject);
        uint256 needed = auctionTerms.buffered(position);
        if (position.pledge >= needed) revert PledgeSuffices(position.pledge, needed);
        return (position, _price(subject, position));
    }

    function _price(address subject, Position memory position) private view returns (uint256) {
        AuctionTerms memory auction = auctionTerms;
        uint256 elapsed = block.timestamp - _clockFrom(subject, _liquidations[subject].startedAt);
        return auction.price(elapsed, auction.shortfall(position));
    }

    /// @dev The penalty is what is taken beyond the worth of what is repaid. Keeper and lender have their shares of it,
    /// the bidder the rest. The lender has none while the pledge does not cover the debt: it would be paid for a debt
    /// that it is still owed.
    function _sale(
        address subject,
        Position memory position,
        uint256 price,
        uint256 offer
    ) private view returns (Sale memory sale) {
        AuctionTerms memory auction = auctionTerms;
        sale.price = price;
        sale.repaid = Math.min(offer, auction.largestRepayment(position, price));
        if (sale.repaid == 0) return sale;
        sale.taken = position.collateralFor(price, sale.repaid);
        uint256 worth = sale.repaid.mulDivUp(position.unitPrice, Rounding.WAD);
        uint256 penalty = Math.saturatingSub(sale.taken, worth);
        uint256 rewardLeft = auction.maxReward - _liquidations[subject].rewarded;
        sale.reward = Math.min(penalty.mulDivDown(auction.keeperBps, AuctionRules.BPS), rewardLeft);
        if (position.covers(price)) sale.fee = penalty.mulDivDown(auction.feeBps, AuctionRules.BPS);
        sale.collateral = sale.taken - sale.reward - sale.fee;
    }
}
