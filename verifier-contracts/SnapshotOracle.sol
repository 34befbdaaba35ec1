// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Bn254} from "./Bn254.sol";
import {ISnapshotSource, Snapshot} from "./ISnapshotSource.sol";

/// @title Risk snapshots that enough publishers computed alike
/// @notice A snapshot root commits to a policy, a market and every instrument's risk numbers, all of which anyone
/// recomputes bit for bit. It is accepted when `quorum` publishers have voted for the same root: none of them is the
/// oracle.
/// @dev Votes are on (policy, epoch, root, asOf); a publisher votes once per policy and epoch.
contract SnapshotOracle is ISnapshotSource, AccessControl, Pausable {
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

    /// @notice May vote for snapshots.
    bytes32 public constant PUBLISHER_ROLE = keccak256("PUBLISHER_ROLE");

    /// @notice May pause publication and revoke snapshots.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice Equal votes that make a snapshot accepted.
    uint256 public immutable quorum;

    /// @notice Seconds after its asOf at which a snapshot expires.
    uint256 public immutable maxAge;

    /// @notice How many epochs behind the latest one a snapshot may be used.
    uint256 public immutable historyWindow;

    /// @notice Number of accepted snapshots.
    uint32 public count;

    mapping(bytes32 policyId => mapping(uint256 root => Snapshot)) private _snapshots;
    mapping(uint32 number => SnapshotId) private _ids;
    mapping(bytes32 policyId => Latest) private _latest;
    mapping(bytes32 candidate => address[] publishers) private _voters;
    mapping(bytes32 policyId => mapping(uint64 epoch => mapping(address publisher => bool))) private _voted;

    /// @notice A publisher voted.
    /// @param policyId The policy.
    /// @param epoch The policy's epoch.
    /// @param publisher Who voted.
    /// @param root The root it computed.
    /// @param asOf Time of the market data.
    event SnapshotVoted(
        bytes32 indexed policyId,
        uint64 indexed epoch,
        address indexed publisher,
        uint256 root,
        uint32 asOf
    );

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

    /// @notice A snapshot was revoked: proofs against it stop counting at once.
    /// @param policyId The policy.
    /// @param root Its root.
    event SnapshotRevoked(bytes32 indexed policyId, uint256 indexed root);

    /// @notice The quorum is zero, or there are fewer publishers, or the same one twice.
    error InvalidQuorum();

    /// @notice Snapshots need an age limit.
    error InvalidMaxAge();

    /// @notice A root must be a field element other than zero.
    error InvalidRoot(uint256 root);

    /// @notice The epoch is not after the policy's latest.
    error EpochNotIncreasing(uint256 epoch, uint256 latest);

    /// @notice The market data claim to be from after this block.
    error SnapshotFromFuture(uint256 asOf, uint256 timestamp);

    /// @notice The market data are older than snapshots may be.
    error SnapshotExpired(uint256 asOf, uint256 oldestAllowed);

    /// @notice The market data are not newer than those of the latest snapshot.
    error SnapshotNotNewer(uint256 asOf, uint256 latest);

    /// @notice The publisher voted in this epoch before.
    error AlreadyVoted(address publisher, uint256 epoch);

    /// @notice The same root was accepted before.
    error RootAcceptedBefore(uint256 root);

    /// @notice There is no such snapshot to revoke, or it is revoked.
    error NothingToRevoke(uint256 root);

    /// @notice Starts without a snapshot.
    /// @param admin Holds the admin and guardian roles at first; no publisher by itself.
    /// @param publishers Who may vote.
    /// @param quorum_ Equal votes that make a snapshot accepted.
    /// @param maxAge_ Seconds after its asOf at which a snapshot expires.
    /// @param historyWindow_ How many epochs behind the latest one a snapshot may be used.
    constructor(address admin, address[] memory publishers, uint256 quorum_, uint32 maxAge_, uint64 historyWindow_) {
        if (quorum_ == 0 || publishers.length < quorum_) revert InvalidQuorum();
        if (maxAge_ == 0) revert InvalidMaxAge();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, admin);
        for (uint256 i = 0; i < publishers.length; ++i) {
            if (!_grantRole(PUBLISHER_ROLE, publishers[i])) revert InvalidQuorum();
        }
        quorum = quorum_;
        maxAge = maxAge_;
        historyWindow = historyWindow_;
    }

    /// @notice Votes for a snapshot; the vote that completes the quorum makes it accepted.
    /// @param policyId The policy: its hash.
    /// @param epoch After the policy's latest epoch.
    /// @param root The root the caller computed.
    /// @param asOf Time of the market data, after the latest snapshot's.
    function submit(
        bytes32 policyId,
        uint64 epoch,
        uint256 root,
        uint32 asOf
    ) external whenNotPaused onlyRole(PUBLISHER_ROLE) {
        _requireAcceptable(policyId, epoch, root, asOf);
        if (_voted[policyId][epoch][msg.sender]) revert AlreadyVoted(msg.sender, epoch);
        _voted[policyId][epoch][msg.sender] = true;
        emit SnapshotVoted(policyId, epoch, msg.sender, root, asOf);

        address[] storage voters = _voters[keccak256(abi.encode(policyId, epoch, root, asOf))];
        voters.push(msg.sender);
        if (_standing(voters) >= quorum) _accept(policyId, epoch, root, asOf);
    }

    /// @notice Revokes a snapshot, at once and for good.
    /// @param policyId The policy.
    /// @param root The root.
    function revoke(bytes32 policyId, uint256 root) external onlyRole(GUARDIAN_ROLE) {
        Snapshot storage snapshot = _snapshots[policyId][root];
        if (snapshot.number == 0 || snapshot.revoked) revert NothingToRevoke(root);
        snapshot.revoked = true;
        emit SnapshotRevoked(policyId, root);
    }

    /// @notice Stops publication. Accepted snapshots live on until they expire.
    function pause() external onlyRole(GUARDIAN_ROLE) {
        _pause();
    }

    /// @notice Resumes publication.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
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

    /// @inheritdoc ISnapshotSource
    function opensCredit(bytes32) external view returns (bool) {
        return !paused();
    }

    /// @inheritdoc ISnapshotSource
    function graceUntil(bytes32) external pure returns (uint256) {
        return 0;
    }

    /// @notice The policy's latest accepted snapshot, revoked or not.
    /// @param policyId The policy.
    /// @return root Its root, zero if there is none.
    /// @return snapshot What was accepted.
    function latest(bytes32 policyId) external view returns (uint256 root, Snapshot memory snapshot) {
        (, root, snapshot) = snapshotAt(_latest[policyId].number);
    }

    function _requireAcceptable(bytes32 policyId, uint64 epoch, uint256 root, uint32 asOf) private view {
        if (root == 0 || root >= Bn254.R) revert InvalidRoot(root);
        Latest memory last = _latest[policyId];
        if (epoch <= last.epoch) revert EpochNotIncreasing(epoch, last.epoch);
        if (asOf > block.timestamp) revert SnapshotFromFuture(asOf, block.timestamp);
        if (uint256(asOf) + maxAge < block.timestamp) revert SnapshotExpired(asOf, block.timestamp - maxAge);
        if (asOf <= last.asOf) revert SnapshotNotNewer(asOf, last.asOf);
        if (_snapshots[policyId][root].number != 0) revert RootAcceptedBefore(root);
    }

    function _accept(bytes32 policyId, uint64 epoch, uint256 root, uint32 asOf) private {
        uint32 number = ++count;
        _snapshots[policyId][root] = Snapshot({number: number, epoch: epoch, asOf: asOf, revoked: false});
        _ids[number] = SnapshotId({policyId: policyId, root: root});
        _latest[policyId] = Latest({number: number, epoch: epoch, asOf: asOf});
        emit SnapshotAccepted(policyId, epoch, number, root, asOf);
    }

    /// @dev Votes of those who are publishers still: a key that was withdrawn takes its votes with it.
    function _standing(address[] storage voters) private view returns (uint256 votes) {
        for (uint256 i = 0; i < voters.length; ++i) {
            if (hasRole(PUBLISHER_ROLE, voters[i])) ++votes;
        }
    }
}
