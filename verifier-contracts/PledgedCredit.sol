// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {AuctionRules, AuctionTerms} from "./AuctionTerms.sol";
import {ClosingShare, Position} from "./ClosingShare.sol";
import {ICollateralEscrow} from "./ICollateralEscrow.sol";
import {IMarginHealth, Terms} from "./IMarginHealth.sol";

/// @dev Who and what a credit is between.
struct Credit {
    /// Says who is healthy.
    IMarginHealth marginHealth;
    /// Holds what is pledged.
    ICollateralEscrow escrow;
    /// What is lent.
    IERC20 asset;
    /// Who lends, and is paid back.
    address lender;
    /// Worth of one unit of the asset in units of the escrow's token, times 1e18.
    uint256 unitPrice;
}

/// @title What is owed to one lender, and pledged for it
/// @notice A debt is lent, repaid, or bad: `lent = repaid + totalDebt + totalBadDebt`, to the unit. Bad debt is still
/// owed, and bars new credit.
abstract contract PledgedCredit is ReentrancyGuard {
    using SafeERC20 for IERC20;
    using ClosingShare for AuctionTerms;

    /// @notice Says who is healthy.
    IMarginHealth public immutable marginHealth;

    /// @notice Holds what is pledged to this contract.
    ICollateralEscrow public immutable escrow;

    /// @notice What is lent.
    IERC20 public immutable asset;

    /// @notice Who lends, and is paid back.
    address public immutable lender;

    uint256 private immutable _unitPrice;

    /// @notice What a subject must have proved for its credit to stand on that alone.
    Terms public terms;

    /// @notice How a credit is liquidated that stands on neither proof nor pledge.
    AuctionTerms public auctionTerms;

    /// @notice What each subject owes.
    mapping(address subject => uint256 amount) public debtOf;

    /// @notice What each subject owes that no pledge was left for.
    mapping(address subject => uint256 amount) public badDebtOf;

    /// @notice What all of them owe.
    uint256 public totalDebt;

    /// @notice What all of them owe that no pledge was left for.
    uint256 public totalBadDebt;

    /// @notice A debt outlasted its pledge.
    /// @param subject Whose.
    /// @param amount How much.
    event BadDebt(address indexed subject, uint256 amount);

    /// @notice Bad debt was paid back after all.
    /// @param subject Whose.
    /// @param amount How much.
    event BadDebtRecovered(address indexed subject, uint256 amount);

    /// @notice At this price, closing a part of such a debt could not be computed.
    error DebtOutOfRange(uint256 debt, uint256 unitPrice);

    constructor(Credit memory credit, Terms memory terms_, AuctionTerms memory auctionTerms_) {
        AuctionRules.check(auctionTerms_);
        marginHealth = credit.marginHealth;
        escrow = credit.escrow;
        asset = credit.asset;
        lender = credit.lender;
        _unitPrice = credit.unitPrice;
        terms = terms_;
        auctionTerms = auctionTerms_;
    }

    /// @notice Pays bad debt back to the lender.
    /// @param subject Whose.
    /// @param atMost How much at most.
    /// @return paid How much it was.
    function recover(address subject, uint256 atMost) external nonReentrant returns (uint256 paid) {
        uint256 owed = badDebtOf[subject];
        paid = atMost < owed ? atMost : owed;
        badDebtOf[subject] = owed - paid;
        totalBadDebt -= paid;
        emit BadDebtRecovered(subject, paid);
        asset.safeTransferFrom(msg.sender, lender, paid);
    }

    /// @notice Worth of one unit of the asset in units of the pledged token, times 1e18. Fixed when the contract was
    /// made, as suits two dollars; a creditor of anything else overrides it with a price that its pledgers trust.
    /// @return The price.
    function unitPrice() public view virtual returns (uint256) {
        return _unitPrice;
    }

    /// @dev A subject's debt and pledge as they are.
    function _position(address subject) internal view returns (Position memory) {
        return
            Position({
                debt: debtOf[subject],
                pledge: escrow.pledgedTo(subject, address(this)),
                unitPrice: unitPrice()
            });
    }

    function _addDebt(address subject, uint256 amount) internal {
        uint256 debt = debtOf[subject] + amount;
        uint256 price = unitPrice();
        if (!auctionTerms.fits(debt, price)) revert DebtOutOfRange(debt, price);
        debtOf[subject] = debt;
        totalDebt += amount;
    }

    function _reduceDebt(address subject, uint256 amount) internal {
        debtOf[subject] -= amount;
        totalDebt -= amount;
    }

    function _writeOff(address subject) internal {
        uint256 debt = debtOf[subject];
        if (debt == 0) return;
        _reduceDebt(subject, debt);
        badDebtOf[subject] += debt;
        totalBadDebt += debt;
        emit BadDebt(subject, debt);
    }
}
