pragma circom 2.2.0;

include "lib/bound.circom";

/// ExposureCharge: the charge on one exposure at the claimed level, at 1e-25, and its limits, which a breach need not keep.
///     charge = line |X| + 1e9 tiered,   tiered 1e9 >= slope_j |X| - 1e9 cut_j for every piece j,   low <= X <= high
/// BREACH 1: tiered is that of some piece, rounded up, or 0.
/// requires  R19 sign is 1 for a total of at least 0, else -1; R16 level boolean; R20 slopes and cuts are not negative
/// ensures   0 <= tiered < 2^90; BREACH 0: at least the largest piece, so that a prover can only overstate it, and X is within
///           its limits; BREACH 1: at most the largest piece, or 0, so that a prover can only understate it
/// hints     none of its own (Chosen)
/// ledger    |X| < 2^89, slope < 2^34, cut < 2^89: a piece lies in (-2^119, 2^123), so that no negative difference fits 124 bits
/// cost      91 2 (limits) + 2; with pieces 90 more, and 126 for each;
///           BREACH 1: 2, with pieces 121 more, and 4 for each
/// twin      prover/risk/margin-program.ts exposureWorking
template ExposureCharge(PIECES, BREACH) {
    signal input level;
    signal input total;
    signal input sign;
    signal input rule[5];
    signal input piece[PIECES][3];
    signal input tiered;
    signal output charge;

    signal size <== sign * total;
    signal line <== rule[0] + level * (rule[1] - rule[0]);
    signal lineCharge <== line * size;
    if (BREACH == 0) {
        CheckBits(91)(total - rule[2]);
        CheckBits(91)(rule[3] - total);
    }

    signal slope[PIECES];
    signal need[PIECES];
    for (var j = 0; j < PIECES; j++) {
        slope[j] <== piece[j][0] + level * (piece[j][1] - piece[j][0]);
        need[j] <== slope[j] * size - 10 ** 9 * piece[j][2];
    }
    CheckBits(90)(tiered);
    if (PIECES > 0) { Bound(PIECES, 124, 10 ** 9, BREACH)(tiered, need); }
    charge <== lineCharge + 10 ** 9 * tiered;
}
