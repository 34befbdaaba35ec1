// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Proof} from "./Groth16.sol";

/// @dev A subject's account set, and what has happened to it.
struct AccountSet {
    /// Salted commitment to the venue accounts that every proof must cover, zero if none is registered.
    uint256 current;
    /// What the last accepted proof covered: another set if this one has grown since.
    uint256 proved;
    /// Statements of the next proof must be from after this second, zero if the set never changed.
    uint32 statementsAfter;
    /// First second in which an announced release can be executed, zero if none is announced.
    uint32 releaseFrom;
}

/// @title Which venue accounts a subject's proofs must cover
/// @notice A subject fixes the set itself, and every proof covers exactly that set: a losing account cannot be left
/// out. The set grows by a proof that nothing was dropped, and shrinks only by being released as a whole, with notice,
/// while no creditor holds a pledge.
///
/// Growth ends no health: what was shown of the smaller set is as true as before, and an account that had not been
/// registered was outside the claim. If it did, whoever adds an account would pay for it, and who hides one would not.
/// But the next proof must cover the grown set by statements from after the growth; until then no new credit opens
/// (`canOpen`), and health of the smaller set can be breached by statements of that set, so that growth shelters
/// nobody.
///
/// A release ends health at once. Whatever comes after it counts as later: its statements must be from after the
/// release, and sequences go on from the highest seen, though a smaller set's own start lower.
interface IAccountSets {
    /// @notice A subject fixed the set of venue accounts that every one of its proofs must cover.
    /// @param subject The account that claims margin health.
    /// @param accountSet Salted commitment to its venue accounts.
    event AccountSetRegistered(address indexed subject, uint256 accountSet);

    /// @notice A subject added venue accounts to its set.
    /// @param subject The account that claims margin health.
    /// @param formerSet The set before.
    /// @param accountSet The set from now on: it holds every account of the former one.
    /// @param tier Circuit tier of the proof of growth.
    event AccountSetGrown(address indexed subject, uint256 formerSet, uint256 accountSet, bytes32 indexed tier);

    /// @notice A subject will give up its set: its health ended.
    /// @param subject The account that claimed margin health.
    /// @param accountSet The set.
    /// @param executableFrom First second in which it can.
    event ReleaseAnnounced(address indexed subject, uint256 accountSet, uint256 executableFrom);

    /// @notice A subject keeps its set after all. It is healthy again with the next proof.
    /// @param subject The account that claims margin health.
    /// @param accountSet The set.
    event ReleaseCancelled(address indexed subject, uint256 accountSet);

    /// @notice A subject gave up its set and may register another.
    /// @param subject The account that claimed margin health.
    /// @param accountSet The set that no longer binds it.
    event AccountSetReleased(address indexed subject, uint256 accountSet);

    /// @notice The subject has no registered account set.
    error NotRegistered(address subject);

    /// @notice The subject already has an account set.
    error AlreadyRegistered(address subject);

    /// @notice An account set must be a field element other than zero.
    error InvalidAccountSet(uint256 accountSet);

    /// @notice The proof covers other venue accounts than it must.
    error AccountSetMismatch(uint256 expected, uint256 proved);

    /// @notice The statements are not from after the last change of the account set.
    error StatementBeforeSetChange(uint256 asOf, uint256 changedAt);

    /// @notice The subject has announced that it gives up its account set: until it cancels, nothing is proved of it.
    error ReleaseRunning(address subject);

    /// @notice The subject has not announced a release.
    error NoReleaseRunning(address subject);

    /// @notice The release cannot be executed yet.
    error ReleaseTooEarly(uint256 timestamp, uint256 executableFrom);

    /// @notice Creditors hold pledges of the subject: they rely on its account set.
    error PledgesOutstanding(uint256 pledged);

    /// @notice After so many releases, or such sequences, no other set's would find room above them.
    error SequencesExhausted(uint256 highest);

    /// @notice Fixes the caller's account set: every later proof must cover exactly these venue accounts.
    /// @param accountSet Salted commitment to the accounts.
    function registerAccountSet(uint256 accountSet) external;

    /// @notice Adds venue accounts to the caller's set.
    /// @param tier Circuit tier of the proof, one of account set growth.
    /// @param proof Shows that the grown set holds every account of the current one.
    /// @param grownSet Salted commitment to all accounts.
    function growAccountSet(bytes32 tier, Groth16Proof calldata proof, uint256 grownSet) external;

    /// @notice Announces that the caller gives up its account set. Ends its health at once, and for good: after
    /// cancelling it takes a new proof. Only while it has pledged nothing.
    function announceRelease() external;

    /// @notice Keeps the account set after all.
    function cancelRelease() external;

    /// @notice Gives up the account set, after the delay and while nothing is pledged. Another can be registered then.
    function executeRelease() external;

    /// @notice The account set a subject registered.
    /// @param subject The account asked about.
    /// @return The set, zero if none.
    function accountSetOf(address subject) external view returns (uint256);

    /// @notice The account set a subject registered, and what has happened to it.
    /// @param subject The account asked about.
    /// @return The set with its changes.
    function accountSetStatus(address subject) external view returns (AccountSet memory);
}
