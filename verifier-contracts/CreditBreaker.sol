// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Graces, Span} from "./Grace.sol";
import {BreakerTerms, ICreditBreaker, TripReason} from "./ICreditBreaker.sol";
import {Spot} from "./Publication.sol";

/// @title Stops new credit where the publishers' numbers give reason to
/// @notice Trips on numbers that a quorum agreed on, on the quorum's failure, and on the guardian's word; re-arms when
/// publications have been calm. No single publisher has a hand in either.
/// @dev Graces last `grace` seconds and begin `graceWindow` seconds apart or more (Graces): no span of `graceWindow`
/// seconds has more than `grace` of them, however often the breaker trips, and for how long. Re-arming ends a grace and
/// does not erase it.
abstract contract CreditBreaker is ICreditBreaker {
    using Graces for Span;

    /// @dev One policy's breaker.
    struct Breaker {
        /// `None` while armed. Staleness is stored once over, pause never.
        TripReason reason;
        uint32 since;
        /// Last second of the latest cause.
        uint32 latestCause;
        /// First and last second of the latest grace.
        uint32 graceFrom;
        uint32 graceTo;
        /// Publications since the latest cause.
        uint16 calm;
    }

    uint256 private constant BPS = 10_000;

    /// @notice Largest move of a spot without a bound of its own, in basis points.
    uint256 public immutable moveBps;

    /// @notice Publications without a new cause after which a breaker re-arms.
    uint256 public immutable calmEpochs;

    /// @notice Seconds since the latest cause after which a breaker re-arms.
    uint256 public immutable calmPeriod;

    /// @notice Seconds for which a trip spares existing accounts.
    uint256 public immutable grace;

    /// @notice Seconds from the beginning of one grace to the earliest beginning of the next.
    uint256 public immutable graceWindow;

    mapping(bytes32 policyId => Breaker) private _breakers;
    mapping(bytes32 policyId => mapping(uint256 asset => uint256 price)) private _spots;
    mapping(uint256 asset => uint256 bps) private _bounds;

    /// @notice Starts armed.
    /// @param terms Fixed for good.
    constructor(BreakerTerms memory terms) {
        if (terms.calmEpochs == 0 || terms.grace >= terms.graceWindow) revert InvalidBreakerTerms();
        moveBps = _requireBound(terms.moveBps);
        for (uint256 i = 0; i < terms.bounds.length; ++i) {
            _bounds[terms.bounds[i].asset] = _requireBound(terms.bounds[i].bps);
        }
        (calmEpochs, calmPeriod) = (terms.calmEpochs, terms.calmPeriod);
        (grace, graceWindow) = (terms.grace, terms.graceWindow);
    }

    /// @inheritdoc ICreditBreaker
    function spotOf(bytes32 policyId, uint256 asset) external view returns (uint256) {
        return _spots[policyId][asset];
    }

    /// @inheritdoc ICreditBreaker
    function moveBound(uint256 asset) public view returns (uint256) {
        uint256 own = _bounds[asset];
        return own == 0 ? moveBps : own;
    }

    /// @dev The cause that is stored, else staleness, which gives no grace before the first snapshot. The latest grace
    /// is told whether or not it, or what it was given for, is over.
    function _state(
        bytes32 policyId
    ) internal view returns (TripReason reason, uint256 since, uint256 graceUntil) {
        Breaker memory state = _current(policyId);
        (reason, since, graceUntil) = (state.reason, state.since, state.graceTo);
        (bool stale, ) = _staleness(policyId);
        if (reason == TripReason.None && stale) reason = TripReason.Staleness;
    }

    /// @dev Whether the policy's latest snapshot has expired or there is none, and since when, zero for ever.
    function _staleness(bytes32 policyId) internal view virtual returns (bool stale, uint256 since);

    /// @dev A publication was accepted, but is not yet the latest. A spot that was left out for a while is compared
    /// with the price it had last. The new prices are what the next are compared with, so a jump trips once.
    function _observe(bytes32 policyId, Spot[] calldata spots) internal {
        (bool stale, uint256 since) = _staleness(policyId);
        if (stale && since != 0) _trip(policyId, TripReason.Staleness, since);
        bool moved = false;
        for (uint256 i = 0; i < spots.length; ++i) {
            uint256 asset = spots[i].asset;
            uint256 before = _spots[policyId][asset];
            uint256 price = spots[i].price;
            if (_isBeyond(asset, before, price)) {
                moved = true;
                emit SpotMoved(policyId, asset, before, price);
            }
            if (price != before) _spots[policyId][asset] = price;
        }
        if (moved) _trip(policyId, TripReason.SpotMove, block.timestamp);
        else _countCalm(policyId);
    }

    /// @dev A cause that began at `since` and was there just now.
    function _trip(bytes32 policyId, TripReason reason, uint256 since) internal {
        Breaker memory state = _current(policyId);
        if (state.reason == TripReason.None) (state.reason, state.since) = (reason, SafeCast.toUint32(since));
        state.latestCause = SafeCast.toUint32(block.timestamp);
        _giveGrace(state, since);
        state.calm = 0;
        _breakers[policyId] = state;
        emit BreakerTripped(policyId, reason, since, state.graceTo);
    }

    /// @dev The guardian may do without the rest of the calm, never without a publication since the latest cause: no
    /// credit is reopened but on numbers that a quorum agreed on afterwards.
    function _rearmEarly(bytes32 policyId) internal {
        Breaker memory state = _breakers[policyId];
        (bool stale, ) = _staleness(policyId);
        if (state.reason == TripReason.None || state.calm == 0 || stale) revert NotCalm(policyId);
        _rearm(policyId);
    }

    /// @dev With staleness, which no transaction marks: it takes its grace when it begins, before what comes later.
    function _current(bytes32 policyId) private view returns (Breaker memory state) {
        state = _breakers[policyId];
        (bool stale, uint256 since) = _staleness(policyId);
        if (!stale || since == 0) return state;
        uint32 from = SafeCast.toUint32(since);
        if (state.reason == TripReason.None) (state.reason, state.since) = (TripReason.Staleness, from);
        _giveGrace(state, since);
    }

    function _countCalm(bytes32 policyId) private {
        Breaker storage state = _breakers[policyId];
        if (state.reason == TripReason.None) return;
        // Saturating: a counter must not stop publication.
        if (state.calm < type(uint16).max) ++state.calm;
        if (state.calm >= calmEpochs && block.timestamp >= state.latestCause + calmPeriod) _rearm(policyId);
    }

    /// @dev A grace that still ran ends here; what it was stays known.
    function _rearm(bytes32 policyId) private {
        Breaker storage state = _breakers[policyId];
        (state.reason, state.since, state.calm) = (TripReason.None, 0, 0);
        state.graceTo = Span({from: state.graceFrom, to: state.graceTo}).cut(block.timestamp).to;
        emit BreakerRearmed(policyId);
    }

    function _giveGrace(Breaker memory state, uint256 since) private view {
        Span memory given = Span({from: state.graceFrom, to: state.graceTo}).afterCause(since, grace, graceWindow);
        (state.graceFrom, state.graceTo) = (given.from, given.to);
    }

    function _isBeyond(uint256 asset, uint256 before, uint256 price) private view returns (bool) {
        if (before == 0) return false;
        (uint256 low, uint256 high) = before < price ? (before, price) : (price, before);
        return (high - low) * BPS > low * moveBound(asset);
    }

    function _requireBound(uint256 bps) private pure returns (uint256) {
        if (bps == 0 || bps >= BPS) revert InvalidBreakerTerms();
        return bps;
    }
}
