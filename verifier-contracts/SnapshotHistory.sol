// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {ISnapshotSource, Snapshot} from "./ISnapshotSource.sol";
import {Publication} from "./Publication.sol";

/// @title Accepted snapshots
/// @notice Epochs and times of market data only grow; a snapshot is current until it expires, falls out of the history
/// window or is revoked.
abstract contract SnapshotHistory is ISnapshotSource {
    /// @dev A policy's latest accepted snapshot.
    struct Latest {
        uint32 number;
        uint64 epoch;
        uint32 asOf;
    }

    /// @dev The way back from a snapshot's number.
    struct SnapshotId {
        bytes32 policyId;
        uint256 root;
    }

    /// @notice Most that an epoch may be above the policy's latest. Without a bound, a quorum that errs or is
    /// compromised could publish the highest epoch there is, after which no other quorum ever could under this policy.
    uint256 public constant MAX_EPOCH_STEP = 2 ** 42;

    /// @notice Seconds after its asOf at which a snapshot expires.
    uint256 public immutable maxAge;

    /// @notice How many epochs behind the latest one a snapshot may be used.
    uint256 public immutable historyWindow;

    /// @notice Number of accepted snapshots.
    uint32 public count;

    mapping(bytes32 policyId => mapping(uint256 root => Snapshot)) private _snapshots;
    mapping(uint32 number => SnapshotId) private _ids;
    mapping(bytes32 policyId => Latest) private _latest;

    /// @notice A snapshot was accepted.
    /// @param policyId The policy.
    /// @param epoch The policy's epoch.
    /// @param number The snapshot's number.
    /// @param root Its root.
    /// @param asOf Time of the market data.
    event SnapshotAccepted(
        bytes32 indexed policyId,
        uint64 indexed epoch,
        uint32 indexed number,
        uint256 root,
        uint32 asOf
    );

    /// @notice A snapshot was revoked: proofs against it stop counting at once, and its root is never accepted.
    /// @param policyId The policy.
    /// @param root Its root.
    event SnapshotRevoked(bytes32 indexed policyId, uint256 indexed root);

    /// @notice Snapshots need an age limit.
    error InvalidMaxAge();

    /// @notice A root must be a field element other than zero.
    error InvalidRoot(uint256 root);

    /// @notice The epoch is not after the policy's latest.
    error EpochNotIncreasing(uint256 epoch, uint256 latest);

    /// @notice The epoch is too far after the policy's latest.
    error EpochTooFar(uint256 epoch, uint256 highestAllowed);

    /// @notice The market data claim to be from after this block.
    error SnapshotFromFuture(uint256 asOf, uint256 timestamp);

    /// @notice The market data are older than snapshots may be.
    error SnapshotExpired(uint256 asOf, uint256 oldestAllowed);

    /// @notice The market data are not newer than those of the latest snapshot.
    error SnapshotNotNewer(uint256 asOf, uint256 latest);

    /// @notice The same root was accepted before.
    error RootAcceptedBefore(uint256 root);

    /// @notice The root was revoked.
    error RootRevoked(uint256 root);

    /// @notice Starts without a snapshot.
    /// @param maxAge_ Seconds after its asOf at which a snapshot expires.
    /// @param historyWindow_ How many epochs behind the latest one a snapshot may be used.
    constructor(uint256 maxAge_, uint256 historyWindow_) {
        if (maxAge_ == 0) revert InvalidMaxAge();
        maxAge = maxAge_;
        historyWindow = historyWindow_;
    }

    /// @inheritdoc ISnapshotSource
    function lookup(
        bytes32 policyId,
        uint256 root
    ) public view returns (uint32 number, uint256 expiresAt, bool current) {
        Snapshot memory snapshot = _snapshots[policyId][root];
        number = snapshot.number;
        if (number == 0) return (0, 0, false);
        expiresAt = uint256(snapshot.asOf) + maxAge;
        bool inWindow = uint256(snapshot.epoch) + historyWindow >= _latest[policyId].epoch;
        current = inWindow && block.timestamp <= expiresAt && !snapshot.revoked;
    }

    /// @notice Whether a snapshot may be used now.
    /// @param policyId The policy.
    /// @param root The root.
    /// @return Whether it is accepted, not expired, in the history window and not revoked.
    function isCurrent(bytes32 policyId, uint256 root) external view returns (bool) {
        (, , bool current) = lookup(policyId, root);
        return current;
    }

    /// @inheritdoc ISnapshotSource
    function snapshotAt(
        uint32 number
    ) public view returns (bytes32 policyId, uint256 root, Snapshot memory snapshot) {
        SnapshotId memory id = _ids[number];
        return (id.policyId, id.root, _snapshots[id.policyId][id.root]);
    }

    /// @notice The policy's latest accepted snapshot, revoked or not.
    /// @param policyId The policy.
    /// @return root Its root, zero if there is none.
    /// @return snapshot What was accepted.
    function latest(bytes32 policyId) external view returns (uint256 root, Snapshot memory snapshot) {
        (, root, snapshot) = snapshotAt(_latest[policyId].number);
    }

    /// @dev The second after which the latest snapshot has expired, zero if there is none.
    function _latestExpiry(bytes32 policyId) internal view returns (uint256) {
        Latest memory last = _latest[policyId];
        return last.number == 0 ? 0 : last.asOf + maxAge;
    }

    function _requireAcceptable(Publication calldata publication) internal view {
        (uint256 root, uint256 asOf) = (publication.root, publication.asOf);
        if (root == 0 || root >= Bn254.R) revert InvalidRoot(root);
        Latest memory last = _latest[publication.policyId];
        if (publication.epoch <= last.epoch) revert EpochNotIncreasing(publication.epoch, last.epoch);
        uint256 highest = last.epoch + MAX_EPOCH_STEP;
        if (publication.epoch > highest) revert EpochTooFar(publication.epoch, highest);
        if (asOf > block.timestamp) revert SnapshotFromFuture(asOf, block.timestamp);
        if (asOf + maxAge < block.timestamp) revert SnapshotExpired(asOf, block.timestamp - maxAge);
        if (asOf <= last.asOf) revert SnapshotNotNewer(asOf, last.asOf);
        Snapshot memory snapshot = _snapshots[publication.policyId][root];
        if (snapshot.revoked) revert RootRevoked(root);
        if (snapshot.number != 0) revert RootAcceptedBefore(root);
    }

    function _record(Publication calldata publication) internal {
        (bytes32 policyId, uint256 root) = (publication.policyId, publication.root);
        (uint64 epoch, uint32 asOf) = (publication.epoch, publication.asOf);
        uint32 number = ++count;
        _snapshots[policyId][root] = Snapshot({number: number, epoch: epoch, asOf: asOf, revoked: false});
        _ids[number] = SnapshotId({policyId: policyId, root: root});
        _latest[policyId] = Latest({number: number, epoch: epoch, asOf: asOf});
        emit SnapshotAccepted(policyId, epoch, number, root, asOf);
    }

    /// @dev Returns whether anyone may stand on it. A root that was not accepted yet never will be: signatures of it
    /// may be on their way.
    function _markRevoked(bytes32 policyId, uint256 root) internal returns (bool counted) {
        Snapshot storage snapshot = _snapshots[policyId][root];
        if (snapshot.revoked) revert RootRevoked(root);
        snapshot.revoked = true;
        emit SnapshotRevoked(policyId, root);
        return snapshot.number != 0 && block.timestamp <= snapshot.asOf + maxAge;
    }
}
