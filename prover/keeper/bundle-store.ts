import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { MarginProofError } from "../errors.ts";
import { parseBundle, serializeBundle, type ProofBundle } from "../proof/bundle.ts";
import { syncFolder } from "./line-log.ts";

export interface StoredBundle {
  readonly file: string;
  readonly sha256: string;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Writes a bundle beside the journal, on disk once this returns. A file of the same name is of the same attempt and gives way. @throws UnwritableFile */
export function storeBundle(folder: string, name: string, bundle: ProofBundle): StoredBundle {
  const text = `${serializeBundle(bundle)}\n`;
  const file = join(folder, `${name}.json`);
  const draft = `${file}.partial`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const descriptor = openSync(draft, "w", 0o600);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(draft, file);
    syncFolder(dirname(file));
  } catch (cause) {
    throw new MarginProofError("UnwritableFile", "cannot be written", { path: file, hint: "check the folder's permissions and the space left", cause });
  }
  return { file, sha256: digest(text) };
}

/** The bundle as it was stored; null when it is not there or was changed, and has to be made again. */
export function readStored({ file, sha256 }: StoredBundle): ProofBundle | null {
  try {
    const text = readFileSync(file, "utf8");
    return digest(text) === sha256 ? parseBundle(JSON.parse(text)) : null;
  } catch {
    return null;
  }
}
