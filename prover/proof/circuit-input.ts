import { identifier } from "../commitment/domain.ts";
import { IDENTITY } from "../commitment/curve.ts";
import type { Point } from "../commitment/curve.ts";
import { NODE_ARITY } from "../commitment/instrument-tree.ts";
import type { InstrumentOpening } from "../commitment/instrument-tree.ts";
import type { ColumnTotals } from "../risk/margin-rules.ts";
import { assuranceLevel } from "../statement/attester-registry.ts";
import { claimIntegers } from "./claim.ts";
import { pairedInNodes } from "./pairing.ts";
import { programInputs, withoutEmpty } from "./program-input.ts";
import type { ProvingRequest } from "./proving-request.ts";
import type { PublicSignals } from "./public-signals.ts";
import type { CheckedStatement } from "./statement-check.ts";

/** Every input of circuits/margin-health.circom, by name. */
export type CircuitInput = PublicSignals & ReturnType<typeof claimInputs> & ReturnType<typeof snapshotInputs> & ReturnType<typeof positionInputs> & ReturnType<typeof programInputs> & ReturnType<typeof statementInputs>;

/** A position with the row it opens. */
export interface OpenedPosition {
  readonly quantity: bigint;
  readonly opening: InstrumentOpening;
}

/** The layout alone; `prepareProof` checks first. `positions` are in the order of the statements, `totals` are theirs. */
export function circuitInput(request: ProvingRequest, publicSignals: PublicSignals, statements: readonly CheckedStatement[], positions: readonly OpenedPosition[], totals: ColumnTotals): CircuitInput {
  return withoutEmpty({
    ...publicSignals,
    ...claimInputs(request),
    ...snapshotInputs(request),
    ...positionInputs(positions, request),
    ...programInputs(request.risks.rules, request.tier, totals, request.claim.level, request.tier.breach),
    ...statementInputs(statements, request),
  });
}

function claimInputs({ claim }: ProvingRequest) {
  const { subject, asOf, sequence, minRatioBps, level, minAssurance } = claimIntegers(claim);
  return { subject, asOf, sequence, minRatioBps, level, minAssurance };
}

function snapshotInputs({ snapshot: { policyHash, marketHash, asOf, tree } }: ProvingRequest) {
  return {
    policyHash,
    marketHash,
    snapshotTime: BigInt(asOf),
    treeNodes: tree.parents.map((_, p) => tree.nodes.slice(NODE_ARITY * p, NODE_ARITY * (p + 1))),
  };
}

/** `count` places: one per item, then `empty`. */
function padded<T, R>(items: readonly T[], count: number, place: (item: T) => R, empty: R): R[] {
  return Array.from({ length: count }, (_, i) => (i < items.length ? place(items[i]!) : empty));
}

/** Positions lie statement after statement; unused slots hold nothing of the first instrument. */
function positionInputs(positions: readonly OpenedPosition[], { tier, snapshot }: ProvingRequest) {
  const each = <R>(place: (position: OpenedPosition) => R, empty: R): R[] => padded(positions, tier.positions, place, empty);
  return {
    positionNode: each(({ opening }) => BigInt(opening.nodeIndex), 0n),
    positionSlot: each(({ opening }) => BigInt(opening.slot), 0n),
    positionSide: each(({ quantity }) => (quantity < 0n ? 1n : 0n), 0n),
    positionMagnitude: each(({ quantity }) => (quantity < 0n ? -quantity : quantity), 0n),
    paired: tier.pairing ? padded(pairedInNodes(positions), tier.positions, (paired) => paired, 0n) : [],
    nodeEntries: each(({ opening }) => opening.entries, snapshot.tree.nodeEntries[0]!),
  };
}

/** Unused statements are empty, signed by nobody, and open the first statement's attester once more. */
function statementInputs(statements: readonly CheckedStatement[], { tier, accountSetSalt, registry }: ProvingRequest) {
  const each = <R>(place: (statement: CheckedStatement) => R, empty: R): R[] => padded(statements, tier.venues, place, empty);
  const attester = <R>(place: (opening: CheckedStatement["attester"]) => R): R[] => each((checked) => place(checked.attester), place(statements[0]!.attester));
  const xy = ({ x, y }: Point): [bigint, bigint] => [x, y];
  return {
    accountSetSalt,
    statementCount: BigInt(statements.length),
    accountId: each(({ signed }) => identifier(signed.statement.account), 0n),
    statementAsOf: each(({ signed }) => BigInt(signed.statement.asOf), 0n),
    statementSequence: each(({ signed }) => BigInt(signed.statement.sequence), 0n),
    positionCount: each(({ signed }) => BigInt(signed.statement.positions.length), 0n),
    statementSalt: each(({ signed }) => signed.statement.salt, 0n),
    signatureR8: each(({ signed }) => xy(signed.signature.R8), xy(IDENTITY)),
    signatureS: each(({ signed }) => signed.signature.S, 0n),
    attesterKey: attester(({ attester: { key } }) => xy(key)),
    venueId: attester(({ attester: { venue } }) => identifier(venue)),
    assurance: attester(({ attester: { assurance } }) => assuranceLevel(assurance)),
    validFrom: attester(({ attester: { validFrom } }) => BigInt(validFrom)),
    validUntil: attester(({ attester: { validUntil } }) => BigInt(validUntil)),
    attesterIndex: attester(({ index }) => BigInt(index)),
    attesterSiblings: attester(({ siblings }) => siblings),
    attesterNodes: registry.nodes,
  };
}
