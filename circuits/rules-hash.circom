pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/domain.circom";
include "lib/shape.circom";

/// RulesHash: one number for every parameter of a margin program, and its shape.
///     h_0 = tag,  h_(i+1) = Poseidon16(h_i, next 15 parameters), the last ones filled with zeros
/// ensures   out binds all parameters; the shape comes first and fixes how many there are, but for the sets of its tail, which come last
/// hints     none
/// cost      609 for each 15 parameters
/// twin      prover/commitment/rules-hash.ts rulesHash
template RulesHash(SHAPE) {
    signal input lossFactor[2];
    signal input weight[WEIGHTS(SHAPE)];
    signal input cellRule[CELLS(SHAPE)][4];
    signal input groupRule[GROUPS(SHAPE)][3];
    signal input exposureRule[EXPOSURES(SHAPE)][5];
    signal input piece[EXPOSURES(SHAPE)][TIERS(SHAPE)][3];
    signal input correlation[CORRELATIONS(SHAPE)][STRICT(SETS(SHAPE))];
    signal input sensitivity[SENSITIVITIES(SHAPE)][TRIANGLE(EXPOSURES(SHAPE))];
    signal input tailRule[TAIL_RULE(SHAPE)];
    signal output out;

    var COUNT = SHAPE_SIZE() - 1 + 2 + WEIGHTS(SHAPE) + 4 * CELLS(SHAPE) + 3 * GROUPS(SHAPE)
        + EXPOSURES(SHAPE) * (5 + 3 * TIERS(SHAPE)) + CORRELATIONS(SHAPE) * STRICT(SETS(SHAPE))
        + SENSITIVITIES(SHAPE) * TRIANGLE(EXPOSURES(SHAPE)) + TAIL_RULE(SHAPE) + HAS_TAIL(SHAPE);
    var BLOCKS = (COUNT + 14) \ 15;
    signal element[15 * BLOCKS];
    var n = 0;
    for (var i = 0; i < SHAPE_SIZE() - 1; i++) { element[n] <== SHAPE[i]; n++; }
    for (var i = 0; i < 2; i++) { element[n] <== lossFactor[i]; n++; }
    for (var i = 0; i < WEIGHTS(SHAPE); i++) { element[n] <== weight[i]; n++; }
    for (var u = 0; u < CELLS(SHAPE); u++) {
        for (var i = 0; i < 4; i++) { element[n] <== cellRule[u][i]; n++; }
    }
    for (var g = 0; g < GROUPS(SHAPE); g++) {
        for (var i = 0; i < 3; i++) { element[n] <== groupRule[g][i]; n++; }
    }
    for (var k = 0; k < EXPOSURES(SHAPE); k++) {
        for (var i = 0; i < 5; i++) { element[n] <== exposureRule[k][i]; n++; }
        for (var j = 0; j < TIERS(SHAPE); j++) {
            for (var i = 0; i < 3; i++) { element[n] <== piece[k][j][i]; n++; }
        }
    }
    for (var c = 0; c < CORRELATIONS(SHAPE); c++) {
        for (var i = 0; i < STRICT(SETS(SHAPE)); i++) { element[n] <== correlation[c][i]; n++; }
    }
    for (var c = 0; c < SENSITIVITIES(SHAPE); c++) {
        for (var i = 0; i < TRIANGLE(EXPOSURES(SHAPE)); i++) { element[n] <== sensitivity[c][i]; n++; }
    }
    for (var i = 0; i < TAIL_RULE(SHAPE); i++) { element[n] <== tailRule[i]; n++; }
    if (HAS_TAIL(SHAPE) == 1) { element[n] <== TAIL_SETS(SHAPE); n++; }
    while (n < 15 * BLOCKS) { element[n] <== 0; n++; }

    signal head[BLOCKS + 1];
    signal block[BLOCKS][16];
    head[0] <== TAG_RULES();
    for (var b = 0; b < BLOCKS; b++) {
        block[b][0] <== head[b];
        for (var i = 0; i < 15; i++) { block[b][i + 1] <== element[15 * b + i]; }
        head[b + 1] <== Poseidon(16)(block[b]);
    }
    out <== head[BLOCKS];
}
