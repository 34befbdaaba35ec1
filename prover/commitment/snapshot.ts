import { silent } from "../progress.ts";
import type { Progress } from "../progress.ts";
import { marketJson } from "../risk/market.ts";
import type { Market } from "../risk/market.ts";
import { policyJson } from "../risk/policy.ts";
import type { PerLevel, Policy } from "../risk/policy.ts";
import { marketRisk } from "../risk/risk-array.ts";
import { BITS } from "../units.ts";
import { documentHash } from "./canonical-json.ts";
import { TAGS } from "./domain.ts";
import { buildInstrumentTree, requireCapacity } from "./instrument-tree.ts";
import type { InstrumentTree, TreeRow } from "./instrument-tree.ts";
import { poseidon } from "./poseidon.ts";
import { requireUnsigned } from "./ranges.ts";
import { commitRows } from "./vector-commitment.ts";

export interface SnapshotRow extends TreeRow {
  /** Name of the netting set whose generators the commitments use. */
  readonly nettingSet: string;
}

/** What the root binds besides the rows. */
export interface SnapshotHeader {
  /** Valuation time of the market, unix seconds. */
  readonly asOf: number;
  readonly policyHash: bigint;
  readonly marketHash: bigint;
  readonly lossFactor: PerLevel;
}

/** All risk numbers of one market under one policy, committed to. Rows ascend by instrument name. */
export interface Snapshot extends SnapshotHeader {
  readonly rows: readonly SnapshotRow[];
  readonly tree: InstrumentTree;
  readonly root: bigint;
}

export interface SnapshotOptions {
  /** P, the tree's size: 48 P instruments. Tiers fix it. */
  readonly treeParents: number;
  readonly progress?: Progress;
}

/** Poseidon8(tag, P, treeRoot, policyHash, marketHash, asOf, lossFactorMM, lossFactorIM). twin: circuits SnapshotRoot */
export function snapshotRoot({ asOf, policyHash, marketHash, lossFactor }: SnapshotHeader, { treeParents, root }: Pick<InstrumentTree, "treeParents" | "root">): bigint {
  const factors = [requireUnsigned(lossFactor.MM, BITS.lossFactor, "lossFactor.MM"), requireUnsigned(lossFactor.IM, BITS.lossFactor, "lossFactor.IM")];
  return poseidon([TAGS.snapshot, BigInt(treeParents), root, policyHash, marketHash, BigInt(asOf), ...factors]);
}

/** 248 bits of keccak256 over the canonical JSON. The contracts' `policyId` is bytes32 of it. */
export const policyHash = (policy: Policy): bigint => documentHash(policyJson(policy));
/** 248 bits of keccak256 over the canonical JSON. */
export const marketHash = (market: Market): bigint => documentHash(marketJson(market));

export function snapshotHeader(market: Market, policy: Policy): SnapshotHeader {
  return { asOf: market.asOf, policyHash: policyHash(policy), marketHash: marketHash(market), lossFactor: policy.lossFactor };
}

/** Tree and root over given rows. @throws TreeFull, SnapshotMismatch for a repeated instrument, OutOfRange */
export function assembleSnapshot(header: SnapshotHeader, rows: readonly SnapshotRow[], treeParents: number): Snapshot {
  const tree = buildInstrumentTree(rows, treeParents);
  return { ...header, rows, tree, root: snapshotRoot(header, tree) };
}

/**
 * Risk vectors of every listed instrument, their commitments, the tree and the root: a function of market, policy and P alone,
 * bit for bit on every machine.
 *
 * @throws TreeFull when the market lists more than 48 P instruments; whatever `marketRisk` throws
 */
export function buildSnapshot(market: Market, policy: Policy, { treeParents, progress = silent }: SnapshotOptions): Snapshot {
  requireCapacity(market.listings.length, treeParents);
  const risks = marketRisk(market, policy, progress);
  const commitments = commitRows(risks, (done) => progress("commitments", done, risks.length));
  const rows = risks.map(({ instrument, nettingSet }, i) => ({ instrument: instrument.name, nettingSet: policy.nettingSets[nettingSet]!.id, ...commitments[i]! }));
  const snapshot = assembleSnapshot(snapshotHeader(market, policy), rows, treeParents);
  progress("tree", 1, 1);
  return snapshot;
}
