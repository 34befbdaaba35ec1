pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/comparators.circom";
include "lib/bound.circom";
include "lib/in-use.circom";

/// TailMeasure: expected shortfall or value at risk over many scenarios (Rockafellar and Uryasev), for any threshold v:
///     measure size >= size v + sum_t u_t,   u_t = max(-x_t - v, 0) of every scenario in use that is not left out
/// size m and flags 0: the mean of the m worst losses, least at v = the m-th largest. size 1 and flags m - 1: that loss itself.
/// requires  R19 sign is 1 for shifted = x + v of at least 0, else -1; R20 rule = scenarios in use, size >= 1, flags: published
/// ensures   0 <= measure < 2^92 and the line above with at most flags left out, so that a prover can only overstate it
/// hints     none of its own (InUse)
/// ledger    u_t < 2^89, size and TAILS < 2^16: both sides below 2^109, so that no negative difference fits 110 bits
/// cost      7 TAILS + 92 + 110 + 16
/// twin      prover/risk/margin-program.ts tailWorking
template TailMeasure(TAILS) {
    signal input rule[3];
    signal input shifted[TAILS];
    signal input sign[TAILS];
    signal input threshold;
    signal input leftOut[TAILS];
    signal input measure;
    assert(TAILS >= 1 && TAILS < 65536);

    signal used[TAILS] <== InUse(TAILS)(rule[0]);
    signal kept[TAILS];
    signal size[TAILS];
    signal excess[TAILS];
    var flagged = 0;
    var sum = 0;
    for (var t = 0; t < TAILS; t++) {
        CheckBoolean()(leftOut[t]);
        kept[t] <== used[t] * (1 - leftOut[t]);
        size[t] <== sign[t] * shifted[t];
        excess[t] <== kept[t] * (size[t] - shifted[t]) / 2;
        flagged += leftOut[t];
        sum += excess[t];
    }
    CheckBits(16)(rule[2] - flagged);
    CheckBits(92)(measure);
    signal scaled <== rule[1] * (measure - threshold);
    Covers(1, 110)(scaled, [sum]);
}

/// TailAttained: a lower bound on the same measure: the m losses that follow the worst f ones, for the published size m and flags f.
/// The prover names both; among any f + m scenarios, the m that lie below the others lose at most what the measure is made of:
///     measure size < sum of the chosen losses + size,   chosen: x_t + v >= 0,   left out: x_t + v <= 0,   or measure = 0
/// requires  R19 sign is 1 for shifted = x + v of at least 0, else -1; R20 rule = scenarios in use, size >= 1, flags: published
/// ensures   0 <= measure < 2^92 and the line above, with size chosen and flags left out, all different and in use: a prover can
///           only understate it
/// hints     none of its own (InUse)
/// ledger    losses < 2^89, size < 2^16: sums and size measure below 2^108, their exact difference below 2^16
/// cost      9 TAILS + 92 + 16 + 7
/// twin      prover/risk/margin-program.ts tailWorking
template TailAttained(TAILS) {
    signal input rule[3];
    signal input shifted[TAILS];
    signal input sign[TAILS];
    signal input threshold;
    signal input leftOut[TAILS];
    signal input chosen[TAILS];
    signal input measure;
    assert(TAILS >= 1 && TAILS < 65536);

    signal used[TAILS] <== InUse(TAILS)(rule[0]);
    signal above[TAILS];
    signal part[TAILS];
    var counted = 0;
    var flagged = 0;
    var gains = 0;
    for (var t = 0; t < TAILS; t++) {
        CheckBoolean()(leftOut[t]);
        CheckBoolean()(chosen[t]);
        (leftOut[t] + chosen[t]) * (1 - used[t]) === 0;
        leftOut[t] * chosen[t] === 0;
        chosen[t] * (1 - sign[t]) === 0;
        above[t] <== leftOut[t] * (1 + sign[t]);
        above[t] * shifted[t] === 0;
        part[t] <== chosen[t] * shifted[t];
        counted += chosen[t];
        flagged += leftOut[t];
        gains += part[t];
    }

    CheckBits(92)(measure);
    signal isZero <== IsZero()(measure);
    (1 - isZero) * (counted - rule[1]) === 0;
    (1 - isZero) * (flagged - rule[2]) === 0;
    signal thresholds <== rule[1] * threshold;
    signal whole <== rule[1] * measure;
    signal beyond <== (1 - isZero) * (thresholds - gains + rule[1] - 1 - whole);
    CheckBits(16)(beyond);
}
