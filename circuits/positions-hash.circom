pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/comparators.circom";
include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/domain.circom";
include "lib/one-hot.circom";

/// Runs: cuts the position slots into consecutive runs of count[0], count[1], ... slots, one run per statement.
/// Runs touch and start at slot 0, so a position belongs to exactly one statement and none is left out.
/// requires  R10 count[v] < 2^16 (StatementHash), so that the ends only grow
/// ensures   sum of counts <= SLOTS; endsAt[v][i] = 1 iff runs 0..v hold i slots together; used[i] = 1 iff slot i is in a run
/// hints     none of its own (OneHot)
/// cost      VENUES (SLOTS + 1)
template Runs(SLOTS, VENUES) {
    signal input count[VENUES];
    signal output endsAt[VENUES][SLOTS + 1];
    signal output used[SLOTS];

    var total = 0;
    for (var v = 0; v < VENUES; v++) {
        total += count[v];
        endsAt[v] <== OneHot(SLOTS + 1)(total);
    }
    for (var i = 0; i < SLOTS; i++) {
        var endsLater = 0;
        for (var j = i + 1; j <= SLOTS; j++) { endsLater += endsAt[VENUES - 1][j]; }
        used[i] <== endsLater;
    }
}

/// PositionsHash: every run of positions hashes to one value.
///   h_0 = tag;  h_{i+1} = Poseidon3(h_i, instrumentId_i, quantity_i);  a new run restarts at the tag
/// requires  R17 endsAt is that of Runs for these counts
/// ensures   positionsHash[v] hashes exactly run v, the tag alone where it is empty
/// hints     none of its own
/// cost      262 per slot and VENUES (SLOTS + 4): one Poseidon3 per position, whatever the number of statements
/// twin      prover/statement/statement.ts positionsHash
template PositionsHash(SLOTS, VENUES) {
    signal input instrumentId[SLOTS];
    signal input quantity[SLOTS];
    signal input count[VENUES];
    signal input endsAt[VENUES][SLOTS + 1];
    signal output positionsHash[VENUES];

    signal head[SLOTS + 1];
    head[0] <== TAG_POSITIONS();
    // continues[v][i] = 0 iff one of the runs 0..v-1 ends right before slot i
    signal continues[SLOTS][VENUES];
    signal state[SLOTS];
    for (var i = 0; i < SLOTS; i++) {
        continues[i][0] <== 1;
        for (var v = 1; v < VENUES; v++) {
            continues[i][v] <== continues[i][v - 1] * (1 - endsAt[v - 1][i]);
        }
        state[i] <== TAG_POSITIONS() + continues[i][VENUES - 1] * (head[i] - TAG_POSITIONS());
        head[i + 1] <== Poseidon(3)([state[i], instrumentId[i], quantity[i]]);
    }

    // An empty run has no slot of its own, and where it ends stands another run's hash: its own is the tag.
    signal atEnd[VENUES];
    signal isEmpty[VENUES];
    for (var v = 0; v < VENUES; v++) {
        atEnd[v] <== Select(SLOTS + 1)(endsAt[v], head);
        isEmpty[v] <== IsZero()(count[v]);
        positionsHash[v] <== atEnd[v] + isEmpty[v] * (TAG_POSITIONS() - atEnd[v]);
    }
}
