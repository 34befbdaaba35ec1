// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BabyJubjub} from "./BabyJubjub.sol";
import {Bn254} from "./Bn254.sol";
import {AttesterRoot, IAttesterSource} from "./IAttesterSource.sol";
import {Assurance} from "./IMarginHealth.sol";

/// @dev A key that may sign venue statements. All zero for an empty place, such as a withdrawn key's.
struct Attester {
    /// Public key on Baby Jubjub.
    uint256 x;
    uint256 y;
    /// keccak256 of the venue's name, without its lowest byte.
    uint256 venueId;
    Assurance assurance;
    /// First and last second at which its statements may be from.
    uint32 validFrom;
    uint32 validUntil;
}

/// @title Who may sign venue statements
/// @notice Publishes roots of Poseidon trees over attester keys (16-ary, two levels, 256 places, empty places zero).
/// The leaves are in the event, in order, so anyone recomputes the root; Poseidon on chain would cost more than it
/// tells.
contract AttesterRegistry is IAttesterSource, AccessControl {
    /// @notice May publish roots.
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");

    /// @notice May revoke roots.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice Places in the tree.
    uint256 public constant MAX_ATTESTERS = 256;

    /// @notice Seconds for which a superseded root may still be used.
    uint256 public immutable gracePeriod;

    /// @notice Number of published roots; the latest has this number.
    uint32 public count;

    mapping(uint256 root => AttesterRoot) private _roots;
    mapping(uint32 number => uint256 root) private _rootAt;

    /// @notice A root was published.
    /// @param number Its number.
    /// @param root The root.
    /// @param attesters Its leaves, in order.
    event AttesterRootPublished(uint32 indexed number, uint256 indexed root, Attester[] attesters);

    /// @notice A root was revoked: proofs against it stop counting at once.
    /// @param number Its number.
    /// @param root The root.
    event AttesterRootRevoked(uint32 indexed number, uint256 indexed root);

    /// @notice A root must be a field element other than zero.
    error InvalidRoot(uint256 root);

    /// @notice The root was published before. A revoked root never comes back.
    error RootPublishedBefore(uint256 root);

    /// @notice No attester, or more than the tree has places.
    error InvalidAttesterCount(uint256 attesters);

    /// @notice The key is off the curve or of small order, the venue is no field element or the validity is empty.
    error InvalidAttester(uint256 index);

    /// @notice There is no such root to revoke, or it is revoked.
    error NothingToRevoke(uint256 root);

    /// @notice Starts without a root.
    /// @param admin Holds every role at first.
    /// @param gracePeriod_ Seconds for which a superseded root may still be used.
    constructor(address admin, uint256 gracePeriod_) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(REGISTRAR_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, admin);
        gracePeriod = gracePeriod_;
    }

    /// @notice Publishes a root, which supersedes the latest.
    /// @param root Root over the attesters, in their order.
    /// @param attesters The leaves by place, empty places all zero; places after the last are empty.
    function publish(uint256 root, Attester[] calldata attesters) external onlyRole(REGISTRAR_ROLE) {
        if (root == 0 || root >= Bn254.R) revert InvalidRoot(root);
        if (_roots[root].number != 0) revert RootPublishedBefore(root);
        if (attesters.length == 0 || attesters.length > MAX_ATTESTERS) revert InvalidAttesterCount(attesters.length);
        for (uint256 i = 0; i < attesters.length; ++i) {
            if (!_isValid(attesters[i])) revert InvalidAttester(i);
        }

        uint32 timestamp = SafeCast.toUint32(block.timestamp);
        uint32 number = ++count;
        if (number > 1) _roots[_rootAt[number - 1]].supersededAt = timestamp;
        _roots[root] = AttesterRoot({number: number, publishedAt: timestamp, supersededAt: 0, revoked: false});
        _rootAt[number] = root;
        emit AttesterRootPublished(number, root, attesters);
    }

    /// @notice Revokes a root, at once and for good: every proof made against it stops counting.
    /// @param root The root.
    function revokeRoot(uint256 root) external onlyRole(GUARDIAN_ROLE) {
        AttesterRoot storage entry = _roots[root];
        if (entry.number == 0 || entry.revoked) revert NothingToRevoke(root);
        entry.revoked = true;
        emit AttesterRootRevoked(entry.number, root);
    }

    /// @inheritdoc IAttesterSource
    function lookup(uint256 root) public view returns (uint32 number, bool current) {
        AttesterRoot memory entry = _roots[root];
        bool superseded = entry.supersededAt != 0 && block.timestamp > uint256(entry.supersededAt) + gracePeriod;
        return (entry.number, entry.number != 0 && !entry.revoked && !superseded);
    }

    /// @notice Whether a root may be used now.
    /// @param root The root.
    /// @return Whether it is published, not revoked, and the latest or in its grace period.
    function isCurrent(uint256 root) external view returns (bool) {
        (, bool current) = lookup(root);
        return current;
    }

    /// @inheritdoc IAttesterSource
    function rootAt(uint32 number) public view returns (uint256 root, AttesterRoot memory entry) {
        root = _rootAt[number];
        entry = _roots[root];
    }

    /// @notice The latest root, revoked or not.
    /// @return root The root, zero if there is none.
    /// @return entry What was published.
    function latest() external view returns (uint256 root, AttesterRoot memory entry) {
        return rootAt(count);
    }

    function _isValid(Attester calldata attester) private pure returns (bool) {
        if (_isEmpty(attester)) return true;
        if (attester.venueId >= Bn254.R || attester.validFrom > attester.validUntil) return false;
        return BabyJubjub.isKey(attester.x, attester.y);
    }

    /// @dev (0, 0) is no point of the curve, so an empty place is never taken for a key.
    function _isEmpty(Attester calldata attester) private pure returns (bool) {
        uint256 fields = attester.x | attester.y | attester.venueId | attester.validFrom | attester.validUntil;
        return fields == 0 && attester.assurance == Assurance.SelfClaimed;
    }
}
