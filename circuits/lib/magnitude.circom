pragma circom 2.2.0;

include "range.circom";

/// Magnitude: the absolute value of a signed number that has no digits to show its sign.
/// requires  R1 BITS <= 252, so that a number and its negative do not both fit
/// ensures   out = |in| < 2^BITS, as the integer between -(p - 1)/2 and (p - 1)/2
/// hints     negative (pinned: of in and -in only one fits BITS bits, but for 0, where both give 0)
/// cost      BITS + 2
template Magnitude(BITS) {
    signal input in;
    signal output out;
    assert(BITS <= 252);

    // circom compares field elements as signed numbers
    signal negative <-- in < 0 ? 1 : 0;
    CheckBoolean()(negative);
    out <== in * (1 - 2 * negative);
    CheckBits(BITS)(out);
}
