// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {BreachLedger} from "./BreachLedger.sol";
import {ICollateralUse} from "./CollateralEscrow.sol";
import {AttesterRoot, IAttesterSource} from "./IAttesterSource.sol";
import {Health, IMarginHealth, Terms} from "./IMarginHealth.sol";
import {ISnapshotSource, Snapshot} from "./ISnapshotSource.sol";
import {Claim, PublicSignals} from "./PublicSignals.sol";

/// @title What is known about each subject
/// @notice Its account set, what its last accepted proof showed, and whether that still counts.
abstract contract HealthRecords is IMarginHealth, BreachLedger, ICollateralUse {
    using PublicSignals for uint256;

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
        uint32 breachedAt;
        bytes32 policyId;
        uint256 snapshotRoot;
        uint256 attesterRoot;
    }

    /// @notice Knows the accepted snapshots.
    ISnapshotSource public immutable oracle;

    /// @notice Knows the published attester roots.
    IAttesterSource public immutable attesters;

    mapping(address subject => Account) internal _accounts;

    constructor(ISnapshotSource oracle_, IAttesterSource attesters_) {
        oracle = oracle_;
        attesters = attesters_;
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

    /// @inheritdoc IMarginHealth
    function isHealthy(address subject) external view returns (bool) {
        return _standing(_accounts[subject], subject).healthy;
    }

    /// @inheritdoc IMarginHealth
    function meets(address subject, Terms calldata terms) external view returns (bool) {
        return _meets(subject, terms);
    }

    /// @inheritdoc IMarginHealth
    function graceUntil(bytes32 policyId) external view returns (uint256) {
        return oracle.graceUntil(policyId);
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

    /// @inheritdoc IMarginHealth
    function health(address subject) external view returns (Health memory) {
        Account storage account = _accounts[subject];
        Standing memory standing = _standing(account, subject);
        Claim memory proved = _provedClaim(account);
        return
            Health({
                healthy: standing.healthy,
                breachedAt: standing.breachedAt,
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

    /// @dev Number zero, of an account nothing was proved about, stands for nothing and time zero is past.
    function _standing(Account storage account, address subject) internal view returns (Standing memory standing) {
        Snapshot memory snapshot;
        AttesterRoot memory root;
        (standing.policyId, standing.snapshotRoot, snapshot) = oracle.snapshotAt(account.snapshot);
        (standing.attesterRoot, root) = attesters.rootAt(account.attesterRoot);
        standing.breachedAt = _breachedAt(subject, _provedClaim(account).sequence);
        bool revoked = snapshot.revoked || root.revoked;
        standing.healthy = block.timestamp <= account.healthyUntil && !revoked && standing.breachedAt == 0;
    }

    /// @dev The claim of the last proof, its subject left out.
    function _provedClaim(Account storage account) internal view returns (Claim memory) {
        return (uint256(account.terms) << 160).unpack();
    }

    /// @dev Whether the last proof counts and meets the terms.
    function _meets(address subject, Terms calldata terms) internal view returns (bool) {
        Account storage account = _accounts[subject];
        Standing memory standing = _standing(account, subject);
        if (!standing.healthy || standing.policyId != terms.policyId) return false;
        Claim memory proved = _provedClaim(account);
        return
            proved.level >= terms.level &&
            proved.minRatioBps >= terms.minRatioBps &&
            proved.minAssurance >= terms.minAssurance;
    }
}
