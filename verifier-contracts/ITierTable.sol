// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Key} from "./Groth16.sol";
import {Groth16Verifier} from "./Groth16Verifier.sol";

/// @dev Where a key's secrets came from.
enum SetupKind {
    /// One party, in seconds: who made the key could forge with it.
    Local,
    /// A ceremony with several contributors and a public transcript.
    Ceremony
}

/// @dev What a key's proofs state. All kinds have seven public signals, which alone do not tell them apart.
enum StatementKind {
    /// Collateral covers the requirement at the claimed level and ratio.
    Health,
    /// It does not.
    Breach,
    /// A set of venue accounts holds at least every account of another.
    AccountSetGrowth
}

/// @dev State of a tier, in one slot. `verifier` is zero for a name that was never used. Times in seconds since 1970:
/// the first second in which proofs are taken, and the last, zero while none is scheduled.
struct Tier {
    Groth16Verifier verifier;
    SetupKind setup;
    StatementKind kind;
    bool disabled;
    uint32 activeFrom;
    uint32 sunset;
}

/// @title The keys that proofs are checked with, and when
/// @notice Tier names are short ASCII strings as bytes32 ("desk", "test").
interface ITierTable {
    /// @notice A tier was added.
    /// @param tier Name of the tier.
    /// @param verifier Contract that holds its key, deployed by the table.
    /// @param verificationKeyHash Hash of the key, to compare with the artefact lock.
    /// @param setup Where the key came from.
    /// @param kind What its proofs state.
    /// @param activeFrom First second in which it takes proofs.
    event TierAdded(
        bytes32 indexed tier,
        Groth16Verifier indexed verifier,
        bytes32 verificationKeyHash,
        SetupKind setup,
        StatementKind kind,
        uint256 activeFrom
    );

    /// @notice A tier was given its last second.
    /// @param tier Name of the tier.
    /// @param lastSecond Last second in which it takes proofs.
    event TierSunsetScheduled(bytes32 indexed tier, uint256 lastSecond);

    /// @notice A tier was disabled, for good.
    /// @param tier Name of the tier.
    event TierDisabledForGood(bytes32 indexed tier);

    /// @notice The name is empty.
    error InvalidTier();

    /// @notice The name is taken, by a live, an ended or a disabled tier.
    error TierKnown(bytes32 tier);

    /// @notice A key of a local set-up may only serve a local network: its maker can forge proofs.
    error LocalSetupOnPublicNetwork(uint256 chainId);

    /// @notice A key serves one tier: it proves one kind of statement, and does not come back under another name.
    error KeyInUse(bytes32 verificationKeyHash, bytes32 tier);

    /// @notice Delays on a network that is not local leave time to look.
    error DelayTooShort(uint256 delay, uint256 minimum);

    /// @notice Provers of a tier are told of its end in time.
    error NoticeTooShort(uint256 lastSecond, uint256 earliest);

    /// @notice The tier's end is fixed: it moves neither way.
    error SunsetScheduled(bytes32 tier, uint256 lastSecond);

    /// @notice Adds a tier, which takes proofs after `activationDelay`. The table deploys its key, which can never be
    /// replaced; what no sound key has is refused (IKeyErrors). What code cannot see is which circuit a key is of: one
    /// whose circuit says less than it should, or whose secrets somebody kept, is announced like any other. That is
    /// what the delay is for: in it anyone compares the hash with what the published circuit and ceremony give, and the
    /// guardian disables the tier before its first proof.
    /// @param tier Name of the tier.
    /// @param key Its verification key.
    /// @param setup Where the key came from.
    /// @param kind What its proofs state.
    function addTier(bytes32 tier, Groth16Key calldata key, SetupKind setup, StatementKind kind) external;

    /// @notice Gives a tier its last second, once. Only `disableTier` ends it earlier, and nothing keeps it longer.
    /// @param tier Name of the tier.
    /// @param lastSecond Last second in which it takes proofs, `noticePeriod` from now or later.
    function scheduleSunset(bytes32 tier, uint64 lastSecond) external;

    /// @notice Disables a tier from now. It cannot be enabled again.
    /// @param tier Name of the tier.
    function disableTier(bytes32 tier) external;

    /// @notice What is registered under a name.
    /// @param tier Name of the tier.
    /// @return The tier, all zero if the name was never used.
    function tierOf(bytes32 tier) external view returns (Tier memory);

    /// @notice Which tier a key serves or served.
    /// @param verificationKeyHash Hash of the key.
    /// @return Name of the tier, zero if none.
    function tierOfKey(bytes32 verificationKeyHash) external view returns (bytes32);
}
