// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Level} from "./IMarginHealth.sol";

/// @title Breaches of proved health
/// @notice A breach proof shows the complement of health for the subject's whole account set: equity and collateral do
/// not cover the policy's own demand. Whoever holds the signed statements can make it, a venue for example. It ends
/// the health that it is about and nothing else: what was in use of the escrow stays there until the proof would have
/// lapsed, and newer statements, a newer snapshot or more collateral prove health again.
///
/// A breach counts the collateral that the proof it ends counts, and may count more. Collateral beside that is no part
/// of what was proved and may leave at any time: were it to be counted, a unit deposited before each breach, by anyone,
/// would stop it, and so would a sum that is deposited before and withdrawn after. A subject that has more escapes by
/// proving with it, which keeps it there: before a breach, by the newer statements that the breach would be made of, or
/// after it. Collateral does not make statements newer: against a breach by a new snapshot and the statements of the
/// proof itself, it takes statements from after the proof. A breach stands though its snapshot is revoked later; that
/// trips the publishers' breaker, whose grace spares also the breached until they can prove at other prices.
/// @dev A claim's sequence is the sum of its statements' sequences, by the circuit: it orders portfolios, and whoever
/// mixes an old statement with new ones is found out by it.
abstract contract BreachLedger {
    /// @dev What a claim is made of, in order of time.
    struct Evidence {
        uint40 sequence;
        uint32 asOf;
        uint32 snapshot;
        uint64 collateral;
    }

    /// @dev A subject's last breach: when it was proved, and what it was made of. One slot.
    struct Breach {
        uint32 provedAt;
        uint40 sequence;
        uint32 asOf;
        uint32 snapshot;
        uint64 collateral;
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

    /// @notice The breach leaves out collateral that the subject's last proof counts.
    error CollateralLeftOut(uint256 counted, uint256 proved);

    /// @notice Neither statements nor snapshot are newer than those of the proof or the last breach, or one is older.
    error BreachNotNewer(uint256 sequence, uint256 asOf, uint256 snapshot);

    /// @notice Health was breached by these statements and this snapshot: neither they nor the collateral are newer.
    error NotNewerThanBreach(uint256 sequence, uint256 asOf, uint256 snapshot);

    /// @dev When the subject's last breach was proved. Its record says whether there is one, and what it ended.
    function _lastBreachAt(address subject) internal view returns (uint32) {
        return _breaches[subject].provedAt;
    }

    /// @dev What the subject's last breach was made of.
    function _lastBreachOf(address subject) internal view returns (Evidence memory) {
        Breach memory last = _breaches[subject];
        return
            Evidence({
                sequence: last.sequence,
                asOf: last.asOf,
                snapshot: last.snapshot,
                collateral: last.collateral
            });
    }

    /// @dev A breach by the statements and the snapshot of the proof would contradict it; an older one says nothing.
    /// The same goes for a breach that is known: an older one must not take its place. `newest` is what the last proof
    /// was made of, or the breach of it that is known.
    function _recordBreach(address subject, Evidence memory newest, Evidence memory breached) internal {
        if (_isOlder(breached, newest) || _isSame(breached, newest)) {
            revert BreachNotNewer(breached.sequence, breached.asOf, breached.snapshot);
        }
        _breaches[subject] = Breach({
            provedAt: SafeCast.toUint32(block.timestamp),
            sequence: breached.sequence,
            asOf: breached.asOf,
            snapshot: breached.snapshot,
            collateral: breached.collateral
        });
    }

    /// @dev After a breach, health needs something that the breach did not see, for good. Snapshots are numbered over
    /// all policies: under another policy, health may have to wait for that policy's next snapshot.
    function _requireNewerThanBreach(address subject, Evidence memory claimed) internal view {
        Evidence memory breached = _lastBreachOf(subject);
        bool isAnswered = !_isSame(claimed, breached) || claimed.collateral > breached.collateral;
        if (_isOlder(claimed, breached) || !isAnswered) {
            revert NotNewerThanBreach(breached.sequence, breached.asOf, breached.snapshot);
        }
    }

    function _isOlder(Evidence memory a, Evidence memory b) private pure returns (bool) {
        return a.sequence < b.sequence || a.asOf < b.asOf || a.snapshot < b.snapshot;
    }

    /// @dev The same statements at the same prices. Their asOf may be claimed differently.
    function _isSame(Evidence memory a, Evidence memory b) private pure returns (bool) {
        return a.sequence == b.sequence && a.snapshot == b.snapshot;
    }
}
