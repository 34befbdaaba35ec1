// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Every way a proof is refused
/// @notice One list for the key, the tier table and the registry, so that a client decodes any refusal with the
/// registry's ABI alone.
interface IVerificationErrors {
    /// @notice A public signal is not below the scalar field's order: it would be an alias of another value.
    /// @param index Position of the signal.
    error PublicSignalNotInField(uint256 index);

    /// @notice A coordinate is not below the base field's order, or a point is at infinity or (A and C) off the
    /// curve.
    error MalformedProof();

    /// @notice A precompile refused its input, returned nothing or ran out of gas. B off its curve or subgroup ends
    /// here.
    /// @param precompile Address of the precompile.
    error PrecompileFailed(uint256 precompile);

    /// @notice In a batch: a public signal is not below the scalar field's order.
    /// @param proof Position of the proof.
    /// @param index Position of the signal.
    error PublicSignalNotInFieldAt(uint256 proof, uint256 index);

    /// @notice In a batch: a point is encoded wrongly, at infinity, off its curve or (B) outside its subgroup.
    /// @param proof Position of the proof.
    error MalformedProofAt(uint256 proof);

    /// @notice In a batch: the first proof that does not show its public signals.
    /// @param proof Position of the proof.
    error InvalidProofAt(uint256 proof);

    /// @notice Proofs and lists of signals differ in number.
    /// @param proofs How many proofs.
    /// @param signals How many lists of signals.
    error BatchLengthMismatch(uint256 proofs, uint256 signals);

    /// @notice A batch of nothing shows nothing.
    error EmptyBatch();

    /// @notice The batch holds too many proofs.
    /// @param proofs How many proofs.
    /// @param maximum How many it may hold.
    error BatchTooLarge(uint256 proofs, uint256 maximum);

    /// @notice A pairing had too little gas to judge a batch: nothing is known about its proofs. Send more gas.
    /// @param gasLimit What it had, a third of what was left.
    error PairingOutOfGas(uint256 gasLimit);

    /// @notice The batch failed and every proof of it passes: a precompile contradicts itself.
    error BatchContradictsProofs();

    /// @notice No key was ever registered under this tier.
    /// @param tier Name of the tier, as bytes32.
    error UnknownTier(bytes32 tier);

    /// @notice The tier's key proves another kind of statement than was asked for.
    /// @param tier Name of the tier.
    /// @param kind What it proves, a StatementKind.
    error WrongStatementKind(bytes32 tier, uint8 kind);

    /// @notice The tier takes no proofs yet.
    /// @param tier Name of the tier.
    /// @param activeFrom First second in which it does.
    error TierNotActive(bytes32 tier, uint256 activeFrom);

    /// @notice The tier takes no proofs any more.
    /// @param tier Name of the tier.
    /// @param lastSecond Last second in which it did.
    error TierSunset(bytes32 tier, uint256 lastSecond);

    /// @notice The tier was withdrawn. A withdrawn tier never comes back.
    /// @param tier Name of the tier, as bytes32.
    error TierDisabled(bytes32 tier);

    /// @notice The proof does not show these public signals.
    error InvalidProof();
}
