// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Every way a verification key is refused
/// @notice One list for the key and the table that deploys it, so that a client decodes a refusal with either's ABI. A
/// G2 point outside its curve or subgroup is refused by the precompile, see IVerificationErrors.
interface IKeyErrors {
    /// @notice Alpha or an IC point is not a point of G1. `index` is 0 for alpha, 1 + i for IC_i.
    /// @param index Position of the point.
    error InvalidG1Point(uint256 index);

    /// @notice Beta, gamma or delta has a coordinate outside the field or is at infinity.
    error InvalidG2Point();

    /// @notice Alpha or beta is a generator: the secret behind it is one, so nobody contributed to phase 1.
    error UncontributedPhase1();

    /// @notice Delta is gamma or the generator, up to sign: nobody contributed to phase 2 and (alpha, beta, -vk_x)
    /// passes for any public signals.
    error UncontributedPhase2();
}
