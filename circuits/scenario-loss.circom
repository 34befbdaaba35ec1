pragma circom 2.2.0;

include "cell-rule.circom";
include "lib/bound.circom";
include "lib/magnitude.circom";
include "lib/one-hot.circom";
include "lib/shape.circom";
include "offset-group.circom";
include "shifted-loss.circom";

/// MemberSums: sums by membership: out[n][s] = sum of values[u][s] over members u of n.
/// requires  R2 each selector is one-hot
/// ensures   the sums
/// hints     none
/// cost      MEMBERS PLACES WIDTH (nothing for one place)
template MemberSums(MEMBERS, PLACES, WIDTH) {
    signal input selector[MEMBERS][PLACES];
    signal input values[MEMBERS][WIDTH];
    signal output out[PLACES][WIDTH];

    signal term[PLACES][WIDTH][MEMBERS];
    for (var n = 0; n < PLACES; n++) {
        for (var s = 0; s < WIDTH; s++) {
            var sum = 0;
            for (var u = 0; u < MEMBERS; u++) {
                if (PLACES == 1) { term[n][s][u] <== values[u][s]; }
                else { term[n][s][u] <== selector[u][n] * values[u][s]; }
                sum += term[n][s][u];
            }
            out[n][s] <== sum;
        }
    }
}

/// ScenarioLosses: scenario losses of netting sets of several cells, or cells with rules: cells, then groups if there are any.
/// requires  R19 signs are those of the totals; R20 published parameters in range
/// ensures   0 <= loss[n] < 2^90; BREACH 0: at least each scenario's loss, so that a prover can only overstate it;
///           scenarioLoss is what sets lose, at 1e-25, with groups at 1e-34
/// hints     none of its own (OneHot)
/// ledger    cells <= 64: sums of P below 2^130; groups <= 16: sums of H below 2^164; so no negative difference fits 154 bits
/// cost      per cell and scenario 4 + G or N; per group and scenario 298 + N; per set and scenario 124, with groups 154
/// twin      prover/risk/margin-program.ts setPnl
template ScenarioLosses(SHAPE, BREACH) {
    var U = CELLS(SHAPE);
    var G = GROUPS(SHAPE);
    var N = SETS(SHAPE);
    var S = SCENARIOS(SHAPE);
    signal input weight[WEIGHTS(SHAPE)];
    signal input cellRule[U][4];
    signal input groupRule[G][3];
    signal input setOf[U][N];
    signal input total[COLUMNS(SHAPE)];
    signal input sign[COLUMNS(SHAPE)];
    signal input loss[N];
    signal output scenarioLoss[N][S];

    signal pnl[U][S];
    for (var u = 0; u < U; u++) {
        for (var s = 0; s < S; s++) {
            if (CELL_VALUES(SHAPE) == 1) {
                pnl[u][s] <== CellPnl()(total[u * S + s], sign[u * S + s], cellRule[u][0], cellRule[u][1], weight[s], total[VALUES_AT(SHAPE) + u]);
            } else {
                pnl[u][s] <== CellPnl()(total[u * S + s], sign[u * S + s], cellRule[u][0], cellRule[u][1], 0, 0);
            }
        }
    }
    for (var n = 0; n < N; n++) { CheckBits(90)(loss[n]); }

    signal setPnl[N][S];
    signal groupOf[U][G];
    signal groupSet[G][N];
    signal groupPnl[G][S];
    signal usable[G][S];
    if (G == 0) {
        setPnl <== MemberSums(U, N, S)(setOf, pnl);
    } else {
        for (var u = 0; u < U; u++) { groupOf[u] <== OneHot(G)(cellRule[u][3]); }
        groupPnl <== MemberSums(U, G, S)(groupOf, pnl);
        for (var g = 0; g < G; g++) {
            groupSet[g] <== OneHot(N)(groupRule[g][2]);
            for (var s = 0; s < S; s++) { usable[g][s] <== GroupGain()(groupPnl[g][s], groupRule[g][0], groupRule[g][1]); }
        }
        setPnl <== MemberSums(G, N, S)(groupSet, usable);
    }
    for (var n = 0; n < N; n++) {
        for (var s = 0; s < S; s++) { scenarioLoss[n][s] <== -setPnl[n][s]; }
        if (BREACH == 0) { Covers(S, G == 0 ? 124 : 154)(LOSS_SCALE(SHAPE) * loss[n], scenarioLoss[n]); }
    }
}

/// SetLosses: a bound on the worst loss of every netting set, over scenarios, skews and bases.
///     scenario: of each shape's own kind;  skew: the worse sign in every cell;  basis: the worse move in every cell
/// requires  R19 signs are those of the totals; R20 published parameters in range
/// ensures   0 <= loss[n] < 2^90; BREACH 0: at least each loss of its set, so that a prover can only overstate it;
///           BREACH 1: at most the worst of them, or 0, so that a prover can only understate it
/// hints     none of its own (OneHot, Magnitude, Chosen)
/// ledger    cells <= 64: sums of P below 2^130, so no negative difference fits 154 bits
/// cost      as ShiftedLosses or ScenarioLosses; per cell and skew 3 + 127 + N, per set and skew 124; per cell and basis 94 + N, per set
///           and basis 91; BREACH 1: per set and scenario, skew or basis 2
/// twin      prover/risk/margin-program.ts nettingSetWorking
template SetLosses(SHAPE, BREACH) {
    var U = CELLS(SHAPE);
    var N = SETS(SHAPE);
    var S = SCENARIOS(SHAPE);
    var A = SKEWS(SHAPE);
    var B = BASES(SHAPE);
    var SCALE = LOSS_SCALE(SHAPE);
    signal input weight[WEIGHTS(SHAPE)];
    signal input cellRule[U][4];
    signal input groupRule[GROUPS(SHAPE)][3];
    signal input total[COLUMNS(SHAPE)];
    signal input sign[COLUMNS(SHAPE)];
    signal input loss[N];
    assert(CELLS(SHAPE) >= 1 && CELLS(SHAPE) <= 64 && GROUPS(SHAPE) <= 16 && SETS(SHAPE) >= 1 && SETS(SHAPE) <= 16);

    signal setOf[U][N];
    for (var u = 0; u < U; u++) { setOf[u] <== OneHot(N)(cellRule[u][2]); }
    signal scenarioLoss[N][S];
    if (IS_PLAIN(SHAPE) == 1) {
        scenarioLoss <== ShiftedLosses(SHAPE, BREACH)(cellRule, total, sign, loss);
    } else {
        scenarioLoss <== ScenarioLosses(SHAPE, BREACH)(weight, cellRule, groupRule, setOf, total, sign, loss);
    }

    signal skewPnl[U][A];
    signal skewSize[U][A];
    signal skewLoss[N][A];
    if (A > 0) {
        for (var u = 0; u < U; u++) {
            for (var a = 0; a < A; a++) {
                var k = SKEW_AT(SHAPE) + u * A + a;
                if (CELL_VALUES(SHAPE) == 1) {
                    skewPnl[u][a] <== CellPnl()(total[k], sign[k], cellRule[u][0], cellRule[u][1], weight[S + a], total[VALUES_AT(SHAPE) + u]);
                } else {
                    skewPnl[u][a] <== CellPnl()(total[k], sign[k], cellRule[u][0], cellRule[u][1], 0, 0);
                }
                skewSize[u][a] <== Magnitude(125)(skewPnl[u][a]);
            }
        }
        skewLoss <== MemberSums(U, N, A)(setOf, skewSize);
        if (BREACH == 0) {
            for (var n = 0; n < N; n++) { Covers(A, 124)(10 ** 9 * loss[n], skewLoss[n]); }
        }
    }

    signal fall[U][B][2];
    signal between[U][B];
    signal worseFall[U][B];
    signal basisLoss[N][B];
    if (B > 0) {
        for (var u = 0; u < U; u++) {
            for (var b = 0; b < B; b++) {
                for (var i = 0; i < 2; i++) {
                    var k = BASIS_AT(SHAPE) + 2 * (u * B + b) + i;
                    fall[u][b][i] <== total[k] * (sign[k] - 1) / 2;
                }
                between[u][b] <== Magnitude(90)(fall[u][b][0] - fall[u][b][1]);
                worseFall[u][b] <== (fall[u][b][0] + fall[u][b][1] + between[u][b]) / 2;
            }
        }
        basisLoss <== MemberSums(U, N, B)(setOf, worseFall);
        if (BREACH == 0) {
            for (var n = 0; n < N; n++) { Covers(B, 91)(loss[n], basisLoss[n]); }
        }
    }

    signal anyLoss[N][S + A + B];
    if (BREACH == 1) {
        for (var n = 0; n < N; n++) {
            for (var s = 0; s < S; s++) { anyLoss[n][s] <== scenarioLoss[n][s]; }
            for (var a = 0; a < A; a++) { anyLoss[n][S + a] <== SCALE / 10 ** 9 * skewLoss[n][a]; }
            for (var b = 0; b < B; b++) { anyLoss[n][S + A + b] <== SCALE * basisLoss[n][b]; }
            Attains(S + A + B, SCALE)(loss[n], anyLoss[n]);
        }
    } else {
        for (var n = 0; n < N; n++) {
            for (var k = 0; k < S + A + B; k++) { anyLoss[n][k] <== 0; }
        }
    }
}
