import { MarginProofError } from "../errors.ts";
import type { Address } from "../statement/address.ts";
import type { Outcome } from "./journal-records.ts";
import type { Fees, Receipt } from "./ports.ts";

/** A transaction that was signed for this proof. */
export interface SentFacts extends Fees {
  readonly hash: string;
  readonly nonce: number;
  readonly at: number;
}

/** What the chain shows of a proof that is to be accepted once. */
export interface SubmissionLook {
  readonly head: number;
  /** The subject's sequence in the registry. */
  readonly recorded: number;
  /** The sender's transactions in blocks. */
  readonly minedNonce: number;
  /** Of one of its transactions; `isCanonical` when the block is on the node's branch. */
  readonly receipt: (Receipt & { readonly isCanonical: boolean }) | null;
  /** Whether the node knows the newest transaction. */
  readonly isKnown: boolean;
  /** Whether the registry could still accept the proof. */
  readonly isUsable: boolean;
  /** Block at which the look first showed what a slow node would show too; null when it does not. */
  readonly oddSince: number | null;
}

export interface SubmissionTerms {
  readonly sequence: number;
  /** Blocks, its own included, after which a block is final. */
  readonly confirmations: number;
  /** Blocks for which an odd look may be a slow node's. */
  readonly settle: number;
  /** Seconds after which a waiting transaction is paid more. */
  readonly stuckAfter: number;
}

export type SubmissionStep =
  | { readonly step: "send" }
  /** The same bytes again. */
  | { readonly step: "rebroadcast" }
  /** The same call and nonce at a higher fee. */
  | { readonly step: "bump" }
  | { readonly step: "wait"; readonly odd: boolean }
  | { readonly step: "close"; readonly outcome: Outcome; readonly reason: string };

const WAIT: SubmissionStep = { step: "wait", odd: false };
const ODD: SubmissionStep = { step: "wait", odd: true };

/**
 * Where a proof stands, and what brings it on. Whether it is accepted is for the registry's sequence to say, never for our own
 * memory: what is recorded there is not sent again, what is not recorded is.
 */
export function nextSubmissionStep(sent: readonly SentFacts[], look: SubmissionLook, terms: SubmissionTerms, now: number): SubmissionStep {
  if (look.receipt !== null) return look.receipt.isCanonical ? minedStep(look.receipt, look, terms) : ODD;
  const last = sent.at(-1);
  // A look that a slow node may give: a sequence or a nonce that is used, and no receipt.
  const hasSettled = (blocks: number) => look.oddSince !== null && look.head - look.oddSince >= blocks;
  if (look.recorded >= terms.sequence) {
    if (last === undefined || hasSettled(terms.confirmations)) return { step: "close", outcome: "superseded", reason: "the registry has this sequence or a later one" };
    return ODD;
  }
  if (!look.isUsable) return { step: "close", outcome: "abandoned", reason: "the registry would no longer accept it" };
  if (last === undefined) return { step: "send" };
  if (look.minedNonce > last.nonce) return hasSettled(terms.settle) ? { step: "send" } : ODD;
  if (!look.isKnown) return { step: "rebroadcast" };
  return now - last.at >= terms.stuckAfter ? { step: "bump" } : WAIT;
}

/** A revert is given up sooner: should its block go and the proof be accepted after all, the registry's sequence will say so. */
function minedStep({ blockNumber, succeeded }: Receipt, { head, recorded }: SubmissionLook, { sequence, confirmations, settle }: SubmissionTerms): SubmissionStep {
  const depth = head - blockNumber + 1;
  if (depth < (succeeded ? confirmations : Math.min(settle, confirmations))) return WAIT;
  if (!succeeded) return { step: "close", outcome: recorded >= sequence ? "superseded" : "reverted", reason: "its transaction reverted" };
  return { step: "close", outcome: "final", reason: `${confirmations} confirmations` };
}

/** At least an eighth more than each fee before, as nodes ask of a replacement, and no less than what is paid now; null beyond the limit. */
export function replacementFees(before: Fees, now: Fees, limit: bigint): Fees | null {
  const raised = (fee: bigint, current: bigint) => (fee * 1125n) / 1000n + 1n > current ? (fee * 1125n) / 1000n + 1n : current;
  const maxPriorityFeePerGas = raised(before.maxPriorityFeePerGas, now.maxPriorityFeePerGas);
  const maxFeePerGas = raised(before.maxFeePerGas, now.maxFeePerGas);
  return maxFeePerGas > limit ? null : { maxFeePerGas, maxPriorityFeePerGas };
}

/** Nonces are one account's: what was sent from another must be followed with its key. @throws InvalidJournal */
export function requireSameSender(sent: readonly { readonly from: Address }[], sender: Address): void {
  const other = sent.find(({ from }) => from !== sender);
  if (other === undefined) return;
  throw new MarginProofError("InvalidJournal", `a transaction of ${other.from} is under way, and the key is that of ${sender}`, { path: "--key", hint: "give the key it was sent with until it is final, then change it" });
}
