// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AccountSets} from "./AccountSets.sol";
import {Groth16Proof} from "./Groth16.sol";
import {HealthRecords} from "./HealthRecords.sol";
import {IAccountSets} from "./IAccountSets.sol";
import {IAttesterSource} from "./IAttesterSource.sol";
import {IMarginHealth, Terms} from "./IMarginHealth.sol";
import {ISnapshotSource} from "./ISnapshotSource.sol";
import {StatementKind} from "./ITierTable.sol";
import {MarginHealthVerifier} from "./MarginHealthVerifier.sol";
import {PauseGrace} from "./PauseGrace.sol";
import {PolicyTable} from "./PolicyTable.sol";
import {Claim, PublicSignals} from "./PublicSignals.sol";
import {Record, Records} from "./Record.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @title Accepts proofs of margin health and remembers what they showed
/// @notice Everything a proof leaves to the chain is checked here: that its account set, scope, snapshot, attester
/// root and collateral are the real ones, that its statements are fresh, that it claims enough, and that it is newer
/// than the last. IMarginHealth states what an accepted proof shows and what must be trusted.
/// @dev Anyone may submit for anyone: the claim names its subject. Replay is stopped by the subject's sequence, never
/// by the proof's bytes, which anyone can re-randomise.
contract MarginHealthRegistry is PolicyTable, AccountSets, PauseGrace, IVerificationErrors {
    using PublicSignals for uint256;
    using PublicSignals for uint256[7];

    /// @dev What is recorded of a claim that holds.
    struct Checked {
        address subject;
        bytes32 policyId;
        uint40 sequence;
        uint32 healthyUntil;
        uint32 snapshot;
        uint24 attesterRoot;
        uint8 flags;
    }

    /// @dev What tables and other contracts answered about the last claim. Claims of one batch mostly share it, and
    /// nothing is called between them that could change an answer. A number or policy of zero: not asked yet.
    struct Ground {
        uint256 scope;
        bytes32 policyId;
        uint256 snapshotRoot;
        uint32 snapshot;
        uint256 snapshotExpiry;
        uint256 attesterRoot;
        uint32 attesterNumber;
    }

    /// @notice In a batch: the first claim that is refused.
    /// @param claim Position of the claim.
    /// @param reason The error it is refused with, encoded.
    error BadClaim(uint256 claim, bytes reason);

    /// @notice Nothing is recorded of a claim but by submitting its proof.
    error RecordedWithProofsOnly(address caller);

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
    ) PolicyTable(admin) HealthRecords(oracle_, attesters_) AccountSets(verifier_, collateralToken) {}

    /// @notice Stops submissions and new credit. What was proved lapses in its time; PauseGrace says whom that spares.
    function pause() external onlyRole(GUARDIAN_ROLE) {
        _pause();
    }

    /// @notice Resumes submissions and new credit. Who is spared must prove its health again.
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
        Ground memory ground;
        _record(tier, signals, _check(signals, ground));
        if (!verifier.liveKey(StatementKind.Health, tier).verify(proof, signals)) revert InvalidProof();
    }

    /// @notice Checks many proofs under one tier by one product of pairings, and records what they show, or reverts
    /// naming the first claim or proof that is wrong: all of them count, or none. Proofs of one subject need rising
    /// sequences.
    /// @param tier Circuit tier of the proofs.
    /// @param proofs The proofs.
    /// @param signals Public signals of each, in the order of PublicSignals.
    function submitBatch(
        bytes32 tier,
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata signals
    ) external whenNotPaused {
        // From outside, so that it can be undone: a refusal is then found again with its index.
        // solhint-disable-next-line no-empty-blocks
        try this.recordClaims(tier, signals) {} catch {
            _recordOneByOne(tier, signals);
        }
        verifier.liveKey(StatementKind.Health, tier).verifyBatch(proofs, signals);
    }

    /// @notice Part of `submitBatch`, for this contract alone: records claims whose proofs it verifies next.
    /// @param tier Circuit tier of the proofs.
    /// @param signals Public signals of each, in the order of PublicSignals.
    function recordClaims(bytes32 tier, uint256[7][] calldata signals) external {
        if (msg.sender != address(this)) revert RecordedWithProofsOnly(msg.sender);
        Ground memory ground;
        for (uint256 i = 0; i < signals.length; ++i) _record(tier, signals[i], _check(signals[i], ground));
    }

    /// @notice Ends the subject's health: its margin does not cover what the policy demands, by newer statements or a
    /// newer snapshot than those of its last proof, all collateral counted that this proof counts. What else is in
    /// escrow is free to leave, and no deposit stops a breach: a proof that counts it does. Anyone may submit, paused
    /// or not.
    /// @param tier Circuit tier of the proof, one of breaches.
    /// @param proof The breach proof.
    /// @param signals Its public signals, in the order of PublicSignals.
    function proveBreach(bytes32 tier, Groth16Proof calldata proof, uint256[7] calldata signals) external {
        Claim memory claim = signals.claim().unpack();
        Account storage account = _accounts[claim.subject];
        Record last = account.last;
        if (account.accountSet == 0) revert NotRegistered(claim.subject);
        if (last.snapshot() == 0) revert NothingProved(claim.subject);
        _requireSameSet(_provedSet(account, last), signals.accountSet());
        bytes32 policyId = _requireScope(signals.scope());
        (uint32 snapshot, ) = _requireSnapshot(policyId, signals.snapshotRoot());
        _requireAttesterRoot(signals.attesterRoot());
        _requireBreachClaim(policyId, claim);
        _requireAllCounted(last, signals.onChainCollateral());
        _requireProvedUnder(policyId, last.snapshot());

        Evidence memory proved = _provedEvidence(account, last);
        uint40 sequence = _sequenceOf(account, last, claim.sequence);
        _recordBreach(
            claim.subject,
            _has(last, _BREACHED) ? _lastBreachOf(claim.subject) : proved,
            _evidence(sequence, claim.asOf, snapshot, signals.onChainCollateral())
        );
        account.last = last.withFlags(last.flags() | _BREACHED | _EVER_BREACHED);
        if (_has(last, _GROWN)) _requireStatementsAfterNow(account);
        emit BreachProved(claim.subject, policyId, proved.sequence, tier, signals);
        verifier.verifyProof(StatementKind.Breach, tier, proof, signals);
    }

    /// @inheritdoc IMarginHealth
    function canOpen(address subject, Terms calldata terms) external view returns (bool) {
        Record last = _accounts[subject].last;
        return !paused() && !_has(last, _GROWN) && oracle.opensCredit(terms.policyId) && _meets(last, terms);
    }

    /// @notice Checks a claim as submitting it now would, all but its proof: for whoever is about to prove or submit.
    /// Reverts with the first thing that is wrong.
    /// @param signals The public signals, in the order of PublicSignals.
    /// @return What would be recorded.
    function checkClaim(uint256[7] calldata signals) external view returns (Checked memory) {
        Ground memory ground;
        return _check(signals, ground);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return
            interfaceId == type(IMarginHealth).interfaceId ||
            interfaceId == type(IAccountSets).interfaceId ||
            super.supportsInterface(interfaceId);
    }

    /// @dev Writes what a claim shows. The caller verifies the proof itself, in the same transaction.
    function _record(bytes32 tier, uint256[7] calldata signals, Checked memory checked) private {
        _accounts[checked.subject].last = Records.pack({
            terms_: signals.claim().terms(),
            healthyUntil_: checked.healthyUntil,
            snapshot_: checked.snapshot,
            attesterRoot_: checked.attesterRoot,
            collateral_: SafeCast.toUint64(signals.onChainCollateral()),
            flags_: checked.flags
        });
        emit HealthProved(checked.subject, checked.policyId, checked.sequence, tier, checked.healthyUntil, signals);
    }

    /// @dev Records claim after claim as if each had been submitted alone; reverts naming the first that is refused.
    function _recordOneByOne(bytes32 tier, uint256[7][] calldata signals) private {
        for (uint256 i = 0; i < signals.length; ++i) {
            try this.checkClaim(signals[i]) returns (Checked memory checked) {
                _record(tier, signals[i], checked);
            } catch (bytes memory reason) {
                revert BadClaim(i, reason);
            }
        }
    }

    /// @dev All that a proof leaves to the chain.
    function _check(uint256[7] calldata signals, Ground memory ground) private view returns (Checked memory checked) {
        uint256 claim = signals.claim();
        claim.requireClaim();
        checked.subject = claim.subject();
        Account storage account = _accounts[checked.subject];
        Record last = account.last;
        _requireCurrentSet(account.accountSet, last, checked.subject, signals.accountSet());
        checked.flags = last.flags() & _LASTING;
        _requireGround(signals, ground);
        checked.policyId = ground.policyId;
        checked.snapshot = ground.snapshot;
        checked.attesterRoot = SafeCast.toUint24(ground.attesterNumber);
        uint256 statementExpiry = _requireClaim(ground.policyId, claim);
        _requireAfterSetChange(account, last, claim.asOf());
        uint40 proved = _lastSequence(account, last);
        checked.sequence = _sequenceOf(account, last, claim.sequence());
        if (checked.sequence <= proved) revert SequenceNotIncreasing(checked.sequence, proved);
        _requireHeld(account, last, signals.onChainCollateral());
        if (_has(last, _EVER_BREACHED)) {
            _requireNewerThanBreach(
                checked.subject,
                _evidence(checked.sequence, claim.asOf(), checked.snapshot, signals.onChainCollateral())
            );
        }
        checked.healthyUntil = SafeCast.toUint32(Math.min(statementExpiry, ground.snapshotExpiry));
    }

    /// @dev Scope, snapshot and attester root, in this order; what the last claim named as well is not asked again.
    function _requireGround(uint256[7] calldata signals, Ground memory ground) private view {
        uint256 scope = signals.scope();
        if (ground.policyId == 0 || ground.scope != scope) {
            (ground.scope, ground.policyId) = (scope, _requireScope(scope));
            ground.snapshot = 0;
        }
        uint256 root = signals.snapshotRoot();
        if (ground.snapshot == 0 || ground.snapshotRoot != root) {
            ground.snapshotRoot = root;
            (ground.snapshot, ground.snapshotExpiry) = _requireSnapshot(ground.policyId, root);
        }
        root = signals.attesterRoot();
        if (ground.attesterNumber == 0 || ground.attesterRoot != root) {
            (ground.attesterRoot, ground.attesterNumber) = (root, _requireAttesterRoot(root));
        }
    }

    function _requireCurrentSet(uint256 current, Record last, address subject, uint256 proved) private pure {
        if (current == 0) revert NotRegistered(subject);
        if (_has(last, _RELEASING)) revert ReleaseRunning(subject);
        _requireSameSet(current, proved);
    }

    function _requireSameSet(uint256 expected, uint256 proved) private pure {
        if (expected != proved) revert AccountSetMismatch(expected, proved);
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

    /// @dev More may be held than is counted: otherwise anyone could stop a proof by depositing a unit. What a proof
    /// that has not lapsed counts is held, because the escrow neither pays it out nor lets it be pledged.
    function _requireHeld(Account storage account, Record last, uint256 counted) private view {
        if (counted == 0 || (counted <= last.collateral() && block.timestamp <= last.healthyUntil())) return;
        uint256 held = account.held;
        if (counted > held) revert CollateralNotHeld(counted, held);
    }

    function _requireAllCounted(Record last, uint256 counted) private pure {
        if (counted < last.collateral()) revert CollateralLeftOut(counted, last.collateral());
    }

    /// @dev A breach is of the health that was proved: of the same policy.
    function _requireProvedUnder(bytes32 policyId, uint32 snapshot) private view {
        (bytes32 proved, , ) = oracle.snapshotAt(snapshot);
        if (proved != policyId) revert BreachOfOtherPolicy(proved, policyId);
    }

    /// @dev What the last proof was made of.
    function _provedEvidence(Account storage account, Record last) private view returns (Evidence memory) {
        return _evidence(_lastSequence(account, last), _claimOf(last).asOf, last.snapshot(), last.collateral());
    }

    function _evidence(
        uint40 sequence,
        uint32 asOf,
        uint32 snapshot,
        uint256 collateral
    ) private pure returns (Evidence memory) {
        return
            Evidence({
                sequence: sequence,
                asOf: asOf,
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
