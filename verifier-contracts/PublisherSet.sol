// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPublisherSet} from "./IPublisherSet.sol";
import {LocalNetwork} from "./LocalNetwork.sol";
import {PublicationHash} from "./Publication.sol";

/// @title Who may publish, and how many of them must agree
/// @notice The set changes as a whole, with notice: what is announced can be read, and cancelled, before it counts. A
/// compromised publisher is removed at once and for good, but never below the quorum, and never by lowering it.
/// A set begins with more members than must agree, so none of them can stop publication alone, and one can be removed.
/// Once members are removed down to the quorum, each of those left can: such a set is replaced by a rotation, which is
/// the admin's to announce, and which the guardian can cancel and the whole of that set veto.
/// @dev A quorum is more than half, so that two roots never have one each.
abstract contract PublisherSet is IPublisherSet {
    /// @notice Most publishers of a set.
    uint256 public constant MAX_PUBLISHERS = 16;

    /// @notice Shortest notice on a network that is not local, in seconds.
    uint256 public constant MINIMUM_DELAY = 1 days;

    /// @notice Seconds for which an announced set may be put to use once its notice has passed.
    uint256 public constant ROTATION_WINDOW = 14 days;

    /// @notice Seconds of notice before a set can count.
    uint256 public immutable rotationDelay;

    /// @notice Publishers who must agree.
    uint256 public quorum;

    /// @notice Counts the sets that were in use, from one.
    uint64 public setVersion;

    /// @notice First second at which the announced set may be put to use, zero if none is announced.
    uint32 public rotationFrom;

    /// @notice EIP-712 struct hash of the announced set, zero if none is announced.
    bytes32 public announcedRotation;

    /// @notice Whether a publisher was removed: it never comes back.
    mapping(address publisher => bool) public isBarred;

    /// @dev Strictly ascending.
    address[] internal _publishers;
    mapping(bytes32 rotation => bool) private _cancelled;

    /// @notice Starts with a set in use.
    /// @param publishers_ Strictly ascending.
    /// @param quorum_ How many of them must agree.
    /// @param rotationDelay_ Seconds of notice before another set can count.
    constructor(address[] memory publishers_, uint256 quorum_, uint256 rotationDelay_) {
        bool tooShort = rotationDelay_ < MINIMUM_DELAY && !LocalNetwork.isLocal();
        if (tooShort || rotationDelay_ > 365 days) revert InvalidRotationDelay(rotationDelay_);
        _requireSet(publishers_, quorum_);
        rotationDelay = rotationDelay_;
        _use(publishers_, quorum_);
    }

    /// @inheritdoc IPublisherSet
    function applyRotation(address[] calldata publishers_, uint256 quorum_) external {
        bytes32 rotation = PublicationHash.hashRotation(setVersion + 1, publishers_, quorum_);
        if (announcedRotation == 0 || rotation != announcedRotation) revert RotationNotAnnounced(rotation);
        uint256 until = rotationFrom + ROTATION_WINDOW;
        if (block.timestamp < rotationFrom || block.timestamp > until) revert RotationNotDue(rotationFrom, until);
        // Again: a member may have been removed since.
        _requireSet(publishers_, quorum_);
        _forgetRotation();
        _use(publishers_, quorum_);
    }

    /// @inheritdoc IPublisherSet
    function publishers() external view returns (address[] memory) {
        return _publishers;
    }

    function _announce(address[] calldata publishers_, uint256 quorum_) internal {
        uint64 version = setVersion + 1;
        bytes32 rotation = PublicationHash.hashRotation(version, publishers_, quorum_);
        if (_cancelled[rotation]) revert RotationWasCancelled(rotation);
        bool pending = announcedRotation != 0 && block.timestamp <= rotationFrom + ROTATION_WINDOW;
        if (pending) revert RotationPending(announcedRotation);
        _requireSet(publishers_, quorum_);
        if (rotation == PublicationHash.hashRotation(version, _publishers, quorum)) revert SetInUse();
        announcedRotation = rotation;
        rotationFrom = SafeCast.toUint32(block.timestamp + rotationDelay);
        emit RotationAnnounced(version, publishers_, quorum_, rotationFrom);
    }

    /// @dev For good: signatures under a rotation could bring it back for ever.
    function _cancelRotation() internal {
        bytes32 rotation = _requireAnnounced();
        _cancelled[rotation] = true;
        _forgetRotation();
        emit RotationCancelled(setVersion + 1, rotation);
    }

    function _requireAnnounced() internal view returns (bytes32 rotation) {
        rotation = announcedRotation;
        if (rotation == 0) revert RotationNotAnnounced(0);
    }

    function _remove(address publisher) internal {
        uint256 last = _publishers.length - 1;
        uint256 i = 0;
        while (i <= last && _publishers[i] != publisher) ++i;
        if (i > last) revert NotAPublisher(publisher);
        if (last < quorum) revert QuorumOutOfReach(publisher);
        for (; i < last; ++i) _publishers[i] = _publishers[i + 1];
        _publishers.pop();
        isBarred[publisher] = true;
        emit PublisherRemoved(setVersion, publisher);
    }

    /// @dev How many of the signers, who must be publishers in strictly ascending order, there are.
    function _requirePublishers(address[] memory signers) internal view returns (uint256) {
        uint256 next = 0;
        for (uint256 i = 0; i < _publishers.length && next < signers.length; ++i) {
            if (signers[next] == _publishers[i]) ++next;
        }
        if (next != signers.length) revert NotAPublisher(signers[next]);
        return next;
    }

    function _use(address[] memory publishers_, uint256 quorum_) private {
        (_publishers, quorum) = (publishers_, quorum_);
        emit PublishersRotated(++setVersion, publishers_, quorum_);
    }

    function _forgetRotation() private {
        (announcedRotation, rotationFrom) = (0, 0);
    }

    function _requireSet(address[] memory publishers_, uint256 quorum_) private view {
        uint256 count = publishers_.length;
        bool brittle = quorum_ == count && !LocalNetwork.isLocal();
        if (count > MAX_PUBLISHERS || quorum_ > count || 2 * quorum_ <= count || brittle) {
            revert InvalidQuorum(count, quorum_);
        }
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            if (publishers_[i] <= previous) revert PublishersNotAscending(i);
            if (isBarred[publishers_[i]]) revert PublisherBarred(publishers_[i]);
            previous = publishers_[i];
        }
    }
}
