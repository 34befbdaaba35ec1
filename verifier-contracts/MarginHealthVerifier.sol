// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Groth16Proof} from "./Groth16.sol";
import {Groth16Verifier} from "./Groth16Verifier.sol";
import {StatementKind} from "./ITierTable.sol";
import {TierTable} from "./TierTable.sol";

/// @title Checks proofs of margin statements with their tier's key
/// @notice The caller says which kind of statement it wants shown; a tier of another kind is refused, so that a proof
/// of one kind never passes for another.
contract MarginHealthVerifier is TierTable {
    /// @notice Starts with an empty table.
    /// @param admin Holds every role at first.
    /// @param activationDelay_ Seconds from a tier's announcement to its first use; a day or more unless local.
    /// @param noticePeriod_ Seconds from a sunset's announcement to a tier's last use, at least; likewise.
    constructor(
        address admin,
        uint256 activationDelay_,
        uint256 noticePeriod_
    ) TierTable(admin, activationDelay_, noticePeriod_) {}

    /// @notice The key of a tier that takes proofs of a kind now; reverts if it does not. For callers that check many
    /// proofs over time: asking the key itself saves them the way through here.
    /// @param kind What proofs must state.
    /// @param tier Name of the tier.
    /// @return The key, whose answer the caller must look at.
    function liveKey(StatementKind kind, bytes32 tier) external view returns (Groth16Verifier) {
        return _requireLive(kind, tier);
    }

    /// @notice Returns if the proof shows the public signals under the tier's key, reverts otherwise.
    /// @param kind What the proof must state.
    /// @param tier Name of the tier.
    /// @param proof The proof.
    /// @param signals Public signals, in the order of PublicSignals.
    function verifyProof(
        StatementKind kind,
        bytes32 tier,
        Groth16Proof calldata proof,
        uint256[7] calldata signals
    ) external view {
        if (!_requireLive(kind, tier).verify(proof, signals)) revert InvalidProof();
    }

    /// @notice Returns if every proof shows its public signals under the tier's key, and reverts naming the first that
    /// does not. Costs a fraction of as many single checks; a pairing is given a third of the gas that is left.
    /// @param kind What the proofs must state.
    /// @param tier Name of the tier.
    /// @param proofs The proofs, all of this tier.
    /// @param signals Their public signals, in the same order.
    function verifyBatch(
        StatementKind kind,
        bytes32 tier,
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata signals
    ) external view {
        _requireLive(kind, tier).verifyBatch(proofs, signals);
    }
}
