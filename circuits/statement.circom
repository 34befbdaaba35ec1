pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/babyjub.circom";
include "../node_modules/circomlib/circuits/eddsaposeidon.circom";
include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/domain.circom";
include "lib/range.circom";

/// StatementHash: what a venue signs about one account.
///   Poseidon7(tag, subject, scope, account, asOf + sequence 2^32 + count 2^64, positionsHash, salt)
/// Subject and scope inside the signature are what stops one account from being shown twice, for two borrowers or two protocols.
/// ensures   asOf, sequence and count are in their widths, so the packing has one reading
/// hints     none
/// twin      prover/statement/statement.ts statementHash
template StatementHash() {
    signal input subject;
    signal input scope;
    signal input account;
    signal input asOf;
    signal input sequence;
    signal input count;
    signal input positionsHash;
    signal input salt;
    signal output out;

    CheckBits(BITS_TIME())(asOf);
    CheckBits(BITS_SEQUENCE())(sequence);
    CheckBits(BITS_COUNT())(count);
    signal packed <== asOf + sequence * 2 ** 32 + count * 2 ** 64;
    out <== Poseidon(7)([TAG_STATEMENT(), subject, scope, account, packed, positionsHash, salt]);
}

/// StatementSignature: where enabled, S * B8 = R8 + Poseidon5(R8, key, hash) * 8 key with S below the subgroup order.
/// circomlib's verifier does not check that its points lie on the curve; here they do (off the curve its addition law
/// means nothing and a forger may choose quotients).
/// requires  R7 key is in the prime-order subgroup (registries are checked by `buildRegistry` and `parseRegistry`)
/// ensures   key and R8 are on the curve; where enabled, the signature is valid
/// hints     none of its own
/// twin      prover/statement/signature.ts verifySignature
template StatementSignature() {
    signal input enabled;
    signal input key[2];
    signal input signatureR8[2];
    signal input signatureS;
    signal input hash;

    BabyCheck()(key[0], key[1]);
    BabyCheck()(signatureR8[0], signatureR8[1]);
    EdDSAPoseidonVerifier()(enabled, key[0], key[1], signatureS, signatureR8[0], signatureR8[1], hash);
}

/// StatementTimes: where enabled, the statement is no older than the claim says and its key was valid when it was signed.
/// requires  R8 enabled is boolean; minAssurance < 4
/// ensures   where enabled: asOf >= claimAsOf, validFrom <= asOf <= validUntil, assurance >= minAssurance
/// hints     none
/// ledger    differences of 32-bit times: a negative one is about p, far outside 32 bits
/// twin      prover/proof/statement-check.ts checkStatements
template StatementTimes() {
    signal input enabled;
    signal input asOf;
    signal input claimAsOf;
    signal input validFrom;
    signal input validUntil;
    signal input assurance;
    signal input minAssurance;

    signal age <== enabled * (asOf - claimAsOf);
    signal sinceValid <== enabled * (asOf - validFrom);
    signal untilInvalid <== enabled * (validUntil - asOf);
    signal surplus <== enabled * (assurance - minAssurance);
    CheckBits(BITS_TIME())(age);
    CheckBits(BITS_TIME())(sinceValid);
    CheckBits(BITS_TIME())(untilInvalid);
    CheckBits(BITS_ASSURANCE())(surplus);
}
