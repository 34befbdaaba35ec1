pragma circom 2.2.0;

include "lib/covers.circom";

/// TailMeasure: expected shortfall or value at risk over many scenarios (Rockafellar and Uryasev), for any threshold v:
///     measure size >= size v + sum_t u_t,   u_t = max(-x_t - v, 0) of every scenario in use that is not left out
/// size m and flags 0: the mean of the m worst losses, least at v = the m-th largest. size 1 and flags m - 1: that loss itself.
/// requires  R19 sign is 1 for shifted = x + v of at least 0, else -1; R20 rule = scenarios in use, size >= 1, flags: published
/// ensures   0 <= measure < 2^92 and the line above with at most flags left out, so that a prover can only overstate it
/// hints     used (pinned: boolean, never rising, their sum is the number in use)
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

    signal used[TAILS];
    signal kept[TAILS];
    signal size[TAILS];
    signal excess[TAILS];
    var inUse = 0;
    var flagged = 0;
    var sum = 0;
    for (var t = 0; t < TAILS; t++) {
        used[t] <-- t < rule[0] ? 1 : 0;
        CheckBoolean()(used[t]);
        if (t > 0) { used[t] * (1 - used[t - 1]) === 0; }
        CheckBoolean()(leftOut[t]);
        kept[t] <== used[t] * (1 - leftOut[t]);
        size[t] <== sign[t] * shifted[t];
        excess[t] <== kept[t] * (size[t] - shifted[t]) / 2;
        inUse += used[t];
        flagged += leftOut[t];
        sum += excess[t];
    }
    inUse === rule[0];
    CheckBits(16)(rule[2] - flagged);
    CheckBits(92)(measure);
    signal scaled <== rule[1] * (measure - threshold);
    Covers(1, 110)(scaled, [sum]);
}
