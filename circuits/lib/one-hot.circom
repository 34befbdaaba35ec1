pragma circom 2.2.0;

/// OneHot: out[k] = 1 exactly for k = index.
/// ensures   0 <= index < SIZE; out is boolean, sums to 1, and points at index
/// hints     out (pinned: boolean, sum 1, weighted sum = index; the three together leave one solution)
/// cost      SIZE + 2 linear
/// twin      none (a selector)
template OneHot(SIZE) {
    signal input index;
    signal output out[SIZE];

    var sum = 0;
    var weighted = 0;
    for (var k = 0; k < SIZE; k++) {
        out[k] <-- index == k ? 1 : 0;
        out[k] * (out[k] - 1) === 0;
        sum += out[k];
        weighted += k * out[k];
    }
    sum === 1;
    weighted === index;
}

/// Select: out = values[k] for the k that a one-hot selector points at.
/// requires  R2 selector is one-hot
/// ensures   out = values[k]
/// cost      SIZE
template Select(SIZE) {
    signal input selector[SIZE];
    signal input values[SIZE];
    signal output out;

    signal terms[SIZE];
    var sum = 0;
    for (var k = 0; k < SIZE; k++) {
        terms[k] <== selector[k] * values[k];
        sum += terms[k];
    }
    out <== sum;
}
