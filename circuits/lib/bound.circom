pragma circom 2.2.0;

include "one-hot.circom";
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

/// Chosen: one of some numbers, or zero. Whoever shows a breach chooses, and can only choose too small a number.
/// requires  nothing
/// ensures   out is some in[k], or 0
/// hints     index (nothing to pin: every choice is a lower bound of the greatest; of the largest, or of zero if none is above it)
/// cost      2 COUNT + 1
template Chosen(COUNT) {
    signal input in[COUNT];
    signal output out;

    // circom compares field elements as signed numbers
    var greatest = 0;
    var at = COUNT;
    for (var k = 0; k < COUNT; k++) {
        if (in[k] > greatest) {
            greatest = in[k];
            at = k;
        }
    }
    signal index <-- at;
    signal selector[COUNT + 1] <== OneHot(COUNT + 1)(index);
    signal part[COUNT];
    var sum = 0;
    for (var k = 0; k < COUNT; k++) {
        part[k] <== selector[k] * in[k];
        sum += part[k];
    }
    out <== sum;
}

/// Attains: a bound is one of some needs divided by UNIT and rounded up, or zero.
/// requires  R1 widths; R18 needs and bound so small that UNIT bound - need is far from the field's order
/// ensures   UNIT bound < need[k] + UNIT for some k, or bound = 0: at most the greatest need, rounded up
/// hints     none of its own (Chosen)
/// cost      2 COUNT + 1 + bits of UNIT - 1
template Attains(COUNT, UNIT) {
    signal input bound;
    signal input need[COUNT];
    var BITS = 0;
    while (2 ** BITS < UNIT) { BITS++; }

    signal chosen <== Chosen(COUNT)(need);
    if (BITS == 0) { bound === chosen; }
    else { CheckBits(BITS)(chosen + UNIT - 1 - UNIT * bound); }
}

/// Bound: what a statement needs of a number that the prover supplies for max(need_1 / UNIT, ..., 0), rounded up.
/// BREACH 0: it is at least that, BREACH 1: at most. A prover errs only against himself; the exact number passes both.
/// requires  as Covers, Attains
/// ensures   as Covers of UNIT bound, or as Attains
/// hints     none of its own (Chosen)
/// cost      as Covers or Attains
template Bound(COUNT, BITS, UNIT, BREACH) {
    signal input bound;
    signal input need[COUNT];

    if (BREACH == 0) { Covers(COUNT, BITS)(UNIT * bound, need); }
    else { Attains(COUNT, UNIT)(bound, need); }
}
