// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CollateralEscrow} from "./CollateralEscrow.sol";
import {Groth16Proof} from "./Groth16.sol";
import {HealthRecords} from "./HealthRecords.sol";
import {IAttesterSource} from "./IAttesterSource.sol";
import {IMarginHealth, Terms} from "./IMarginHealth.sol";
import {ISnapshotSource} from "./ISnapshotSource.sol";
import {StatementKind} from "./ITierTable.sol";
import {MarginHealthVerifier} from "./MarginHealthVerifier.sol";
import {PolicyTable} from "./PolicyTable.sol";
import {Claim, PublicSignals} from "./PublicSignals.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @title Accepts proofs of margin health and remembers what they showed
/// @notice Everything a proof leaves to the chain is checked here: that its account set, scope, snapshot, attester
/// root and collateral are the real ones, that its statements are fresh, that it claims enough, and that it is newer
/// than the last. IMarginHealth states what an accepted proof shows and what must be trusted.
/// @dev Anyone may submit for anyone: the claim names its subject. Replay is stopped by the subject's sequence, never
/// by the proof's bytes, which anyone can re-randomise.
contract MarginHealthRegistry is PolicyTable, HealthRecords, IVerificationErrors, Pausable {
    using PublicSignals for uint256;
    using PublicSignals for uint256[7];

    /// @notice Holds the tiers' keys.
    MarginHealthVerifier public immutable verifier;

    /// @notice Holds the collateral that proofs may count.
    CollateralEscrow public immutable escrow;

    /// @notice Deploys its own escrow.
    /// @param admin Holds every role at first.
    /// @param verifier_ Holds the tiers' keys.
    /// @param oracle_ Knows the accepted snapshots.
    /// @param attesters_ Knows the published attester roots.
    /// @param collateralToken Token of the escrow, worth one quote unit each.
    constructor(
        address admin,
        MarginHealthVerifier verifier_,
        ISnapshotSource oracle_,
        IAttesterSource attesters_,
        IERC20Metadata collateralToken
    ) PolicyTable(admin) HealthRecords(oracle_, attesters_) {
        verifier = verifier_;
        escrow = new CollateralEscrow(collateralToken, this);
    }

    /// @notice Stops submissions and new credit. What was proved lapses in its time.
    function pause() external onlyRole(GUARDIAN_ROLE) {
        _pause();
    }

    /// @notice Resumes submissions and new credit.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @notice Checks a proof and records what it shows, or reverts with the first thing that is wrong.
    /// @param tier Circuit tier of the proof.
    /// @param proof The proof.
    /// @param signals Its public signals, in the order of PublicSignals.
    function submit(
        bytes32 tier,
        Groth16Proof calldata proof,
        uint256[7] calldata signals
    ) external whenNotPaused {
        _accept(tier, signals);
        verifier.verifyProof(StatementKind.Health, tier, proof, signals);
    }

    /// @notice Checks many proofs under one tier by one product of pairings, and records what they show, or reverts
    /// with the first thing that is wrong: all of them count, or none. Proofs of one subject need rising sequences.
    /// @param tier Circuit tier of the proofs.
    /// @param proofs The proofs.
    /// @param signals Public signals of each, in the order of PublicSignals.
    function submitBatch(
        bytes32 tier,
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata signals
    ) external whenNotPaused {
        for (uint256 i = 0; i < signals.length; ++i) {
            _accept(tier, signals[i]);
        }
        verifier.verifyBatch(StatementKind.Health, tier, proofs, signals);
    }

    /// @notice Ends the subject's health: its margin does not cover what the policy demands, by newer statements or a
    /// newer snapshot than those of its last proof, all collateral in escrow counted. Anyone may submit, paused or not.
    /// @param tier Circuit tier of the proof, one of breaches.
    /// @param proof The breach proof.
    /// @param signals Its public signals, in the order of PublicSignals.
    function proveBreach(bytes32 tier, Groth16Proof calldata proof, uint256[7] calldata signals) external {
        Claim memory claim = signals.claim().unpack();
        Account storage account = _accounts[claim.subject];
        _requireAccountSet(account.accountSet, claim.subject, signals.accountSet());
        bytes32 policyId = _requireScope(signals.scope());
        (uint32 snapshot, ) = _requireSnapshot(policyId, signals.snapshotRoot());
        _requireAttesterRoot(signals.attesterRoot());
        _requireBreachClaim(policyId, claim);
        uint256 held = escrow.collateralOf(claim.subject);
        uint256 counted = signals.onChainCollateral();
        if (counted < held) revert CollateralLeftOut(counted, held);
        Claim memory proved = _requireProved(account, claim.subject, policyId);
        _recordBreach(
            claim.subject,
            _evidence(proved, account.snapshot, account.collateral),
            _evidence(claim, snapshot, counted)
        );
        emit BreachProved(claim.subject, policyId, proved.sequence, tier, signals);
        verifier.verifyProof(StatementKind.Breach, tier, proof, signals);
    }

    /// @inheritdoc IMarginHealth
    function canOpen(address subject, Terms calldata terms) external view returns (bool) {
        return !paused() && oracle.opensCredit(terms.policyId) && _meets(subject, terms);
    }

    /// @dev All that a proof leaves to the chain. The caller verifies the proof itself, in the same transaction.
    function _accept(bytes32 tier, uint256[7] calldata signals) private {
        Claim memory claim = signals.claim().unpack();
        Account storage account = _accounts[claim.subject];
        _requireAccountSet(account.accountSet, claim.subject, signals.accountSet());
        bytes32 policyId = _requireScope(signals.scope());
        (uint32 snapshot, uint256 snapshotExpiry) = _requireSnapshot(policyId, signals.snapshotRoot());
        uint32 attesterRoot = _requireAttesterRoot(signals.attesterRoot());
        uint256 statementExpiry = _requireClaim(policyId, claim);
        _requireNewer(claim.sequence, _provedClaim(account).sequence);
        _requireHeld(claim.subject, signals.onChainCollateral());
        _requireNewerThanBreach(claim.subject, _evidence(claim, snapshot, signals.onChainCollateral()));

        uint256 healthyUntil = statementExpiry < snapshotExpiry ? statementExpiry : snapshotExpiry;
        account.terms = signals.claim().terms();
        account.healthyUntil = SafeCast.toUint32(healthyUntil);
        account.snapshot = snapshot;
        account.attesterRoot = attesterRoot;
        account.collateral = SafeCast.toUint64(signals.onChainCollateral());
        account.portfolioCommitment = signals.portfolioCommitment();
        emit HealthProved(claim.subject, policyId, claim.sequence, tier, healthyUntil, signals);
    }

    function _requireAccountSet(uint256 registered, address subject, uint256 proved) private pure {
        if (registered == 0) revert NotRegistered(subject);
        if (registered != proved) revert AccountSetMismatch(registered, proved);
    }

    function _requireSnapshot(bytes32 policyId, uint256 root) private view returns (uint32, uint256) {
        (uint32 number, uint256 expiresAt, bool current) = oracle.lookup(policyId, root);
        if (number == 0) revert UnknownSnapshot(root);
        if (!current) revert StaleSnapshot(root);
        return (number, expiresAt);
    }

    function _requireAttesterRoot(uint256 root) private view returns (uint32) {
        (uint32 number, bool current) = attesters.lookup(root);
        if (!current) revert UnknownAttesterRoot(root);
        return number;
    }

    function _requireNewer(uint256 sequence, uint256 last) private pure {
        if (sequence <= last) revert SequenceNotIncreasing(sequence, last);
    }

    /// @dev More may be held than is counted: otherwise anyone could stop a proof by depositing a unit.
    function _requireHeld(address subject, uint256 counted) private view {
        if (counted == 0) return;
        uint256 held = escrow.collateralOf(subject);
        if (counted > held) revert CollateralNotHeld(counted, held);
    }

    /// @dev A breach is of the health that was proved: of the same policy.
    function _requireProved(
        Account storage account,
        address subject,
        bytes32 policyId
    ) private view returns (Claim memory) {
        if (account.snapshot == 0) revert NothingProved(subject);
        (bytes32 proved, , ) = oracle.snapshotAt(account.snapshot);
        if (proved != policyId) revert BreachOfOtherPolicy(proved, policyId);
        return _provedClaim(account);
    }

    function _evidence(
        Claim memory claim,
        uint32 snapshot,
        uint256 collateral
    ) private pure returns (Evidence memory) {
        return
            Evidence({
                sequence: claim.sequence,
                asOf: claim.asOf,
                snapshot: snapshot,
                collateral: SafeCast.toUint64(collateral)
            });
    }

    /// @dev A breach of no more than the policy demands is a breach of what it demands.
    function _requireBreachClaim(bytes32 policyId, Claim memory claim) private view {
        Requirements memory demanded = requirementsOf(policyId);
        _requireFresh(demanded.maxStatementAge, claim.asOf);
        if (claim.level > demanded.minLevel) revert BreachOfHigherLevel(claim.level, demanded.minLevel);
        if (claim.minRatioBps > demanded.minRatioBps) {
            revert BreachOfHigherRatio(claim.minRatioBps, demanded.minRatioBps);
        }
        if (claim.minAssurance < demanded.minAssurance) {
            revert AssuranceTooLow(claim.minAssurance, demanded.minAssurance);
        }
    }
}
