import { attemptsOf, JOURNAL_FORMAT, parseRecord, type Attempt, type JournalRecord, type JournalSubject } from "./journal-records.ts";
import { invalidJournal, jsonLine, LineLog } from "./line-log.ts";

/** What is asked of a journal. */
export type AttemptLog = Pick<Journal, "attempts" | "open" | "append">;

/** What a keeper has decided, proved, sent and seen, one record a line, each on disk before the next step is taken. */
export class Journal {
  readonly #log: LineLog<JournalRecord>;
  #records: readonly JournalRecord[];
  #attempts: readonly Attempt[];

  /** @throws InvalidJournal for a journal about something else, or with a line that is not a record in its turn; UnwritableFile */
  constructor(path: string, about: JournalSubject, now: number) {
    this.#log = new LineLog(path, parseRecord, jsonLine);
    this.#records = this.#log.records;
    this.#attempts = this.#fold(this.#records);
    const [first] = this.#records;
    if (first === undefined) this.append({ record: "opened", format: JOURNAL_FORMAT, at: now, about });
    else requireAbout(first, about, path);
  }

  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  /** The attempt that is under way. */
  get open(): Attempt | null {
    const last = this.#attempts.at(-1);
    return last === undefined || last.closed !== null ? null : last;
  }

  /** On disk once this returns. @throws UnwritableFile, leaving the journal as it was */
  append(record: JournalRecord): void {
    const records = [...this.#records, record];
    const attempts = this.#fold(records);
    this.#log.append(record);
    this.#records = records;
    this.#attempts = attempts;
  }

  close(): void {
    this.#log.close();
  }

  #fold(records: readonly JournalRecord[]): readonly Attempt[] {
    try {
      return attemptsOf(records);
    } catch (cause) {
      throw invalidJournal((cause as Error).message, this.#log.path);
    }
  }
}

function requireAbout(first: JournalRecord, about: JournalSubject, path: string): void {
  if (first.record !== "opened") throw invalidJournal("the first record does not say what the journal is about", path);
  for (const name of ["chainId", "registry", "subject", "policyId"] as const) {
    if (first.about[name] !== about[name]) throw invalidJournal(`a journal about ${name} ${first.about[name]}, not ${about[name]}`, path);
  }
}
