// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254Precompiles} from "./Bn254Precompiles.sol";
import {Groth16Key} from "./Groth16.sol";
import {Groth16KeyCheck} from "./Groth16KeyCheck.sol";
import {IKeyErrors} from "./IKeyErrors.sol";

/// @title A verification key, kept in immutables
/// @notice The only place that reads the key's points.
abstract contract Groth16KeyStore is IKeyErrors {
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

    /// @notice Takes a key and keeps it for good.
    /// @param key The verification key; refused where it would make every statement provable.
    constructor(Groth16Key memory key) {
        Groth16KeyCheck.requireSound(key);
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

    /// @dev Writes alpha.
    function _placeAlpha(uint256 pointer) internal view {
        Bn254Precompiles.store(pointer, _alphaX, _alphaY);
    }

    /// @dev Writes the pair (alpha, beta).
    function _placeAlphaBeta(uint256 pointer) internal view {
        _placeAlpha(pointer);
        Bn254Precompiles.store(pointer + 0x40, _betaX1, _betaX0);
        Bn254Precompiles.store(pointer + 0x80, _betaY1, _betaY0);
    }

    /// @dev Writes scalar · alpha, with `work` as scratch space of three words.
    function _multiplyAlpha(uint256 scalar, uint256 work, uint256 pointer) internal view {
        Bn254Precompiles.multiply(work, _alphaX, _alphaY, scalar, pointer);
    }

    /// @dev Writes beta, gamma and delta beside the G1 points of the last three pairs of an equation.
    function _placeKey(uint256 tail) internal view {
        // Pointers into memory that was allocated.
        unchecked {
            Bn254Precompiles.store(tail + 0x40, _betaX1, _betaX0);
            Bn254Precompiles.store(tail + 0x80, _betaY1, _betaY0);
            Bn254Precompiles.store(tail + 0x100, _gammaX1, _gammaX0);
            Bn254Precompiles.store(tail + 0x140, _gammaY1, _gammaY0);
            Bn254Precompiles.store(tail + 0x1c0, _deltaX1, _deltaX0);
            Bn254Precompiles.store(tail + 0x200, _deltaY1, _deltaY0);
        }
    }

    /// @dev Writes Σ scalars_i IC_i. Five words of scratch space: the sum, then what is added to it and its factor.
    function _combine(uint256[8] memory scalars, uint256 pointer) internal view {
        uint256 sum = Bn254Precompiles.allocate(5);
        if (scalars[0] == 1) Bn254Precompiles.store(sum, _ic0X, _ic0Y);
        else Bn254Precompiles.multiply(sum + 0x40, _ic0X, _ic0Y, scalars[0], sum);
        _addAll(sum, scalars);
        Bn254Precompiles.copy(pointer, sum);
    }

    /// @dev Writes (x, y) + Σ scalars_i IC_i over all i but 0.
    function _combineOnto(uint256 x, uint256 y, uint256[8] memory scalars, uint256 pointer) internal view {
        uint256 sum = Bn254Precompiles.allocate(5);
        Bn254Precompiles.store(sum, x, y);
        _addAll(sum, scalars);
        Bn254Precompiles.copy(pointer, sum);
    }

    function _addAll(uint256 sum, uint256[8] memory scalars) private view {
        _add(sum, _ic1X, _ic1Y, scalars[1]);
        _add(sum, _ic2X, _ic2Y, scalars[2]);
        _add(sum, _ic3X, _ic3Y, scalars[3]);
        _add(sum, _ic4X, _ic4Y, scalars[4]);
        _add(sum, _ic5X, _ic5Y, scalars[5]);
        _add(sum, _ic6X, _ic6Y, scalars[6]);
        _add(sum, _ic7X, _ic7Y, scalars[7]);
    }

    /// @dev sum += scalar · (x, y). A factor of zero adds nothing.
    function _add(uint256 sum, uint256 x, uint256 y, uint256 scalar) private view {
        if (scalar == 0) return;
        uint256 term;
        // A pointer into memory that was allocated.
        unchecked {
            term = sum + 0x40;
        }
        Bn254Precompiles.multiply(term, x, y, scalar, term);
        Bn254Precompiles.accumulate(sum);
    }
}
