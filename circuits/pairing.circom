pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/domain.circom";
include "lib/range.circom";

/// PairingChallenge: a number that nobody knows before all pairs are chosen.
///     h_0 = tag, h_(i+1) = Poseidon16(h_i, 15 items), item = paired 2^16 + 2 node + side
/// requires  R21 paired has 64 bits, node 15, side 1
/// ensures   out is the hash of all of them
/// hints     none
/// cost      609 for each 15 positions
template PairingChallenge(POSITIONS) {
    signal input paired[POSITIONS];
    signal input node[POSITIONS];
    signal input side[POSITIONS];
    signal output out;

    var BLOCKS = (POSITIONS + 14) \ 15;
    signal head[BLOCKS + 1];
    signal block[BLOCKS][16];
    head[0] <== TAG_PAIRING();
    for (var b = 0; b < BLOCKS; b++) {
        block[b][0] <== head[b];
        for (var k = 0; k < 15; k++) {
            var i = 15 * b + k;
            if (i < POSITIONS) { block[b][k + 1] <== paired[i] * 2 ** 16 + 2 * node[i] + side[i]; }
            else { block[b][k + 1] <== 0; }
        }
        head[b + 1] <== Poseidon(16)(block[b]);
    }
    out <== head[BLOCKS];
}

/// PairCredit: what pairing short options with long ones of the same node takes off the charges.
/// Sum over positions of +-paired / (r - node) = 0, long +, short -: poles at different nodes never cancel, so for a challenge r
/// fixed after the numbers, long and short are paired alike in every node but with a probability below 2^-240.
/// requires  R12 side boolean; R16 level boolean; R11 node is the opened one, below 2^15; R22 the hash is a random oracle, once
///           its inputs are fixed (Fiat-Shamir)
/// ensures   0 <= paired <= magnitude; per node, long and short sums of paired agree; credit = sum over shorts of paired rate_level,
///           at 1e-16, with rates = rateMM 2^64 + rateIM of the node
/// hints     rateIM, inverse (pinned: rateMM, rateIM both in 64 bits; inverse (r - node) = 1)
/// ledger    paired 64 + rate 64 + positions 8 = 136 bits
/// cost      263 POSITIONS + PairingChallenge
/// twin      prover/proof/pairing.ts pairCredit
template PairCredit(POSITIONS) {
    signal input level;
    signal input magnitude[POSITIONS];
    signal input paired[POSITIONS];
    signal input node[POSITIONS];
    signal input side[POSITIONS];
    signal input rates[POSITIONS];
    signal output credit;

    signal challenge <== PairingChallenge(POSITIONS)(paired, node, side);
    signal rateIM[POSITIONS];
    signal rate[POSITIONS];
    signal short[POSITIONS];
    signal inverse[POSITIONS];
    signal quotient[POSITIONS];
    signal credited[POSITIONS];
    var balance = 0;
    var sum = 0;
    for (var i = 0; i < POSITIONS; i++) {
        CheckBits(64)(paired[i]);
        CheckBits(64)(magnitude[i] - paired[i]);
        rateIM[i] <-- rates[i] & (2 ** 64 - 1);
        var rateMM = (rates[i] - rateIM[i]) / 2 ** 64;
        CheckBits(64)(rateIM[i]);
        CheckBits(64)(rateMM);
        rate[i] <== rateMM + level * (rateIM[i] - rateMM);
        short[i] <== side[i] * paired[i];
        inverse[i] <-- challenge == node[i] ? 0 : 1 / (challenge - node[i]);
        inverse[i] * (challenge - node[i]) === 1;
        quotient[i] <== inverse[i] * (paired[i] - 2 * short[i]);
        credited[i] <== short[i] * rate[i];
        balance += quotient[i];
        sum += credited[i];
    }
    balance === 0;
    credit <== sum;
}

/// PairedInFull: no node holds a short and a long that both could pair more, so that the credit is the largest there is.
/// requires  R12 side boolean
/// ensures   of two positions of opposite sides in one node, at least one is paired in full
/// hints     inverse (pinned where both have something left: there (node_i - node_j) inverse = 1)
/// cost      5 POSITIONS (POSITIONS - 1) / 2
template PairedInFull(POSITIONS) {
    signal input magnitude[POSITIONS];
    signal input paired[POSITIONS];
    signal input node[POSITIONS];
    signal input side[POSITIONS];

    signal bothSides[POSITIONS][POSITIONS];
    signal bothLeft[POSITIONS][POSITIONS];
    signal inverse[POSITIONS][POSITIONS];
    signal differ[POSITIONS][POSITIONS];
    signal apart[POSITIONS][POSITIONS];
    for (var i = 0; i < POSITIONS; i++) {
        for (var j = i + 1; j < POSITIONS; j++) {
            bothSides[i][j] <== side[i] + side[j] - 2 * side[i] * side[j];
            bothLeft[i][j] <== (magnitude[i] - paired[i]) * (magnitude[j] - paired[j]);
            inverse[i][j] <-- node[i] == node[j] ? 0 : 1 / (node[i] - node[j]);
            differ[i][j] <== (node[i] - node[j]) * inverse[i][j];
            apart[i][j] <== bothSides[i][j] * (1 - differ[i][j]);
            bothLeft[i][j] * apart[i][j] === 0;
        }
    }
}
