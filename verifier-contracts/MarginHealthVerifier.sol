// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Groth16Proof} from "./Groth16.sol";
import {Groth16Verifier} from "./Groth16Verifier.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @dev Where a key's secrets came from.
enum SetupKind {
    /// One party, in seconds: who made the key could forge with it.
    Local,
    /// A ceremony with several contributors and a public transcript.
    Ceremony
}

/// @title One verification key per circuit tier
/// @notice A tier's key is set once. A new version of a circuit is a new tier; a tier found wanting is disabled for
/// good.
/// @dev Tier names are short ASCII strings as bytes32 ("desk", "test").
contract MarginHealthVerifier is AccessControl, IVerificationErrors {
    /// @dev State of a tier. `verifier` is zero for a name that was never used.
    struct Tier {
        Groth16Verifier verifier;
        SetupKind setup;
        bool disabled;
    }

    /// @notice May add tiers.
    bytes32 public constant TIER_ADMIN_ROLE = keccak256("TIER_ADMIN_ROLE");

    /// @notice May disable tiers.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    mapping(bytes32 tier => Tier) private _tiers;

    /// @notice A tier was added.
    /// @param tier Name of the tier.
    /// @param verifier Contract that holds its key.
    /// @param verificationKeyHash Hash of the key, to compare with the artefact lock.
    /// @param setup Where the key came from.
    event TierAdded(
        bytes32 indexed tier,
        Groth16Verifier indexed verifier,
        bytes32 verificationKeyHash,
        SetupKind setup
    );

    /// @notice A tier was disabled, for good.
    /// @param tier Name of the tier.
    event TierDisabledForGood(bytes32 indexed tier);

    /// @notice The name is empty.
    error InvalidTier();

    /// @notice The name is taken, by a live or a disabled tier.
    error TierKnown(bytes32 tier);

    /// @notice There is no contract at this address.
    error NoVerifierCode(address verifier);

    /// @notice A key of a local set-up may only serve a local network: its maker can forge proofs.
    error LocalSetupOnPublicNetwork(uint256 chainId);

    /// @notice Starts with an empty table.
    /// @param admin Holds every role at first.
    constructor(address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(TIER_ADMIN_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, admin);
    }

    /// @notice Adds a tier. Its key can never be replaced.
    /// @param tier Name of the tier.
    /// @param verifier Contract that holds its key.
    /// @param setup Where the key came from.
    function addTier(bytes32 tier, Groth16Verifier verifier, SetupKind setup) external onlyRole(TIER_ADMIN_ROLE) {
        if (tier == 0) revert InvalidTier();
        if (address(_tiers[tier].verifier) != address(0)) revert TierKnown(tier);
        if (address(verifier).code.length == 0) revert NoVerifierCode(address(verifier));
        if (setup == SetupKind.Local && !_isLocalNetwork()) revert LocalSetupOnPublicNetwork(block.chainid);
        _tiers[tier] = Tier({verifier: verifier, setup: setup, disabled: false});
        emit TierAdded(tier, verifier, verifier.verificationKeyHash(), setup);
    }

    /// @notice Disables a tier. It cannot be enabled again.
    /// @param tier Name of the tier.
    function disableTier(bytes32 tier) external onlyRole(GUARDIAN_ROLE) {
        _requireLive(tier);
        _tiers[tier].disabled = true;
        emit TierDisabledForGood(tier);
    }

    /// @notice Returns if the proof shows the public signals under the tier's key, reverts otherwise.
    /// @param tier Name of the tier.
    /// @param proof The proof.
    /// @param signals Public signals, in the order of PublicSignals.
    function verifyProof(bytes32 tier, Groth16Proof calldata proof, uint256[7] calldata signals) external view {
        if (!_requireLive(tier).verify(proof, signals)) revert InvalidProof();
    }

    /// @notice What is registered under a name.
    /// @param tier Name of the tier.
    /// @return Verifier (zero if the name was never used), set-up, and whether it is disabled.
    function tierOf(bytes32 tier) external view returns (Tier memory) {
        return _tiers[tier];
    }

    function _requireLive(bytes32 tier) private view returns (Groth16Verifier) {
        Tier storage entry = _tiers[tier];
        Groth16Verifier verifier = entry.verifier;
        if (address(verifier) == address(0)) revert UnknownTier(tier);
        if (entry.disabled) revert TierDisabled(tier);
        return verifier;
    }

    /// @dev Hardhat's and Ganache's chain ids.
    function _isLocalNetwork() private view returns (bool) {
        return block.chainid == 31337 || block.chainid == 1337;
    }
}
