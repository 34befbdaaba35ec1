pragma circom 2.2.0;

include "range.circom";

/// Covers: a bound is at least each of some needs, by less than 2^BITS.
/// requires  R1 widths; R18 needs and bound so small that a difference below zero is no BITS-bit number in the field
/// ensures   0 <= bound - need[k] < 2^BITS for every k
/// hints     none
/// cost      BITS COUNT
template Covers(COUNT, BITS) {
    signal input bound;
    signal input need[COUNT];

    for (var k = 0; k < COUNT; k++) {
        CheckBits(BITS)(bound - need[k]);
    }
}
