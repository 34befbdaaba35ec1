pragma circom 2.2.0;

include "../../node_modules/circomlib/circuits/babyjub.circom";
include "odd-digits.circom";

/// VariableBaseWindows: the points digit[j] * C for the odd 2-bit digits of x.
/// requires  R4 C is on the curve (BabyCheck by the caller)
/// ensures   0 <= x < 4^COUNT; (px[j], py[j]) = digit_j * C with sum_j 4^j digit_j = 2x + 1 - 4^COUNT
/// hints     none of its own (OddDigits2, BabyAdd)
/// cost      5 COUNT + 12
template VariableBaseWindows(COUNT) {
    signal input cx;
    signal input cy;
    signal input x;
    signal output px[COUNT];
    signal output py[COUNT];

    signal (doubleX, doubleY) <== BabyDbl()(cx, cy);
    signal (tripleX, tripleY) <== BabyAdd()(cx, cy, doubleX, doubleY);

    component digits = OddDigits2(COUNT);
    digits.x <== x;
    signal scaledX[COUNT];
    for (var j = 0; j < COUNT; j++) {
        // isThree = 0 for |digit| = 1, and 1 for |digit| = 3; x is odd in the digit, so digit * (x of |digit|C) / |digit|
        var isThree = (digits.square[j] - 1) / 8;
        scaledX[j] <== isThree * (tripleX / 3 - cx) + cx;
        px[j] <== digits.digit[j] * scaledX[j];
        py[j] <== isThree * (tripleY - cy) + cy;
    }
}
