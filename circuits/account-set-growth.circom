pragma circom 2.2.0;

include "../node_modules/circomlib/circuits/comparators.circom";
include "../node_modules/circomlib/circuits/poseidon.circom";
include "account-set.circom";
include "lib/domain.circom";
include "lib/in-use.circom";
include "lib/range.circom";

/// AccountSetGrowth: a statement of its own, under a key of its own. "I know venue accounts and two salts such that
///  1. grownSet is a salted set of them, no two of them equal, as a margin proof takes it;
///  2. accountSet is the salted set of the first ones, at least one and perhaps all;
///  3. the salts differ."
/// So every account of the old set is in the new one, and whoever stores accountSet for `subject` may store grownSet instead: a losing
/// account is never left out. Neither accounts nor their numbers show, nor whether there is a new one at all: a set may change its
/// salt alone.
///
/// Old accounts come first. A set is a chain in the order of the statements, an order without any meaning beyond that, so to add at the end
/// is no restriction; and one list serves both sets, where old accounts at any place would cost a selection each and show no less.
/// The salt must change: under the old one the new set would be the old one's chain continued, Poseidon2(accountSet, account), and
/// anybody could try accounts by their names on the two published numbers. (Salts are drawn afresh for each set: one of an earlier set
/// gives the same away about that set.)
///
/// Public signals are seven, as every key's: accountSet, grownSet, subject, and zeros.
///
/// requires  nothing (R9 is met in the body)
/// ensures   the statement; subject is an address; zero is 0
/// hints     none of its own (InUse, IsZero)
/// cost      745 ACCOUNTS, 3 for each pair of them, + 630: hashes of accounts, two chains, one comparison a pair, an address
/// twin      prover/proof/account-set-growth.ts growthInput
template AccountSetGrowth(ACCOUNTS) {
    assert(ACCOUNTS >= 1 && ACCOUNTS <= 16);

    // Public
    signal input accountSet;
    signal input grownSet;
    signal input subject;
    signal input zero[4];

    // Accounts, the old ones first, and how many there were and are
    signal input venueId[ACCOUNTS];
    signal input accountId[ACCOUNTS];
    signal input oldCount;
    signal input newCount;
    signal input oldSalt;
    signal input newSalt;

    CheckBits(160)(subject);
    for (var k = 0; k < 4; k++) { zero[k] === 0; }

    signal wasActive[ACCOUNTS] <== InUse(ACCOUNTS)(oldCount);
    signal active[ACCOUNTS] <== InUse(ACCOUNTS)(newCount);
    wasActive[0] === 1;
    for (var v = 0; v < ACCOUNTS; v++) { wasActive[v] * (1 - active[v]) === 0; }

    signal account[ACCOUNTS] <== AccountSet(ACCOUNTS)(grownSet, newSalt, venueId, accountId, active);
    signal start <== Poseidon(2)([TAG_ACCOUNT_SET(), oldSalt]);
    signal set <== Chain(ACCOUNTS)(start, account, wasActive);
    accountSet === set;

    signal sameSalt <== IsEqual()([oldSalt, newSalt]);
    sameSalt === 0;
}
