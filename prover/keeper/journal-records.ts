import { z } from "zod";
import { addressField } from "../statement/address.ts";

export const JOURNAL_FORMAT = "margin-keeper-journal/1";

const wei = z.string().regex(/^(?:0|[1-9][0-9]{0,77})$/).transform(BigInt);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const whole = z.int().min(0);

/** What a journal is about; its first record. A journal of another subject or chain is never continued. */
const subject = z.strictObject({ chainId: z.string(), registry: z.string(), subject: z.string(), policyId: z.string() });
export type JournalSubject = z.infer<typeof subject>;

const of = { at: whole, attempt: z.int().min(1) };
const SCHEMAS = [
  z.strictObject({ record: z.literal("opened"), format: z.literal(JOURNAL_FORMAT), at: whole, about: subject }),
  // An attempt begins: it is clear what is to be proved, and why.
  z.strictObject({ record: z.literal("decided"), ...of, reason: z.string(), sequence: whole, snapshotRoot: wei, attesterRoot: wei, lapsesAt: whole }),
  z.strictObject({ record: z.literal("proved"), ...of, file: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/), seconds: z.number().min(0) }),
  // Written before the transaction leaves, so that a crash between the two repeats it and makes no second one.
  z.strictObject({ record: z.literal("sent"), ...of, from: addressField(), hash, nonce: whole, maxFeePerGas: wei, maxPriorityFeePerGas: wei, raw: z.string().regex(/^0x[0-9a-f]+$/) }),
  z.strictObject({ record: z.literal("mined"), ...of, hash, blockNumber: whole, blockHash: hash }),
  z.strictObject({ record: z.literal("reorged"), ...of, hash, blockNumber: whole, blockHash: hash }),
  z.strictObject({ record: z.literal("closed"), ...of, outcome: z.enum(["final", "superseded", "reverted", "abandoned"]), reason: z.string() }),
] as const;

const schema = z.discriminatedUnion("record", [...SCHEMAS]);
export type JournalRecord = z.output<typeof schema>;
/** @throws for anything else */
export const parseRecord = (json: unknown): JournalRecord => schema.parse(json);
export type RecordOf<K extends JournalRecord["record"]> = Extract<JournalRecord, { record: K }>;
export type Outcome = RecordOf<"closed">["outcome"];

/** One proof on its way to the chain. */
export interface Attempt {
  readonly number: number;
  readonly decided: RecordOf<"decided">;
  readonly proved: RecordOf<"proved"> | null;
  /** In the order in which they were sent. */
  readonly sent: readonly RecordOf<"sent">[];
  /** The block it was last seen in; null when that block is gone. */
  readonly mined: RecordOf<"mined"> | null;
  readonly closed: RecordOf<"closed"> | null;
}

/** The journal's attempts, in their order. @throws RangeError for records in an impossible order */
export function attemptsOf(records: readonly JournalRecord[]): readonly Attempt[] {
  const attempts: Attempt[] = [];
  for (const record of records) {
    if (record.record === "opened") continue;
    if (record.record === "decided") {
      if (record.attempt !== attempts.length + 1 || attempts.at(-1)?.closed === null) throw new RangeError(`attempt ${record.attempt} begins out of turn`);
      attempts.push({ number: record.attempt, decided: record, proved: null, sent: [], mined: null, closed: null });
      continue;
    }
    const attempt = attempts.at(-1);
    if (attempt === undefined || attempt.number !== record.attempt || attempt.closed !== null) throw new RangeError(`attempt ${record.attempt} is not open`);
    attempts[attempts.length - 1] = extended(attempt, record);
  }
  return attempts;
}

function extended(attempt: Attempt, record: Exclude<JournalRecord, RecordOf<"opened"> | RecordOf<"decided">>): Attempt {
  switch (record.record) {
    case "proved": return { ...attempt, proved: record };
    case "sent": return { ...attempt, sent: [...attempt.sent, record] };
    case "mined": return { ...attempt, mined: record };
    case "reorged": return { ...attempt, mined: null };
    case "closed": return { ...attempt, closed: record };
  }
}
