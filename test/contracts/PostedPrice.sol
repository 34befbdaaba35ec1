// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ISettlementPrice} from "../../verifier-contracts/examples/ISettlementPrice.sol";

/// @title Prices that anyone posts, once for each time
/// @notice Worth no trust.
contract PostedPrice is ISettlementPrice {
    mapping(uint256 time => uint256 price) private _prices;

    /// @notice Nothing was posted for that time.
    error UnknownPrice(uint256 time);

    /// @notice Something was.
    error PriceKnown(uint256 time);

    /// @notice Posts a price.
    /// @param time For when.
    /// @param price The price, not zero.
    function post(uint256 time, uint256 price) external {
        if (_prices[time] != 0) revert PriceKnown(time);
        _prices[time] = price;
    }

    /// @inheritdoc ISettlementPrice
    function priceAt(uint256 time) external view returns (uint256) {
        if (_prices[time] == 0) revert UnknownPrice(time);
        return _prices[time];
    }
}
