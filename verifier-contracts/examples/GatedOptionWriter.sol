// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICollateralEscrow} from "../ICollateralEscrow.sol";
import {IMarginHealth, Terms} from "../IMarginHealth.sol";
import {Book, IOptionEvents, Series} from "./IOptionEvents.sol";
import {ISettlementPrice} from "./ISettlementPrice.sol";

/// @title Options written against private margin health
/// @notice An example. A writer sells options while it has proved health on the buyers' terms, covered or not: what it
/// reserves of its pledge is at least a share of the most that they pay. They settle at expiry from its pledge.
///
/// Its limits. Health is asked for at each sale and not after: a writer whose proof lapses sells nothing and takes
/// nothing back that its options may need, but options it has sold stay as they are. What an uncovered option pays
/// beyond its reserve is paid from pledge that is free, then or later, and is otherwise missing: alike for every holder
/// of a series, first come between series, of which the writer may hold one. No reserve is touched for another series.
contract GatedOptionWriter is IOptionEvents, ReentrancyGuard {
    using SafeERC20 for IERC20;

    uint256 private constant _BPS = 10_000;

    /// @notice Says who may sell.
    IMarginHealth public immutable marginHealth;

    /// @notice Holds what is pledged to this contract.
    ICollateralEscrow public immutable escrow;

    /// @notice What premiums are paid in.
    IERC20 public immutable asset;

    /// @notice Says what options settle at.
    ISettlementPrice public immutable prices;

    /// @notice Least reserve of an option, as a share of its cap in basis points.
    uint256 public immutable minReserveBps;

    /// @notice What a writer must have proved.
    Terms public terms;

    /// @notice What a writer's pledge is set aside for: reserves of options that run, payments that nobody claimed yet.
    mapping(address writer => uint256 amount) public reservedOf;

    /// @notice Most that a writer's options may still pay beyond what is set aside for them.
    mapping(address writer => uint256 amount) public uncoveredOf;

    /// @notice What a writer's settled options should have paid and have not.
    mapping(address writer => uint256 amount) public unpaidOf;

    /// @notice How many options of a series somebody holds.
    mapping(uint256 id => mapping(address holder => uint256 quantity)) public holdingOf;

    /// @notice What somebody received of what its options pay.
    mapping(uint256 id => mapping(address holder => uint256 amount)) public claimedOf;

    Series[] private _series;
    mapping(uint256 id => Book) private _books;

    /// @notice Fixes the terms for good.
    /// @param marginHealth_ Says who may sell.
    /// @param escrow_ Holds the pledges.
    /// @param asset_ What premiums are paid in.
    /// @param prices_ Says what options settle at.
    /// @param minReserveBps_ Least reserve, as a share of the cap.
    /// @param terms_ What a writer must have proved.
    constructor(
        IMarginHealth marginHealth_,
        ICollateralEscrow escrow_,
        IERC20 asset_,
        ISettlementPrice prices_,
        uint256 minReserveBps_,
        Terms memory terms_
    ) {
        marginHealth = marginHealth_;
        escrow = escrow_;
        asset = asset_;
        prices = prices_;
        minReserveBps = minReserveBps_;
        terms = terms_;
    }

    /// @notice Offers a new series, the caller being its writer.
    /// @param series What it is.
    /// @param quantity How many options.
    /// @return id Its number.
    function offer(Series calldata series, uint256 quantity) external returns (uint256 id) {
        if (series.writer != msg.sender) revert NotWriter(msg.sender);
        bool isBounded = series.cap != 0 && (series.isCall || series.cap <= series.strike);
        bool isReserved = series.reserve <= series.cap && series.reserve * _BPS >= series.cap * minReserveBps;
        if (series.expiry <= block.timestamp || !isBounded || !isReserved) revert InvalidSeries();
        id = _series.length;
        _series.push(series);
        _books[id].offered = quantity;
        emit Offered(id, msg.sender, quantity);
    }

    /// @notice Changes how many more options of a series are on offer.
    /// @param id Its number.
    /// @param quantity How many.
    function reoffer(uint256 id, uint256 quantity) external {
        if (_series[id].writer != msg.sender) revert NotWriter(msg.sender);
        _books[id].offered = quantity;
        emit Offered(id, msg.sender, quantity);
    }

    /// @notice Buys options, for their premium.
    /// @param id Of which series.
    /// @param quantity How many.
    function buy(uint256 id, uint256 quantity) external nonReentrant {
        Series memory series = _series[id];
        Book storage book = _books[id];
        address writer = series.writer;
        if (block.timestamp >= series.expiry) revert WrongTime(series.expiry);
        if (!marginHealth.canOpen(writer, terms)) revert NotHealthyEnough(writer);
        if (unpaidOf[writer] != 0) revert Unpaid(unpaidOf[writer]);
        if (quantity > book.offered) revert NotOffered(quantity, book.offered);
        uint256 reserve = series.reserve * quantity;
        _requireFree(writer, reserve);
        book.offered -= quantity;
        book.sold += quantity;
        reservedOf[writer] += reserve;
        uncoveredOf[writer] += series.cap * quantity - reserve;
        holdingOf[id][msg.sender] += quantity;
        emit Sold(id, msg.sender, quantity);
        asset.safeTransferFrom(msg.sender, writer, series.premium * quantity);
    }

    /// @notice Sets aside what a series pays, from its reserve and then from pledge that is free. Where that was not
    /// enough, again when the writer has pledged more.
    /// @param id Which series.
    function settle(uint256 id) external nonReentrant {
        Series memory series = _series[id];
        Book storage book = _books[id];
        if (block.timestamp < series.expiry) revert WrongTime(series.expiry);
        if (!book.isSettled) _fix(series, book);
        if (book.sold == 0) return;
        uint256 missing = book.payoff - book.paid;
        uint256 more = Math.min(missing, _freeOf(series.writer) / book.sold);
        book.paid += more;
        reservedOf[series.writer] += more * book.sold;
        unpaidOf[series.writer] -= more * book.sold;
        emit Settled(id, book.payoff, book.paid);
    }

    /// @notice Pays the caller what is set aside for its options and it has not received.
    /// @param id Of which series.
    /// @return amount How much.
    function claim(uint256 id) external nonReentrant returns (uint256 amount) {
        Book storage book = _books[id];
        if (!book.isSettled) revert NotSettled(id);
        address writer = _series[id].writer;
        amount = book.paid * holdingOf[id][msg.sender] - claimedOf[id][msg.sender];
        claimedOf[id][msg.sender] += amount;
        reservedOf[writer] -= amount;
        emit Claimed(id, msg.sender, amount);
        escrow.seizePledge(writer, msg.sender, amount);
    }

    /// @notice Gives the caller a part of its pledge back that its options do not need. The healthy may have all but
    /// what is set aside.
    /// @param amount How much.
    function release(uint256 amount) external nonReentrant {
        if (unpaidOf[msg.sender] != 0) revert Unpaid(unpaidOf[msg.sender]);
        uint256 kept = marginHealth.canOpen(msg.sender, terms) ? 0 : uncoveredOf[msg.sender];
        _requireFree(msg.sender, kept + amount);
        escrow.releasePledge(msg.sender, amount);
    }

    /// @notice A series and what became of it.
    /// @param id Its number.
    /// @return What it is.
    /// @return How many are offered and sold, and how it settled.
    function seriesAt(uint256 id) external view returns (Series memory, Book memory) {
        return (_series[id], _books[id]);
    }

    /// @dev What an option pays is known: its reserve is set aside for that, and the rest of the reserve is free.
    function _fix(Series memory series, Book storage book) private {
        uint256 price = prices.priceAt(series.expiry);
        uint256 gain = series.isCall
            ? Math.saturatingSub(price, series.strike)
            : Math.saturatingSub(series.strike, price);
        book.isSettled = true;
        book.payoff = Math.min(gain, series.cap);
        book.paid = Math.min(book.payoff, series.reserve);
        reservedOf[series.writer] -= (series.reserve - book.paid) * book.sold;
        uncoveredOf[series.writer] -= uint256(series.cap - series.reserve) * book.sold;
        unpaidOf[series.writer] += (book.payoff - book.paid) * book.sold;
    }

    function _freeOf(address writer) private view returns (uint256) {
        return escrow.pledgedTo(writer, address(this)) - reservedOf[writer];
    }

    function _requireFree(address writer, uint256 needed) private view {
        uint256 free = _freeOf(writer);
        if (free < needed) revert PledgeTooLow(free, needed);
    }
}
