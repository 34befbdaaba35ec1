// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {Bn254Precompiles} from "./Bn254Precompiles.sol";
import {Groth16Key, Groth16Proof, MAX_BATCH} from "./Groth16.sol";
import {Groth16Search} from "./Groth16Search.sol";

/// @title Many proofs under one key by one product of pairings
/// @notice For proofs (A_i, B_i, C_i) of signals x_i and coefficients e_i, with s_0 = Σ e_i and s_j = Σ e_i x_ij:
///   Π e(-e_i A_i, B_i) · e(s_0 alpha, beta) · e(Σ s_j IC_j, gamma) · e(Σ e_i C_i, delta) = 1
/// @dev Each proof's equation is a point of a group of prime order r that must be zero, and the product is their sum
/// with weights e_i: if one is not zero, at most one value of its coefficient out of 2^128 makes the sum vanish. That
/// needs coefficients nobody knew while any proof or signal could still be chosen. With e_i taken from proof i alone
/// the false signals x_0 - e_1 d and x_1 + e_0 d pass together.
abstract contract Groth16Batch is Groth16Search {
    /// @dev Keeps these hashes apart from any other use of keccak256.
    bytes32 private constant _TAG = keccak256("margin-health.groth16-batch.v1");

    /// @notice Takes a key and keeps it for good.
    /// @param key The verification key; refused where it would make every statement provable.
    constructor(Groth16Key memory key) Groth16Search(key) {}

    /// @dev Returns if every proof shows its public signals, reverts otherwise.
    function _requireBatch(Groth16Proof[] calldata proofs, uint256[7][] calldata signals) internal view {
        uint256 count = proofs.length;
        if (count != signals.length) revert BatchLengthMismatch(count, signals.length);
        if (count == 0) revert EmptyBatch();
        if (count > MAX_BATCH) revert BatchTooLarge(count, MAX_BATCH);
        _requireWellFormed(proofs, signals);
        uint256 pairs = count + 3;
        uint256 input = Bn254Precompiles.allocate(pairs * Bn254Precompiles.PAIR_WORDS);
        _placeBatch(input, proofs, signals);

        uint256 gasLimit = _gasShare();
        (bool ok, bool isOne) = Bn254Precompiles.pairing(input, pairs, gasLimit);
        if (isOne) return;
        if (!ok) _requireEnough(input, pairs, gasLimit);
        _revertAtBadProof(proofs, signals);
    }

    /// @dev One coefficient per proof, from the hash of chain, contract, key and everything that is claimed. Bit 128 is
    /// always set: 2^128 values of which none is zero, since a proof with coefficient zero would not be looked at.
    function _coefficients(
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata signals
    ) internal view virtual returns (uint256[] memory coefficients) {
        bytes32 seed = _seed(proofs, signals);
        coefficients = new uint256[](proofs.length);
        for (uint256 i = 0; i < coefficients.length; ++i) {
            coefficients[i] = uint128(uint256(keccak256(abi.encode(seed, i)))) | (1 << 128);
        }
    }

    /// @dev keccak256(tag, chain id, this contract, key hash, count, all proofs, all signals). Proofs and signals have
    /// no dynamic parts: each array is one run of calldata. Written beyond the allocated memory and left there.
    function _seed(
        Groth16Proof[] calldata proofs,
        uint256[7][] calldata signals
    ) private view returns (bytes32 seed) {
        bytes32 tag = _TAG;
        bytes32 key = verificationKeyHash;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, tag)
            mstore(add(start, 0x20), chainid())
            mstore(add(start, 0x40), address())
            mstore(add(start, 0x60), key)
            mstore(add(start, 0x80), proofs.length)
            let end := add(start, 0xa0)
            let size := mul(proofs.length, 0x100)
            calldatacopy(end, proofs.offset, size)
            end := add(end, size)
            size := mul(signals.length, 0xe0)
            calldatacopy(end, signals.offset, size)
            seed := keccak256(start, sub(add(end, size), start))
        }
    }

    function _placeBatch(uint256 input, Groth16Proof[] calldata proofs, uint256[7][] calldata signals) private view {
        uint256[] memory coefficients = _coefficients(proofs, signals);
        // The sum of the C, then a multiplication's input, whose product is added to it.
        uint256 sum = Bn254Precompiles.allocate(5);
        Bn254Precompiles.store(sum, 0, 0);
        uint256[8] memory scalars;
        for (uint256 i = 0; i < proofs.length; ++i) {
            Groth16Proof calldata proof = proofs[i];
            uint256 e = coefficients[i];
            uint256 pair = input + i * Bn254Precompiles.PAIR_BYTES;
            _placeProof(pair, proof);
            Bn254Precompiles.multiply(sum + 0x40, proof.a[0], Bn254.Q - proof.a[1], e, pair);
            Bn254Precompiles.multiply(sum + 0x40, proof.c[0], proof.c[1], e, sum + 0x40);
            Bn254Precompiles.accumulate(sum);
            _addWeighted(scalars, e, signals[i]);
        }
        uint256 tail = input + proofs.length * Bn254Precompiles.PAIR_BYTES;
        _multiplyAlpha(scalars[0], sum + 0x40, tail);
        _combine(scalars, tail + Bn254Precompiles.PAIR_BYTES);
        Bn254Precompiles.copy(tail + 2 * Bn254Precompiles.PAIR_BYTES, sum);
        _placeKey(tail);
    }

    /// @dev scalars_0 += e and scalars_(1+j) += e x_j, modulo the scalar field's order.
    function _addWeighted(uint256[8] memory scalars, uint256 e, uint256[7] calldata x) private pure {
        uint256 r = Bn254.R;
        assembly ("memory-safe") {
            mstore(scalars, addmod(mload(scalars), e, r))
            for { let at := 0 } lt(at, 0xe0) { at := add(at, 0x20) } {
                let scalar := add(add(scalars, 0x20), at)
                mstore(scalar, addmod(mload(scalar), mulmod(e, calldataload(add(x, at)), r), r))
            }
        }
    }
}
