/** What the keeper asks of the chain, of the prover and of the hedge search. Contracts change behind these, the keeper does not. */
import type { MarginProofError } from "../errors.ts";
import type { Call } from "../chain/calls.ts";
import type { Health } from "../chain/status.ts";
import type { ProofBundle } from "../proof/bundle.ts";
import type { ProvingRequest } from "../proof/proving-request.ts";
import type { HedgeRequest } from "../risk/hedge/hedge.ts";
import type { Address } from "../statement/address.ts";
import type { Assurance } from "../statement/attester-registry.ts";
import type { Bps, Level, Usd } from "../units.ts";

export type { Call };

export interface BlockMark {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
}

/** Wei per gas. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** Signed and not yet sent: its hash is known before any node has seen it. */
export interface SignedTransaction extends Fees {
  readonly hash: string;
  readonly from: Address;
  readonly nonce: number;
  readonly raw: string;
}

export interface Receipt {
  readonly hash: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly succeeded: boolean;
}

/** How a node took a transaction. All but `accepted` and `known` leave it unsent. */
export type Broadcast = "accepted" | "known" | "nonceTooLow" | "underpriced";

/** Sending from one account. */
export interface TransactionPort {
  readonly sender: Address;
  head(): Promise<BlockMark>;
  /** Hash of the block with this number on the node's branch; null beyond its head. */
  blockHash(number: number): Promise<string | null>;
  /** Transactions of the sender: in blocks, and with those that wait. */
  nonces(): Promise<{ readonly mined: number; readonly pending: number }>;
  fees(): Promise<Fees>;
  /** What the contract would say now, asked without sending; null when it would accept. */
  refusalOf(call: Call): Promise<MarginProofError | null>;
  sign(call: Call, nonce: number, fees: Fees): Promise<SignedTransaction>;
  /** The same call and nonce as a signed transaction's, at other fees. */
  replace(raw: string, fees: Fees): Promise<SignedTransaction>;
  broadcast(raw: string): Promise<Broadcast>;
  receipt(hash: string): Promise<Receipt | null>;
  /** Whether the node knows the transaction, in a block or waiting. */
  isKnown(hash: string): Promise<boolean>;
}

/** What a registry demands under one policy. */
export interface Demands {
  readonly level: Level;
  readonly minRatioBps: Bps;
  readonly minAssurance: Assurance;
  /** Seconds. */
  readonly maxStatementAge: number;
  readonly retired: boolean;
}

/** What the chain says about a snapshot's root. Number 0: never accepted. */
export interface SnapshotStanding {
  readonly number: number;
  readonly expiresAt: number;
  readonly current: boolean;
}

/** The registry and what it stands on. */
export interface RegistryPort {
  /** Null for a policy that was never added. */
  demands(policyId: string): Promise<Demands | null>;
  snapshot(policyId: string, root: bigint): Promise<SnapshotStanding>;
  /** The policy's latest accepted snapshot; null before the first. */
  latestSnapshot(policyId: string): Promise<{ readonly root: bigint; readonly asOf: number } | null>;
  attesterRoot(root: bigint): Promise<{ readonly number: number; readonly current: boolean }>;
  health(subject: Address): Promise<Health>;
  /** 0 when none is registered. */
  accountSet(subject: Address): Promise<bigint>;
  /** Held in escrow, at 1e-8. */
  collateral(subject: Address): Promise<Usd>;
  submission(bundle: ProofBundle): Call;
}

/** Proves; measured by the keeper, which gives itself that much lead. */
export interface ProverPort {
  prove(request: Omit<ProvingRequest, "tier">): Promise<ProofBundle>;
}

/** A book to hedge, and the ratio it should have again. */
export type HedgeQuestion = Pick<HedgeRequest, "accounts" | "market" | "policy" | "risks" | "terms">;

/** Proposes trades that would restore the margin, as lines to print. */
export interface HedgePort {
  propose(question: HedgeQuestion): Promise<readonly string[]>;
}
