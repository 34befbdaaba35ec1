// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {BreachLedger} from "./BreachLedger.sol";
import {ICollateralUse} from "./CollateralEscrow.sol";
import {IAttesterSource} from "./IAttesterSource.sol";
import {Health, IMarginHealth, Terms} from "./IMarginHealth.sol";
import {ISnapshotSource, Snapshot} from "./ISnapshotSource.sol";
import {Claim, PublicSignals} from "./PublicSignals.sol";
import {Record} from "./Record.sol";

/// @title What is known about each subject
/// @notice Its account set, what its last accepted proof showed, and whether that still counts.
abstract contract HealthRecords is IMarginHealth, BreachLedger, ICollateralUse {
    using PublicSignals for uint256;

    /// @dev What changes of the account set ask of proofs. Read only where the record's flags say so.
    struct SetChange {
        uint32 statementsAfter;
        uint32 releaseFrom;
        uint40 sequenceBase;
    }

    /// @dev One subject. `formerSet` is what the last proof covered, if the set has grown since. `held` is what the
    /// escrow holds for it and no creditor may take, at 1e-8 quote units. The escrow tells with every change, so that a
    /// proof reads one slot instead of asking.
    struct Account {
        Record last;
        uint256 accountSet;
        uint256 formerSet;
        SetChange change;
        uint256 held;
    }

    /// @dev Set with the first account set and never cleared, so that no proof pays for an empty slot.
    uint8 internal constant _KNOWN = 1;

    /// @dev A breach ended what the last proof showed.
    uint8 internal constant _BREACHED = 2;

    /// @dev The announcement of a release ended it.
    uint8 internal constant _ENDED = 4;

    /// @dev A release is announced: no proof is taken.
    uint8 internal constant _RELEASING = 8;

    /// @dev The account set has grown since the last proof.
    uint8 internal constant _GROWN = 16;

    /// @dev A breach was proved once: later proofs must be newer.
    uint8 internal constant _EVER_BREACHED = 32;

    /// @dev An account set was released once: sequences go on from the highest before.
    uint8 internal constant _EVER_RELEASED = 64;

    /// @dev What a new proof leaves as it is.
    uint8 internal constant _LASTING = _KNOWN | _EVER_BREACHED | _EVER_RELEASED;

    /// @notice Knows the accepted snapshots.
    ISnapshotSource public immutable oracle;

    /// @notice Knows the published attester roots.
    IAttesterSource public immutable attesters;

    mapping(address subject => Account) internal _accounts;

    constructor(ISnapshotSource oracle_, IAttesterSource attesters_) {
        oracle = oracle_;
        attesters = attesters_;
    }

    /// @inheritdoc IMarginHealth
    function isHealthy(address subject) external view returns (bool healthy) {
        (healthy, , ) = _standing(_accounts[subject].last);
    }

    /// @inheritdoc IMarginHealth
    function meets(address subject, Terms calldata terms) external view returns (bool) {
        return _meets(_accounts[subject].last, terms);
    }

    /// @inheritdoc ICollateralUse
    /// @dev Runs to the proof's end whatever ends its health before: no revocation, breach or release opens the escrow.
    function collateralInUse(address subject) external view returns (uint256) {
        Record last = _accounts[subject].last;
        return block.timestamp <= last.healthyUntil() ? last.collateral() : 0;
    }

    /// @inheritdoc IMarginHealth
    function health(address subject) external view returns (Health memory) {
        Account storage account = _accounts[subject];
        Record last = account.last;
        (bool healthy, bytes32 policyId, uint256 snapshotRoot) = _standing(last);
        (uint256 attesterRoot, ) = attesters.rootAt(last.attesterRoot());
        Claim memory proved = _claimOf(last);
        return
            Health({
                healthy: healthy,
                breachedAt: _has(last, _BREACHED) ? _lastBreachAt(subject) : 0,
                healthyUntil: last.healthyUntil(),
                asOf: proved.asOf,
                sequence: _lastSequence(account, last),
                minRatioBps: proved.minRatioBps,
                level: proved.level,
                minAssurance: proved.minAssurance,
                policyId: policyId,
                snapshotRoot: snapshotRoot,
                attesterRoot: attesterRoot,
                accountSet: _provedSet(account, last),
                onChainCollateral: last.collateral()
            });
    }

    /// @dev Whether the last proof counts now, and what it stands on. Number zero, of an account nothing was proved
    /// about, stands for nothing and time zero is past.
    function _standing(
        Record last
    ) internal view returns (bool healthy, bytes32 policyId, uint256 snapshotRoot) {
        Snapshot memory snapshot;
        (policyId, snapshotRoot, snapshot) = oracle.snapshotAt(last.snapshot());
        bool runs = block.timestamp <= last.healthyUntil() && !_has(last, _BREACHED | _ENDED);
        healthy = runs && !snapshot.revoked && !attesters.isRevoked(last.attesterRoot());
    }

    /// @dev Whether the last proof counts and meets the terms.
    function _meets(Record last, Terms calldata terms) internal view returns (bool) {
        (bool healthy, bytes32 policyId, ) = _standing(last);
        return healthy && policyId == terms.policyId && _claims(last, terms);
    }

    /// @dev Whether the last proof claims as much as the terms ask, under whichever policy.
    function _claims(Record last, Terms calldata terms) internal pure returns (bool) {
        Claim memory proved = _claimOf(last);
        return
            proved.level >= terms.level &&
            proved.minRatioBps >= terms.minRatioBps &&
            proved.minAssurance >= terms.minAssurance;
    }

    /// @dev The claim of the last proof, its subject left out.
    function _claimOf(Record last) internal pure returns (Claim memory) {
        return (uint256(last.terms()) << 160).unpack();
    }

    /// @dev The last proof's sequence among all of its subject's.
    function _lastSequence(Account storage account, Record last) internal view returns (uint40) {
        return _sequenceOf(account, last, (uint256(last.terms()) << 160).sequence());
    }

    /// @dev Where a claim's sequence stands among all of its subject's: those of a set that was registered after a
    /// release come after all before it.
    function _sequenceOf(Account storage account, Record last, uint40 claimed) internal view returns (uint40) {
        return _has(last, _EVER_RELEASED) ? account.change.sequenceBase + claimed : claimed;
    }

    /// @dev The set that the last proof covered, or that the first one must.
    function _provedSet(Account storage account, Record last) internal view returns (uint256) {
        if (_has(last, _GROWN)) return account.formerSet;
        return last.snapshot() == 0 ? 0 : account.accountSet;
    }

    function _has(Record last, uint8 flags) internal pure returns (bool) {
        return last.flags() & flags != 0;
    }
}
