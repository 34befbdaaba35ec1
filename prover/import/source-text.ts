/** Files as importers take them: text and the name that errors give it. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { MarginProofError } from "../errors.ts";

export interface SourceText {
  /** Prefix of every path in errors, usually the file's name; may be empty. */
  readonly name: string;
  readonly text: string;
}

/** Reads a UTF-8 file; its base name becomes the name. @throws UnreadableFile */
export function readSource(path: string): SourceText {
  try {
    return { name: basename(path), text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path)) };
  } catch (cause) {
    throw new MarginProofError("UnreadableFile", "cannot be read as UTF-8 text", { path, hint: "check that the file exists and may be read", cause });
  }
}

/** `file, inner`, or only `inner` when the source has no name. */
export function pathIn(source: { readonly name: string }, inner: string): string {
  return source.name === "" ? inner : `${source.name}, ${inner}`;
}
