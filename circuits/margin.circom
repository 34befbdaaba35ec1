pragma circom 2.2.0;

include "lib/domain.circom";
include "lib/range.circom";

/// Margin: equity + collateral covers the claimed ratio of the requirement. Integers, no division, nothing rounded:
///     (value + onChainCollateral 10^8) 10^4 10^9  >=  minRatioBps (lossFactor sum_u loss[u] + 10^9 charge)
/// requires  R15 loss, charges in [0, 2^90), value in [-2^89, 2^89) (CommittedRisk); R16 minRatioBps < 2^20, level boolean (Claim)
/// ensures   the inequality for the claimed level
/// hints     none
/// ledger    left:  value 10^13 in (-2^133, 2^133), collateral < 2^64 10^21 < 2^134: sum in (-2^133, 2^135)
///           right: ratio 20 + factor 34 + losses 90 + 8 (SETS <= 256) = 152 bits; ratio 20 + 30 + charge 90 = 140 bits: below 2^153
///           difference in (-2^154, 2^135): a negative one is above p - 2^154 and never fits 135 bits
/// cost      135 + 64 + 34 + 4
/// twin      prover/risk/margin-report.ts isHealthy
template Margin(SETS) {
    signal input loss[SETS];
    signal input value;
    signal input chargeMM;
    signal input chargeIM;
    signal input onChainCollateral;
    signal input lossFactorMM;
    signal input lossFactorIM;
    signal input level;
    signal input minRatioBps;
    assert(SETS <= 256);

    CheckBits(BITS_COLLATERAL())(onChainCollateral);

    signal charge <== chargeMM + level * (chargeIM - chargeMM);
    signal lossFactor <== lossFactorMM + level * (lossFactorIM - lossFactorMM);
    CheckBits(BITS_FACTOR())(lossFactor);

    var losses = 0;
    for (var u = 0; u < SETS; u++) { losses += loss[u]; }
    signal stress <== lossFactor * losses;
    signal required <== minRatioBps * (stress + 10 ** 9 * charge);
    signal excess <== (value + onChainCollateral * 10 ** 8) * 10 ** 13 - required;
    CheckBits(135)(excess);
}
