pragma circom 2.2.0;

include "../../node_modules/circomlib/circuits/babyjub.circom";

/// EdwardsSum: the sum of COUNT points and a start, by complete additions.
/// requires  R5 all points are on the curve (complete addition has no exceptional case there)
/// ensures   (outX, outY) = start + sum of the points
/// hints     none of its own (circomlib BabyAdd pins its quotients: denominators never vanish on the curve)
/// cost      6 COUNT
template EdwardsSum(COUNT) {
    signal input startX;
    signal input startY;
    signal input px[COUNT];
    signal input py[COUNT];
    signal output outX;
    signal output outY;

    signal x[COUNT + 1];
    signal y[COUNT + 1];
    x[0] <== startX;
    y[0] <== startY;
    for (var i = 0; i < COUNT; i++) {
        (x[i + 1], y[i + 1]) <== BabyAdd()(x[i], y[i], px[i], py[i]);
    }
    outX <== x[COUNT];
    outY <== y[COUNT];
}

/// EdwardsShift: 2^TIMES times a point.
/// requires  R5 the point is on the curve
/// ensures   (outX, outY) = 2^TIMES * (inX, inY)
/// cost      6 TIMES
template EdwardsShift(TIMES) {
    signal input inX;
    signal input inY;
    signal output outX;
    signal output outY;

    signal x[TIMES + 1];
    signal y[TIMES + 1];
    x[0] <== inX;
    y[0] <== inY;
    for (var i = 0; i < TIMES; i++) {
        (x[i + 1], y[i + 1]) <== BabyDbl()(x[i], y[i]);
    }
    outX <== x[TIMES];
    outY <== y[TIMES];
}

/// WindowedSum: sum_j 2^(WIDTH j) * sum_i P[i][j], highest window first, doublings shared by all i (Horner, Straus).
/// requires  R5 all points are on the curve
/// ensures   (outX, outY) = 2^(WIDTH WINDOWS) * start + sum_ij 2^(WIDTH j) P[i][j]
/// cost      6 WINDOWS (POINTS + WIDTH)
template WindowedSum(POINTS, WINDOWS, WIDTH) {
    signal input startX;
    signal input startY;
    signal input px[POINTS][WINDOWS];
    signal input py[POINTS][WINDOWS];
    signal output outX;
    signal output outY;

    component shift[WINDOWS];
    component sum[WINDOWS];
    for (var step = 0; step < WINDOWS; step++) {
        var j = WINDOWS - 1 - step;
        shift[j] = EdwardsShift(WIDTH);
        if (step == 0) {
            shift[j].inX <== startX;
            shift[j].inY <== startY;
        } else {
            shift[j].inX <== sum[j + 1].outX;
            shift[j].inY <== sum[j + 1].outY;
        }
        sum[j] = EdwardsSum(POINTS);
        sum[j].startX <== shift[j].outX;
        sum[j].startY <== shift[j].outY;
        for (var i = 0; i < POINTS; i++) {
            sum[j].px[i] <== px[i][j];
            sum[j].py[i] <== py[i][j];
        }
    }
    outX <== sum[0].outX;
    outY <== sum[0].outY;
}
