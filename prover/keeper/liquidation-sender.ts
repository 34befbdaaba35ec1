import type { Address } from "../statement/address.ts";
import type { EventSink } from "./events.ts";
import type { LiquidationLog, SentStep, StepOutcome } from "./liquidation-log.ts";
import type { LiquidationPort } from "./liquidation-port.ts";
import type { BlockMark, Call, SignedTransaction, TransactionPort } from "./ports.ts";
import { replacementFees, requireSameSender } from "./submission.ts";

export interface SenderParts {
  readonly creditor: LiquidationPort;
  readonly chain: TransactionPort;
  readonly log: LiquidationLog;
  readonly report: EventSink;
  readonly settings: SenderSettings;
}

export interface SenderSettings {
  /** Blocks, its own included, after which a step is done and the next one begun: a bid whose block disappears is not made twice. */
  readonly confirmations: number;
  /** Blocks for which a used nonce without a receipt may be a slow node's. */
  readonly settle: number;
  /** Seconds after which a waiting transaction is paid more. */
  readonly stuckAfter: number;
  readonly maxFeePerGas: bigint;
}

type Planned = Pick<SentStep, "subject" | "step" | "offer" | "minCollateral">;

/** Brings one step's transaction into a block, once: what is signed is on disk before it leaves, and is repeated, never made anew, after a crash. */
export class LiquidationSender {
  readonly #parts: SenderParts;
  #oddSince: number | null = null;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  #call({ subject, step, offer, minCollateral }: Planned): Call {
    const { creditor } = this.#parts;
    return step === "bid" ? creditor.bid(subject as Address, offer, minCollateral) : creditor[step](subject as Address);
  }

  /** Asked first: another keeper may have been quicker. @returns whether it was sent */
  async send(planned: Planned, now: number): Promise<boolean> {
    const { chain, log, report, settings } = this.#parts;
    const call = this.#call(planned);
    const refusal = await chain.refusalOf(call);
    if (refusal !== null) {
      report("warning", { code: "Refused", message: `${planned.step} of ${planned.subject}: ${refusal.message}` });
      return false;
    }
    const [fees, { pending }] = await Promise.all([chain.fees(), chain.nonces()]);
    if (fees.maxFeePerGas > settings.maxFeePerGas) {
      report("warning", { code: "FeeLimit", message: "the fees are beyond the limit" });
      return false;
    }
    await this.#broadcast({ of: log.next, ...planned }, await chain.sign(call, pending, fees), now);
    return true;
  }

  /** Where the open step's transaction is. @returns whether the step is closed */
  async follow(sent: readonly SentStep[], { number, timestamp: now }: BlockMark): Promise<boolean> {
    const { chain, settings } = this.#parts;
    requireSameSender(sent, chain.sender);
    const receipts = await Promise.all(sent.map(({ hash }) => chain.receipt(hash)));
    const receipt = receipts.find((each) => each !== null);
    if (receipt != null) return number - receipt.blockNumber + 1 >= settings.confirmations && this.#close(sent, receipt.succeeded ? "done" : "reverted", now);
    const last = sent.at(-1)!;
    if ((await chain.nonces()).mined > last.nonce) {
      this.#oddSince ??= number;
      return number - this.#oddSince >= settings.settle && this.#close(sent, "lost", now);
    }
    this.#oddSince = null;
    if (!(await chain.isKnown(last.hash))) return this.#repeat(sent, now);
    if (now - last.at >= settings.stuckAfter) await this.#bump(last, now);
    return false;
  }

  /** The same bytes, unless the creditor would refuse them by now: then the nonce is free for something else. */
  async #repeat(sent: readonly SentStep[], now: number): Promise<boolean> {
    const { chain, report } = this.#parts;
    const last = sent.at(-1)!;
    const { raw, subject, step, hash } = last;
    if ((await chain.refusalOf(this.#call(last))) !== null) return this.#close(sent, "lost", now);
    report("rebroadcast", { subject, step, transaction: hash });
    await chain.broadcast(raw);
    return false;
  }

  async #bump(last: SentStep, now: number): Promise<void> {
    const { chain, settings, report } = this.#parts;
    const fees = replacementFees(last, await chain.fees(), settings.maxFeePerGas);
    if (fees === null) return report("warning", { code: "FeeLimit", message: "the fees are beyond the limit" });
    await this.#broadcast(last, await chain.replace(last.raw, fees), now);
  }

  async #broadcast({ of, subject, step, offer, minCollateral }: Planned & { readonly of: number }, { hash, from, nonce, maxFeePerGas, maxPriorityFeePerGas, raw }: SignedTransaction, at: number): Promise<void> {
    this.#parts.log.append({ record: "sent", at, of, subject, step, offer, minCollateral, from, hash, nonce, maxFeePerGas, maxPriorityFeePerGas, raw });
    this.#parts.report("sent", { subject, step, offer: offer.toString(), transaction: hash, nonce });
    await this.#parts.chain.broadcast(raw);
  }

  #close([{ of, subject, step }]: readonly SentStep[], outcome: StepOutcome, at: number): true {
    this.#parts.log.append({ record: "closed", at, of, outcome });
    this.#parts.report("closed", { subject, step, outcome });
    this.#oddSince = null;
    return true;
  }
}
