import { MarginProofError } from "../errors.ts";
import { assuranceLevel, type Assurance, type AttesterRegistry } from "../statement/attester-registry.ts";
import type { AccountName } from "../statement/account-set.ts";
import type { Address } from "../statement/address.ts";
import type { SignedStatement } from "../statement/signed-statement.ts";
import { statementAttester } from "../statement/statement-attester.ts";

export interface StatementWish {
  readonly subject: Address;
  readonly scope: bigint;
  /** The registered set, in its order. */
  readonly accounts: readonly AccountName[];
  readonly registry: AttesterRegistry;
  readonly minAssurance: Assurance;
  /** Unix seconds between which a statement must be from. */
  readonly oldest: number;
  readonly newest: number;
}

export interface ChosenStatements {
  /** One per account, in the set's order; null when one is missing. */
  readonly chosen: readonly SignedStatement[] | null;
  /** What is missing, and newer statements that were passed over. */
  readonly problems: readonly string[];
}

/** The newest usable statement of each account: for this subject and scope, signed by a valid key that is good enough, of the right time. */
export function chooseStatements(statements: readonly SignedStatement[], wish: StatementWish): ChosenStatements {
  const perAccount = wish.accounts.map((account) => newestUsable(statements, account, wish));
  const chosen = perAccount.flatMap(({ statement }) => statement ?? []);
  return { chosen: chosen.length === wish.accounts.length ? chosen : null, problems: perAccount.flatMap(({ problem }) => problem ?? []) };
}

function newestUsable(statements: readonly SignedStatement[], { venue, account }: AccountName, wish: StatementWish): { statement?: SignedStatement; problem?: string } {
  const candidates = statements
    .filter(({ statement }) => statement.venue === venue && statement.account === account && statement.subject === wish.subject && statement.scope === wish.scope)
    .toSorted(({ statement: a }, { statement: b }) => b.sequence - a.sequence || b.asOf - a.asOf);
  const [newest] = candidates;
  if (newest === undefined) return { problem: `no statement of ${venue}/${account} for this subject and scope` };
  const statement = candidates.find((candidate) => problemOf(candidate, wish) === null);
  const passedOver = problemOf(newest, wish);
  return { ...(statement && { statement }), ...(passedOver !== null && { problem: `statement ${newest.statement.sequence} of ${venue}/${account} ${passedOver}` }) };
}

/** Why a statement cannot be used; null when it can. */
function problemOf(signed: SignedStatement, { registry, minAssurance, oldest, newest }: StatementWish): string | null {
  const { asOf } = signed.statement;
  if (asOf < oldest) return "is too old";
  if (asOf > newest) return "is from the future";
  try {
    const { assurance } = statementAttester(signed, registry).attester;
    return assuranceLevel(assurance) < assuranceLevel(minAssurance) ? `has assurance ${assurance}, and ${minAssurance} is demanded` : null;
  } catch (error) {
    if (!(error instanceof MarginProofError)) throw error;
    return `is not signed by a valid key: ${error.reason}`;
  }
}
