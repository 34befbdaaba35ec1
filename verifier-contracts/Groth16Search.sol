// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254Precompiles} from "./Bn254Precompiles.sol";
import {Groth16Key, Groth16Proof, SIGNAL_COUNT} from "./Groth16.sol";
import {Groth16Equation} from "./Groth16Equation.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @title Which proof of a batch is bad
/// @notice A precompile that is given a point outside its group burns all gas forwarded, exactly as one that is given
/// too little gas does. So that the first can be named and the second is never mistaken for it, a pairing gets a third
/// of the gas left; if it fails, the second third pays for a calibration: as many pairings of points known to be good,
/// with the same gas. If they pass, the gas was enough and a point is bad; if not, nothing is said about any proof. The
/// last third pays for the search.
/// @dev No price appears here: prices change with forks and differ between networks, and a price too low would refuse
/// every batch, one too high would call good proofs malformed. A third is a bound on what may be burned, not on what is
/// used: a batch that passes costs no more for it, but needs three times its pairing's gas to be left.
abstract contract Groth16Search is Groth16Equation, IVerificationErrors {
    /// @notice Takes a key and keeps it for good.
    /// @param key The verification key; refused where it would make every statement provable.
    constructor(Groth16Key memory key) Groth16Equation(key) {}

    /// @dev Reverts naming the first proof that `verify` would not accept.
    function _revertAtBadProof(Groth16Proof[] calldata proofs, uint256[7][] calldata signals) internal view {
        uint256 input = Bn254Precompiles.allocate(PAIRS * Bn254Precompiles.PAIR_WORDS);
        for (uint256 i = 0; i < proofs.length; ++i) {
            _placeEquation(input, proofs[i], signals[i]);
            uint256 gasLimit = _gasShare();
            (bool ok, bool isOne) = Bn254Precompiles.pairing(input, PAIRS, gasLimit);
            if (isOne) continue;
            if (ok) revert InvalidProofAt(i);
            _requireEnough(input, PAIRS, gasLimit);
            revert MalformedProofAt(i);
        }
        revert BatchContradictsProofs();
    }

    /// @dev Reverts naming the first proof or signal whose encoding is refused.
    function _requireWellFormed(Groth16Proof[] calldata proofs, uint256[7][] calldata signals) internal pure {
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (!_isWellFormed(proofs[i])) revert MalformedProofAt(i);
            uint256 signal = _firstAlias(signals[i]);
            if (signal < SIGNAL_COUNT) revert PublicSignalNotInFieldAt(i, signal);
        }
    }

    /// @dev Returns if `gasLimit` pays for `count` pairings: of alpha with beta, over and over, in place of `input`.
    function _requireEnough(uint256 input, uint256 count, uint256 gasLimit) internal view {
        for (uint256 i = 0; i < count; ++i) _placeAlphaBeta(input + i * Bn254Precompiles.PAIR_BYTES);
        (bool ok, ) = Bn254Precompiles.pairing(input, count, gasLimit);
        if (!ok) revert PairingOutOfGas(gasLimit);
    }

    /// @dev What a pairing may burn. Twice this stays, of which a call may be given 63/64: enough for the same again.
    function _gasShare() internal view returns (uint256) {
        return gasleft() / 3;
    }
}
