import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { MarginProofError } from "../errors.ts";
import type { Market } from "../risk/market.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import type { SignedStatement } from "../statement/signed-statement.ts";
import { readInboxDocument, type InboxDocument, type SnapshotFile } from "./inbox-documents.ts";

/** Documents that arrived, by what they are. */
export interface InboxContents {
  readonly snapshots: readonly SnapshotFile[];
  readonly markets: ReadonlyMap<bigint, Market>;
  readonly statements: readonly SignedStatement[];
  readonly registries: readonly AttesterRegistry[];
}

/** A file that could not be read for longer than writing it takes. */
export interface FileProblem {
  readonly file: string;
  readonly code: string;
  readonly problem: string;
}

interface Entry {
  /** Size, time and inode of what was read last. */
  version: string;
  document: InboxDocument | null;
  /** When this version was first found unreadable. */
  failedAt: number | null;
  reported: boolean;
}

/**
 * Folders into which publishers' and venues' files arrive, in any order and at any time. A file that is still being written is
 * read again at the next look; until it is whole, what its name held before still counts.
 */
export class Inbox {
  readonly #folders: readonly string[];
  readonly #patience: number;
  readonly #entries = new Map<string, Entry>();

  /** `patience`: seconds until an unreadable file is reported. @throws UnreadableFile for a folder that is not there */
  constructor(folders: readonly string[], patience: number) {
    this.#folders = folders;
    this.#patience = patience;
    folders.forEach(listFolder);
  }

  /** What is there now, and the files to report, each version once. @throws UnreadableFile when a folder has gone */
  scan(now: number): { readonly contents: InboxContents; readonly problems: readonly FileProblem[] } {
    const files = this.#folders.flatMap(listFolder);
    for (const known of this.#entries.keys()) if (!files.includes(known)) this.#entries.delete(known);
    const problems = files.flatMap((file) => this.#look(file, now) ?? []);
    const documents = [...this.#entries.values()].flatMap(({ document }) => document ?? []);
    return { contents: sorted(documents), problems };
  }

  #look(file: string, now: number): FileProblem | null {
    const version = versionOf(file);
    if (version === null) return null;
    const entry = this.#entries.get(file) ?? { version: "", document: null, failedAt: null, reported: false };
    this.#entries.set(file, entry);
    if (entry.version === version && entry.failedAt === null) return null;
    if (entry.version !== version) Object.assign(entry, { version, failedAt: null, reported: false });
    try {
      entry.document = readInboxDocument(file);
      entry.failedAt = null;
      return null;
    } catch (error) {
      if (!(error instanceof MarginProofError)) throw error;
      entry.failedAt ??= now;
      if (entry.reported || now - entry.failedAt < this.#patience) return null;
      entry.reported = true;
      return { file, code: error.code, problem: error.message };
    }
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json") && !name.startsWith(".")).sort().map((name) => join(folder, name));
  } catch (cause) {
    throw new MarginProofError("UnreadableFile", "cannot be listed", { path: folder, hint: "create the folder, or name another", cause });
  }
}

/** Null for what is no file, or has gone since it was listed. */
function versionOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat?.isFile() ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : null;
}

function sorted(documents: readonly InboxDocument[]): InboxContents {
  return {
    snapshots: documents.flatMap((each) => (each.kind === "snapshot" ? each.snapshot : [])),
    markets: new Map(documents.flatMap((each) => (each.kind === "market" ? [[each.hash, each.market] as const] : []))),
    statements: documents.flatMap((each) => (each.kind === "statement" ? each.statement : [])),
    registries: documents.flatMap((each) => (each.kind === "registry" ? each.registry : [])),
  };
}
