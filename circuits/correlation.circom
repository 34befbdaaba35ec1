pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/comparators.circom";
include "lib/bound.circom";

/// CorrelatedRoot: a bound on the roots of correlated sums, the same numbers under several symmetric matrices:
///     root^2 1e9 >= sum_ij m_ij x_i x_j  for every matrix m, given by its upper triangle
/// BREACH 1: (root - 1)^2 1e9 < the sum under some matrix, or root = 0.
/// UNIT 1: the diagonal is 1e9 and the triangle strict (correlations); UNIT 0: the triangle has its diagonal (sensitivities).
/// requires  R20 entries below 2^34 in magnitude: published parameters
/// ensures   0 <= root < 2^94, and the line above, so that a prover can only overstate it; BREACH 1: only understate it
/// hints     none of its own (Chosen, IsZero)
/// ledger    |x| < 2^90, SIZE <= 16: sums in (-2^222, 2^222); root^2 1e9 < 2^218: no negative difference fits 223 bits;
///           BREACH 1: a sum that is exact is at most 1e9 (2 root - 1) beyond (root - 1)^2 1e9: 126 bits
/// cost      SIZE (SIZE + 1) / 2 + 95 + MATRICES (223 + SIZE (SIZE +- 1) / 2); BREACH 1: 2 for 223, and 131 more
/// twin      prover/risk/margin-program.ts correlated
template CorrelatedRoot(SIZE, MATRICES, UNIT, BREACH) {
    var ENTRIES = SIZE * (SIZE + 1) \ 2 - UNIT * SIZE;
    signal input value[SIZE];
    signal input matrix[MATRICES][ENTRIES];
    signal input root;
    assert(SIZE >= 1 && SIZE <= 16);

    signal product[SIZE][SIZE];
    signal term[MATRICES][ENTRIES];
    signal need[MATRICES];
    var diagonal = 0;
    for (var i = 0; i < SIZE; i++) {
        for (var j = i; j < SIZE; j++) { product[i][j] <== value[i] * value[j]; }
        for (var j = 0; j < i; j++) { product[i][j] <== product[j][i]; }
        diagonal += product[i][i];
    }
    for (var c = 0; c < MATRICES; c++) {
        var sum = UNIT * 10 ** 9 * diagonal;
        var k = 0;
        for (var i = 0; i < SIZE; i++) {
            for (var j = i + UNIT; j < SIZE; j++) {
                term[c][k] <== matrix[c][k] * product[i][j];
                sum += i == j ? term[c][k] : 2 * term[c][k];
                k++;
            }
        }
        need[c] <== sum;
    }
    CheckBits(94)(root);
    signal squared <== root * root;
    if (BREACH == 0) {
        Covers(MATRICES, 223)(10 ** 9 * squared, need);
    } else {
        // The least integer that covers: the one below does not. Nothing is below 0.
        signal chosen <== Chosen(MATRICES)(need);
        signal isZero <== IsZero()(root);
        signal beyond <== (1 - isZero) * (chosen - 10 ** 9 * (squared - 2 * root + 1) - 1);
        CheckBits(126)(beyond);
    }
}
