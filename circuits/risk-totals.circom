pragma circom 2.2.0;

include "lib/domain.circom";
include "lib/edwards-sum.circom";
include "lib/fixed-base.circom";
include "lib/shape.circom";

/// CommittedRisk: twice the Pedersen commitment to the book's totals, and their signs.
///
/// Every column of the risk vector is one signed total y in [-2^89, 2^89). Read in windows, x = y + 2^89 yields
/// 2x + 1 - 2^90 = 2y + 1, whose highest digit has the sign of y. With the bases B_k of GENERATORS:
///     sum_k (2 y_k + 1) B_k + OFFSET = 2 * commitment,    OFFSET = -sum_k B_k
/// Tail scenarios are read shifted by the threshold v of their class, y_t = x_t + v; v has the base -sum_t B_t over the class, which takes
/// it off again. So are, in a plain shape, the scenarios of each netting set, by its loss.
///
/// requires  R3 GENERATORS and GENERATORS_OFFSET come from prover/commitment/generators-circom.ts (test/generators.test.ts)
/// ensures   -2^89 <= total < 2^89; sign = 1 for a total of at least 0, else -1; (outX, outY) = 2 sum_k total[k] B_k
/// hints     none of its own
/// cost      331 per total (11 per 3 bits and the sign) + 546
/// twin      prover/commitment/vector-commitment.ts commitTotals
template CommittedRisk(SHAPE) {
    var COUNT = COLUMNS(SHAPE);
    var WINDOWS = BITS_TOTAL() \ 3;
    var generator[COUNT][2] = GENERATORS(SHAPE);
    var offset[2] = GENERATORS_OFFSET(SHAPE);
    signal input total[COUNT];
    signal output sign[COUNT];
    signal output outX;
    signal output outY;

    signal px[COUNT][WINDOWS];
    signal py[COUNT][WINDOWS];
    for (var k = 0; k < COUNT; k++) {
        (px[k], py[k], sign[k]) <== FixedBaseWindows(generator[k][0], generator[k][1], WINDOWS)(total[k] + 2 ** (BITS_TOTAL() - 1));
    }
    // The neutral point starts the sum; three shifts of it stay neutral.
    signal (sumX, sumY) <== WindowedSum(COUNT, WINDOWS, 3)(0, 1, px, py);
    (outX, outY) <== BabyAdd()(sumX, sumY, offset[0], offset[1]);
}

/// RiskTotals: the totals belong to exactly these positions.
///     sum_i (2 m_i + 1) C_i  =  sum_i C_i + 2 commitment(totals)
/// Equality in the group is equality over the integers: both sides' coefficients stay far below the subgroup order (ledger),
/// and a relation among the generators would be a discrete logarithm nobody knows.
/// requires  R5 all points on the curve (Position); R13 committed entries are below 2^64 in magnitude; R14 rows are in the
///           prime-order subgroup (snapshots are checked for both by `verifySnapshot`)
/// ensures   totals = sum_i m_i * vector_i, entry by entry; tails shifted by their thresholds, and scenarios of a plain shape by their
///           sets' losses; signs are those of the totals as they are read
/// hints     none of its own
/// ledger    |entry| < 2^64, m < 2^64, N <= 2^8: sums below 2^136; claimed totals, shifts taken off, below 2^90; 2^138 < subgroup order ~ 2^251
/// cost      6 N windows + the shared doublings
template RiskTotals(POSITIONS, SHAPE) {
    signal input cx[POSITIONS];
    signal input cy[POSITIONS];
    signal input px[POSITIONS][32];
    signal input py[POSITIONS][32];
    signal input total[COLUMNS(SHAPE)];
    signal output sign[COLUMNS(SHAPE)];

    signal (rowsX, rowsY) <== EdwardsSum(POSITIONS)(0, 1, cx, cy);
    signal (bookX, bookY) <== WindowedSum(POSITIONS, 32, 2)(rowsX, rowsY, px, py);
    signal riskX;
    signal riskY;
    (sign, riskX, riskY) <== CommittedRisk(SHAPE)(total);
    signal (expectedX, expectedY) <== BabyAdd()(rowsX, rowsY, riskX, riskY);
    bookX === expectedX;
    bookY === expectedY;
}
