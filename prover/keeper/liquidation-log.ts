import { z } from "zod";
import { addressField } from "../statement/address.ts";
import { invalidJournal, jsonLine, LineLog } from "./line-log.ts";

export const LIQUIDATION_FORMAT = "margin-liquidation-journal/1";

const integer = z.string().regex(/^(?:0|[1-9][0-9]{0,77})$/).transform(BigInt);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const whole = z.int().min(0);
const about = z.strictObject({ chainId: z.string(), creditor: z.string() });
export type LiquidationSubject = z.infer<typeof about>;

const schema = z.discriminatedUnion("record", [
  z.strictObject({ record: z.literal("opened"), format: z.literal(LIQUIDATION_FORMAT), at: whole, about }),
  // Before it leaves; `of` is the number of the step, the same for what replaces it.
  z.strictObject({
    record: z.literal("sent"), at: whole, of: z.int().min(1), subject: z.string(), step: z.enum(["notice", "start", "bid", "takeOver", "cancel"]), offer: integer, minCollateral: integer,
    from: addressField(), hash, nonce: whole, maxFeePerGas: integer, maxPriorityFeePerGas: integer, raw: z.string().regex(/^0x[0-9a-f]+$/),
  }),
  z.strictObject({ record: z.literal("closed"), at: whole, of: z.int().min(1), outcome: z.enum(["done", "reverted", "lost"]) }),
]);
type LiquidationRecord = z.output<typeof schema>;
export type SentStep = Extract<LiquidationRecord, { record: "sent" }>;
export type StepOutcome = Extract<LiquidationRecord, { record: "closed" }>["outcome"];

/** What a liquidation bot has sent, on disk before it leaves: after a crash the same transaction is repeated, and no second bid is made. */
export class LiquidationLog {
  readonly #log: LineLog<LiquidationRecord>;
  #open: readonly SentStep[] = [];
  #last = 0;
  #spent = 0n;

  /** @throws InvalidJournal for another creditor's journal, or one with a line that is not a record in its turn; UnwritableFile */
  constructor(path: string, of: LiquidationSubject, now: number) {
    this.#log = new LineLog(path, (json) => schema.parse(json), jsonLine);
    const [first, ...rest] = this.#log.records;
    if (first === undefined) this.#log.append({ record: "opened", format: LIQUIDATION_FORMAT, at: now, about: of });
    else if (first.record !== "opened" || first.about.chainId !== of.chainId || first.about.creditor !== of.creditor) throw invalidJournal("a journal about another creditor", path);
    for (const record of rest) this.#take(record);
  }

  /** Transactions of the step under way, oldest first; empty when there is none. */
  get open(): readonly SentStep[] {
    return this.#open;
  }

  /** Number of the next step. */
  get next(): number {
    return this.#last + 1;
  }

  /** What bids have cost, or may cost if what is under way goes through. */
  get spent(): bigint {
    return this.#spent;
  }

  append(record: Exclude<LiquidationRecord, { record: "opened" }>): void {
    this.#require(record);
    this.#log.append(record);
    this.#take(record);
  }

  close(): void {
    this.#log.close();
  }

  #require(record: LiquidationRecord): void {
    const [open] = this.#open;
    const isInTurn = record.record === "sent" ? record.of === (open?.of ?? this.next) : record.record === "closed" && record.of === open?.of;
    if (!isInTurn) throw invalidJournal("a record out of its turn", this.#log.path);
  }

  #take(record: LiquidationRecord): void {
    this.#require(record);
    if (record.record === "sent") {
      if (this.#open.length === 0) this.#spent += record.offer;
      this.#open = [...this.#open, record];
      this.#last = record.of;
    } else if (record.record === "closed") {
      // What was lost from sight counts as spent: the limit is one on what may have gone out.
      const { offer } = this.#open[0]!;
      if (record.outcome === "reverted") this.#spent -= offer;
      this.#open = [];
    }
  }
}
