import { claimFor } from "../../prover/proof/claim.ts";
import type { Claim } from "../../prover/proof/claim.ts";
import type { ProvingRequest } from "../../prover/proof/proving-request.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { buildRegistry } from "../../prover/statement/attester-registry.ts";
import { signStatement } from "../../prover/statement/signed-statement.ts";
import type { Statement } from "../../prover/statement/statement.ts";
import type { Bps, Usd } from "../../prover/units.ts";
import { MARKET, POLICY, SNAPSHOT } from "./small-market.ts";
import { OTHER_KEY, quantity, STATEMENT, VENUE_KEY } from "./statements.ts";

const VALIDITY = { validFrom: 1_600_000_000, validUntil: 1_900_000_000 };

export const REGISTRY = buildRegistry([
  null,
  { venue: "deribit", key: VENUE_KEY.publicKey, assurance: "venue-signed", ...VALIDITY },
  { venue: "custodian", key: OTHER_KEY.publicKey, assurance: "attested", ...VALIDITY },
]);

export const DERIBIT: Statement = {
  ...STATEMENT,
  positions: [
    { instrument: "BTC-15DEC23-40000-C", quantity: quantity(-2) },
    { instrument: "BTC-PERPETUAL", quantity: quantity(1) },
    { instrument: "USD", quantity: quantity(-20_000) },
  ],
};

export const CUSTODIAN: Statement = {
  ...STATEMENT,
  venue: "custodian",
  account: "vault",
  asOf: STATEMENT.asOf + 60,
  sequence: 5,
  salt: 1234n,
  positions: [{ instrument: "USD", quantity: quantity(30_000) }],
};

/** A book that fills the small tier: healthy at 100 % of initial margin. */
export const REQUEST: ProvingRequest = {
  tier: tierParameters("test"),
  snapshot: SNAPSHOT,
  policy: POLICY,
  risks: marketRisk(MARKET, POLICY),
  statements: [signStatement(DERIBIT, VENUE_KEY), signStatement(CUSTODIAN, OTHER_KEY)],
  registry: REGISTRY,
  accountSetSalt: 42n,
  claim: claimFor([DERIBIT, CUSTODIAN], { subject: STATEMENT.subject, minRatioBps: 10_000n as Bps, level: "IM", minAssurance: "attested" }),
  scope: STATEMENT.scope,
  onChainCollateral: 0n as Usd,
};

/** The request with other statements, signed, and the time and sequence of the claim that follow from them. */
export function requestOf(statements: readonly Statement[], change: Partial<Omit<ProvingRequest, "claim">> & { claim?: Partial<Claim> } = {}): ProvingRequest {
  const signed = statements.map((statement) => signStatement(statement, statement.venue === "custodian" ? OTHER_KEY : VENUE_KEY));
  return { ...REQUEST, statements: signed, ...change, claim: { ...claimFor(statements, REQUEST.claim), ...change.claim } };
}
