// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Collateral outside the venues, and what is pledged of it
/// @notice A subject's balance has three parts: what it pledged to creditors, what a running proof counts, and the
/// rest, which is free: it may be withdrawn or pledged. No unit belongs to two of them: a proof cannot count what a
/// creditor may take, and no creditor can take what a proof counts or what was pledged to another.
/// @dev Amounts are in the token's own units unless said otherwise. A pledge is to an address, and whoever holds that
/// address decides about it alone: there is no administrator, and a creditor that misbehaves reaches its own pledges.
interface ICollateralEscrow {
    /// @notice A subject pledged collateral.
    /// @param subject Whose collateral.
    /// @param creditor Who may take it.
    /// @param amount How much more.
    event Pledged(address indexed subject, address indexed creditor, uint256 amount);

    /// @notice A creditor gave a pledge back.
    /// @param subject Whose collateral.
    /// @param creditor Who gave it back.
    /// @param amount How much.
    event PledgeReleased(address indexed subject, address indexed creditor, uint256 amount);

    /// @notice A creditor took pledged collateral.
    /// @param subject Whose it was.
    /// @param creditor Who took it.
    /// @param to Who received it.
    /// @param amount How much.
    event PledgeSeized(address indexed subject, address indexed creditor, address indexed to, uint256 amount);

    /// @notice A creditor gave pledged collateral to another's balance.
    /// @param subject Whose it was.
    /// @param creditor Who gave it.
    /// @param to Whose free balance it is now.
    /// @param amount How much.
    event PledgeAssigned(address indexed subject, address indexed creditor, address indexed to, uint256 amount);

    /// @notice Nobody is nobody's creditor, and nobody's balance cannot be withdrawn.
    error InvalidRecipient(address recipient);

    /// @notice The subject has pledged less than this to the caller.
    error PledgeTooSmall(uint256 asked, uint256 pledged);

    /// @notice Pledges the caller's collateral, which must be neither pledged nor in use by a proof.
    /// @param creditor Who may give it back or take it.
    /// @param amount How much more.
    function pledge(address creditor, uint256 amount) external;

    /// @notice Gives a pledge back to its subject's free balance. Only the creditor itself.
    /// @param subject Whose collateral.
    /// @param amount How much.
    function releasePledge(address subject, uint256 amount) external;

    /// @notice Takes pledged collateral. Only the creditor itself.
    /// @param subject Whose collateral.
    /// @param to Who receives it.
    /// @param amount How much.
    function seizePledge(address subject, address to, uint256 amount) external;

    /// @notice Moves pledged collateral to another's balance, where it is free. No token moves, so that no recipient
    /// can stop it and no fee is taken. Only the creditor itself.
    /// @param subject Whose collateral.
    /// @param to Whose balance grows.
    /// @param amount How much.
    function assignPledge(address subject, address to, uint256 amount) external;

    /// @notice What a subject has deposited and not withdrawn or lost, pledges included.
    /// @param subject Whose collateral.
    /// @return The balance.
    function balanceOf(address subject) external view returns (uint256);

    /// @notice What a subject has pledged to everybody.
    /// @param subject Whose collateral.
    /// @return The sum of its pledges.
    function pledgedOf(address subject) external view returns (uint256);

    /// @notice What a subject has pledged to one creditor.
    /// @param subject Whose collateral.
    /// @param creditor To whom.
    /// @return The pledge.
    function pledgedTo(address subject, address creditor) external view returns (uint256);

    /// @notice What a subject may withdraw or pledge now. The rest of its balance is pledged or in use.
    /// @param subject Whose collateral.
    /// @return The free part, after what is in use was rounded up to the token's units.
    function freeOf(address subject) external view returns (uint256);

    /// @notice What a proof may count for a subject: what is not pledged.
    /// @param subject Whose collateral.
    /// @return Amount at 1e-8 quote units, rounded down.
    function collateralOf(address subject) external view returns (uint256);
}
