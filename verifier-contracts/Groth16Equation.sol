// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {Bn254Precompiles} from "./Bn254Precompiles.sol";
import {Groth16Key, Groth16Proof, SIGNAL_COUNT} from "./Groth16.sol";
import {Groth16Prepared} from "./Groth16Prepared.sol";

/// @title The equation of one proof, laid out for the pairing precompile
/// @notice e(-A, B) e(alpha, beta) e(vk_x, gamma) e(C, delta) = 1,  vk_x = IC_0 + Σ x_i IC_(i+1).
abstract contract Groth16Equation is Groth16Prepared {
    /// @dev Pairs of one proof's equation.
    uint256 internal constant PAIRS = 4;

    /// @notice Takes a key and keeps it for good.
    /// @param key The verification key; refused where it would make every statement provable.
    constructor(Groth16Key memory key) Groth16Prepared(key) {}

    /// @dev Writes the four pairs of a proof whose encoding and signals were checked.
    function _placeEquation(uint256 input, Groth16Proof calldata proof, uint256[7] calldata signals) internal view {
        _placeProof(input, proof);
        uint256 tail = input + Bn254Precompiles.PAIR_BYTES;
        _placeAlpha(tail);
        _combineSignals(signals, tail + Bn254Precompiles.PAIR_BYTES);
        Bn254Precompiles.store(tail + 2 * Bn254Precompiles.PAIR_BYTES, proof.c[0], proof.c[1]);
        _placeKey(tail);
    }

    /// @dev Writes the pair (-A, B). A is on the curve, so its y is not zero (the order of the group is odd) and Q - y
    /// is in the field.
    function _placeProof(uint256 input, Groth16Proof calldata proof) internal pure {
        Bn254Precompiles.store(input, proof.a[0], Bn254.Q - proof.a[1]);
        uint256[2][2] calldata b = proof.b;
        assembly ("memory-safe") {
            calldatacopy(add(input, 0x40), b, 0x80)
        }
    }

    /// @dev Whether the points have encodings the precompiles may judge. A and C on the curve are in their group; B
    /// outside its curve or subgroup is found by the pairing only.
    function _isWellFormed(Groth16Proof calldata proof) internal pure returns (bool) {
        return
            Bn254.isG1Point(proof.a[0], proof.a[1]) &&
            Bn254.isG1Point(proof.c[0], proof.c[1]) &&
            Bn254.isG2Encoding(proof.b[0][0], proof.b[0][1], proof.b[1][0], proof.b[1][1]);
    }

    /// @dev The first signal that is not below the scalar field's order, or the number of signals: the precompile would
    /// take it modulo that order, and one proof would pass for several values.
    function _firstAlias(uint256[7] calldata signals) internal pure returns (uint256 index) {
        (uint256 r, uint256 count) = (Bn254.R, SIGNAL_COUNT);
        assembly ("memory-safe") {
            // Mostly all are below, which one test shows.
            let below := and(lt(calldataload(signals), r), lt(calldataload(add(signals, 0x20)), r))
            below := and(below, lt(calldataload(add(signals, 0x40)), r))
            below := and(below, lt(calldataload(add(signals, 0x60)), r))
            below := and(below, lt(calldataload(add(signals, 0x80)), r))
            below := and(below, lt(calldataload(add(signals, 0xa0)), r))
            below := and(below, lt(calldataload(add(signals, 0xc0)), r))
            if below { index := count }
            for {} lt(index, count) { index := add(index, 1) } {
                if iszero(lt(calldataload(add(signals, shl(5, index))), r)) { break }
            }
        }
    }
}
