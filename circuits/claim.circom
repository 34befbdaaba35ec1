pragma circom 2.2.0;

include "lib/domain.circom";
include "lib/range.circom";

/// Claim: the packed public claim is exactly these parts, each in its width.
///   claim = subject + asOf 2^160 + sequence 2^192 + minRatioBps 2^228 + level 2^248 + minAssurance 2^249      (251 bits)
/// ensures   every part is in its width, so the packing has one reading
/// hints     none
/// cost      251
/// twin      prover/proof/claim.ts packClaim; verifier-contracts/PublicSignals.sol
template Claim() {
    signal input claim;
    signal input subject;
    signal input asOf;
    signal input sequence;
    signal input minRatioBps;
    signal input level;
    signal input minAssurance;

    CheckBits(160)(subject);
    CheckBits(BITS_TIME())(asOf);
    CheckBits(36)(sequence);
    CheckBits(20)(minRatioBps);
    CheckBoolean()(level);
    CheckBits(BITS_ASSURANCE())(minAssurance);

    claim === subject + asOf * 2 ** 160 + sequence * 2 ** 192 + minRatioBps * 2 ** 228 + level * 2 ** 248
        + minAssurance * 2 ** 249;
}
