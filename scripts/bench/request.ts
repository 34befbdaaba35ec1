import { shapeOf } from "../../prover/commitment/padded-rules.ts";
import { buildSnapshot } from "../../prover/commitment/snapshot.ts";
import { claimFor } from "../../prover/proof/claim.ts";
import type { ProvingRequest } from "../../prover/proof/proving-request.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { AttesterKey } from "../../prover/statement/attester-key.ts";
import { buildRegistry } from "../../prover/statement/attester-registry.ts";
import { scopeOf } from "../../prover/statement/scope.ts";
import { signStatement } from "../../prover/statement/signed-statement.ts";
import { randomSalt } from "../../prover/statement/statement.ts";
import type { Bps, Usd } from "../../prover/units.ts";
import { readDemoBook } from "../demo/book.ts";

const AS_OF = 1_790_000_000;

/** The shipped book, signed and ready to prove. `terms.registry` is where it would be submitted. */
export function demoRequest(tier: string, { chainId, registry, subject }: { chainId: bigint; registry: string; subject: string }, asOf = AS_OF): ProvingRequest {
  const parameters = tierParameters(tier);
  const { market, policy, accounts } = readDemoBook(asOf);
  const snapshot = buildSnapshot(market, policy, { treeParents: parameters.treeParents, shape: shapeOf(parameters) });
  const keys = accounts.map(() => AttesterKey.generate());
  const attesters = accounts.map(({ venue }, v) => ({ venue, key: keys[v]!.publicKey, assurance: "venue-signed" as const, validFrom: 0, validUntil: 2 ** 32 - 1 }));
  const scope = scopeOf({ chainId, registry: parseAddress(registry), policyHash: snapshot.policyHash });
  const address = parseAddress(subject);
  const statements = accounts.map((account, v) => signStatement({ ...account, subject: address, scope, sequence: 1, salt: randomSalt() }, keys[v]!));
  const claim = claimFor(statements.map(({ statement }) => statement), { subject: address, level: "IM", minRatioBps: 11_000n as Bps, minAssurance: "venue-signed" });
  return {
    tier: parameters, snapshot, policy, risks: marketRisk(market, policy), statements, registry: buildRegistry(attesters),
    accountSetSalt: randomSalt(), claim, scope, onChainCollateral: 0n as Usd,
  };
}
