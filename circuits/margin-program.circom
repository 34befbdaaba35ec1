pragma circom 2.2.0;

include "correlation.circom";
include "exposure.circom";
include "lib/one-hot.circom";
include "lib/shape.circom";
include "scenario-loss.circom";
include "tail.circom";

/// MarginProgram: the margin rules, from the book's totals to what they require: every stage of the shape, none of the others.
///     stress = max(aggregate of the netting sets, tail measure) + sensitivity;   outside = charges that no netting set takes
/// requires  R16 level boolean; R19 signs are those of the totals; R20 published parameters in range
/// ensures   BREACH 0: stress and 1e9 outside are at least the rules' at this level, so that a prover can only overstate them, and
///           limits hold; BREACH 1: they are at most the rules', so that a prover can only understate them
/// hints     none of its own (parts)
/// ledger    loss 90 bits, at most 24 charges below 9/8 2^123, so all below 2^128: a requirement is at most 2^90, and no negative
///           difference fits 130 bits
/// cost      the sum of its parts
/// twin      prover/risk/margin-program.ts evaluateRules
template MarginProgram(SHAPE, BREACH) {
    var N = SETS(SHAPE);
    var E = EXPOSURES(SHAPE);
    var Z = SENSITIVITIES(SHAPE);
    var T = TAILS(SHAPE);
    signal input level;
    signal input weight[WEIGHTS(SHAPE)];
    signal input cellRule[CELLS(SHAPE)][4];
    signal input groupRule[GROUPS(SHAPE)][3];
    signal input exposureRule[E][5];
    signal input piece[E][TIERS(SHAPE)][3];
    signal input correlation[CORRELATIONS(SHAPE)][STRICT(N)];
    signal input sensitivity[Z][TRIANGLE(E)];
    signal input tailRule[TAIL_RULE(SHAPE)];
    signal input total[COLUMNS(SHAPE)];
    signal input sign[COLUMNS(SHAPE)];
    signal input loss[N];
    signal input tiered[E];
    signal input requirement[N * HAS_CHARGE(SHAPE)];
    signal input aggregate;
    signal input root[Z > 0 ? 1 : 0];
    signal input leftOut[T];
    signal input chosen[BREACH * T];
    signal input measure[HAS_TAIL(SHAPE)];
    signal input worst[HAS_TAIL(SHAPE)];
    signal output stress;
    signal output outside;
    assert(EXPOSURES(SHAPE) <= 24);

    SetLosses(SHAPE, BREACH)(weight, cellRule, groupRule, total, sign, loss);

    signal targetOf[E][N + 1];
    signal charge[E][1];
    signal into[N + 1][1];
    if (E > 0) {
        for (var k = 0; k < E; k++) {
            var at = EXPOSURE_AT(SHAPE) + k;
            targetOf[k] <== OneHot(N + 1)(exposureRule[k][4]);
            charge[k][0] <== ExposureCharge(TIERS(SHAPE), BREACH)(level, total[at], sign[at], exposureRule[k], piece[k], tiered[k]);
        }
        into <== MemberSums(E, N + 1, 1)(targetOf, charge);
    } else {
        for (var n = 0; n <= N; n++) { into[n][0] <== 0; }
    }
    outside <== into[N][0];

    signal required[N];
    for (var n = 0; n < N; n++) {
        if (HAS_CHARGE(SHAPE) == 1) {
            required[n] <== requirement[n];
            CheckBits(90)(required[n]);
            if (FLOORS(SHAPE) == 1) {
                Bound(2, 130, 10 ** 9, BREACH)(required[n], [10 ** 9 * loss[n] + into[n][0], 10 ** 9 * total[FLOOR_AT(SHAPE) + n]]);
            } else {
                Bound(1, 130, 10 ** 9, BREACH)(required[n], [10 ** 9 * loss[n] + into[n][0]]);
            }
        } else {
            required[n] <== loss[n];
        }
    }
    CorrelatedRoot(N, CORRELATIONS(SHAPE), 1, BREACH)(required, correlation, aggregate);

    signal exposure[E];
    var moved = 0;
    if (Z > 0) {
        for (var k = 0; k < E; k++) { exposure[k] <== total[EXPOSURE_AT(SHAPE) + k]; }
        CorrelatedRoot(E, Z, 0, BREACH)(exposure, sensitivity, root[0]);
        moved = root[0];
    }

    signal shifted[T];
    signal tailSign[T];
    signal threshold[TAIL_CLASSES(SHAPE)];
    var most = aggregate;
    if (T > 0) {
        for (var t = 0; t < T; t++) {
            shifted[t] <== total[TAIL_AT(SHAPE) + t];
            tailSign[t] <== sign[TAIL_AT(SHAPE) + t];
        }
        for (var c = 0; c < TAIL_CLASSES(SHAPE); c++) { threshold[c] <== total[TAIL_AT(SHAPE) + T + c]; }
        if (BREACH == 0) {
            TailMeasure(T, TAIL_SETS(SHAPE))(tailRule, shifted, tailSign, threshold, leftOut, measure[0]);
        } else {
            TailAttained(T, TAIL_SETS(SHAPE))(tailRule, shifted, tailSign, threshold, leftOut, chosen, measure[0]);
        }
        CheckBits(95)(worst[0]);
        Bound(2, 95, 1, BREACH)(worst[0], [aggregate, measure[0]]);
        most = worst[0];
    }
    stress <== most + moved;
}
