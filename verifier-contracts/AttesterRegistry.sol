// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BabyJubjub} from "./BabyJubjub.sol";
import {Bn254} from "./Bn254.sol";
import {AttesterRoot, IAttesterSource} from "./IAttesterSource.sol";
import {Assurance} from "./IMarginHealth.sol";
import {LocalNetwork} from "./LocalNetwork.sol";

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
/// The leaves are in the event, in order, so anyone recomputes the root, and the guardian revokes one that is not of
/// its leaves; Poseidon on chain would cost more than it tells. A key that is revoked takes every root with it that
/// was ever published with it among the leaves, and never comes back.
///
/// No registrar makes an account healthy at once: a root counts when its notice is over, and until then anyone can
/// compute it from its leaves and the guardian, whom only guardians dismiss, can revoke it. A guardian who is no
/// registrar may end the notice early, as after a key was revoked: that takes two, of whom neither can do it alone. A
/// root that is superseded before its notice is over never counts. The first root counts at once: nobody stands on
/// anything before. What nobody can check here is that the root is of the leaves in its event and the keys are their
/// venues': who relies on them reads them within the notice.
/// @dev Roots are numbered, and sets of roots are kept as bits by number, 256 to a word. Publishing sets one bit per
/// key, and revoking a key adds its words to those of what is revoked: a slot for 256 roots. Roots that could still be
/// current are marked as well, so that whoever submits a proof reads one slot; there are at most MAX_CURRENT of them.
contract AttesterRegistry is IAttesterSource, AccessControl {
    /// @dev A root as it is kept. `barred` is set where it is revoked while it could be current; whether it is revoked
    /// at all stands in the bits.
    struct Publication {
        uint32 number;
        uint32 publishedAt;
        uint32 currentFrom;
        uint32 supersededAt;
        bool barred;
    }

    /// @notice May publish roots.
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");

    /// @notice May revoke roots and keys. May end the notice of a root, unless it may publish as well.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice Places in the tree.
    uint256 public constant MAX_ATTESTERS = 256;

    /// @notice Roots that can be current at a time, superseded ones in their grace period included.
    uint32 public constant MAX_CURRENT = 64;

    /// @notice Shortest notice on a network that is not local, in seconds.
    uint256 public constant MINIMUM_NOTICE = 1 days;

    /// @notice Seconds for which a superseded root may still be used.
    uint256 public immutable gracePeriod;

    /// @notice Seconds from a root's publication to the first second at which it may be used.
    uint256 public immutable noticePeriod;

    /// @notice Number of published roots; the latest has this number.
    uint32 public count;

    /// @notice Whether a key was revoked, by keccak256 of its coordinates.
    mapping(bytes32 key => bool) public isKeyRevoked;

    mapping(uint256 root => Publication) private _roots;
    mapping(uint32 number => uint256 root) private _rootAt;
    mapping(uint256 word => uint256 bits) private _revoked;
    mapping(bytes32 key => mapping(uint256 word => uint256 bits)) private _holding;

    /// @notice A root was published.
    /// @param number Its number.
    /// @param root The root.
    /// @param currentFrom First second at which it may be used, and from which it supersedes the one before.
    /// @param attesters Its leaves, in order.
    event AttesterRootPublished(
        uint32 indexed number,
        uint256 indexed root,
        uint256 currentFrom,
        Attester[] attesters
    );

    /// @notice A guardian ended a root's notice: it may be used from now on, and supersedes those before it.
    /// @param number Its number.
    /// @param root The root.
    event AttesterRootConfirmed(uint32 indexed number, uint256 indexed root);

    /// @notice A root was revoked: proofs against it stop counting at once.
    /// @param number Its number.
    /// @param root The root.
    event AttesterRootRevoked(uint32 indexed number, uint256 indexed root);

    /// @notice A key was revoked: proofs against any root that holds it stop counting at once.
    /// @param key keccak256 of its coordinates.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    event AttesterKeyRevoked(bytes32 indexed key, uint256 x, uint256 y);

    /// @notice A root must be a field element other than zero.
    error InvalidRoot(uint256 root);

    /// @notice The root was published before. A revoked root never comes back.
    error RootPublishedBefore(uint256 root);

    /// @notice As many roots as can be are still in their grace period.
    error TooManyCurrentRoots(uint256 maximum);

    /// @notice No attester, or more than the tree has places.
    error InvalidAttesterCount(uint256 attesters);

    /// @notice The key is off the curve, outside its subgroup or neutral, the venue is no field element or the validity
    /// is empty.
    error InvalidAttester(uint256 index);

    /// @notice The key stands for the same venue at a place before: one key, one assurance.
    error DuplicateAttester(uint256 index);

    /// @notice Notice is too short for a network that is not local, or longer than a year.
    error InvalidNoticePeriod(uint256 period);

    /// @notice There is no such root, it is revoked or superseded, or its notice is over.
    error NothingToConfirm(uint256 root);

    /// @notice Who may publish roots does not confirm them.
    error ConfirmedByRegistrar(address registrar);

    /// @notice There is no such root to revoke, or it is revoked.
    error NothingToRevoke(uint256 root);

    /// @notice The key was revoked. A revoked key never comes back.
    error KeyRevoked(uint256 x, uint256 y);

    /// @notice Starts without a root.
    /// @param admin Holds every role at first. Guardians alone appoint and dismiss guardians.
    /// @param gracePeriod_ Seconds for which a superseded root may still be used.
    /// @param noticePeriod_ Seconds of notice before a root counts.
    constructor(address admin, uint256 gracePeriod_, uint256 noticePeriod_) {
        bool tooShort = noticePeriod_ < MINIMUM_NOTICE && !LocalNetwork.isLocal();
        if (tooShort || noticePeriod_ > 365 days) revert InvalidNoticePeriod(noticePeriod_);
        _setRoleAdmin(GUARDIAN_ROLE, GUARDIAN_ROLE);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(REGISTRAR_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, admin);
        gracePeriod = gracePeriod_;
        noticePeriod = noticePeriod_;
    }

    /// @notice Publishes a root, which supersedes the latest when its notice is over.
    /// @param root Root over the attesters, in their order.
    /// @param attesters The leaves by place, empty places all zero; places after the last are empty.
    function publish(uint256 root, Attester[] calldata attesters) external onlyRole(REGISTRAR_ROLE) {
        if (root == 0 || root >= Bn254.R) revert InvalidRoot(root);
        if (_roots[root].number != 0) revert RootPublishedBefore(root);
        if (attesters.length == 0 || attesters.length > MAX_ATTESTERS) revert InvalidAttesterCount(attesters.length);
        uint32 number = ++count;
        bytes32[] memory seen = new bytes32[](2 * attesters.length);
        for (uint256 i = 0; i < attesters.length; ++i) {
            if (!_isValid(attesters[i])) revert InvalidAttester(i);
            // An empty place holds no key, and no key has y = 0: such a point has order four.
            if (attesters[i].y == 0) continue;
            if (!_isFirst(seen, attesters[i])) revert DuplicateAttester(i);
            _noteHolding(attesters[i].x, attesters[i].y, number);
        }
        uint32 currentFrom = SafeCast.toUint32(block.timestamp + (number == 1 ? 0 : noticePeriod));
        _supersedeBefore(number, currentFrom);
        if (number > MAX_CURRENT && !_isPast(_publication(number - MAX_CURRENT).supersededAt)) {
            revert TooManyCurrentRoots(MAX_CURRENT);
        }
        _roots[root] = Publication({
            number: number,
            publishedAt: SafeCast.toUint32(block.timestamp),
            currentFrom: currentFrom,
            supersededAt: 0,
            barred: false
        });
        _rootAt[number] = root;
        emit AttesterRootPublished(number, root, currentFrom, attesters);
    }

    /// @notice Ends the notice of a root: by who has computed it from its leaves, and knows where those are from.
    /// @param root The root.
    function confirm(uint256 root) external onlyRole(GUARDIAN_ROLE) {
        if (hasRole(REGISTRAR_ROLE, msg.sender)) revert ConfirmedByRegistrar(msg.sender);
        Publication storage entry = _roots[root];
        uint32 number = entry.number;
        bool pending = block.timestamp < entry.currentFrom && _counts(entry);
        if (number == 0 || entry.barred || !pending) revert NothingToConfirm(root);
        entry.currentFrom = SafeCast.toUint32(block.timestamp);
        _supersedeBefore(number, entry.currentFrom);
        emit AttesterRootConfirmed(number, root);
    }

    /// @notice Revokes a root, at once and for good: every proof made against it stops counting. Within its notice too:
    /// at its end the root before is superseded nonetheless: another has to follow within the grace period.
    /// @param root The root.
    function revokeRoot(uint256 root) external onlyRole(GUARDIAN_ROLE) {
        uint32 number = _roots[root].number;
        if (number == 0 || isRevoked(number)) revert NothingToRevoke(root);
        _revoked[number >> 8] |= _bit(number);
        _roots[root].barred = true;
        emit AttesterRootRevoked(number, root);
    }

    /// @notice Revokes a key, at once and for good, whether or not a root holds it: every proof made against any root
    /// that does stops counting, by whichever key its statements were signed, since a proof does not tell. Proofs go on
    /// against the next root without it.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    function revokeKey(uint256 x, uint256 y) external onlyRole(GUARDIAN_ROLE) {
        bytes32 key = keyId(x, y);
        if (isKeyRevoked[key]) revert KeyRevoked(x, y);
        isKeyRevoked[key] = true;
        mapping(uint256 word => uint256 bits) storage holding = _holding[key];
        for (uint256 word = 0; word <= count >> 8; ++word) {
            uint256 bits = holding[word];
            if (bits != 0) _revoked[word] |= bits;
        }
        // Roots were superseded in order: before the first that is past, all are.
        for (uint32 number = count; number != 0 && !_isPast(_publication(number).supersededAt); --number) {
            if (holding[number >> 8] & _bit(number) != 0) _publication(number).barred = true;
        }
        emit AttesterKeyRevoked(key, x, y);
    }

    /// @inheritdoc IAttesterSource
    function lookup(uint256 root) public view returns (uint32 number, bool current) {
        Publication memory entry = _roots[root];
        number = entry.number;
        if (number == 0 || entry.barred || block.timestamp < entry.currentFrom) return (number, false);
        current = _counts(entry) && !_isPast(entry.supersededAt);
    }

    /// @inheritdoc IAttesterSource
    function isRevoked(uint32 number) public view returns (bool) {
        return _revoked[number >> 8] & _bit(number) != 0;
    }

    /// @notice Whether a root may be used now.
    /// @param root The root.
    /// @return Whether it is published, its notice is over, no other stands in its place or its grace period runs, and
    /// it is not revoked.
    function isCurrent(uint256 root) external view returns (bool) {
        (, bool current) = lookup(root);
        return current;
    }

    /// @inheritdoc IAttesterSource
    function rootAt(uint32 number) public view returns (uint256 root, AttesterRoot memory entry) {
        root = _rootAt[number];
        Publication storage kept = _roots[root];
        entry = AttesterRoot({
            number: kept.number,
            publishedAt: kept.publishedAt,
            currentFrom: kept.currentFrom,
            supersededAt: kept.supersededAt,
            revoked: isRevoked(number)
        });
    }

    /// @notice Whether a root holds a key.
    /// @param number The root's number.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    /// @return Whether it was published with the key among its leaves.
    function holdsKey(uint32 number, uint256 x, uint256 y) external view returns (bool) {
        return _holding[keyId(x, y)][number >> 8] & _bit(number) != 0;
    }

    /// @notice What a key is known by.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    /// @return keccak256 of both.
    function keyId(uint256 x, uint256 y) public pure returns (bytes32) {
        return keccak256(abi.encode(x, y));
    }

    /// @notice The latest root, revoked or not.
    /// @return root The root, zero if there is none.
    /// @return entry What was published.
    function latest() external view returns (uint256 root, AttesterRoot memory entry) {
        return rootAt(count);
    }

    /// @dev Notes that a root holds a key, which must not be revoked.
    function _noteHolding(uint256 x, uint256 y, uint32 number) private {
        bytes32 key = keyId(x, y);
        if (isKeyRevoked[key]) revert KeyRevoked(x, y);
        _holding[key][number >> 8] |= _bit(number);
    }

    /// @dev From a time on, a root stands in the place of all before it, also of those whose notice still runs.
    function _supersedeBefore(uint32 number, uint32 from) private {
        for (uint32 i = number - 1; i != 0; --i) {
            Publication storage entry = _publication(i);
            if (entry.supersededAt != 0 && entry.supersededAt <= from) break;
            entry.supersededAt = from;
        }
    }

    /// @dev Whether a root counts from its time on, or did: not if another stood in its place by then.
    function _counts(Publication memory entry) private pure returns (bool) {
        return entry.supersededAt == 0 || entry.currentFrom < entry.supersededAt;
    }

    function _publication(uint32 number) private view returns (Publication storage) {
        return _roots[_rootAt[number]];
    }

    /// @dev Whether the grace period of a root is over.
    function _isPast(uint256 supersededAt) private view returns (bool) {
        return supersededAt != 0 && block.timestamp > supersededAt + gracePeriod;
    }

    function _bit(uint32 number) private pure returns (uint256) {
        return 1 << (number & 255);
    }

    /// @dev Whether the key was not seen for this venue before; now it was. The table has room for twice as many.
    function _isFirst(bytes32[] memory seen, Attester calldata attester) private pure returns (bool) {
        bytes32 id = keccak256(abi.encode(attester.x, attester.y, attester.venueId));
        uint256 i = uint256(id) % seen.length;
        for (; seen[i] != 0; i = (i + 1) % seen.length) {
            if (seen[i] == id) return false;
        }
        seen[i] = id;
        return true;
    }

    function _isValid(Attester calldata attester) private view returns (bool) {
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
