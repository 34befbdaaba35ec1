// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev Which requirement the margin covers. A policy's initial requirement is never below its maintenance
/// requirement, so Initial implies Maintenance at the same ratio.
enum Level {
    Maintenance,
    Initial
}

/// @dev Who stands behind a venue statement, weakest first.
enum Assurance {
    SelfClaimed,
    Attested,
    VenueSigned
}

/// @dev What a consumer demands before it extends credit.
struct Terms {
    /// The policy the requirement is computed under. A consumer names it: another policy may be laxer.
    bytes32 policyId;
    /// At least this requirement.
    Level level;
    /// At least this ratio of equity to requirement, in basis points. 10000 means equity = requirement.
    uint24 minRatioBps;
    /// At least this assurance, for every statement of the portfolio.
    Assurance minAssurance;
}

/// @dev What is known about a subject. All zero for a subject nobody ever proved anything about.
struct Health {
    /// Whether the proof still counts: not lapsed, not breached, its account set not up for release, and neither its
    /// snapshot nor its attester root nor a key in that root revoked.
    bool healthy;
    /// When a newer breach proof ended this health, zero if none did.
    uint32 breachedAt;
    /// Last second at which the proof counts, if nothing ends it before.
    uint32 healthyUntil;
    /// The oldest venue statement is no older than this.
    uint32 asOf;
    /// Grows with every accepted proof of this subject.
    uint40 sequence;
    /// Equity is at least this share of the requirement.
    uint24 minRatioBps;
    /// The requirement that is meant.
    Level level;
    /// Weakest assurance among the venue statements.
    Assurance minAssurance;
    bytes32 policyId;
    uint256 snapshotRoot;
    uint256 attesterRoot;
    /// Commits to the venue accounts that the proof covers. Another set than before means that accounts were added, or
    /// that all were given up for others.
    uint256 accountSet;
    /// How much of the subject's escrow was counted, at 1e-8 quote units.
    uint64 onChainCollateral;
}

/// @title Private margin health
/// @notice Whether an account covers the worst stress loss of its whole portfolio, without its positions.
///
/// What an accepted proof shows. "I know positions and salts such that
///  1. each venue statement is signed by a key in `attesterRoot`, names this subject and this scope, is no older than
///     `asOf`, and has at least the claimed assurance (self-claimed < attested < venue-signed); every position it
///     counts is consumed; the set of venue accounts is exactly `accountSet`; the statements hash to
///     `portfolioCommitment`; their sequences add up to the claimed one;
///  2. every position names an instrument of `snapshotRoot`, and every quantity is in range;
///  3. the risk totals that follow come from exactly those quantities and exactly the published risk numbers;
///  4. `equity + onChainCollateral >= ratio * requirement` at the claimed level, where the requirement is what the
///     margin program published with `snapshotRoot` makes of these totals; and every exposure is within its limits."
/// A breach proof shows 1 to 3 and the complement of 4, exactly, and ends health. A proof of growth shows that one
/// account set holds every account of another (IAccountSets). Each kind has keys of its own.
/// Nothing else leaks: not the number of positions or venues, not which venue, not the equity.
///
/// What must be trusted:
///  - venue keys, that a statement is the whole truth about its account. Bounded by the published set, the revocation
///    of a key in every root that holds it, the age of statements; an account never registered is outside the claim.
///  - publishers, that the market data are right. Bounded by their quorum, by anyone's exact recomputation of the
///    root, by the guardian's power to revoke.
///  - the set-up, that nobody kept its secrets. Keys of a local set-up are refused outside local networks.
///  - circuits and contracts, for soundness.
///  - administrators, for which tiers, policies and attesters there are. No function makes an account healthy without
///    a proof, and proofs are checked by code that no administrator chooses, under keys that never change. But who may
///    add a key, a policy or an attester could prepare one that is bad: a consumer names its policy, and a new key
///    serves after a public delay, in which it is compared with the circuit and can be disabled.
///  - nobody, for the confidentiality of the book.
interface IMarginHealth {
    /// @notice A proof was accepted.
    /// @param subject Whose margin was proved.
    /// @param policyId Under which policy.
    /// @param sequence The subject's sequence number, higher than any before.
    /// @param tier Circuit tier of the proof.
    /// @param healthyUntil Last second at which it counts.
    /// @param signals The public signals: with the transaction's proof, all that is needed to check it again off
    /// chain.
    event HealthProved(
        address indexed subject,
        bytes32 indexed policyId,
        uint256 indexed sequence,
        bytes32 tier,
        uint256 healthyUntil,
        uint256[7] signals
    );

    /// @notice A policy was added. It can be retired, never changed.
    /// @param policyId Hash of the policy.
    /// @param scope The scope that statements and proofs for it must name.
    /// @param level Requirement that proofs must cover at least.
    /// @param minRatioBps Ratio that proofs must claim at least.
    /// @param minAssurance Assurance that proofs must claim at least.
    /// @param maxStatementAge Age of a venue statement, in seconds, after which it no longer counts.
    event PolicyAdded(
        bytes32 indexed policyId,
        uint256 indexed scope,
        Level level,
        uint256 minRatioBps,
        Assurance minAssurance,
        uint256 maxStatementAge
    );

    /// @notice A policy takes no new proofs; accepted ones lapse in their time.
    /// @param policyId Hash of the policy.
    event PolicyRetired(bytes32 indexed policyId);

    /// @notice The proof is for another chain, another registry or a policy this registry does not know.
    error ScopeMismatch(uint256 scope);

    /// @notice The policy was retired.
    error RetiredPolicy(bytes32 policyId);

    /// @notice The policy was added before.
    error PolicyKnown(bytes32 policyId);

    /// @notice A policy needs an identifier, a ratio of at least 10000 basis points and a statement age.
    error InvalidPolicyTerms();

    /// @notice The policy was never added.
    error UnknownPolicy(bytes32 policyId);

    /// @notice The publishers never accepted this snapshot under this policy.
    error UnknownSnapshot(uint256 snapshotRoot);

    /// @notice The snapshot has expired, was superseded too often or was revoked.
    error StaleSnapshot(uint256 snapshotRoot);

    /// @notice The attester root was never published, was superseded too long ago or was revoked.
    error UnknownAttesterRoot(uint256 attesterRoot);

    /// @notice The statements claim to be from after this block.
    error StatementFromFuture(uint256 asOf, uint256 timestamp);

    /// @notice The statements are older than the policy allows.
    error StatementTooOld(uint256 asOf, uint256 oldestAllowed);

    /// @notice The registry demands a higher level.
    error LevelTooLow(Level claimed, Level demanded);

    /// @notice The registry demands a higher ratio.
    error RatioTooLow(uint256 claimed, uint256 demanded);

    /// @notice The registry demands a higher assurance.
    error AssuranceTooLow(Assurance claimed, Assurance demanded);

    /// @notice A proof with this sequence or a later one was accepted before.
    error SequenceNotIncreasing(uint256 claimed, uint256 last);

    /// @notice The proof counts more collateral than the escrow holds for the subject.
    error CollateralNotHeld(uint256 counted, uint256 held);

    /// @notice Whether a proof about the subject counts now.
    /// @param subject The account asked about.
    /// @return Whether it has an accepted proof that has not lapsed and stands on nothing revoked.
    function isHealthy(address subject) external view returns (bool);

    /// @notice Whether new credit may be extended to the subject: it is healthy on these terms by a proof that covers
    /// all of its registered accounts, and neither the registry is paused nor a breaker of the publishers' has
    /// tripped. This is the one call a consumer needs.
    /// @param subject The account that asks for credit.
    /// @param terms What the consumer demands.
    /// @return Whether it may.
    function canOpen(address subject, Terms calldata terms) external view returns (bool);

    /// @notice Whether a proof on these terms counts for the subject now, whatever is paused: what a creditor asks
    /// about credit it has already extended.
    /// @param subject The account asked about.
    /// @param terms What the creditor demands.
    /// @return Whether it does.
    function meets(address subject, Terms calldata terms) external view returns (bool);

    /// @notice Until when credit to the subject on these terms is or was spared from liquidation, because proofs could
    /// not be renewed: publishers disagreed, fell silent or reported a market that moves beyond bounds, under the
    /// terms' policy; or the registry was paused while a proof on these terms ran that no breach has ended. Both are
    /// bounded, and both stay known when they are over.
    /// @param subject The account asked about.
    /// @param terms What the creditor demands.
    /// @return The last second of the latest such grace, zero if there never was one.
    function graceUntil(address subject, Terms calldata terms) external view returns (uint256);

    /// @notice Everything known about the subject.
    /// @param subject The account asked about.
    /// @return What its last accepted proof showed, and whether it still counts.
    function health(address subject) external view returns (Health memory);
}
