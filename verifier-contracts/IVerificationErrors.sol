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

    /// @notice No key was ever registered under this tier.
    /// @param tier Name of the tier, as bytes32.
    error UnknownTier(bytes32 tier);

    /// @notice The tier was withdrawn. A withdrawn tier never comes back.
    /// @param tier Name of the tier, as bytes32.
    error TierDisabled(bytes32 tier);

    /// @notice The proof does not show these public signals.
    error InvalidProof();
}
