pragma circom 2.2.0;

include "lib/domain.circom";
include "lib/one-hot.circom";
include "lib/range.circom";

/// Margin: equity + collateral covers the claimed ratio of the requirement. Integers, no division, nothing rounded:
///     requirement 1e9 = lossFactor stress + 1e9 (charge - pairCredit) + outside
///     excess = (value + onChainCollateral 1e8) 1e4 1e9  -  minRatioBps requirement 1e9  >=  0
/// BREACH 1: the complement, excess < 0, or one of the exposures outside its limits.
/// requires  R15 value, charges in [-2^89, 2^89) (CommittedRisk), stress < 2^96 (MarginProgram); R16 minRatioBps < 2^20, level boolean
/// ensures   the inequality for the claimed level, or MarginBreach
/// hints     none of its own (MarginBreach)
/// ledger    left:  value 1e13 in (-2^133, 2^133), collateral < 2^64 1e21 < 2^134: sum in (-2^133, 2^135)
///           right: factor 34 + stress 96 = 130 bits, charge and credit 30 + 137, outside 128: below 2^168; times ratio 20: 2^188
///           an excess fits 189 bits only if it is not negative: a negative one is above p - 2^189
/// cost      189 + 64 + 34 + 4; BREACH 1: MarginBreach for 189
/// twin      prover/risk/margin-program.ts evaluateRules
template Margin(EXPOSURES, BREACH) {
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
    signal input exposure[EXPOSURES * BREACH];
    signal input low[EXPOSURES * BREACH];
    signal input high[EXPOSURES * BREACH];

    CheckBits(BITS_COLLATERAL())(onChainCollateral);

    signal charge <== chargeMM + level * (chargeIM - chargeMM);
    signal factor <== lossFactor[0] + level * (lossFactor[1] - lossFactor[0]);
    CheckBits(BITS_FACTOR())(factor);

    signal stressed <== factor * stress;
    signal required <== minRatioBps * (stressed + 10 ** 9 * (charge - pairCredit) + outside);
    signal excess <== (value + onChainCollateral * 10 ** 8) * 10 ** 13 - required;
    if (BREACH == 0) { CheckBits(189)(excess); }
    else { MarginBreach(EXPOSURES)(excess, exposure, low, high); }
}

/// MarginBreach: the complement of health: the margin falls short by at least a unit, or an exposure is outside its limits.
/// requires  R18 excess in (-2^189, 2^189) (Margin), exposures and limits in (-2^91, 2^91)
/// ensures   excess < 0, or exposure[k] < low[k] or exposure[k] > high[k] for some k
/// hints     which (nothing to pin: whichever it names must hold; the first that does)
/// ledger    each difference, less one, fits 190 bits if it is not negative, and no negative one does
/// cost      191 + 4 EXPOSURES + 3
/// twin      prover/risk/margin-report.ts marginReport
template MarginBreach(EXPOSURES) {
    signal input excess;
    signal input exposure[EXPOSURES];
    signal input low[EXPOSURES];
    signal input high[EXPOSURES];
    var WAYS = 2 * EXPOSURES + 1;

    signal beyond[WAYS];
    beyond[0] <== -excess - 1;
    for (var k = 0; k < EXPOSURES; k++) {
        beyond[1 + 2 * k] <== low[k] - exposure[k] - 1;
        beyond[2 + 2 * k] <== exposure[k] - high[k] - 1;
    }
    // circom compares field elements as signed numbers
    var first = 0;
    for (var w = WAYS - 1; w >= 0; w--) {
        if (beyond[w] >= 0) { first = w; }
    }
    signal which <-- first;
    signal selector[WAYS] <== OneHot(WAYS)(which);
    signal found <== Select(WAYS)(selector, beyond);
    CheckBits(190)(found);
}
