import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { MarginProofError } from "../errors.ts";

/**
 * A file of lines that are on disk once they are written. A line cut short by a crash was of a step that was not taken: it is
 * removed. Anything else that is wrong in it is refused, and left as it is.
 */
export class LineLog<T> {
  readonly path: string;
  readonly #descriptor: number;
  readonly #write: (record: T) => string;

  /** What the file held when it was opened. */
  readonly records: readonly T[];

  /** `parse` throws for a line that is no record. @throws InvalidJournal, UnwritableFile */
  constructor(path: string, parse: (json: unknown) => T, write: (record: T) => string) {
    this.path = path;
    this.#write = write;
    this.#descriptor = openLog(path);
    const text = readFileSync(path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    this.records = whole.split("\n").slice(0, -1).map((line, i) => parseLine(line, parse, `${path}, line ${i + 1}`));
    ftruncateSync(this.#descriptor, Buffer.byteLength(whole));
  }

  /** On disk once this returns. @throws UnwritableFile, leaving the file as it was */
  append(record: T): void {
    const before = fstatSync(this.#descriptor).size;
    try {
      const line = Buffer.from(this.#write(record));
      if (writeSync(this.#descriptor, line, 0, line.length, before) !== line.length) throw new Error("the disk is full");
      fsyncSync(this.#descriptor);
    } catch (cause) {
      ftruncateSync(this.#descriptor, before);
      throw new MarginProofError("UnwritableFile", "cannot be written", { path: this.path, hint: "check the space left on the disk", cause });
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function openLog(path: string): number {
  try {
    // Read and write without O_APPEND, which would write behind a cut line.
    return openSync(path, "r+");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw unwritable(path, cause);
  }
  try {
    const descriptor = openSync(path, "wx+", 0o600);
    syncFolder(dirname(path));
    return descriptor;
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function parseLine<T>(line: string, parse: (json: unknown) => T, path: string): T {
  try {
    return parse(JSON.parse(line));
  } catch {
    throw invalidJournal("not a record of a keeper's journal", path);
  }
}

export function invalidJournal(message: string, path: string): MarginProofError {
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

/** A record as a line of JSON, integers beyond a number's as digits. */
export const jsonLine = (record: unknown): string => `${JSON.stringify(record, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))}\n`;
