import { readFileSync } from "node:fs";
import { z } from "zod";
import { fieldElementField } from "../commitment/json-fields.ts";
import { marketHash } from "../commitment/snapshot.ts";
import { SNAPSHOT_FORMAT } from "../commitment/snapshot-json.ts";
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

/** What a file turned out to be; `other` for what a keeper has no use for. */
export type InboxDocument =
  | { readonly kind: "snapshot"; readonly snapshot: SnapshotFile }
  | { readonly kind: "market"; readonly hash: bigint; readonly market: Market }
  | { readonly kind: "statement"; readonly statement: SignedStatement }
  | { readonly kind: "registry"; readonly registry: AttesterRegistry }
  | { readonly kind: "other" };

const header = z.object({ root: fieldElementField(), asOf: timeField(), policyHash: fieldElementField(), marketHash: fieldElementField() });

/** @throws UnreadableFile; whatever the document's parser throws. About a statement only where it is wrong, not what stands there. */
export function readInboxDocument(file: string): InboxDocument {
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

function marketDocument(json: unknown): InboxDocument {
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
