// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev European options on one underlying, settled in cash, that one writer offers. Amounts are per option.
struct Series {
    /// Who pays.
    address writer;
    /// Whether it pays above the strike, or below.
    bool isCall;
    /// When it settles. It is sold before.
    uint40 expiry;
    /// The price of the underlying from which on it pays, in units of the pledged token.
    uint128 strike;
    /// Most that it pays.
    uint128 cap;
    /// Pledge that is reserved for it. Covered where that is the cap.
    uint128 reserve;
    /// What it costs.
    uint128 premium;
}

/// @dev What became of a series.
struct Book {
    /// How many more options may be sold,
    uint256 offered;
    /// and how many were.
    uint256 sold;
    /// Whether what they pay is known.
    bool isSettled;
    /// What an option should pay,
    uint256 payoff;
    /// and what is set aside for each.
    uint256 paid;
}

/// @title What happens to options, and why something is refused
/// @notice Events and errors of GatedOptionWriter.
interface IOptionEvents {
    /// @notice A series is offered.
    /// @param id Its number.
    /// @param writer By whom.
    /// @param quantity How many options.
    event Offered(uint256 indexed id, address indexed writer, uint256 quantity);

    /// @notice Options were sold.
    /// @param id Of which series.
    /// @param holder To whom.
    /// @param quantity How many.
    event Sold(uint256 indexed id, address indexed holder, uint256 quantity);

    /// @notice Payment was set aside.
    /// @param id For which series.
    /// @param payoff What an option should pay.
    /// @param paid What is set aside for each.
    event Settled(uint256 indexed id, uint256 payoff, uint256 paid);

    /// @notice A holder was paid.
    /// @param id Of which series.
    /// @param holder Who.
    /// @param amount How much.
    event Claimed(uint256 indexed id, address indexed holder, uint256 amount);

    /// @notice No proof on the terms counts for the writer now.
    error NotHealthyEnough(address writer);

    /// @notice An option needs an expiry to come, a cap, which is the strike at most for a put, and a reserve.
    error InvalidSeries();

    /// @notice Only the writer of a series offers more or less of it.
    error NotWriter(address caller);

    /// @notice Fewer options than that are on offer.
    error NotOffered(uint256 asked, uint256 left);

    /// @notice The series has expired, or has not.
    error WrongTime(uint256 expiry);

    /// @notice The writer has less pledge than this that is not set aside.
    error PledgeTooLow(uint256 free, uint256 needed);

    /// @notice The writer has not paid for earlier options.
    error Unpaid(uint256 amount);

    /// @notice The series is not settled.
    error NotSettled(uint256 id);
}
