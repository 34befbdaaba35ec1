// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {CreditBreaker} from "./CreditBreaker.sol";
import {BreakerTerms, ICreditBreaker, TripReason} from "./ICreditBreaker.sol";
import {ISnapshotSource} from "./ISnapshotSource.sol";
import {Publication, PublicationHash, PublisherSignature} from "./Publication.sol";
import {PublicationSignatures} from "./PublicationSignatures.sol";
import {PublisherSet} from "./PublisherSet.sol";
import {SnapshotHistory} from "./SnapshotHistory.sol";

/// @dev What an oracle and its relays are deployed with.
struct SnapshotTerms {
    /// Resumes publication; at an oracle, announces sets of publishers.
    address admin;
    /// Stops: pauses, trips, revokes, removes publishers, cancels announced sets. Best not the admin.
    address guardian;
    /// Strictly ascending.
    address[] publishers;
    uint256 quorum;
    /// Seconds of notice before another set of publishers can count.
    uint256 rotationDelay;
    /// Seconds after its asOf at which a snapshot expires.
    uint32 maxAge;
    /// How many epochs behind the latest one a snapshot may be used.
    uint64 historyWindow;
    BreakerTerms breaker;
}

/// @title Snapshots under a guardian's eye
/// @notice What an oracle and its relays share: the guardian can stop, and only stop. Nobody can publish by a role.
/// @dev Guardians alone appoint and dismiss guardians, so that an admin cannot clear the way for a set of its own.
abstract contract GuardedSnapshots is
    SnapshotHistory,
    CreditBreaker,
    PublisherSet,
    PublicationSignatures,
    AccessControl,
    Pausable
{
    /// @notice May stop things: pause, trip, revoke, remove, cancel. May re-arm a breaker after a calm publication.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice When publication was paused last.
    uint32 public pausedSince;

    /// @notice Starts without a snapshot.
    /// @param terms See there.
    constructor(
        SnapshotTerms memory terms
    )
        SnapshotHistory(terms.maxAge, terms.historyWindow)
        CreditBreaker(terms.breaker)
        PublisherSet(terms.publishers, terms.quorum, terms.rotationDelay)
    {
        _setRoleAdmin(GUARDIAN_ROLE, GUARDIAN_ROLE);
        _grantRole(DEFAULT_ADMIN_ROLE, terms.admin);
        _grantRole(GUARDIAN_ROLE, terms.guardian);
    }

    /// @notice Revokes a snapshot, accepted or on its way, at once and for good. Accounts that stand on it are spared
    /// as on any trip.
    /// @param policyId The policy.
    /// @param root The root.
    function revoke(bytes32 policyId, uint256 root) external onlyRole(GUARDIAN_ROLE) {
        _revoke(policyId, root);
    }

    /// @notice Removes a compromised publisher, at once and for good.
    /// @param publisher The publisher.
    function removePublisher(address publisher) external onlyRole(GUARDIAN_ROLE) {
        _remove(publisher);
    }

    /// @notice Cancels the announced set of publishers.
    function cancelRotation() external onlyRole(GUARDIAN_ROLE) {
        _cancelRotation();
    }

    /// @notice Cancels the announced set by the word of the one in use. So an admin, even with the guardian, replaces
    /// publishers only as long as no quorum of them objects.
    /// @param signatures A quorum's, of the veto against `announcedRotation`, strictly ascending by publisher.
    function vetoRotation(PublisherSignature[] calldata signatures) external {
        _requireQuorum(PublicationHash.hashVeto(_requireAnnounced()), signatures);
        _cancelRotation();
    }

    /// @notice Stops new credit on a policy's snapshots.
    /// @param policyId The policy.
    function trip(bytes32 policyId) external onlyRole(GUARDIAN_ROLE) {
        _trip(policyId, TripReason.Guardian, block.timestamp);
    }

    /// @notice Reopens new credit before the calm is complete, once a publication without a new cause has followed.
    /// @param policyId The policy.
    function rearm(bytes32 policyId) external onlyRole(GUARDIAN_ROLE) {
        _rearmEarly(policyId);
    }

    /// @notice Stops publication and new credit under all policies. Accepted snapshots live on until they expire, and
    /// proofs can be made against them, so a pause by itself spares nobody: staleness or a trip does.
    function pause() external onlyRole(GUARDIAN_ROLE) {
        _pause();
        pausedSince = SafeCast.toUint32(block.timestamp);
    }

    /// @notice Resumes publication.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc ISnapshotSource
    function opensCredit(bytes32 policyId) external view returns (bool) {
        (TripReason reason, , ) = breaker(policyId);
        return reason == TripReason.None;
    }

    /// @inheritdoc ISnapshotSource
    function graceUntil(bytes32 policyId) external view returns (uint256 until) {
        (, , until) = breaker(policyId);
    }

    /// @inheritdoc ICreditBreaker
    function breaker(
        bytes32 policyId
    ) public view returns (TripReason reason, uint256 since, uint256 until) {
        (reason, since, until) = _state(policyId);
        if (reason == TripReason.None && paused()) (reason, since) = (TripReason.Pause, pausedSince);
    }

    function _requireQuorum(bytes32 structHash, PublisherSignature[] calldata signatures) internal view {
        uint256 signers = _requirePublishers(_signers(structHash, signatures));
        if (signers < quorum) revert QuorumNotReached(signers, quorum);
    }

    function _accept(Publication calldata publication) internal {
        _observe(publication.policyId, publication.spots);
        _record(publication);
    }

    function _revoke(bytes32 policyId, uint256 root) internal {
        bool counted = _markRevoked(policyId, root);
        if (counted) _trip(policyId, TripReason.Revocation, block.timestamp);
    }

    function _staleness(bytes32 policyId) internal view override returns (bool, uint256) {
        uint256 expiry = _latestExpiry(policyId);
        if (expiry == 0) return (true, 0);
        return block.timestamp > expiry ? (true, expiry + 1) : (false, 0);
    }
}
