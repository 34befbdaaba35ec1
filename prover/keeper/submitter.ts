import type { Attempt } from "./journal-records.ts";
import type { AttemptLog } from "./journal.ts";
import type { EventSink } from "./events.ts";
import type { Call, Fees, Receipt, SignedTransaction, TransactionPort } from "./ports.ts";
import { nextSubmissionStep, replacementFees, requireSameSender, type SubmissionLook, type SubmissionTerms } from "./submission.ts";

export interface SubmitterParts {
  readonly chain: TransactionPort;
  readonly journal: AttemptLog;
  readonly report: EventSink;
  readonly terms: Omit<SubmissionTerms, "sequence">;
  /** Wei per gas beyond which nothing is paid. */
  readonly maxFeePerGas: bigint;
}

/** What the keeper knows of the open attempt. */
export interface SubmissionFacts {
  readonly attempt: Attempt;
  /** Null when the bundle is gone. */
  readonly call: Call | null;
  readonly recorded: number;
  readonly isUsable: boolean;
}

type SeenReceipt = Receipt & { readonly isCanonical: boolean };

/** Brings an attempt's transaction into a block that stays, once. All it needs after a crash is in the journal and on the chain. */
export class Submitter {
  readonly #parts: SubmitterParts;
  #oddSince: number | null = null;
  #underpriced = false;
  #refusal: string | null = null;
  #warned: string | null = null;

  constructor(parts: SubmitterParts) {
    this.#parts = parts;
  }

  /** What the registry said when it was asked last about the open attempt; null when it would accept. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** One step. @returns whether something was done, so that it is worth looking again at once */
  async advance(facts: SubmissionFacts, now: number): Promise<boolean> {
    const { attempt, call } = facts;
    requireSameSender(attempt.sent, this.#parts.chain.sender);
    const look = await this.#look(facts);
    this.#noteBlock(attempt, look.receipt, now);
    const step = nextSubmissionStep(attempt.sent, look, { ...this.#parts.terms, sequence: attempt.decided.sequence }, now);
    this.#oddSince = step.step === "wait" && step.odd ? (this.#oddSince ?? look.head) : null;
    if (step.step === "close") return this.#close(attempt, step.outcome, step.reason, now);
    if (step.step === "rebroadcast") return this.#rebroadcast(attempt, call, now);
    const isBump = step.step === "bump" || (step.step === "wait" && this.#underpriced && !look.receipt);
    if (step.step === "wait" && !isBump) return false;
    if (isBump) return this.#bump(attempt, now);
    if (call === null) return this.#close(attempt, "abandoned", "its bundle is gone", now);
    return this.#send(attempt, call, look.minedNonce, now);
  }

  /** Drops an attempt that was not sent. */
  abandon(attempt: Attempt, reason: string, now: number): void {
    this.#close(attempt, "abandoned", reason, now);
  }

  async #look({ attempt, recorded, isUsable }: SubmissionFacts): Promise<SubmissionLook & { receipt: SeenReceipt | null }> {
    const { chain } = this.#parts;
    const [{ number: head }, { mined: minedNonce }, ...receipts] = await Promise.all([chain.head(), chain.nonces(), ...attempt.sent.map(({ hash }) => chain.receipt(hash))]);
    const found = receipts.find((receipt) => receipt !== null) ?? null;
    const receipt = found && { ...found, isCanonical: (await chain.blockHash(found.blockNumber)) === found.blockHash };
    const newest = attempt.sent.at(-1);
    const isKnown = newest !== undefined && receipt === null && (await chain.isKnown(newest.hash));
    return { head, recorded, minedNonce, receipt, isKnown, isUsable, oddSince: this.#oddSince };
  }

  /** Writes down the block a transaction is in, and when it is there no longer. */
  #noteBlock({ number: attempt, mined }: Attempt, receipt: SeenReceipt | null, now: number): void {
    const { journal, report } = this.#parts;
    const block = receipt?.isCanonical ? receipt : null;
    if (mined !== null && mined.blockHash !== block?.blockHash) {
      const { hash, blockNumber, blockHash } = mined;
      journal.append({ record: "reorged", at: now, attempt, hash, blockNumber, blockHash });
      report("reorged", { attempt, blockNumber, blockHash });
    }
    if (block === null || mined?.blockHash === block.blockHash) return;
    const { hash, blockNumber, blockHash, succeeded } = block;
    journal.append({ record: "mined", at: now, attempt, hash, blockNumber, blockHash });
    report("mined", { attempt, transaction: hash, blockNumber, blockHash, accepted: succeeded });
  }

  async #send({ number }: Attempt, call: Call, minedNonce: number, now: number): Promise<boolean> {
    if (await this.#isRefused(call)) return false;
    const { chain, journal, report, maxFeePerGas: limit } = this.#parts;
    const [fees, { pending }] = await Promise.all([chain.fees(), chain.nonces()]);
    // A transaction of ours that still waits is replaced: behind it, this one would wait as well.
    const waiting = journal.attempts.flatMap(({ sent }) => sent).filter(({ from, nonce }) => from === chain.sender && nonce >= minedNonce);
    const nonce = waiting.length === 0 ? pending : Math.min(...waiting.map((each) => each.nonce));
    const paid = waiting.filter((each) => each.nonce === nonce).map(({ maxFeePerGas, maxPriorityFeePerGas }) => ({ maxFeePerGas, maxPriorityFeePerGas }));
    const offer = paid.reduce<Fees | null>((offered, before) => offered && replacementFees(before, offered, limit), fees.maxFeePerGas > limit ? null : fees);
    if (offer === null) return this.#tooDear();
    return this.#broadcastNew(number, await chain.sign(call, nonce, offer), now, report);
  }

  async #bump({ number, sent }: Attempt, now: number): Promise<boolean> {
    const { chain, report, maxFeePerGas } = this.#parts;
    const last = sent.at(-1)!;
    const fees = replacementFees(last, await chain.fees(), maxFeePerGas);
    return fees === null ? this.#tooDear() : this.#broadcastNew(number, await chain.replace(last.raw, fees), now, report);
  }

  /** The journal first: whatever happens then, it is this transaction that is repeated, and no other that is made. */
  async #broadcastNew(attempt: number, transaction: SignedTransaction, now: number, report: EventSink): Promise<boolean> {
    const { hash, from, nonce, maxFeePerGas, maxPriorityFeePerGas, raw } = transaction;
    this.#parts.journal.append({ record: "sent", at: now, attempt, from, hash, nonce, maxFeePerGas, maxPriorityFeePerGas, raw });
    report("sent", { attempt, transaction: hash, nonce, maxFeePerGas: maxFeePerGas.toString() });
    return this.#broadcast(raw);
  }

  async #rebroadcast({ number: attempt, sent }: Attempt, call: Call | null, now: number): Promise<boolean> {
    if (call !== null && (await this.#isRefused(call))) return false;
    const { hash, raw, at } = sent.at(-1)!;
    this.#parts.report("rebroadcast", { attempt, transaction: hash, secondsSince: now - at });
    return this.#broadcast(raw);
  }

  /** Whatever the node says, the next look shows what has become of it. */
  async #broadcast(raw: string): Promise<boolean> {
    const answer = await this.#parts.chain.broadcast(raw);
    this.#warned = null;
    this.#underpriced = answer === "underpriced";
    return answer === "accepted" || answer === "known";
  }

  /** Asked before anything is sent: a refusal costs nothing. */
  async #isRefused(call: Call): Promise<boolean> {
    const refusal = await this.#parts.chain.refusalOf(call);
    this.#refusal = refusal?.message ?? null;
    if (refusal !== null) this.#warn("Refused", refusal.message, refusal.hint);
    return refusal !== null;
  }

  #tooDear(): false {
    this.#warn("FeeLimit", "the fees are beyond the limit", "raise --max-fee-gwei, or wait");
    return false;
  }

  /** Once, until something else happens. */
  #warn(code: string, message: string, hint = ""): void {
    if (this.#warned !== message) this.#parts.report("warning", { code, message, hint });
    this.#warned = message;
  }

  #close({ number: attempt }: Attempt, outcome: NonNullable<Attempt["closed"]>["outcome"], reason: string, now: number): true {
    this.#parts.journal.append({ record: "closed", at: now, attempt, outcome, reason });
    this.#parts.report("closed", { attempt, outcome, reason });
    this.#oddSince = null;
    this.#underpriced = false;
    this.#refusal = null;
    this.#warned = null;
    return true;
  }
}
