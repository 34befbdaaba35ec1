import { z } from "zod";
import { canonicalJson } from "../commitment/canonical-json.ts";
import type { Point } from "../commitment/curve.ts";
import { SUBGROUP_ORDER } from "../commitment/curve.ts";
import { integerField, pointField, pointJson } from "../commitment/json-fields.ts";
import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { canonicalPositions } from "../risk/book.ts";
import { nameField, quantityField, readJson, timeField, type Json } from "../risk/schema.ts";
import { BITS, DECIMALS } from "../units.ts";
import { addressField } from "./address.ts";
import type { AttesterKey } from "./attester-key.ts";
import { verifySignature } from "./signature.ts";
import type { Signature } from "./signature.ts";
import { statementHash } from "./statement.ts";
import type { Statement } from "./statement.ts";

export const STATEMENT_FORMAT = "margin-statement/1";

/** A statement with its venue's signature. Private: it holds the positions and the salt. */
export interface SignedStatement {
  readonly statement: Statement;
  readonly attesterKey: Point;
  readonly signature: Signature;
}

const schema = z.strictObject({
  format: z.literal(STATEMENT_FORMAT),
  subject: addressField(),
  scope: integerField(1n << BigInt(BITS.identifier)),
  venue: nameField(),
  account: nameField(),
  asOf: timeField(),
  sequence: z.int("expected a whole number").min(0).max(2 ** BITS.sequence - 1),
  positions: z.array(z.strictObject({ instrument: nameField(), quantity: quantityField() })).max(2 ** BITS.count - 1),
  salt: integerField(1n << BigInt(BITS.salt)),
  attesterKey: pointField(),
  signature: z.strictObject({ R8: pointField(), S: integerField(SUBGROUP_ORDER, "InvalidSignature") }),
});

/** Signs a statement; positions are put into canonical order first. @throws as `statementHash` */
export function signStatement(statement: Statement, key: AttesterKey): SignedStatement {
  const canonical = { ...statement, positions: canonicalPositions(statement.positions) };
  return { statement: canonical, attesterKey: key.publicKey, signature: key.sign(statementHash(canonical)) };
}

/** Returns the statement's hash. @throws InvalidSignature when the signature is not its attester's, naming `path` */
export function verifyStatement({ statement, attesterKey, signature }: SignedStatement, path?: string): bigint {
  const hash = statementHash(statement);
  if (!verifySignature(hash, signature, attesterKey)) {
    throw new MarginProofError("InvalidSignature", "the signature does not belong to this statement and key", { path, hint: "ask the venue to sign the statement again; do not edit a signed file" });
  }
  return hash;
}

/** The `margin-statement/1` document. */
export function statementJson({ statement, attesterKey, signature }: SignedStatement): Json {
  const { subject, venue, account, asOf, sequence, scope, positions, salt } = statement;
  return {
    format: STATEMENT_FORMAT,
    subject,
    scope: scope.toString(),
    venue,
    account,
    asOf,
    sequence,
    positions: positions.map(({ instrument, quantity }) => ({ instrument, quantity: formatDecimal(quantity, DECIMALS.quantity) })),
    salt: salt.toString(),
    attesterKey: pointJson(attesterKey),
    signature: { R8: pointJson(signature.R8), S: signature.S.toString() },
  };
}

/** As canonical text. */
export function serializeStatement(signed: SignedStatement): string {
  return canonicalJson(statementJson(signed));
}

/**
 * Reads a signed statement and checks its signature.
 *
 * @throws InvalidSchema, InvalidDecimal, OutOfRange, DuplicatePosition, InvalidPoint with the path of the datum; InvalidSignature
 */
export function parseStatement(json: unknown): SignedStatement {
  const { format: _, attesterKey, signature, ...parts } = readJson(schema, json);
  const signed = { statement: { ...parts, positions: canonicalPositions(parts.positions) }, attesterKey, signature };
  verifyStatement(signed, "signature");
  return signed;
}
