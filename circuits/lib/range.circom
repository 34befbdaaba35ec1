pragma circom 2.2.0;

include "../../node_modules/circomlib/circuits/bitify.circom";

/// CheckBits: in is an integer in [0, 2^BITS).
/// requires  R1 BITS <= 252, so that no value has two decompositions (checked when compiling)
/// ensures   0 <= in < 2^BITS
/// hints     none of its own (circomlib Num2Bits pins its bits)
/// cost      BITS
template CheckBits(BITS) {
    signal input in;
    assert(BITS >= 1 && BITS <= 252);

    signal bits[BITS] <== Num2Bits(BITS)(in);
    // The decomposition itself is the check.
    for (var i = 0; i < BITS; i++) { _ <== bits[i]; }
}

/// CheckBoolean: in is 0 or 1.
/// ensures   in = 0 or in = 1
/// cost      1
template CheckBoolean() {
    signal input in;
    in * (in - 1) === 0;
}
