// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Bn254} from "./Bn254.sol";
import {CollateralEscrow, ICollateralUse} from "./CollateralEscrow.sol";
import {Groth16Proof} from "./Groth16.sol";
import {HealthRecords} from "./HealthRecords.sol";
import {AccountSet, IAccountSets} from "./IAccountSets.sol";
import {ICollateralEscrow} from "./ICollateralEscrow.sol";
import {StatementKind} from "./ITierTable.sol";
import {MarginHealthVerifier} from "./MarginHealthVerifier.sol";
import {Record, Records} from "./Record.sol";

/// @title The venue accounts that proofs must cover, as their subjects change them
/// @notice IAccountSets says what growth and release mean, and why.
abstract contract AccountSets is IAccountSets, HealthRecords {
    /// @notice Seconds from the announcement of a release to its execution.
    uint256 public constant RELEASE_DELAY = 7 days;

    /// @dev A claim's sequence has 36 bits. Were a base so high that one did not fit on top of it, a subject could
    /// prove its last health where no breach finds room.
    uint40 private constant _HIGHEST_BASE = type(uint40).max - 2 ** 36;

    /// @notice Holds the tiers' keys.
    MarginHealthVerifier public immutable verifier;

    /// @notice Holds the collateral that proofs may count and creditors may take.
    CollateralEscrow public immutable escrow;

    /// @dev Deploys the escrow.
    constructor(MarginHealthVerifier verifier_, IERC20Metadata collateralToken) {
        verifier = verifier_;
        escrow = new CollateralEscrow(collateralToken, this);
    }

    /// @inheritdoc ICollateralUse
    function noteHeld(address subject, uint256 held) external {
        if (msg.sender != address(escrow)) revert NotTheEscrow(msg.sender);
        _accounts[subject].held = held;
    }

    /// @inheritdoc IAccountSets
    function registerAccountSet(uint256 accountSet) external {
        _requireAccountSet(accountSet);
        Account storage account = _accounts[msg.sender];
        if (account.accountSet != 0) revert AlreadyRegistered(msg.sender);
        account.accountSet = accountSet;
        account.last = account.last.withFlags(account.last.flags() | _KNOWN);
        emit AccountSetRegistered(msg.sender, accountSet);
    }

    /// @inheritdoc IAccountSets
    function growAccountSet(bytes32 tier, Groth16Proof calldata proof, uint256 grownSet) external {
        _requireAccountSet(grownSet);
        Account storage account = _accounts[msg.sender];
        Record last = account.last;
        uint256 current = account.accountSet;
        if (current == 0) revert NotRegistered(msg.sender);
        if (_has(last, _RELEASING)) revert ReleaseRunning(msg.sender);
        if (last.snapshot() != 0 && !_has(last, _GROWN)) {
            account.formerSet = current;
            account.last = last.withFlags(last.flags() | _GROWN);
        }
        account.accountSet = grownSet;
        account.change.statementsAfter = SafeCast.toUint32(block.timestamp);
        emit AccountSetGrown(msg.sender, current, grownSet, tier);
        uint256[7] memory signals = [current, grownSet, uint256(uint160(msg.sender)), 0, 0, 0, 0];
        verifier.verifyProof(StatementKind.AccountSetGrowth, tier, proof, signals);
    }

    /// @inheritdoc IAccountSets
    function announceRelease() external {
        Account storage account = _accounts[msg.sender];
        Record last = account.last;
        if (account.accountSet == 0) revert NotRegistered(msg.sender);
        if (_has(last, _RELEASING)) revert ReleaseRunning(msg.sender);
        _requireNoPledge();
        uint256 executableFrom = block.timestamp + RELEASE_DELAY;
        account.last = last.withFlags(last.flags() | _RELEASING | _ENDED);
        account.change.releaseFrom = SafeCast.toUint32(executableFrom);
        emit ReleaseAnnounced(msg.sender, account.accountSet, executableFrom);
    }

    /// @inheritdoc IAccountSets
    function cancelRelease() external {
        Account storage account = _accounts[msg.sender];
        Record last = account.last;
        if (!_has(last, _RELEASING)) revert NoReleaseRunning(msg.sender);
        account.last = last.withFlags(last.flags() & ~_RELEASING);
        account.change.releaseFrom = 0;
        emit ReleaseCancelled(msg.sender, account.accountSet);
    }

    /// @inheritdoc IAccountSets
    /// @dev What the last proof counts of the escrow stays in use until it would have lapsed.
    function executeRelease() external {
        Account storage account = _accounts[msg.sender];
        Record last = account.last;
        if (!_has(last, _RELEASING)) revert NoReleaseRunning(msg.sender);
        uint256 executableFrom = account.change.releaseFrom;
        if (block.timestamp < executableFrom) revert ReleaseTooEarly(block.timestamp, executableFrom);
        _requireNoPledge();
        uint40 sequenceBase = _highestSequence(account, last);
        if (sequenceBase > _HIGHEST_BASE) revert SequencesExhausted(sequenceBase);
        emit AccountSetReleased(msg.sender, account.accountSet);
        account.change = SetChange({
            statementsAfter: SafeCast.toUint32(block.timestamp),
            releaseFrom: 0,
            sequenceBase: sequenceBase
        });
        (account.accountSet, account.formerSet) = (0, 0);
        account.last = Records.pack({
            terms_: 0,
            healthyUntil_: last.healthyUntil(),
            snapshot_: 0,
            attesterRoot_: 0,
            collateral_: last.collateral(),
            flags_: (last.flags() & _LASTING) | _ENDED | _EVER_RELEASED
        });
    }

    /// @inheritdoc IAccountSets
    function accountSetOf(address subject) external view returns (uint256) {
        return _accounts[subject].accountSet;
    }

    /// @inheritdoc IAccountSets
    function accountSetStatus(address subject) external view returns (AccountSet memory) {
        Account storage account = _accounts[subject];
        SetChange memory change = account.change;
        return
            AccountSet({
                current: account.accountSet,
                proved: _provedSet(account, account.last),
                statementsAfter: change.statementsAfter,
                releaseFrom: change.releaseFrom
            });
    }

    /// @dev Once the set has changed, statements from before the change prove nothing: with an account more or less,
    /// the sum of their sequences no longer tells which of two portfolios is the older one.
    function _requireAfterSetChange(Account storage account, Record last, uint256 asOf) internal view {
        if (!_has(last, _GROWN | _EVER_RELEASED)) return;
        uint256 changedAt = account.change.statementsAfter;
        if (asOf <= changedAt) revert StatementBeforeSetChange(asOf, changedAt);
    }

    /// @dev A breach of the smaller set's health says nothing that sequences of the grown set could be compared with:
    /// the next proof's statements must be from after it.
    function _requireStatementsAfterNow(Account storage account) internal {
        account.change.statementsAfter = SafeCast.toUint32(block.timestamp);
    }

    function _highestSequence(Account storage account, Record last) private view returns (uint40) {
        uint40 proved = _lastSequence(account, last);
        if (!_has(last, _EVER_BREACHED)) return proved;
        return uint40(Math.max(proved, _lastBreachOf(msg.sender).sequence));
    }

    function _requireNoPledge() private view {
        uint256 pledged = ICollateralEscrow(address(escrow)).pledgedOf(msg.sender);
        if (pledged != 0) revert PledgesOutstanding(pledged);
    }

    function _requireAccountSet(uint256 accountSet) private pure {
        if (accountSet == 0 || accountSet >= Bn254.R) revert InvalidAccountSet(accountSet);
    }
}
