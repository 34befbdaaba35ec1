// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Graces, Span} from "./Grace.sol";
import {HealthRecords} from "./HealthRecords.sol";
import {IMarginHealth, Terms} from "./IMarginHealth.sol";
import {Record} from "./Record.sol";

/// @title Whom a pause of the registry spares, and for how long
/// @notice A pause stops proofs, so whoever was healthy when it began may lapse without being able to help it: as long
/// as the pause lasts, and its grace, such a subject is spared from liquidation. Not spared is a subject whose health a
/// breach ended, or its own release, or whose proof had lapsed before.
///
/// What a guardian can make of it: nothing for who is not healthy. A proof is spared at most `PAUSE_GRACE` seconds
/// beyond its end, however often and for how long the registry is paused, and no span of `PAUSE_GRACE_WINDOW` has more
/// of them than that (Graces). A pause that outlasts its grace, or follows another within the window, leaves honest
/// subjects to the creditors' own grace periods: whoever pauses must be trusted not to.
/// @dev Whether a snapshot or an attester root was revoked before the pause or during it is not known, so either
/// spares, within the same bound: a revoked key takes the proofs of the honest with it, and a pause keeps them from
/// proving anew.
abstract contract PauseGrace is HealthRecords, Pausable {
    using Graces for Span;

    /// @notice Most seconds for which a pause spares subjects.
    uint256 public constant PAUSE_GRACE = 6 hours;

    /// @notice Seconds from the beginning of one such grace to the earliest beginning of the next.
    uint256 public constant PAUSE_GRACE_WINDOW = 1 days;

    Span private _grace;

    /// @inheritdoc IMarginHealth
    function graceUntil(address subject, Terms calldata terms) external view returns (uint256) {
        uint256 until = oracle.graceUntil(terms.policyId);
        Record last = _accounts[subject].last;
        Span memory paused_ = _grace;
        if (last.healthyUntil() < paused_.from || _has(last, _BREACHED | _ENDED)) return until;
        (bytes32 policyId, , ) = oracle.snapshotAt(last.snapshot());
        if (policyId != terms.policyId || !_claims(last, terms)) return until;
        return Math.max(until, paused_.to);
    }

    /// @notice Also begins a grace, if one is due.
    /// @inheritdoc Pausable
    function _pause() internal override {
        super._pause();
        _grace = _grace.afterCause(block.timestamp, PAUSE_GRACE, PAUSE_GRACE_WINDOW);
    }

    /// @notice Also ends the grace.
    /// @inheritdoc Pausable
    function _unpause() internal override {
        super._unpause();
        _grace = _grace.cut(block.timestamp);
    }
}
