pragma circom 2.2.0;

include "range.circom";

/// InUse: which of SIZE places a list of `count` items fills: the first ones.
/// requires  nothing
/// ensures   0 <= count <= SIZE; out[k] = 1 for k < count, else 0
/// hints     out (pinned: boolean, never rising, its sum is the count)
/// cost      2 SIZE
/// twin      none (a selector)
template InUse(SIZE) {
    signal input count;
    signal output out[SIZE];

    var sum = 0;
    for (var k = 0; k < SIZE; k++) {
        out[k] <-- k < count ? 1 : 0;
        CheckBoolean()(out[k]);
        if (k > 0) { out[k] * (1 - out[k - 1]) === 0; }
        sum += out[k];
    }
    sum === count;
}
