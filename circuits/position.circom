pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/babyjub.circom";
include "../node_modules/circomlib/circuits/comparators.circom";
include "lib/range.circom";
include "lib/variable-base.circom";

/// Position: one slot. Side and magnitude are the only two ways to hold something, and each side has its own committed row:
/// whatever depends on the sign of a position (minimum charges, haircuts, the direction of rounding) is in the row, and the
/// circuit multiplies an unsigned number.
/// requires  R14 (cx, cy) is in the prime-order subgroup (snapshots are checked by `verifySnapshot`)
/// ensures   used and side are boolean; 0 <= magnitude < 2^64; quantity = magnitude or -magnitude by side; a used slot has a
///           non-zero quantity of a non-empty instrument, an unused one holds nothing; (cx, cy) is on the curve, and px, py
///           are the windows of magnitude * C
/// hints     none of its own
/// ledger    magnitude 64 bits: 2 magnitude + 1 is read in 32 windows of 2 bits
/// twin      prover/proof/circuit-input.ts
template Position() {
    signal input used;
    signal input side;
    signal input magnitude;
    signal input id;
    signal input cx;
    signal input cy;
    signal output quantity;
    signal output px[32];
    signal output py[32];

    CheckBoolean()(side);
    signal short <== side * magnitude;
    quantity <== magnitude - 2 * short;

    signal held <== id * magnitude;
    signal isEmpty <== IsZero()(held);
    isEmpty === 1 - used;
    magnitude * (1 - used) === 0;

    BabyCheck()(cx, cy);
    (px, py) <== VariableBaseWindows(32)(cx, cy, magnitude);
}
