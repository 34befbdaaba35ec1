// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AttesterRegistry} from "./AttesterRegistry.sol";
import {Bn254} from "./Bn254.sol";
import {CollateralEscrow, ICollateralUse} from "./CollateralEscrow.sol";
import {Groth16Proof} from "./Groth16.sol";
import {Assurance, Health, IMarginHealth, Level, Terms} from "./IMarginHealth.sol";
import {MarginHealthVerifier} from "./MarginHealthVerifier.sol";
import {Claim, PublicSignals} from "./PublicSignals.sol";
import {SnapshotOracle} from "./SnapshotOracle.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @title Accepts proofs of margin health and remembers what they showed
/// @notice Everything a proof leaves to the chain is checked here: that its account set, scope, snapshot, attester
/// root and collateral are the real ones, that its statements are fresh, that it claims enough, and that it is newer
/// than the last. IMarginHealth states what an accepted proof shows and what must be trusted.
/// @dev Anyone may submit for anyone: the claim names its subject. Replay is stopped by the subject's sequence, never
/// by the proof's bytes, which anyone can re-randomise.
contract MarginHealthRegistry is IMarginHealth, ICollateralUse, IVerificationErrors, AccessControl, Pausable {
    using PublicSignals for uint256;
    using PublicSignals for uint256[7];

    /// @dev What the registry demands of proofs under a policy. Set once.
    struct Requirements {
        uint24 minRatioBps;
        Level minLevel;
        Assurance minAssurance;
        uint32 maxStatementAge;
        bool retired;
    }

    /// @dev One subject. The second slot is the last accepted proof: `terms` is its claim without the subject, in the
    /// claim's own packing (asOf, sequence, ratio, level, assurance); snapshot and attester root by their numbers.
    struct Account {
        uint256 accountSet;
        uint96 terms;
        uint32 healthyUntil;
        uint32 snapshot;
        uint32 attesterRoot;
        uint64 collateral;
        uint256 portfolioCommitment;
    }

    /// @dev What the last proof stands on, and whether it counts now.
    struct Standing {
        bool healthy;
        bytes32 policyId;
        uint256 snapshotRoot;
        uint256 attesterRoot;
    }

    /// @notice May add policies.
    bytes32 public constant POLICY_ADMIN_ROLE = keccak256("POLICY_ADMIN_ROLE");

    /// @notice May pause submissions and retire policies.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice No policy may ask for less than equity = requirement, so that "healthy" always means at least that.
    uint256 public constant LOWEST_RATIO_BPS = 10_000;

    /// @notice Holds the tiers' keys.
    MarginHealthVerifier public immutable verifier;

    /// @notice Knows the accepted snapshots.
    SnapshotOracle public immutable oracle;

    /// @notice Knows the published attester roots.
    AttesterRegistry public immutable attesters;

    /// @notice Holds the collateral that proofs may count.
    CollateralEscrow public immutable escrow;

    mapping(address subject => Account) private _accounts;
    mapping(bytes32 policyId => Requirements) private _requirements;
    mapping(uint256 scope => bytes32 policyId) private _policyOf;

    /// @notice Deploys its own escrow.
    /// @param admin Holds every role at first.
    /// @param verifier_ Holds the tiers' keys.
    /// @param oracle_ Knows the accepted snapshots.
    /// @param attesters_ Knows the published attester roots.
    /// @param collateralToken Token of the escrow, worth one quote unit each.
    constructor(
        address admin,
        MarginHealthVerifier verifier_,
        SnapshotOracle oracle_,
        AttesterRegistry attesters_,
        IERC20Metadata collateralToken
    ) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(POLICY_ADMIN_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, admin);
        verifier = verifier_;
        oracle = oracle_;
        attesters = attesters_;
        escrow = new CollateralEscrow(collateralToken, this);
    }

    /// @notice Fixes the caller's account set: every later proof must cover exactly these venue accounts. Once only.
    /// @param accountSet Salted commitment to the accounts.
    function registerAccountSet(uint256 accountSet) external {
        if (accountSet == 0 || accountSet >= Bn254.R) revert InvalidAccountSet(accountSet);
        Account storage account = _accounts[msg.sender];
        if (account.accountSet != 0) revert AlreadyRegistered(msg.sender);
        account.accountSet = accountSet;
        emit AccountSetRegistered(msg.sender, accountSet);
    }

    /// @notice Adds a policy. Its requirements never change; to change them, retire it and add another.
    /// @param policyId Hash of the policy.
    /// @param level Requirement that proofs must cover at least.
    /// @param minRatioBps Ratio that proofs must claim at least, itself at least LOWEST_RATIO_BPS.
    /// @param minAssurance Assurance that proofs must claim at least.
    /// @param maxStatementAge Seconds after which a venue statement no longer counts.
    function addPolicy(
        bytes32 policyId,
        Level level,
        uint24 minRatioBps,
        Assurance minAssurance,
        uint32 maxStatementAge
    ) external onlyRole(POLICY_ADMIN_ROLE) {
        if (policyId == 0 || minRatioBps < LOWEST_RATIO_BPS || maxStatementAge == 0) revert InvalidPolicyTerms();
        if (_requirements[policyId].maxStatementAge != 0) revert PolicyKnown(policyId);
        _requirements[policyId] = Requirements({
            minRatioBps: minRatioBps,
            minLevel: level,
            minAssurance: minAssurance,
            maxStatementAge: maxStatementAge,
            retired: false
        });
        uint256 scope = scopeOf(policyId);
        _policyOf[scope] = policyId;
        emit PolicyAdded(policyId, scope, level, minRatioBps, minAssurance, maxStatementAge);
    }

    /// @notice Takes no more proofs under a policy, for good.
    /// @param policyId Hash of the policy.
    function retirePolicy(bytes32 policyId) external onlyRole(GUARDIAN_ROLE) {
        Requirements storage requirements = _requirements[policyId];
        if (requirements.maxStatementAge == 0) revert UnknownPolicy(policyId);
        if (requirements.retired) revert RetiredPolicy(policyId);
        requirements.retired = true;
        emit PolicyRetired(policyId);
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
        Claim memory claim = signals.claim().unpack();
        Account storage account = _accounts[claim.subject];
        _requireAccountSet(account.accountSet, claim.subject, signals.accountSet());
        bytes32 policyId = _requireScope(signals.scope());
        (uint32 snapshot, uint256 snapshotExpiry) = _requireSnapshot(policyId, signals.snapshotRoot());
        uint32 attesterRoot = _requireAttesterRoot(signals.attesterRoot());
        uint256 statementExpiry = _requireClaim(policyId, claim);
        _requireNewer(claim.sequence, _provedClaim(account).sequence);
        _requireHeld(claim.subject, signals.onChainCollateral());
        verifier.verifyProof(tier, proof, signals);

        uint256 healthyUntil = statementExpiry < snapshotExpiry ? statementExpiry : snapshotExpiry;
        account.terms = signals.claim().terms();
        account.healthyUntil = SafeCast.toUint32(healthyUntil);
        account.snapshot = snapshot;
        account.attesterRoot = attesterRoot;
        account.collateral = SafeCast.toUint64(signals.onChainCollateral());
        account.portfolioCommitment = signals.portfolioCommitment();
        emit HealthProved(claim.subject, policyId, claim.sequence, tier, healthyUntil, signals);
    }

    /// @inheritdoc IMarginHealth
    function isHealthy(address subject) external view returns (bool) {
        return _standing(_accounts[subject]).healthy;
    }

    /// @inheritdoc IMarginHealth
    function canOpen(address subject, Terms calldata terms) external view returns (bool) {
        if (paused() || oracle.paused()) return false;
        Account storage account = _accounts[subject];
        Standing memory standing = _standing(account);
        if (!standing.healthy || standing.policyId != terms.policyId) return false;
        Claim memory proved = _provedClaim(account);
        return
            proved.level >= terms.level &&
            proved.minRatioBps >= terms.minRatioBps &&
            proved.minAssurance >= terms.minAssurance;
    }

    /// @inheritdoc ICollateralUse
    /// @dev Runs to the proof's end even if something it stands on is revoked: revocation must not open the escrow.
    function collateralInUse(address subject) external view returns (uint256) {
        Account storage account = _accounts[subject];
        return block.timestamp <= account.healthyUntil ? account.collateral : 0;
    }

    /// @notice The account set a subject registered.
    /// @param subject The account asked about.
    /// @return The set, zero if none.
    function accountSetOf(address subject) external view returns (uint256) {
        return _accounts[subject].accountSet;
    }

    /// @notice What the registry demands under a policy.
    /// @param policyId Hash of the policy.
    /// @return The requirements, all zero if the policy was never added.
    function requirementsOf(bytes32 policyId) external view returns (Requirements memory) {
        return _requirements[policyId];
    }

    /// @inheritdoc IMarginHealth
    function health(address subject) external view returns (Health memory) {
        Account storage account = _accounts[subject];
        Standing memory standing = _standing(account);
        Claim memory proved = _provedClaim(account);
        return
            Health({
                healthy: standing.healthy,
                healthyUntil: account.healthyUntil,
                asOf: proved.asOf,
                sequence: proved.sequence,
                minRatioBps: proved.minRatioBps,
                level: proved.level,
                minAssurance: proved.minAssurance,
                policyId: standing.policyId,
                snapshotRoot: standing.snapshotRoot,
                attesterRoot: standing.attesterRoot,
                portfolioCommitment: account.portfolioCommitment,
                onChainCollateral: account.collateral
            });
    }

    /// @notice The scope that statements and proofs under a policy must name at this registry.
    /// @param policyId Hash of the policy.
    /// @return The scope.
    function scopeOf(bytes32 policyId) public view returns (uint256) {
        return PublicSignals.scopeOf(address(this), policyId);
    }

    function _requireAccountSet(uint256 registered, address subject, uint256 proved) private pure {
        if (registered == 0) revert NotRegistered(subject);
        if (registered != proved) revert AccountSetMismatch(registered, proved);
    }

    /// @dev The scope is computed again, not only looked up: after a fork of the chain, proofs for the other side
    /// stop here.
    function _requireScope(uint256 scope) private view returns (bytes32 policyId) {
        policyId = _policyOf[scope];
        if (policyId == 0 || scopeOf(policyId) != scope) revert ScopeMismatch(scope);
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

    /// @dev Answers with the last second at which the statements count.
    function _requireClaim(bytes32 policyId, Claim memory claim) private view returns (uint256) {
        Requirements memory demanded = _requirements[policyId];
        if (demanded.retired) revert RetiredPolicy(policyId);
        uint256 expiry = uint256(claim.asOf) + demanded.maxStatementAge;
        if (claim.asOf > block.timestamp) revert StatementFromFuture(claim.asOf, block.timestamp);
        if (expiry < block.timestamp) revert StatementTooOld(claim.asOf, block.timestamp - demanded.maxStatementAge);
        if (claim.level < demanded.minLevel) revert LevelTooLow(claim.level, demanded.minLevel);
        if (claim.minRatioBps < demanded.minRatioBps) revert RatioTooLow(claim.minRatioBps, demanded.minRatioBps);
        if (claim.minAssurance < demanded.minAssurance) {
            revert AssuranceTooLow(claim.minAssurance, demanded.minAssurance);
        }
        return expiry;
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

    /// @dev Number zero, of an account nothing was proved about, stands for nothing and time zero is past.
    function _standing(Account storage account) private view returns (Standing memory standing) {
        SnapshotOracle.Snapshot memory snapshot;
        AttesterRegistry.Root memory root;
        (standing.policyId, standing.snapshotRoot, snapshot) = oracle.snapshotAt(account.snapshot);
        (standing.attesterRoot, root) = attesters.rootAt(account.attesterRoot);
        standing.healthy = block.timestamp <= account.healthyUntil && !snapshot.revoked && !root.revoked;
    }

    /// @dev The claim of the last proof, its subject left out.
    function _provedClaim(Account storage account) private view returns (Claim memory) {
        return (uint256(account.terms) << 160).unpack();
    }
}
