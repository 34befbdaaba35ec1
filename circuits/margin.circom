pragma circom 2.2.0;

include "lib/domain.circom";
include "lib/range.circom";

/// Margin: equity + collateral covers the claimed ratio of the requirement. Integers, no division, nothing rounded:
///     requirement 1e9 = lossFactor stress + 1e9 (charge - pairCredit) + outside
///     (value + onChainCollateral 1e8) 1e4 1e9  >=  minRatioBps requirement 1e9
/// requires  R15 value, charges in [-2^89, 2^89) (CommittedRisk), stress < 2^96 (MarginProgram); R16 minRatioBps < 2^20, level boolean
/// ensures   the inequality for the claimed level
/// hints     none
/// ledger    left:  value 1e13 in (-2^133, 2^133), collateral < 2^64 1e21 < 2^134: sum in (-2^133, 2^135)
///           right: factor 34 + stress 96 = 130 bits, charge and credit 30 + 137, outside 128: below 2^168; times ratio 20: 2^188
///           an excess fits 189 bits only if it is not negative: a negative one is above p - 2^189
/// cost      189 + 64 + 34 + 4
/// twin      prover/risk/margin-program.ts evaluateRules
template Margin() {
    signal input value;
    signal input chargeMM;
    signal input chargeIM;
    signal input pairCredit;
    signal input outside;
    signal input stress;
    signal input onChainCollateral;
    signal input lossFactor[2];
    signal input level;
    signal input minRatioBps;

    CheckBits(BITS_COLLATERAL())(onChainCollateral);

    signal charge <== chargeMM + level * (chargeIM - chargeMM);
    signal factor <== lossFactor[0] + level * (lossFactor[1] - lossFactor[0]);
    CheckBits(BITS_FACTOR())(factor);

    signal stressed <== factor * stress;
    signal required <== minRatioBps * (stressed + 10 ** 9 * (charge - pairCredit) + outside);
    signal excess <== (value + onChainCollateral * 10 ** 8) * 10 ** 13 - required;
    CheckBits(189)(excess);
}
