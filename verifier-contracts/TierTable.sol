// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Groth16Key} from "./Groth16.sol";
import {Groth16Verifier} from "./Groth16Verifier.sol";
import {IKeyErrors} from "./IKeyErrors.sol";
import {ITierTable, SetupKind, StatementKind, Tier} from "./ITierTable.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";
import {LocalNetwork} from "./LocalNetwork.sol";

/// @title One verification key per circuit tier, from a day announced to a day announced
/// @notice A tier's key is set once and serves after a delay, in which anyone can compare it with the circuit. A new
/// version of a circuit is a new tier; the old one is given a last day with notice, or disabled at once when it is
/// found wanting. Nothing of this is ever taken back.
/// @dev The table deploys every key itself: whatever checks its proofs is Groth16Verifier, compiled into this contract,
/// with the key that was announced. There is no address that an administrator could fill with other code.
abstract contract TierTable is AccessControl, ITierTable, IKeyErrors, IVerificationErrors {
    using SafeCast for uint256;

    /// @notice May add tiers and schedule their end.
    bytes32 public constant TIER_ADMIN_ROLE = keccak256("TIER_ADMIN_ROLE");

    /// @notice May disable tiers.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice Shortest delay and notice on a network that is not local, in seconds.
    uint256 public constant MINIMUM_DELAY = 1 days;

    /// @notice Seconds from a tier's announcement to its first use.
    uint256 public immutable activationDelay;

    /// @notice Seconds from a sunset's announcement to a tier's last use, at least.
    uint256 public immutable noticePeriod;

    mapping(bytes32 tier => Tier) private _tiers;
    mapping(bytes32 verificationKeyHash => bytes32 tier) private _tierOfKey;

    /// @notice Starts with an empty table.
    /// @param admin Holds every role at first.
    /// @param activationDelay_ Seconds from a tier's announcement to its first use.
    /// @param noticePeriod_ Seconds from a sunset's announcement to a tier's last use, at least.
    constructor(address admin, uint256 activationDelay_, uint256 noticePeriod_) {
        _requireDelay(activationDelay_);
        _requireDelay(noticePeriod_);
        (activationDelay, noticePeriod) = (activationDelay_, noticePeriod_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(TIER_ADMIN_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, admin);
    }

    /// @inheritdoc ITierTable
    function addTier(
        bytes32 tier,
        Groth16Key calldata key,
        SetupKind setup,
        StatementKind kind
    ) external onlyRole(TIER_ADMIN_ROLE) {
        if (tier == 0) revert InvalidTier();
        if (address(_tiers[tier].verifier) != address(0)) revert TierKnown(tier);
        if (setup == SetupKind.Local && !LocalNetwork.isLocal()) revert LocalSetupOnPublicNetwork(block.chainid);
        Groth16Verifier verifier = new Groth16Verifier(key);
        bytes32 keyHash = verifier.verificationKeyHash();
        if (_tierOfKey[keyHash] != 0) revert KeyInUse(keyHash, _tierOfKey[keyHash]);

        uint32 activeFrom = (block.timestamp + activationDelay).toUint32();
        _tierOfKey[keyHash] = tier;
        _tiers[tier] = Tier(verifier, setup, kind, false, activeFrom, 0);
        emit TierAdded(tier, verifier, keyHash, setup, kind, activeFrom);
    }

    /// @inheritdoc ITierTable
    function scheduleSunset(bytes32 tier, uint64 lastSecond) external onlyRole(TIER_ADMIN_ROLE) {
        Tier memory entry = _tiers[tier];
        _requireKnown(tier, entry);
        if (entry.sunset != 0) revert SunsetScheduled(tier, entry.sunset);
        uint256 earliest = block.timestamp + noticePeriod;
        if (lastSecond < earliest) revert NoticeTooShort(lastSecond, earliest);
        _tiers[tier].sunset = uint256(lastSecond).toUint32();
        emit TierSunsetScheduled(tier, lastSecond);
    }

    /// @inheritdoc ITierTable
    function disableTier(bytes32 tier) external onlyRole(GUARDIAN_ROLE) {
        _requireKnown(tier, _tiers[tier]);
        _tiers[tier].disabled = true;
        emit TierDisabledForGood(tier);
    }

    /// @inheritdoc ITierTable
    function tierOf(bytes32 tier) external view returns (Tier memory) {
        return _tiers[tier];
    }

    /// @inheritdoc ITierTable
    function tierOfKey(bytes32 verificationKeyHash) external view returns (bytes32) {
        return _tierOfKey[verificationKeyHash];
    }

    /// @dev The key of a tier that takes proofs of this kind now.
    function _requireLive(StatementKind kind, bytes32 tier) internal view returns (Groth16Verifier) {
        // One read for the whole entry.
        Tier memory entry = _tiers[tier];
        _requireKnown(tier, entry);
        if (entry.kind != kind) revert WrongStatementKind(tier, uint8(entry.kind));
        if (block.timestamp < entry.activeFrom) revert TierNotActive(tier, entry.activeFrom);
        if (entry.sunset != 0 && block.timestamp > entry.sunset) revert TierSunset(tier, entry.sunset);
        return entry.verifier;
    }

    function _requireKnown(bytes32 tier, Tier memory entry) private pure {
        if (address(entry.verifier) == address(0)) revert UnknownTier(tier);
        if (entry.disabled) revert TierDisabled(tier);
    }

    function _requireDelay(uint256 delay) private view {
        if (delay < MINIMUM_DELAY && !LocalNetwork.isLocal()) revert DelayTooShort(delay, MINIMUM_DELAY);
    }
}
