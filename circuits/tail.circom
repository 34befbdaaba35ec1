pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/comparators.circom";
include "lib/bound.circom";
include "lib/in-use.circom";
include "lib/one-hot.circom";
include "lib/shape.circom";

/// TailMeasure: expected shortfall or value at risk of the worst of some sets of scenarios (Rockafellar and Uryasev). The list is dealt to
/// the sets in turn: scenario t is in set t mod M. For every set, with any threshold v of its own:
///     measure size >= size v + sum_t u_t,   u_t = max(-x_t - v, 0) of every scenario of the set in use that is not left out
/// size m and flags 0: the mean of the m worst losses, least at v = the m-th largest. size 1 and flags m - 1: that loss itself.
/// Thresholds come by classes, t mod CLASSES_OF(SETS): of M sets, class c belongs to set c mod M, and has its threshold.
/// requires  R19 sign is 1 for shifted = x + threshold of the class of at least 0, else -1; R20 rule = scenarios in use, size >= 1,
///           flags, sets: published
/// ensures   1 <= sets <= SETS; 0 <= measure < 2^92, and the line above for each set with at most flags left out of it, so that a
///           prover can only overstate it
/// hints     none of its own (InUse, OneHot)
/// ledger    u_t <= 2^89, size and TAILS < 2^16: both sides below 2^109, so that no negative difference fits 110 bits
/// cost      7 TAILS + 92 + SETS (110 + 16 + CLASSES + 2 SETS) at most; of one set 7 TAILS + 92 + 110 + 16
/// twin      prover/risk/margin-program.ts tailWorking
template TailMeasure(TAILS, SETS) {
    var CLASSES = CLASSES_OF(SETS);
    signal input rule[4];
    signal input shifted[TAILS];
    signal input sign[TAILS];
    signal input threshold[CLASSES];
    signal input leftOut[TAILS];
    signal input measure;
    assert(SETS >= 1 && SETS <= 4);
    assert(TAILS >= CLASSES_OF(SETS) && TAILS < 65536);

    signal used[TAILS] <== InUse(TAILS)(rule[0]);
    signal kept[TAILS];
    signal size[TAILS];
    signal excess[TAILS];
    var flagged[CLASSES];
    var sum[CLASSES];
    for (var c = 0; c < CLASSES; c++) { (flagged[c], sum[c]) = (0, 0); }
    for (var t = 0; t < TAILS; t++) {
        CheckBoolean()(leftOut[t]);
        kept[t] <== used[t] * (1 - leftOut[t]);
        size[t] <== sign[t] * shifted[t];
        excess[t] <== kept[t] * (size[t] - shifted[t]) / 2;
        flagged[t % CLASSES] += leftOut[t];
        sum[t % CLASSES] += excess[t];
    }

    // What depends on the number of sets is worked out for each, 1 to SETS, and selected.
    signal number[SETS] <== OneHot(SETS)(rule[3] - 1);
    signal own[CLASSES];
    for (var c = 0; c < CLASSES; c++) {
        var of[SETS];
        for (var m = 0; m < SETS; m++) { of[m] = threshold[c % (m + 1)]; }
        own[c] <== Select(SETS)(number, of);
        threshold[c] === own[c];
    }
    CheckBits(92)(measure);
    signal flags[SETS];
    signal beyond[SETS];
    signal scaled[SETS];
    for (var k = 0; k < SETS; k++) {
        // Of fewer sets than k + 1, this is set k mod M once more.
        var flagsOf[SETS];
        var sumOf[SETS];
        for (var m = 0; m < SETS; m++) {
            (flagsOf[m], sumOf[m]) = (0, 0);
            for (var c = k % (m + 1); c < CLASSES; c += m + 1) {
                flagsOf[m] += flagged[c];
                sumOf[m] += sum[c];
            }
        }
        flags[k] <== Select(SETS)(number, flagsOf);
        CheckBits(16)(rule[2] - flags[k]);
        beyond[k] <== Select(SETS)(number, sumOf);
        scaled[k] <== rule[1] * (measure - threshold[k]);
        Covers(1, 110)(scaled[k], [beyond[k]]);
    }
}

/// TailAttained: a lower bound on the same measure, of one set that the prover names: the m losses that follow the worst f ones, for the
/// published size m and flags f. The prover names both; among any f + m scenarios of a set, the m that lie below the others lose at most
/// what the measure of the set is made of, and the worst set's is at least that:
///     measure size < sum of the chosen losses + size,   chosen: x_t + v >= 0,   left out: x_t + v <= 0,   or measure = 0
/// requires  R19 sign is 1 for shifted = x + threshold of the class of at least 0, else -1; R20 rule = scenarios in use, size >= 1,
///           flags, sets: published
/// ensures   1 <= sets <= SETS; 0 <= measure < 2^92 and the line above, with one v, size chosen and flags left out, all different, in
///           use and of one set: a prover can only understate it
/// hints     set (nothing to pin: whichever it names must attain the measure; the one that the first chosen scenario is in)
/// ledger    losses < 2^89, size < 2^16: sums and size measure below 2^108, their exact difference below 2^16; counts below 2^17
/// cost      9 TAILS + 92 + 16 + 7 + CLASSES (SETS + 1) + 2 SETS at most; of one set 9 TAILS + 92 + 16 + 7
/// twin      prover/risk/margin-program.ts tailWorking
template TailAttained(TAILS, SETS) {
    var CLASSES = CLASSES_OF(SETS);
    signal input rule[4];
    signal input shifted[TAILS];
    signal input sign[TAILS];
    signal input threshold[CLASSES];
    signal input leftOut[TAILS];
    signal input chosen[TAILS];
    signal input measure;
    assert(SETS >= 1 && SETS <= 4);
    assert(TAILS >= CLASSES_OF(SETS) && TAILS < 65536);

    signal used[TAILS] <== InUse(TAILS)(rule[0]);
    signal above[TAILS];
    signal part[TAILS];
    var placed[CLASSES];
    for (var c = 0; c < CLASSES; c++) { placed[c] = 0; }
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
        placed[t % CLASSES] += leftOut[t] + chosen[t];
        counted += chosen[t];
        flagged += leftOut[t];
        gains += part[t];
    }

    // One threshold for all, and nothing left out or chosen but in the classes of one set.
    signal number[SETS] <== OneHot(SETS)(rule[3] - 1);
    var first = 0;
    for (var t = TAILS - 1; t >= 0; t--) {
        if (chosen[t] == 1) { first = t; }
    }
    signal set <-- first % rule[3];
    signal selector[SETS] <== OneHot(SETS)(set);
    signal member[CLASSES];
    for (var c = 0; c < CLASSES; c++) {
        threshold[c] === threshold[0];
        var memberOf[SETS];
        for (var m = 0; m < SETS; m++) {
            memberOf[m] = 0;
            for (var k = c % (m + 1); k < SETS; k += m + 1) { memberOf[m] += selector[k]; }
        }
        member[c] <== Select(SETS)(number, memberOf);
        placed[c] * (1 - member[c]) === 0;
    }

    CheckBits(92)(measure);
    signal isZero <== IsZero()(measure);
    (1 - isZero) * (counted - rule[1]) === 0;
    (1 - isZero) * (flagged - rule[2]) === 0;
    signal thresholds <== rule[1] * threshold[0];
    signal whole <== rule[1] * measure;
    signal beyond <== (1 - isZero) * (thresholds - gains + rule[1] - 1 - whole);
    CheckBits(16)(beyond);
}
