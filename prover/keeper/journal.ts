import { closeSync, fsyncSync, ftruncateSync, fstatSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { MarginProofError } from "../errors.ts";
import { attemptsOf, JOURNAL_FORMAT, recordLine, recordSchema, type Attempt, type JournalRecord, type JournalSubject } from "./journal-records.ts";

/** What is asked of a journal. */
export type AttemptLog = Pick<Journal, "attempts" | "open" | "append">;

/**
 * What a keeper has decided, proved, sent and seen, one JSON record a line, each on disk before the next step is taken.
 * A line cut short by a crash was of a step that was not taken: it is removed.
 */
export class Journal {
  readonly #descriptor: number;
  readonly #path: string;
  #attempts: readonly Attempt[];
  #records: readonly JournalRecord[];

  /** @throws InvalidJournal for a journal about something else, or with a line that is not a record; UnwritableFile */
  constructor(path: string, about: JournalSubject, now: number) {
    this.#path = path;
    this.#descriptor = this.#open();
    const { records, length } = this.#read();
    ftruncateSync(this.#descriptor, length);
    this.#records = records;
    this.#attempts = this.#fold(records);
    if (records.length === 0) {
      this.append({ record: "opened", format: JOURNAL_FORMAT, at: now, about });
      syncFolder(dirname(path));
    } else requireAbout(records[0]!, about, path);
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
    const attempts = this.#fold([...this.#records, record]);
    const before = fstatSync(this.#descriptor).size;
    try {
      const line = Buffer.from(recordLine(record));
      if (writeSync(this.#descriptor, line, 0, line.length, before) !== line.length) throw new Error("the disk is full");
      fsyncSync(this.#descriptor);
    } catch (cause) {
      ftruncateSync(this.#descriptor, before);
      throw new MarginProofError("UnwritableFile", "cannot be written", { path: this.#path, hint: "check the space left on the disk", cause });
    }
    this.#records = [...this.#records, record];
    this.#attempts = attempts;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #open(): number {
    try {
      // Read and write without O_APPEND, which would write behind a cut line.
      return openSync(this.#path, "r+");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw unwritable(this.#path, cause);
    }
    try {
      return openSync(this.#path, "wx+", 0o600);
    } catch (cause) {
      throw unwritable(this.#path, cause);
    }
  }

  #read(): { records: JournalRecord[]; length: number } {
    const text = readFileSync(this.#path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const records = whole.split("\n").slice(0, -1).map((line, i) => parseRecord(line, `${this.#path}, line ${i + 1}`));
    return { records, length: Buffer.byteLength(whole) };
  }

  #fold(records: readonly JournalRecord[]): readonly Attempt[] {
    try {
      return attemptsOf(records);
    } catch (cause) {
      throw invalid((cause as Error).message, this.#path);
    }
  }
}

function parseRecord(line: string, path: string): JournalRecord {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    throw invalid("not a record of a keeper's journal", path);
  }
}

function requireAbout(first: JournalRecord, about: JournalSubject, path: string): void {
  if (first.record !== "opened") throw invalid("the first record does not say what the journal is about", path);
  for (const name of ["chainId", "registry", "subject", "policyId"] as const) {
    if (first.about[name] !== about[name]) throw invalid(`a journal about ${name} ${first.about[name]}, not ${about[name]}`, path);
  }
}

function invalid(message: string, path: string): MarginProofError {
  return new MarginProofError("InvalidJournal", message, { path, hint: "name another journal; to start this one anew, move it away once nothing is under way" });
}

const unwritable = (path: string, cause: unknown) => new MarginProofError("UnwritableFile", "cannot be opened", { path, hint: "check that its folder exists and may be written to", cause });

/** So that a new file's name is on disk as well. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
