/** Files a command leaves behind: complete or not at all, and never in place of another unless told so. */
import { linkSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { MarginProofError } from "../errors.ts";

/** May be read by everyone; by its owner alone, for what holds positions, salts or keys. */
export type Privacy = "public" | "private";

export interface OutputFile {
  readonly path: string;
  /** @throws FileExists, UnwritableFile */
  write(text: string): void;
}

/**
 * Checks at once, before any long work, that `path` can be written.
 * @throws FileExists when it is there and `force` is not set; UnwritableFile when its folder is not there
 */
export function outputFile(path: string, { force = false, privacy = "public" }: { force?: boolean | undefined; privacy?: Privacy } = {}): OutputFile {
  if (!force && lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw exists(path);
  if (!isFolder(dirname(path))) throw new MarginProofError("UnwritableFile", "its folder does not exist", { path, hint: `create it: mkdir -p ${dirname(path)}` });
  if (isFolder(path)) throw new MarginProofError("UnwritableFile", "is a folder", { path, hint: "give the name of a file" });
  return { path, write: (text) => writeAtomically(path, text, force, privacy === "private" ? 0o600 : 0o644) };
}

function writeAtomically(path: string, text: string, force: boolean, mode: number): void {
  const draft = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(draft, text, { mode, flag: "wx" });
    // A link, unlike a rename, fails when somebody made the file meanwhile.
    if (force) renameSync(draft, path);
    else linkSync(draft, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw exists(path);
    throw new MarginProofError("UnwritableFile", "cannot be written", { path, hint: "check the folder's permissions and the space left", cause });
  } finally {
    rmSync(draft, { force: true });
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function exists(path: string): MarginProofError {
  return new MarginProofError("FileExists", "is already there", { path, hint: "choose another name, or add --force to replace it" });
}

/** A folder of a command's own, its owner's alone; made when it is not there. @throws UnwritableFile */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new MarginProofError("UnwritableFile", "cannot be made", { path, hint: "name a folder that may be written to", cause });
  }
}
