pragma circom 2.2.0;

include "lib/domain.circom";
include "lib/edwards-sum.circom";
include "lib/fixed-base.circom";

/// CommittedRisk: twice the Pedersen commitment to the book's totals, so shaped that the range check is the margin check.
///
/// The total P&L of netting set u in scenario s is written as  slack[u][s] - loss[u]  with both in [0, 2^90). A total that has
/// this form satisfies  P&L >= -loss[u];  one loss[u] for all scenarios of the set is therefore a bound on its worst loss, and
/// reading slack in windows proves it. No comparison and no maximum is needed, and a prover can only overstate loss[u].
///
/// A window reading yields 2x + 1 - 2^90 instead of x. With the bases B_k of GENERATORS (scenario bases G[u][s]; H[u] =
/// -sum_s G[u][s], which carries -loss[u]; value; charges):
///     sum_k (2 x_k + 1 - 2^90) B_k + OFFSET = 2 * commitment,    OFFSET = (2^90 - 1) sum_k B_k - 2^90 B_value
/// the last term taking the bias 2^89 off the signed value.
///
/// requires  R3 GENERATORS and GENERATORS_OFFSET come from prover/commitment/generators.ts (test/generators.test.ts)
/// ensures   0 <= slack, loss, chargeMM, chargeIM < 2^90;  -2^89 <= value < 2^89;
///           (outX, outY) = 2 [ sum (slack[u][s] - loss[u]) G[u][s] + value G_value + chargeMM G_MM + chargeIM G_IM ]
/// hints     none of its own
/// cost      330 per total (11 per 3 bits) + 546
/// twin      prover/commitment/vector-commitment.ts commitTotals
template CommittedRisk(SETS, SCENARIOS) {
    signal input slack[SETS][SCENARIOS];
    signal input loss[SETS];
    signal input value;
    signal input chargeMM;
    signal input chargeIM;
    signal output outX;
    signal output outY;

    var SCENARIO_BASES = SETS * SCENARIOS;
    var BASES = SCENARIO_BASES + SETS + 3;
    var WINDOWS = BITS_TOTAL() \ 3;
    var generator[BASES][2] = GENERATORS(SETS, SCENARIOS);
    var offset[2] = GENERATORS_OFFSET(SETS, SCENARIOS);

    signal total[BASES];
    for (var u = 0; u < SETS; u++) {
        for (var s = 0; s < SCENARIOS; s++) {
            total[u * SCENARIOS + s] <== slack[u][s];
        }
        total[SCENARIO_BASES + u] <== loss[u];
    }
    total[BASES - 3] <== value + 2 ** (BITS_TOTAL() - 1);
    total[BASES - 2] <== chargeMM;
    total[BASES - 1] <== chargeIM;

    signal px[BASES][WINDOWS];
    signal py[BASES][WINDOWS];
    for (var k = 0; k < BASES; k++) {
        (px[k], py[k]) <== FixedBaseWindows(generator[k][0], generator[k][1], WINDOWS)(total[k]);
    }
    // The neutral point starts the sum; three shifts of it stay neutral.
    signal (sumX, sumY) <== WindowedSum(BASES, WINDOWS, 3)(0, 1, px, py);
    (outX, outY) <== BabyAdd()(sumX, sumY, offset[0], offset[1]);
}

/// RiskTotals: the totals belong to exactly these positions.
///     sum_i (2 m_i + 1) C_i  =  sum_i C_i + 2 commitment(totals)
/// Equality in the group is equality over the integers: both sides' coefficients stay far below the subgroup order (ledger),
/// and a relation among the generators would be a discrete logarithm nobody knows.
/// requires  R5 all points on the curve (Position); R13 committed entries are below 2^64 in magnitude; R14 rows are in the
///           prime-order subgroup (snapshots are checked for both by `verifySnapshot`)
/// ensures   totals = sum_i m_i * vector_i, entry by entry
/// hints     none of its own
/// ledger    |entry| < 2^64, m < 2^64, N <= 2^8: sums below 2^136; claimed totals below 2^91; 2^138 < subgroup order ~ 2^251
/// cost      6 N windows + the shared doublings
template RiskTotals(POSITIONS, SETS, SCENARIOS) {
    signal input cx[POSITIONS];
    signal input cy[POSITIONS];
    signal input px[POSITIONS][32];
    signal input py[POSITIONS][32];
    signal input slack[SETS][SCENARIOS];
    signal input loss[SETS];
    signal input value;
    signal input chargeMM;
    signal input chargeIM;

    signal (rowsX, rowsY) <== EdwardsSum(POSITIONS)(0, 1, cx, cy);
    signal (bookX, bookY) <== WindowedSum(POSITIONS, 32, 2)(rowsX, rowsY, px, py);
    signal (riskX, riskY) <== CommittedRisk(SETS, SCENARIOS)(slack, loss, value, chargeMM, chargeIM);
    signal (expectedX, expectedY) <== BabyAdd()(rowsX, rowsY, riskX, riskY);
    bookX === expectedX;
    bookY === expectedY;
}
