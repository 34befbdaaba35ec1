// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Claim} from "./PublicSignals.sol";
import {Level} from "./IMarginHealth.sol";

/// @title Breaches of proved health
/// @notice A breach proof shows the complement of health for the subject's whole account set: equity and collateral do
/// not cover the policy's own demand. Whoever holds the signed statements can make it, a venue for example. It ends
/// the health that it is about and nothing else: what was in use of the escrow stays there until the proof would have
/// lapsed, and newer statements, a newer snapshot or more collateral prove health again.
abstract contract BreachLedger {
    /// @dev What is known of a subject's last breach. It is about the accepted proof with this sequence.
    struct Breach {
        uint40 sequence;
        uint32 provedAt;
        uint32 asOf;
        uint32 snapshot;
        uint64 collateral;
    }

    /// @dev What a breach must be newer than: the accepted proof.
    struct Proved {
        uint40 sequence;
        uint32 asOf;
        uint32 snapshot;
        bytes32 policyId;
    }

    mapping(address subject => Breach) private _breaches;

    /// @notice A breach of the subject's margin was proved: its health ended.
    /// @param subject Whose margin.
    /// @param policyId Under which policy.
    /// @param sequence Sequence of the accepted proof that no longer counts.
    /// @param tier Circuit tier of the breach proof.
    /// @param signals The public signals: with the transaction's proof, all that is needed to check it again off chain.
    event BreachProved(
        address indexed subject,
        bytes32 indexed policyId,
        uint256 indexed sequence,
        bytes32 tier,
        uint256[7] signals
    );

    /// @notice Nothing was ever proved about the subject: there is no health to end.
    error NothingProved(address subject);

    /// @notice The breach is of another policy than the one that health was proved under.
    error BreachOfOtherPolicy(bytes32 proved, bytes32 breached);

    /// @notice The breach is of a stricter level than the registry demands: it is none of the registry's demand.
    error BreachOfHigherLevel(Level claimed, Level demanded);

    /// @notice The breach is of a higher ratio than the registry demands: it is none of the registry's demand.
    error BreachOfHigherRatio(uint256 claimed, uint256 demanded);

    /// @notice The breach leaves out collateral that the escrow holds for the subject.
    error CollateralLeftOut(uint256 counted, uint256 held);

    /// @notice Neither statements nor snapshot are newer than those of the proof or the last breach, or one is older.
    error BreachNotNewer(uint256 asOf, uint256 snapshot);

    /// @notice Health was breached as of then: neither statements, snapshot nor collateral of the proof say otherwise.
    error NotNewerThanBreach(uint256 asOf, uint256 snapshot);

    /// @notice When the subject's last accepted proof was shown to be breached.
    /// @param subject The account asked about.
    /// @param sequence The sequence of its last accepted proof.
    /// @return Time of the breach, zero if there is none.
    function _breachedAt(address subject, uint40 sequence) internal view returns (uint32) {
        Breach storage breach = _breaches[subject];
        return breach.sequence == sequence ? breach.provedAt : 0;
    }

    /// @dev A breach with the statements and the snapshot of the proof would contradict it; an older one says nothing.
    /// The same goes for a breach that is known: an older one must not take its place.
    function _recordBreach(Claim memory claim, Proved memory proved, uint32 snapshot, uint64 collateral) internal {
        Breach memory last = _breaches[claim.subject];
        if (last.provedAt != 0 && last.sequence == proved.sequence) {
            (proved.asOf, proved.snapshot) = (last.asOf, last.snapshot);
        }
        bool isOlder = claim.asOf < proved.asOf || snapshot < proved.snapshot;
        if (isOlder || (claim.asOf == proved.asOf && snapshot == proved.snapshot)) {
            revert BreachNotNewer(claim.asOf, snapshot);
        }
        _breaches[claim.subject] = Breach({
            sequence: proved.sequence,
            provedAt: SafeCast.toUint32(block.timestamp),
            asOf: claim.asOf,
            snapshot: snapshot,
            collateral: collateral
        });
    }

    /// @dev After a breach, health needs something that the breach did not see. Later proofs need no more than a later
    /// sequence: the first after the breach has been newer already.
    function _requireNewerThanBreach(
        Claim memory claim,
        uint40 sequence,
        uint32 snapshot,
        uint256 collateral
    ) internal view {
        Breach memory breach = _breaches[claim.subject];
        if (breach.provedAt == 0 || breach.sequence != sequence) return;
        bool isOlder = claim.asOf < breach.asOf || snapshot < breach.snapshot;
        bool isSame = claim.asOf == breach.asOf && snapshot == breach.snapshot && collateral <= breach.collateral;
        if (isOlder || isSame) revert NotNewerThanBreach(breach.asOf, breach.snapshot);
    }
}
