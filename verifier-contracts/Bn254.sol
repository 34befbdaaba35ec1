// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title The curve BN254 as the precompiles of EIP-196 and EIP-197 define it
/// @notice Points are affine; (0, 0) stands for the point at infinity.
library Bn254 {
    /// @dev Order of the base field, to which coordinates belong.
    uint256 internal constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    /// @dev Order of the scalar field, to which public signals belong.
    uint256 internal constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @dev The x coordinate of the generator of G1.
    uint256 internal constant G1_X = 1;

    /// @dev The x coordinate of the generator of G2: imaginary, then real part.
    uint256 internal constant G2_X1 = 11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 internal constant G2_X0 = 10857046999023057135944570762232829481370756359578518086990519993285655852781;

    /// @notice Whether (x, y) is a point of G1 other than infinity. G1 has no cofactor: on the curve is in the group.
    /// @param x First coordinate.
    /// @param y Second coordinate.
    /// @return Whether y² = x³ + 3 with both coordinates in the field.
    function isG1Point(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= Q || y >= Q) return false;
        return mulmod(y, y, Q) == addmod(mulmod(mulmod(x, x, Q), x, Q), 3, Q);
    }

    /// @notice Whether the coordinates are in the field and not all zero. The curve and the subgroup of a G2 point are
    /// left to the pairing precompile, which refuses a point outside.
    /// @param x1 First coordinate, imaginary part.
    /// @param x0 First coordinate, real part.
    /// @param y1 Second coordinate, imaginary part.
    /// @param y0 Second coordinate, real part.
    /// @return Whether the point has an encoding the precompile may judge, and is not at infinity.
    function isG2Encoding(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (bool) {
        if (x1 >= Q || x0 >= Q || y1 >= Q || y0 >= Q) return false;
        return (x1 | x0 | y1 | y0) != 0;
    }
}
