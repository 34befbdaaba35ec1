// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IMarginHealth, Terms} from "../IMarginHealth.sol";

/// @title A credit line against private margin health
/// @notice An example: one import, one call. The lender's allowance to this contract is what can be borrowed.
contract PrivateCreditLine {
    using SafeERC20 for IERC20;

    /// @notice Says who may borrow.
    IMarginHealth public immutable marginHealth;

    /// @notice What is lent.
    IERC20 public immutable asset;

    /// @notice Who lends, and is paid back.
    address public immutable lender;

    /// @notice Most that one borrower may owe.
    uint256 public immutable creditLimit;

    /// @notice What a borrower must have proved.
    Terms public terms;

    /// @notice What each borrower owes.
    mapping(address borrower => uint256 amount) public debtOf;

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

    /// @notice The borrower owes less than this.
    error NothingOwed(uint256 amount, uint256 debt);

    /// @notice Fixes the terms for good.
    /// @param marginHealth_ Says who may borrow.
    /// @param asset_ What is lent.
    /// @param lender_ Who lends.
    /// @param creditLimit_ Most that one borrower may owe.
    /// @param terms_ What a borrower must have proved.
    constructor(
        IMarginHealth marginHealth_,
        IERC20 asset_,
        address lender_,
        uint256 creditLimit_,
        Terms memory terms_
    ) {
        marginHealth = marginHealth_;
        asset = asset_;
        lender = lender_;
        creditLimit = creditLimit_;
        terms = terms_;
    }

    /// @notice Draws credit.
    /// @param amount How much.
    function borrow(uint256 amount) external {
        if (!marginHealth.canOpen(msg.sender, terms)) revert NotHealthyEnough(msg.sender);
        uint256 debt = debtOf[msg.sender] + amount;
        if (debt > creditLimit) revert CreditLimitExceeded(debt, creditLimit);
        debtOf[msg.sender] = debt;
        emit Borrowed(msg.sender, amount);
        asset.safeTransferFrom(lender, msg.sender, amount);
    }

    /// @notice Pays back for a borrower.
    /// @param borrower Whose debt.
    /// @param amount How much.
    function repay(address borrower, uint256 amount) external {
        uint256 debt = debtOf[borrower];
        if (amount > debt) revert NothingOwed(amount, debt);
        debtOf[borrower] = debt - amount;
        emit Repaid(borrower, amount);
        asset.safeTransferFrom(msg.sender, lender, amount);
    }
}
