import { identifier, TAGS } from "../commitment/domain.ts";
import { chain, poseidon } from "../commitment/poseidon.ts";
import { requireUnsigned } from "../commitment/ranges.ts";
import { MarginProofError } from "../errors.ts";
import { BITS } from "../units.ts";

/** A venue account by its names. */
export interface AccountName {
  readonly venue: string;
  readonly account: string;
}

/** account = Poseidon3(tag, identifier(venue), identifier(account)) */
export function accountHash({ venue, account }: AccountName): bigint {
  return poseidon([TAGS.account, identifier(venue), identifier(account)]);
}

/**
 * The registered set of a subject's accounts, which the chain stores: chain(Poseidon2(tag, salt), accounts) in the order of the
 * statements. The salt keeps the accounts from being guessed; it must stay the same for as long as the set is registered.
 *
 * @throws StatementMismatch when an account occurs twice; OutOfRange for a salt of more than 248 bits
 */
export function accountSet(accounts: readonly AccountName[], salt: bigint): bigint {
  requireUnsigned(salt, BITS.salt, "accountSetSalt");
  const hashes = accounts.map(accountHash);
  hashes.forEach((hash, v) => {
    if (hashes.indexOf(hash) < v) {
      throw new MarginProofError("StatementMismatch", "this account was already listed", { path: `accounts[${v}]`, hint: "list each venue account once" });
    }
  });
  return chain(poseidon([TAGS.accountSet, salt]), hashes);
}

/** What the proof says about the statements it used: chain(tag, statementHashes). Each hash is salted, so this hides them. */
export function portfolioCommitment(statementHashes: readonly bigint[]): bigint {
  return chain(TAGS.portfolio, statementHashes);
}
