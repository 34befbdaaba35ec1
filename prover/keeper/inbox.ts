import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SNAPSHOT_FORMAT } from "../commitment/snapshot-json.ts";
import { marketHash } from "../commitment/snapshot.ts";
import { fieldElementField } from "../commitment/json-fields.ts";
import { MarginProofError } from "../errors.ts";
import { MARKET_FORMAT, parseMarket, type Market } from "../risk/market.ts";
import { readJson, timeField } from "../risk/schema.ts";
import { parseRegistry, REGISTRY_FORMAT } from "../statement/registry-json.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import { parseStatement, STATEMENT_FORMAT, type SignedStatement } from "../statement/signed-statement.ts";

/** A snapshot as it lies there: nothing of it is believed before it was recomputed. */
export interface SnapshotFile {
  readonly root: bigint;
  readonly asOf: number;
  readonly policyHash: bigint;
  readonly marketHash: bigint;
  /** The same object for as long as the file stays as it is. */
  readonly json: object;
}

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

type Document =
  | { readonly kind: "snapshot"; readonly snapshot: SnapshotFile }
  | { readonly kind: "market"; readonly hash: bigint; readonly market: Market }
  | { readonly kind: "statement"; readonly statement: SignedStatement }
  | { readonly kind: "registry"; readonly registry: AttesterRegistry }
  | { readonly kind: "other" };

interface Entry {
  /** Size, time and inode of what was read last. */
  version: string;
  document: Document | null;
  /** When this version was first found unreadable. */
  failedAt: number | null;
  reported: boolean;
}

const header = z.object({ root: fieldElementField(), asOf: timeField(), policyHash: fieldElementField(), marketHash: fieldElementField() });

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
      entry.document = readDocument(file);
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

/** @throws UnreadableFile; whatever the document's parser throws. About a statement only where it is wrong, not what stands there. */
function readDocument(file: string): Document {
  const json = parseText(file);
  const format = (json as { format?: unknown } | null)?.format;
  switch (format) {
    case SNAPSHOT_FORMAT: return { kind: "snapshot", snapshot: { ...readJson(header, json), json: json as object } };
    case MARKET_FORMAT: return marketDocument(json);
    case REGISTRY_FORMAT: return { kind: "registry", registry: parseRegistry(json) };
    case STATEMENT_FORMAT: return { kind: "statement", statement: parsePrivate(json) };
    default: return { kind: "other" };
  }
}

function parsePrivate(json: unknown): SignedStatement {
  try {
    return parseStatement(json);
  } catch (error) {
    if (!(error instanceof MarginProofError)) throw error;
    throw new MarginProofError(error.code, "not a statement as a venue signs it", { path: error.path, hint: error.hint });
  }
}

function marketDocument(json: unknown): Document {
  const market = parseMarket(json);
  return { kind: "market", hash: marketHash(market), market };
}

function parseText(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new MarginProofError("UnreadableFile", "cannot be read, or is not JSON", { hint: "write the file under another name and rename it when it is whole" });
  }
}

function sorted(documents: readonly Document[]): InboxContents {
  return {
    snapshots: documents.flatMap((each) => (each.kind === "snapshot" ? each.snapshot : [])),
    markets: new Map(documents.flatMap((each) => (each.kind === "market" ? [[each.hash, each.market] as const] : []))),
    statements: documents.flatMap((each) => (each.kind === "statement" ? each.statement : [])),
    registries: documents.flatMap((each) => (each.kind === "registry" ? each.registry : [])),
  };
}
