pragma circom 2.2.0;

include "lib/shape.circom";

/// ShiftedLosses: scenario losses of netting sets that are one cell each, gains and losses in full. Such a set's P&L in a scenario is one
/// total, which is read with the set's loss added to it, x + loss, as tails are with their threshold: whether the loss covers the
/// scenario is then the sign of what is read anyway, and nothing needs to be compared. The loss itself is read after them.
/// requires  R19 signs are those of the totals, and losses are taken off again by their base (CommittedRisk)
/// ensures   the published rule of cell u is set u, gain and drag 1; loss = the total after the scenarios, 0 <= loss < 2^89;
///           BREACH 0: loss >= -x for every scenario, so that a prover can only overstate it;
///           scenarioLoss = -1e9 x, at 1e-25
/// hints     none
/// cost      none but linear: 4 for each set, and at BREACH 0 one for each scenario
/// twin      prover/commitment/columns.ts columnTotals
template ShiftedLosses(SHAPE, BREACH) {
    var N = SETS(SHAPE);
    var S = SCENARIOS(SHAPE);
    signal input cellRule[N][4];
    signal input total[COLUMNS(SHAPE)];
    signal input sign[COLUMNS(SHAPE)];
    signal input loss[N];
    signal output scenarioLoss[N][S];
    assert(IS_PLAIN(SHAPE) == 1);

    for (var n = 0; n < N; n++) {
        cellRule[n][0] === 10 ** 9;
        cellRule[n][1] === 10 ** 9;
        cellRule[n][2] === n;
        loss[n] === total[LOSS_AT(SHAPE) + n];
        sign[LOSS_AT(SHAPE) + n] === 1;
        for (var s = 0; s < S; s++) {
            if (BREACH == 0) { sign[n * S + s] === 1; }
            scenarioLoss[n][s] <== 10 ** 9 * (loss[n] - total[n * S + s]);
        }
    }
}
