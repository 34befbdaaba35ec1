// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Where options learn what they settle at
/// @notice Whoever implements it is trusted by writers and holders alike.
interface ISettlementPrice {
    /// @notice The underlying's price at a time. Reverts until it is known, and never changes after that.
    /// @param time Unix seconds.
    /// @return Units of the token that options are settled in, for one option's underlying.
    function priceAt(uint256 time) external view returns (uint256);
}
