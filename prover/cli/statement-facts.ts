import { pointJson } from "../commitment/json-fields.ts";
import type { SignedStatement } from "../statement/signed-statement.ts";
import { statementHash } from "../statement/statement.ts";
import type { Facts } from "./summaries.ts";

/** What may be shown of a statement: neither quantities nor the salt. */
export function statementFacts({ statement, attesterKey }: SignedStatement): Facts {
  const { subject, scope, venue, account, asOf, sequence, positions } = statement;
  return {
    venue, account, subject, scope: scope.toString(), asOf, sequence, positions: positions.length,
    statementHash: statementHash(statement).toString(), attesterKey: pointJson(attesterKey),
  };
}
