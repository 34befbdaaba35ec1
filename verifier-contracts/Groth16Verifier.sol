// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {Groth16Key, Groth16Proof} from "./Groth16.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @title Groth16 on BN254 for seven public signals
/// @notice One reviewed source for every tier: the key is given to the constructor and kept in immutables, so that no
/// Solidity is ever generated and two tiers differ in nothing but thirty constants of their bytecode.
/// @dev Accepts (A, B, C) for signals x iff  e(A, B) = e(alpha, beta) e(vk_x, gamma) e(C, delta),  vk_x = IC_0 + Σ
/// x_i IC_(i+1). A proof can be re-randomised by anyone, (sA, B/s, C): never use its bytes or its hash against
/// replay.
contract Groth16Verifier is IVerificationErrors {
    uint256 private constant _EC_ADD = 6;
    uint256 private constant _EC_MUL = 7;
    uint256 private constant _PAIRING = 8;

    /// @notice keccak256 of the ABI-encoded key: what a deployment is compared with.
    bytes32 public immutable verificationKeyHash;

    uint256 private immutable _alphaX;
    uint256 private immutable _alphaY;
    uint256 private immutable _betaX1;
    uint256 private immutable _betaX0;
    uint256 private immutable _betaY1;
    uint256 private immutable _betaY0;
    uint256 private immutable _gammaX1;
    uint256 private immutable _gammaX0;
    uint256 private immutable _gammaY1;
    uint256 private immutable _gammaY0;
    uint256 private immutable _deltaX1;
    uint256 private immutable _deltaX0;
    uint256 private immutable _deltaY1;
    uint256 private immutable _deltaY0;
    uint256 private immutable _ic0X;
    uint256 private immutable _ic0Y;
    uint256 private immutable _ic1X;
    uint256 private immutable _ic1Y;
    uint256 private immutable _ic2X;
    uint256 private immutable _ic2Y;
    uint256 private immutable _ic3X;
    uint256 private immutable _ic3Y;
    uint256 private immutable _ic4X;
    uint256 private immutable _ic4Y;
    uint256 private immutable _ic5X;
    uint256 private immutable _ic5Y;
    uint256 private immutable _ic6X;
    uint256 private immutable _ic6Y;
    uint256 private immutable _ic7X;
    uint256 private immutable _ic7Y;

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

    /// @notice Takes a key and keeps it for good.
    /// @param key The verification key; refused where it would make every statement provable.
    constructor(Groth16Key memory key) {
        _requireSoundKey(key);
        verificationKeyHash = keccak256(abi.encode(key));

        (_alphaX, _alphaY) = (key.alpha[0], key.alpha[1]);
        (_betaX1, _betaX0, _betaY1, _betaY0) = (key.beta[0][0], key.beta[0][1], key.beta[1][0], key.beta[1][1]);
        (_gammaX1, _gammaX0, _gammaY1, _gammaY0) = (key.gamma[0][0], key.gamma[0][1], key.gamma[1][0], key.gamma[1][1]);
        (_deltaX1, _deltaX0, _deltaY1, _deltaY0) = (key.delta[0][0], key.delta[0][1], key.delta[1][0], key.delta[1][1]);
        (_ic0X, _ic0Y) = (key.ic[0][0], key.ic[0][1]);
        (_ic1X, _ic1Y) = (key.ic[1][0], key.ic[1][1]);
        (_ic2X, _ic2Y) = (key.ic[2][0], key.ic[2][1]);
        (_ic3X, _ic3Y) = (key.ic[3][0], key.ic[3][1]);
        (_ic4X, _ic4Y) = (key.ic[4][0], key.ic[4][1]);
        (_ic5X, _ic5Y) = (key.ic[5][0], key.ic[5][1]);
        (_ic6X, _ic6Y) = (key.ic[6][0], key.ic[6][1]);
        (_ic7X, _ic7Y) = (key.ic[7][0], key.ic[7][1]);
    }

    /// @notice Whether the proof shows the public signals. Callers must look at the answer: false is not a revert.
    /// @param proof The proof.
    /// @param signals Public signals, each below the scalar field's order.
    /// @return Whether the pairing equation holds.
    function verify(Groth16Proof calldata proof, uint256[7] calldata signals) external view returns (bool) {
        if (!Bn254.isG1Point(proof.a[0], proof.a[1])) revert MalformedProof();
        if (!Bn254.isG1Point(proof.c[0], proof.c[1])) revert MalformedProof();
        if (!Bn254.isG2Encoding(proof.b)) revert MalformedProof();
        (uint256 x, uint256 y) = _combine(signals);
        return _pairs(proof, x, y);
    }

    /// @dev vk_x = IC_0 + Σ x_i IC_(i+1). Refuses a signal that is not below the scalar field's order: the precompile
    /// would take it modulo that order, and one proof would pass for several values.
    function _combine(uint256[7] calldata signals) private view returns (uint256, uint256) {
        // sum x, sum y, then the input of a multiplication: point x, point y, scalar. The product replaces the point,
        // and then the first four words are the input of an addition.
        uint256[5] memory sum;
        (sum[0], sum[1]) = (_ic0X, _ic0Y);
        _add(sum, _ic1X, _ic1Y, signals, 0);
        _add(sum, _ic2X, _ic2Y, signals, 1);
        _add(sum, _ic3X, _ic3Y, signals, 2);
        _add(sum, _ic4X, _ic4Y, signals, 3);
        _add(sum, _ic5X, _ic5Y, signals, 4);
        _add(sum, _ic6X, _ic6Y, signals, 5);
        _add(sum, _ic7X, _ic7Y, signals, 6);
        return (sum[0], sum[1]);
    }

    /// @dev sum += signals[index] · (x, y).
    function _add(
        uint256[5] memory sum,
        uint256 x,
        uint256 y,
        uint256[7] calldata signals,
        uint256 index
    ) private view {
        uint256 scalar = signals[index];
        if (scalar >= Bn254.R) revert PublicSignalNotInField(index);
        (sum[2], sum[3], sum[4]) = (x, y, scalar);
        bool ok;
        assembly ("memory-safe") {
            let product := add(sum, 0x40)
            ok := staticcall(gas(), _EC_MUL, product, 0x60, product, 0x40)
            ok := and(ok, eq(returndatasize(), 0x40))
        }
        if (!ok) revert PrecompileFailed(_EC_MUL);
        assembly ("memory-safe") {
            ok := staticcall(gas(), _EC_ADD, sum, 0x80, sum, 0x40)
            ok := and(ok, eq(returndatasize(), 0x40))
        }
        if (!ok) revert PrecompileFailed(_EC_ADD);
    }

    /// @dev e(-A, B) e(alpha, beta) e((x, y), gamma) e(C, delta) = 1. A is on the curve, so its y is not zero (the
    /// order of the group is odd) and Q - y is in the field.
    function _pairs(Groth16Proof calldata proof, uint256 x, uint256 y) private view returns (bool) {
        uint256[24] memory input;
        (input[0], input[1]) = (proof.a[0], Bn254.Q - proof.a[1]);
        (input[2], input[3], input[4], input[5]) = (proof.b[0][0], proof.b[0][1], proof.b[1][0], proof.b[1][1]);
        (input[6], input[7]) = (_alphaX, _alphaY);
        (input[8], input[9], input[10], input[11]) = (_betaX1, _betaX0, _betaY1, _betaY0);
        (input[12], input[13]) = (x, y);
        (input[14], input[15], input[16], input[17]) = (_gammaX1, _gammaX0, _gammaY1, _gammaY0);
        (input[18], input[19]) = (proof.c[0], proof.c[1]);
        (input[20], input[21], input[22], input[23]) = (_deltaX1, _deltaX0, _deltaY1, _deltaY0);
        return _pairing(input);
    }

    /// @dev Whether the product of the four pairings is one. A failed call is a revert, not a "no": with too little
    /// gas a valid proof must not look invalid. The length of the answer tells a precompile from an empty account.
    function _pairing(uint256[24] memory input) private view returns (bool) {
        bool ok;
        uint256 result;
        assembly ("memory-safe") {
            // Scratch space takes the answer.
            ok := staticcall(gas(), _PAIRING, input, 0x300, 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            result := mload(0x00)
        }
        if (!ok) revert PrecompileFailed(_PAIRING);
        return result == 1;
    }

    /// @dev Refuses a key under which a proof shows nothing. Infinity among the IC points would leave a signal
    /// unbound. Equality up to sign is equality of x coordinates.
    function _requireSoundKey(Groth16Key memory key) private view {
        if (!Bn254.isG1Point(key.alpha[0], key.alpha[1])) revert InvalidG1Point(0);
        for (uint256 i = 0; i < 8; ++i) {
            if (!Bn254.isG1Point(key.ic[i][0], key.ic[i][1])) revert InvalidG1Point(1 + i);
        }
        if (!Bn254.isG2Encoding(key.beta)) revert InvalidG2Point();
        if (!Bn254.isG2Encoding(key.gamma)) revert InvalidG2Point();
        if (!Bn254.isG2Encoding(key.delta)) revert InvalidG2Point();

        if (key.alpha[0] == Bn254.G1_X || _isGeneratorX(key.beta[0])) revert UncontributedPhase1();
        bool isGamma = key.delta[0][0] == key.gamma[0][0] && key.delta[0][1] == key.gamma[0][1];
        if (isGamma || _isGeneratorX(key.delta[0])) revert UncontributedPhase2();

        // Infinity pairs to one with anything, but the precompile still refuses a G2 point outside its subgroup.
        uint256[24] memory input;
        _place(input, 2, key.beta);
        _place(input, 8, key.gamma);
        _place(input, 14, key.delta);
        _pairing(input);
    }

    function _place(uint256[24] memory input, uint256 offset, uint256[2][2] memory point) private pure {
        (input[offset], input[offset + 1]) = (point[0][0], point[0][1]);
        (input[offset + 2], input[offset + 3]) = (point[1][0], point[1][1]);
    }

    function _isGeneratorX(uint256[2] memory x) private pure returns (bool) {
        return x[0] == Bn254.G2_X1 && x[1] == Bn254.G2_X0;
    }
}
