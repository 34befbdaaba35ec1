// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {Bn254Precompiles} from "./Bn254Precompiles.sol";
import {Groth16Key} from "./Groth16.sol";
import {IKeyErrors} from "./IKeyErrors.sol";

/// @title Whether a verification key makes proofs mean something
/// @notice Refuses keys that no ceremony touched and keys with a point that binds nothing.
library Groth16KeyCheck {
    /// @dev Refuses a key under which a proof shows nothing. Infinity among the IC points would leave a signal
    /// unbound. Equality up to sign is equality of x coordinates.
    function requireSound(Groth16Key memory key) internal view {
        if (!Bn254.isG1Point(key.alpha[0], key.alpha[1])) revert IKeyErrors.InvalidG1Point(0);
        for (uint256 i = 0; i < 8; ++i) {
            if (!Bn254.isG1Point(key.ic[i][0], key.ic[i][1])) revert IKeyErrors.InvalidG1Point(1 + i);
        }
        _requireEncoding(key.beta);
        _requireEncoding(key.gamma);
        _requireEncoding(key.delta);

        if (key.alpha[0] == Bn254.G1_X || _isGeneratorX(key.beta[0])) revert IKeyErrors.UncontributedPhase1();
        bool isGamma = key.delta[0][0] == key.gamma[0][0] && key.delta[0][1] == key.gamma[0][1];
        if (isGamma || _isGeneratorX(key.delta[0])) revert IKeyErrors.UncontributedPhase2();

        // Infinity pairs to one with anything, but the precompile still refuses a G2 point outside its subgroup.
        uint256 input = Bn254Precompiles.allocate(3 * Bn254Precompiles.PAIR_WORDS);
        _placeBesideInfinity(input, key.beta);
        _placeBesideInfinity(input + Bn254Precompiles.PAIR_BYTES, key.gamma);
        _placeBesideInfinity(input + 2 * Bn254Precompiles.PAIR_BYTES, key.delta);
        Bn254Precompiles.requirePairing(input, 3);
    }

    function _requireEncoding(uint256[2][2] memory point) private pure {
        if (!Bn254.isG2Encoding(point[0][0], point[0][1], point[1][0], point[1][1])) revert IKeyErrors.InvalidG2Point();
    }

    function _placeBesideInfinity(uint256 pointer, uint256[2][2] memory point) private pure {
        Bn254Precompiles.store(pointer, 0, 0);
        Bn254Precompiles.store(pointer + 0x40, point[0][0], point[0][1]);
        Bn254Precompiles.store(pointer + 0x80, point[1][0], point[1][1]);
    }

    function _isGeneratorX(uint256[2] memory x) private pure returns (bool) {
        return x[0] == Bn254.G2_X1 && x[1] == Bn254.G2_X0;
    }
}
