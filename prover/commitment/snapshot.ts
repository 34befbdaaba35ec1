import { MarginProofError } from "../errors.ts";
import { silent } from "../progress.ts";
import type { Progress } from "../progress.ts";
import { marketJson } from "../risk/market.ts";
import type { Market } from "../risk/market.ts";
import { parsePolicy, policyJson } from "../risk/policy.ts";
import type { RiskShape } from "../risk/margin-rules.ts";
import type { Policy } from "../risk/policy.ts";
import { marketRisk } from "../risk/risk-array.ts";
import { riskPlan } from "../risk/risk-plan.ts";
import { documentHash } from "./canonical-json.ts";
import { TAGS } from "./domain.ts";
import { buildInstrumentTree, requireCapacity } from "./instrument-tree.ts";
import type { InstrumentTree, TreeRow } from "./instrument-tree.ts";
import { poseidon } from "./poseidon.ts";
import { rulesHash } from "./rules-hash.ts";
import { commitRows } from "./vector-commitment.ts";

export interface SnapshotRow extends TreeRow {
  /** Name of the netting cell whose generators the commitments use. */
  readonly cell: string;
}

/** What the root binds besides the rows. */
export interface SnapshotHeader {
  /** Valuation time of the market, unix seconds. */
  readonly asOf: number;
  readonly policyHash: bigint;
  readonly marketHash: bigint;
  /** Every number of the margin program, padded to the shape. */
  readonly rulesHash: bigint;
}

/** All risk numbers of one market under one policy, committed to. Rows ascend by instrument name. */
export interface Snapshot extends SnapshotHeader {
  readonly shape: RiskShape;
  readonly rows: readonly SnapshotRow[];
  readonly tree: InstrumentTree;
  readonly root: bigint;
}

export interface SnapshotOptions {
  /** P, the tree's size: 32 P instruments. Tiers fix it. */
  readonly treeParents: number;
  /** The sizes that the rules are padded to; tiers fix them. */
  readonly shape: RiskShape;
  readonly progress?: Progress;
}

/** Poseidon7(tag, P, treeRoot, policyHash, marketHash, asOf, rulesHash). twin: circuits SnapshotRoot */
export function snapshotRoot({ asOf, policyHash, marketHash, rulesHash }: SnapshotHeader, { treeParents, root }: Pick<InstrumentTree, "treeParents" | "root">): bigint {
  return poseidon([TAGS.snapshot, BigInt(treeParents), root, policyHash, marketHash, BigInt(asOf), rulesHash]);
}

/** 248 bits of keccak256 over the canonical JSON. The contracts' `policyId` is bytes32 of it. */
export const policyHash = (policy: Policy): bigint => documentHash(policyJson(policy));
/** 248 bits of keccak256 over the canonical JSON. */
export const marketHash = (market: Market): bigint => documentHash(marketJson(market));

/**
 * What a policy says must be what its JSON says: a policy changed in memory, or read for reproduction only, is not publishable.
 * @throws InvalidPolicy
 */
function requirePublishable(policy: Policy): void {
  const text = (value: unknown): string => JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
  const written = parsePolicy(policyJson(policy));
  const parts = [...new Set([...Object.keys(written), ...Object.keys(policy)])].filter((part) => part !== "featuresJson") as (keyof Policy)[];
  if (parts.every((part) => text(written[part]) === text(policy[part]))) return;
  throw new MarginProofError("InvalidPolicy", "the policy is not what its JSON says", { path: "policy", hint: "change the document and read it again with parsePolicy, instead of the parsed policy" });
}

/** @throws BookTooLarge when the policy needs a larger shape; whatever `riskPlan` throws */
export function snapshotHeader(market: Market, policy: Policy, shape: RiskShape): SnapshotHeader {
  requirePublishable(policy);
  return { asOf: market.asOf, policyHash: policyHash(policy), marketHash: marketHash(market), rulesHash: rulesHash(riskPlan(market, policy).rules, shape) };
}

/** Tree and root over given rows. @throws TreeFull, SnapshotMismatch for a repeated instrument, OutOfRange */
export function assembleSnapshot(header: SnapshotHeader, rows: readonly SnapshotRow[], { treeParents, shape }: Omit<SnapshotOptions, "progress">): Snapshot {
  const tree = buildInstrumentTree(rows, treeParents);
  return { ...header, shape, rows, tree, root: snapshotRoot(header, tree) };
}

/**
 * Risk vectors of every listed instrument, their commitments, the tree and the root: a function of market, policy, shape and P alone,
 * bit for bit on every machine.
 *
 * @throws TreeFull when the market lists more than 32 P instruments; whatever `marketRisk` throws
 */
export function buildSnapshot(market: Market, policy: Policy, { treeParents, shape, progress = silent }: SnapshotOptions): Snapshot {
  requireCapacity(market.listings.length, treeParents);
  const plan = riskPlan(market, policy);
  const header = snapshotHeader(market, policy, shape);
  const risks = marketRisk(market, policy, progress, plan);
  const commitments = commitRows(risks, (done) => progress("commitments", done, risks.length));
  const rows = risks.map(({ instrument, cell, pairing }, i) => ({ instrument: instrument.name, cell: plan.cells[cell]!.id, pairing, ...commitments[i]! }));
  const snapshot = assembleSnapshot(header, rows, { treeParents, shape });
  progress("tree", 1, 1);
  return snapshot;
}
