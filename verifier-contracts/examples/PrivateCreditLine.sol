// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {SafeERC20, IERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AuctionRules, AuctionTerms} from "../AuctionTerms.sol";
import {ClosingShare, Position} from "../ClosingShare.sol";
import {Terms} from "../IMarginHealth.sol";
import {LiquidationAuction} from "../LiquidationAuction.sol";
import {Credit, PledgedCredit} from "../PledgedCredit.sol";
import {Rounding} from "../Rounding.sol";

/// @title A credit line against private margin health
/// @notice An example. Whoever has proved health borrows more than it pledges: the pledge asked is a small share of the
/// debt. When the proof lapses and is not renewed, the line may close as much of the debt as makes the pledge enough by
/// itself. The lender's allowance to this contract is what can be borrowed.
///
/// Its limits. No proof knows of this debt unless a venue attests it, and what was borrowed here may be counted there:
/// limit and pledge bound what a borrower can lose its lender. Without interest: what is owed is what was drawn.
contract PrivateCreditLine is LiquidationAuction {
    using ClosingShare for AuctionTerms;
    using Rounding for uint256;
    using SafeERC20 for IERC20;

    /// @notice Most that one borrower may owe.
    uint256 public immutable creditLimit;

    /// @notice Pledge asked of the healthy, as a share of the debt's worth in basis points.
    uint256 public immutable pledgeBps;

    /// @notice Credit was drawn.
    /// @param borrower By whom.
    /// @param amount How much.
    event Borrowed(address indexed borrower, uint256 amount);

    /// @notice Credit was paid back.
    /// @param borrower For whom.
    /// @param amount How much.
    event Repaid(address indexed borrower, uint256 amount);

    /// @notice No proof on the lender's terms counts for the borrower now.
    error NotHealthyEnough(address borrower);

    /// @notice The borrower would owe more than the limit.
    error CreditLimitExceeded(uint256 debt, uint256 limit);

    /// @notice The borrower's debt outlasted its pledge before, and is not paid back.
    error BadDebtOwed(uint256 amount);

    /// @notice The borrower has pledged, or would have pledged, less than its debt needs.
    error PledgeTooLow(uint256 pledge, uint256 needed);

    /// @notice Fixes the terms for good.
    /// @param credit Who and what the credit is between.
    /// @param terms_ What a borrower must have proved.
    /// @param auctionTerms_ How its pledge is sold when it has not.
    /// @param creditLimit_ Most that one borrower may owe.
    /// @param pledgeBps_ Pledge asked of the healthy.
    constructor(
        Credit memory credit,
        Terms memory terms_,
        AuctionTerms memory auctionTerms_,
        uint256 creditLimit_,
        uint256 pledgeBps_
    ) PledgedCredit(credit, terms_, auctionTerms_) {
        creditLimit = creditLimit_;
        pledgeBps = pledgeBps_;
    }

    /// @notice Draws credit.
    /// @param amount How much.
    function borrow(uint256 amount) external nonReentrant {
        if (!marginHealth.canOpen(msg.sender, terms)) revert NotHealthyEnough(msg.sender);
        if (badDebtOf[msg.sender] != 0) revert BadDebtOwed(badDebtOf[msg.sender]);
        _addDebt(msg.sender, amount);
        uint256 debt = debtOf[msg.sender];
        if (debt > creditLimit) revert CreditLimitExceeded(debt, creditLimit);
        Position memory position = _position(msg.sender);
        _requirePledge(position.pledge, _pledgeOfTheHealthy(position));
        _endIfVoid(msg.sender);
        emit Borrowed(msg.sender, amount);
        asset.safeTransferFrom(lender, msg.sender, amount);
    }

    /// @notice Pays back for a borrower, whatever its health. Takes no more than is owed.
    /// @param borrower Whose debt.
    /// @param atMost How much at most.
    /// @return paid How much it was.
    function repay(address borrower, uint256 atMost) external nonReentrant returns (uint256 paid) {
        uint256 debt = debtOf[borrower];
        if (debt == 0) revert NoDebt(borrower);
        paid = atMost < debt ? atMost : debt;
        _reduceDebt(borrower, paid);
        _endIfWhole(borrower);
        emit Repaid(borrower, paid);
        asset.safeTransferFrom(msg.sender, lender, paid);
    }

    /// @notice Gives the caller a part of its pledge back: to the healthy what their debt does not need, to others what
    /// it does not need without a proof.
    /// @param amount How much.
    function release(uint256 amount) external nonReentrant {
        Position memory position = _position(msg.sender);
        bool isHealthy = marginHealth.canOpen(msg.sender, terms);
        uint256 needed = isHealthy ? _pledgeOfTheHealthy(position) : auctionTerms.buffered(position);
        _requirePledge(position.pledge, needed + amount);
        escrow.releasePledge(msg.sender, amount);
    }

    /// @dev Rounded up. Never more than the debt needs without a proof.
    function _pledgeOfTheHealthy(Position memory position) private view returns (uint256) {
        uint256 share = position.debt.mulDivUp(position.unitPrice * pledgeBps, AuctionRules.BPS * Rounding.WAD);
        uint256 whole = auctionTerms.buffered(position);
        return share < whole ? share : whole;
    }

    function _requirePledge(uint256 pledge, uint256 needed) private pure {
        if (pledge < needed) revert PledgeTooLow(pledge, needed);
    }
}
