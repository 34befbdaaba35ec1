import { MarginProofError } from "../errors.ts";
import { accountHash } from "../statement/account-set.ts";
import { ASSURANCES, assuranceLevel } from "../statement/attester-registry.ts";
import type { AttesterOpening } from "../statement/attester-registry.ts";
import { verifyStatement } from "../statement/signed-statement.ts";
import type { SignedStatement } from "../statement/signed-statement.ts";
import { statementAttester } from "../statement/statement-attester.ts";
import type { ProvingRequest } from "./proving-request.ts";

/** A statement that may be used in the proof. */
export interface CheckedStatement {
  readonly signed: SignedStatement;
  readonly hash: bigint;
  readonly attester: AttesterOpening;
}

const mismatch = (message: string, path: string, hint: string): MarginProofError => new MarginProofError("StatementMismatch", message, { path, hint });

const time = (seconds: number): string => new Date(1000 * seconds).toISOString();

/**
 * Everything the circuit will ask of the statements, asked first in words.
 *
 * @throws StatementMismatch (other subject, scope, sequence; too old; too weak; the same account twice), InvalidSignature,
 *   UnknownAttester (not registered, or not valid at the statement's time), each naming the statement
 */
export function checkStatements(request: ProvingRequest): CheckedStatement[] {
  const { statements, claim } = request;
  if (statements.length === 0) throw mismatch("there is no statement", "statements", "give a statement of each account in the registered set");
  const checked = statements.map((signed, v) => checkStatement(signed, request, `statements[${v}]`));
  const accounts = statements.map(({ statement }) => accountHash(statement));
  accounts.forEach((account, v) => {
    if (accounts.indexOf(account) < v) throw mismatch("a statement of this account was already given", `statements[${v}].account`, "give one statement for each account");
  });
  const sequence = statements.reduce((sum, { statement }) => sum + statement.sequence, 0);
  if (sequence !== claim.sequence) throw mismatch(`the statements' sequences add up to ${sequence}, not ${claim.sequence}`, "claim.sequence", `claim sequence ${sequence}`);
  return checked;
}

function checkStatement(signed: SignedStatement, { claim, scope, registry }: ProvingRequest, path: string): CheckedStatement {
  const { statement } = signed;
  const hash = verifyStatement(signed, path);
  if (statement.subject !== claim.subject) throw mismatch(`made out to ${statement.subject}, not to ${claim.subject}`, `${path}.subject`, "ask the venue for a statement for this subject");
  if (statement.scope !== scope) throw mismatch("made out for another chain, registry or policy", `${path}.scope`, "ask the venue for a statement for this scope");
  if (statement.asOf < claim.asOf) {
    throw mismatch(`of ${time(statement.asOf)}, older than the claimed ${time(claim.asOf)}`, `${path}.asOf`, "ask the venue for a newer statement, or claim an earlier time");
  }
  const attester = statementAttester(signed, registry, path);
  const { assurance } = attester.attester;
  if (assuranceLevel(assurance) < assuranceLevel(claim.minAssurance)) {
    const order = ASSURANCES.join(" < ");
    throw mismatch(`the key's assurance is ${assurance}, the claim needs ${claim.minAssurance}`, `${path}.attesterKey`, `claim less, or have it signed better (${order})`);
  }
  return { signed, hash, attester };
}
