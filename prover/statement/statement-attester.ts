import { MarginProofError } from "../errors.ts";
import { openAttester, type AttesterOpening, type AttesterRegistry } from "./attester-registry.ts";
import type { SignedStatement } from "./signed-statement.ts";

/**
 * The registered key behind a statement.
 *
 * @throws UnknownAttester when the key is not registered for the statement's venue, or was not valid at its time; `path` is the
 *   statement's
 */
export function statementAttester({ statement, attesterKey }: SignedStatement, registry: AttesterRegistry, path = ""): AttesterOpening {
  const keyPath = path === "" ? "attesterKey" : `${path}.attesterKey`;
  const opening = openAttester(registry, statement.venue, attesterKey, keyPath);
  const { validFrom, validUntil } = opening.attester;
  if (statement.asOf >= validFrom && statement.asOf <= validUntil) return opening;
  throw new MarginProofError("UnknownAttester", `the key is valid from ${time(validFrom)} to ${time(validUntil)}, not at the statement's ${time(statement.asOf)}`, {
    path: keyPath,
    hint: "have the statement signed with a key that is valid at its time",
  });
}

const time = (seconds: number): string => new Date(1000 * seconds).toISOString();
