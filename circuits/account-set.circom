pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/comparators.circom";
include "../node_modules/circomlib/circuits/poseidon.circom";
include "lib/domain.circom";

/// Chain: head = Poseidon2(... Poseidon2(Poseidon2(start, item_0), item_1) ..., item_last) over the active items.
/// requires  R9 active is 1...1 0...0
/// ensures   head absorbs exactly the active items, in order
/// hints     none
/// twin      prover/commitment/poseidon.ts chain
template Chain(LENGTH) {
    signal input start;
    signal input items[LENGTH];
    signal input active[LENGTH];
    signal output head;

    signal state[LENGTH + 1];
    signal next[LENGTH];
    state[0] <== start;
    for (var i = 0; i < LENGTH; i++) {
        next[i] <== Poseidon(2)([state[i], items[i]]);
        state[i + 1] <== state[i] + active[i] * (next[i] - state[i]);
    }
    head <== state[LENGTH];
}

/// AccountSet: the accounts of the statements are pairwise distinct, and together they are the registered set.
///   account = Poseidon3(tag, venueId, accountId);   set = Chain(Poseidon2(tag, salt), accounts)
/// Distinctness stops one account from being counted twice; the set stops a losing account from being left out.
/// requires  R9 active is 1...1 0...0
/// ensures   accountSet is the salted chain over exactly the active accounts; no two of them are equal
/// hints     none of its own
/// twin      prover/statement/account-set.ts accountSet
template AccountSet(VENUES) {
    signal input accountSet;
    signal input salt;
    signal input venueId[VENUES];
    signal input accountId[VENUES];
    signal input active[VENUES];
    signal output account[VENUES];

    for (var v = 0; v < VENUES; v++) {
        account[v] <== Poseidon(3)([TAG_ACCOUNT(), venueId[v], accountId[v]]);
    }
    signal start <== Poseidon(2)([TAG_ACCOUNT_SET(), salt]);
    signal set <== Chain(VENUES)(start, account, active);
    accountSet === set;

    signal same[VENUES][VENUES];
    for (var v = 0; v < VENUES; v++) {
        for (var w = v + 1; w < VENUES; w++) {
            same[v][w] <== IsEqual()([account[v], account[w]]);
            same[v][w] * active[w] === 0;
        }
    }
}
