import type { Point } from "../commitment/curve.ts";
import { openInstrument } from "../commitment/instrument-tree.ts";
import { MarginProofError } from "../errors.ts";
import { requireUnsigned } from "../commitment/ranges.ts";
import type { MarginReport } from "../risk/margin-report.ts";
import { accountSet, portfolioCommitment } from "../statement/account-set.ts";
import { BITS } from "../units.ts";
import { circuitInput } from "./circuit-input.ts";
import type { CircuitInput, OpenedPosition } from "./circuit-input.ts";
import { packClaim } from "./claim.ts";
import { checkMargin } from "./margin-check.ts";
import type { ProvingRequest } from "./proving-request.ts";
import type { PublicSignals } from "./public-signals.ts";
import { checkStatements } from "./statement-check.ts";
import type { CheckedStatement } from "./statement-check.ts";
import { requireFit } from "./tier-fit.ts";

/** What a proof is calculated from. `input` is private but for the public signals in it. */
export interface PreparedProof {
  readonly input: CircuitInput;
  readonly publicSignals: PublicSignals;
  readonly report: MarginReport;
}

/**
 * Checks a request in the user's terms, and lays it out for the circuit.
 *
 * @throws BookTooLarge, SnapshotMismatch (see `requireFit`, `checkMargin`); StatementMismatch, InvalidSignature, UnknownAttester
 *   (see `checkStatements`, `registeredAccountSet`); UnknownInstrument; Unhealthy; OutOfRange
 */
export function prepareProof(request: ProvingRequest): PreparedProof {
  requireFit(request);
  const statements = checkStatements(request);
  const positions = openPositions(request);
  const report = checkMargin(request, positions.map(committedPoint));
  const publicSignals = publicSignalsOf(request, statements);
  requireRegistered(publicSignals, request);
  return { input: circuitInput(request, publicSignals, statements, positions, report.totals), publicSignals, report };
}

function publicSignalsOf({ snapshot, registry, accountSetSalt, claim, onChainCollateral, scope, statements: signed }: ProvingRequest, statements: readonly CheckedStatement[]): PublicSignals {
  requireUnsigned(onChainCollateral, BITS.collateral, "onChainCollateral");
  return {
    snapshotRoot: snapshot.root,
    attesterRoot: registry.root,
    accountSet: accountSet(signed.map(({ statement }) => statement), accountSetSalt),
    portfolioCommitment: portfolioCommitment(statements.map(({ hash }) => hash)),
    claim: packClaim(claim),
    onChainCollateral,
    scope,
  };
}

function requireRegistered({ accountSet: proved }: PublicSignals, { registeredAccountSet: registered }: ProvingRequest): void {
  if (registered === undefined || registered === proved) return;
  throw new MarginProofError("StatementMismatch", "these are not the registered accounts", {
    path: "statements",
    hint: "give a statement of every registered account, in the registered order, and the salt of the registration",
  });
}

function openPositions({ statements, snapshot }: ProvingRequest): OpenedPosition[] {
  return statements.flatMap(({ statement }, v) =>
    statement.positions.map(({ instrument, quantity }, i) => ({ quantity, opening: openInstrument(snapshot.tree, instrument, `statements[${v}].positions[${i}].instrument`) })),
  );
}

/** The row's commitment for the position's side: entries are id, long x, long y, short x, short y. */
function committedPoint({ quantity, opening: { entries, slot } }: OpenedPosition): Point {
  const at = 5 * slot + (quantity > 0n ? 1 : 3);
  return { x: entries[at]!, y: entries[at + 1]! };
}
