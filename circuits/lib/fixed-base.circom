pragma circom 2.2.0;

include "../../node_modules/circomlib/circuits/babyjub.circom";
include "odd-digits.circom";

// Edwards addition of constants, for compile-time tables.
function EDWARDS_ADD(x1, y1, x2, y2) {
    var t = 168696 * x1 * x2 * y1 * y2;
    return [(x1 * y2 + y1 * x2) / (1 + t), (y1 * y2 - 168700 * x1 * x2) / (1 - t)];
}

// The cubic through (1, v0), (9, v1), (25, v2), (49, v3), lowest coefficient first (Newton's divided differences).
function CUBIC_THROUGH_ODD_SQUARES(v0, v1, v2, v3) {
    var d01 = (v1 - v0) / 8;
    var d12 = (v2 - v1) / 16;
    var d23 = (v3 - v2) / 24;
    var d012 = (d12 - d01) / 24;
    var d123 = (d23 - d12) / 40;
    var d = (d123 - d012) / 48;
    // v0 + d01 (e-1) + d012 (e-1)(e-9) + d (e-1)(e-9)(e-25)
    return [v0 - d01 + 9 * d012 - 225 * d, d01 - 10 * d012 + 259 * d, d012 - 35 * d, d];
}

/// FixedBaseWindows: the points digit[j] * (GX, GY) for the odd 3-bit digits of x, highest weight last.
/// Negation on an Edwards curve flips x alone, so y is an even and x an odd function of the digit: y is a cubic in digit^2,
/// x is digit times a cubic in digit^2. Two linear readings and one product replace table, selector and sign.
/// Odd digits show the sign of their number for nothing: lower ones cannot outweigh the highest, d |d| / d^2 of which is its sign,
/// and |d| / d^2 is a cubic in d^2, too.
/// requires  R3 (GX, GY) is a constant on the curve (generators are checked by test against prover/commitment/generators.ts)
/// ensures   0 <= x < 8^COUNT; (px[j], py[j]) = digit_j * G with sum_j 8^j digit_j = 2x + 1 - 8^COUNT;
///           sign = 1 for 2x >= 8^COUNT, else -1
/// hints     none of its own (OddDigits3)
/// cost      5 COUNT + 1
template FixedBaseWindows(GX, GY, COUNT) {
    signal input x;
    signal output px[COUNT];
    signal output py[COUNT];
    signal output sign;

    var two[2] = EDWARDS_ADD(GX, GY, GX, GY);
    var three[2] = EDWARDS_ADD(GX, GY, two[0], two[1]);
    var five[2] = EDWARDS_ADD(three[0], three[1], two[0], two[1]);
    var seven[2] = EDWARDS_ADD(five[0], five[1], two[0], two[1]);
    var cx[4] = CUBIC_THROUGH_ODD_SQUARES(GX, three[0] / 3, five[0] / 5, seven[0] / 7);
    var cy[4] = CUBIC_THROUGH_ODD_SQUARES(GY, three[1], five[1], seven[1]);

    var inverse[4] = CUBIC_THROUGH_ODD_SQUARES(1, 1 / 3, 1 / 5, 1 / 7);

    component digits = OddDigits3(COUNT);
    digits.x <== x;
    for (var j = 0; j < COUNT; j++) {
        px[j] <== digits.digit[j] * (cx[0] + cx[1] * digits.power[j][0] + cx[2] * digits.power[j][1] + cx[3] * digits.power[j][2]);
        py[j] <== cy[0] + cy[1] * digits.power[j][0] + cy[2] * digits.power[j][1] + cy[3] * digits.power[j][2];
    }
    var top = COUNT - 1;
    sign <== digits.digit[top] * (inverse[0] + inverse[1] * digits.power[top][0] + inverse[2] * digits.power[top][1] + inverse[3] * digits.power[top][2]);
}
