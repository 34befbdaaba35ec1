import { openInstrument } from "../../prover/commitment/instrument-tree.ts";
import { TAGS } from "../../prover/commitment/domain.ts";
import { chain, poseidon } from "../../prover/commitment/poseidon.ts";
import { circuitInput, type CircuitInput } from "../../prover/proof/circuit-input.ts";
import { packClaim } from "../../prover/proof/claim.ts";
import type { ProvingRequest } from "../../prover/proof/proving-request.ts";
import { marginReport } from "../../prover/risk/margin-report.ts";
import { accountHash, portfolioCommitment } from "../../prover/statement/account-set.ts";
import { openAttester } from "../../prover/statement/attester-registry.ts";
import { statementHash } from "../../prover/statement/statement.ts";

/**
 * The circuit's input as a dishonest prover would lay it out: `prepareProof` without its checks, consistent in itself as far as
 * the request goes. Signatures are taken as they are, whatever they sign.
 */
export function uncheckedInput(request: ProvingRequest): CircuitInput {
  const { snapshot, registry, accountSetSalt, claim, onChainCollateral, scope, statements: signed, risks, policy } = request;
  const statements = signed.map((one) => ({ signed: one, hash: statementHash(one.statement), attester: openAttester(registry, one.statement.venue, one.attesterKey) }));
  const positions = signed.flatMap(({ statement }) => statement.positions.map(({ instrument, quantity }) => ({ quantity, opening: openInstrument(snapshot.tree, instrument) })));
  const publicSignals = {
    snapshotRoot: snapshot.root,
    attesterRoot: registry.root,
    accountSet: chain(poseidon([TAGS.accountSet, accountSetSalt]), signed.map(({ statement }) => accountHash(statement))),
    portfolioCommitment: portfolioCommitment(statements.map(({ hash }) => hash)),
    claim: packClaim(claim),
    onChainCollateral,
    scope,
  };
  const { totals } = marginReport(signed.map(({ statement }) => statement), risks, policy, { level: claim.level, minRatioBps: claim.minRatioBps, onChainCollateral });
  return circuitInput(request, publicSignals, statements, positions, totals);
}
