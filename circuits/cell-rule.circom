pragma circom 2.2.0;

/// CellPnl: what a cell's total is worth to its group or netting set, at 1e-25: the cell's gains counted in part, its losses in
/// full or more, less a weighted value: a static discount.
///     pnl = gain A+ - drag A- - weight V,     A+ = (|A| + A) / 2,  A- = (|A| - A) / 2,  |A| = sign A
/// requires  R19 sign is 1 for a total of at least 0, else -1
/// ensures   the line above; exact for any factors
/// hints     none
/// ledger    |A|, |V| < 2^89, factors < 2^34: |pnl| < 2^124
/// cost      4 (3 where weight or value is a constant 0)
/// twin      prover/risk/margin-program.ts cellPnl
template CellPnl() {
    signal input total;
    signal input sign;
    signal input gain;
    signal input drag;
    signal input weight;
    signal input value;
    signal output pnl;

    signal size <== sign * total;
    signal gained <== gain * (size + total);
    signal lost <== drag * (size - total);
    signal discount <== weight * value;
    pnl <== (gained - lost) / 2 - discount;
}
