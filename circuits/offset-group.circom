pragma circom 2.2.0;

include "lib/magnitude.circom";

/// GroupGain: what a group's P&L is worth to its netting set: losses in full, gains in part and up to a cap.
///     usable = 1e9 pnl  below zero,  else min(gain pnl, 1e18 cap)     (pnl at 1e-25, usable at 1e-34)
/// The minimum of a and b is (a + b - |a - b|) / 2.
/// requires  R20 gain <= 1e9, cap < 2^89: published parameters
/// ensures   the line above, exactly; |pnl| < 2^130
/// hints     none of its own (Magnitude)
/// ledger    gain pnl < 2^160, 1e18 cap < 2^149: the difference fits 161 bits
/// cost      130 + 161 + 7
/// twin      prover/risk/margin-program.ts setPnl
template GroupGain() {
    signal input pnl;
    signal input gain;
    signal input cap;
    signal output usable;

    signal size <== Magnitude(130)(pnl);
    var scaled = 10 ** 9;
    var gained = (size + pnl) / 2;
    signal share <== gain * gained;
    signal beyond <== Magnitude(161)(share - scaled * scaled * cap);
    usable <== (share + scaled * scaled * cap - beyond) / 2 - scaled * (size - pnl) / 2;
}
