// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AuctionTerms} from "./AuctionTerms.sol";
import {ClosingShare, Position} from "./ClosingShare.sol";
import {ILiquidationAuction, Ending} from "./ILiquidationAuction.sol";
import {Health, Terms} from "./IMarginHealth.sol";
import {PledgedCredit} from "./PledgedCredit.sol";

/// @title When a credit may be liquidated
/// @notice Notices, the grace period after them, and what makes them void.
abstract contract LiquidationNotices is ILiquidationAuction, PledgedCredit {
    using ClosingShare for AuctionTerms;

    /// @dev From notice to end. `sequence` is of the last proof that was accepted before the notice.
    struct Liquidation {
        address keeper;
        uint40 noticedAt;
        uint40 startedAt;
        uint40 sequence;
        uint128 rewarded;
    }

    mapping(address subject => Liquidation) internal _liquidations;

    /// @inheritdoc ILiquidationAuction
    function notice(address subject) external nonReentrant {
        Liquidation storage liquidation = _liquidations[subject];
        _endIfVoid(subject);
        if (liquidation.noticedAt != 0) revert AlreadyNoticed(liquidation.noticedAt);
        if (debtOf[subject] == 0) revert NoDebt(subject);
        if (marginHealth.meets(subject, terms)) revert HealthRegained(subject);
        _requireShort(subject);
        uint40 sequence = marginHealth.health(subject).sequence;
        liquidation.keeper = msg.sender;
        liquidation.noticedAt = SafeCast.toUint40(block.timestamp);
        liquidation.sequence = sequence;
        emit NoticeGiven(subject, msg.sender, sequence);
    }

    /// @inheritdoc ILiquidationAuction
    function start(address subject) external nonReentrant {
        Liquidation storage liquidation = _liquidations[subject];
        _requireInForce(subject);
        if (liquidation.startedAt != 0) revert AlreadyStarted(liquidation.startedAt);
        Position memory position = _requireShort(subject);
        uint256 from = _startsFrom(subject);
        if (block.timestamp < from) revert GracePeriod(from);
        liquidation.startedAt = SafeCast.toUint40(block.timestamp);
        emit AuctionStarted(subject, position.debt, position.pledge);
    }

    /// @inheritdoc ILiquidationAuction
    function cancel(address subject) external nonReentrant {
        if (_liquidations[subject].noticedAt == 0) revert NotNoticed(subject);
        if (_endIfVoid(subject)) return;
        if (_endIfWhole(subject)) return;
        Position memory position = _position(subject);
        revert StillShort(position.pledge, auctionTerms.buffered(position));
    }

    /// @inheritdoc ILiquidationAuction
    function liquidatable(address subject) external view returns (bool) {
        if (_liquidations[subject].noticedAt != 0 && !_isVoid(subject)) return false;
        Position memory position = _position(subject);
        if (position.debt == 0 || position.pledge >= auctionTerms.requirement(position)) return false;
        return !marginHealth.meets(subject, terms);
    }

    /// @dev Ends a liquidation that stands on a notice from before health was regained.
    function _endIfVoid(address subject) internal returns (bool) {
        if (_liquidations[subject].noticedAt == 0 || !_isVoid(subject)) return false;
        _end(subject, Ending.Healthy);
        return true;
    }

    /// @dev Ends a liquidation once nothing is owed or the pledge carries the debt, the buffer included.
    function _endIfWhole(address subject) internal returns (bool) {
        if (_liquidations[subject].noticedAt == 0) return false;
        Position memory position = _position(subject);
        if (position.pledge < auctionTerms.buffered(position)) return false;
        _end(subject, position.debt == 0 ? Ending.Repaid : Ending.Whole);
        return true;
    }

    function _end(address subject, Ending ending) internal {
        delete _liquidations[subject];
        emit LiquidationEnded(subject, ending);
    }

    /// @dev Notice was given, health was not regained since, and no grace spares the subject now.
    function _requireInForce(address subject) internal view {
        if (_liquidations[subject].noticedAt == 0) revert NotNoticed(subject);
        if (_isVoid(subject)) revert HealthRegained(subject);
        uint256 until = marginHealth.graceUntil(subject, terms);
        if (block.timestamp <= until) revert Spared(until);
    }

    /// @dev A proof meets the terms, or was accepted since the notice and would if nothing had ended it.
    function _isVoid(address subject) internal view returns (bool) {
        Terms memory demanded = terms;
        if (marginHealth.meets(subject, demanded)) return true;
        Health memory last = marginHealth.health(subject);
        return
            last.sequence != _liquidations[subject].sequence &&
            last.policyId == demanded.policyId &&
            last.level >= demanded.level &&
            last.minRatioBps >= demanded.minRatioBps &&
            last.minAssurance >= demanded.minAssurance;
    }

    /// @dev First second at which the auction may start.
    function _startsFrom(address subject) internal view returns (uint256) {
        return _clockFrom(subject, _liquidations[subject].noticedAt) + auctionTerms.gracePeriod;
    }

    /// @dev When a clock that began at some time runs from: the last second that was spared, if that is later.
    function _clockFrom(address subject, uint256 begun) internal view returns (uint256) {
        return Math.max(begun, Math.min(marginHealth.graceUntil(subject, terms), block.timestamp));
    }

    function _requireShort(address subject) private view returns (Position memory position) {
        position = _position(subject);
        uint256 needed = auctionTerms.requirement(position);
        if (position.pledge >= needed) revert PledgeSuffices(position.pledge, needed);
    }
}
