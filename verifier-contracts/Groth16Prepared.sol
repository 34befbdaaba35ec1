// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {Groth16Key} from "./Groth16.sol";
import {Groth16KeyStore} from "./Groth16KeyStore.sol";
import {IVerificationErrors} from "./IVerificationErrors.sol";

/// @title Sums that many proofs begin with
/// @notice vk_x = IC_0 + Σ x_i IC_(i+1). Whose statements count and what a proof is for, signals 1 and 6, stay the same
/// for months of proofs. Their part of the sum is computed once, on anyone's account, and then read from two slots: two
/// multiplications less for every single proof.
/// @dev What is kept is a function of the key and of the two values it is kept under, computed here. Whoever prepares
/// chooses nothing but when, and proofs under other values only lose the look.
abstract contract Groth16Prepared is Groth16KeyStore {
    /// @dev A point of G1. A sum at infinity or with x = 0 counts as not prepared.
    struct Point {
        uint256 x;
        uint256 y;
    }

    mapping(uint256 attesterRoot => mapping(uint256 scope => Point)) private _sums;

    /// @notice Single proofs under these values cost less from now.
    /// @param attesterRoot Signal 1.
    /// @param scope Signal 6.
    event Prepared(uint256 indexed attesterRoot, uint256 indexed scope);

    /// @notice These values were prepared before, or have no scope: such proofs are too rare.
    error NothingToPrepare();

    /// @notice Takes a key and keeps it for good.
    /// @param key The verification key; refused where it would make every statement provable.
    constructor(Groth16Key memory key) Groth16KeyStore(key) {}

    /// @notice Computes what single proofs under an attester root and a scope have in common. Anyone may.
    /// @param attesterRoot Signal 1 of the proofs to come.
    /// @param scope Signal 6 of the proofs to come.
    function prepare(uint256 attesterRoot, uint256 scope) external {
        if (attesterRoot >= Bn254.R) revert IVerificationErrors.PublicSignalNotInField(1);
        if (scope >= Bn254.R) revert IVerificationErrors.PublicSignalNotInField(6);
        Point storage sum = _sums[attesterRoot][scope];
        if (scope == 0 || sum.x != 0) revert NothingToPrepare();
        uint256[8] memory scalars;
        (scalars[0], scalars[2], scalars[7]) = (1, attesterRoot, scope);
        uint256[2] memory point;
        uint256 pointer;
        assembly ("memory-safe") {
            pointer := point
        }
        _combine(scalars, pointer);
        (sum.x, sum.y) = (point[0], point[1]);
        emit Prepared(attesterRoot, scope);
    }

    /// @notice Whether single proofs under these values cost less.
    /// @param attesterRoot Signal 1.
    /// @param scope Signal 6.
    /// @return Whether somebody has prepared them.
    function isPrepared(uint256 attesterRoot, uint256 scope) external view returns (bool) {
        return _sums[attesterRoot][scope].x != 0;
    }

    /// @dev Writes vk_x.
    function _combineSignals(uint256[7] calldata signals, uint256 pointer) internal view {
        uint256[8] memory scalars;
        scalars[0] = 1;
        assembly ("memory-safe") {
            calldatacopy(add(scalars, 0x20), signals, 0xe0)
        }
        if (scalars[7] != 0) {
            Point storage sum = _sums[scalars[2]][scalars[7]];
            uint256 x = sum.x;
            if (x != 0) {
                (scalars[2], scalars[7]) = (0, 0);
                _combineOnto(x, sum.y, scalars, pointer);
                return;
            }
        }
        _combine(scalars, pointer);
    }
}
