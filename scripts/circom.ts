/** Runs the pinned circom compiler (WASM, from npm) and digests what it would read. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const require = createRequire(import.meta.url);

export const COMPILER = "circom 2.2.3";
export const REPOSITORY = resolve(import.meta.dirname, "..");
/** Where includes are looked for when they do not lie relative to the including file. */
const LIBRARIES = ["circuits", "node_modules"].map((folder) => join(REPOSITORY, folder));

export type Optimization = "O0" | "O1" | "O2";

/** Flags that change the output; part of every cache key. */
export function compileFlags(optimization: Optimization): string[] {
  return ["--r1cs", "--wasm", "--sym", `--${optimization}`];
}

/**
 * Compiles `<name>.circom` into a folder: `<name>.r1cs`, `<name>.sym`, `<name>_js/<name>.wasm`, as the flags say.
 * @returns what circom printed
 * @throws Error with circom's own report
 */
export async function circom(source: string, flags: readonly string[], folder = dirname(source)): Promise<string> {
  const libraries = LIBRARIES.flatMap((library) => ["-l", library]);
  const args = [require.resolve("circom2/cli.js"), source, ...flags, ...libraries, "-o", folder];
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd: REPOSITORY, maxBuffer: 1 << 26 });
    return withoutColour(stdout + stderr);
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`circom refuses ${relative(REPOSITORY, source)}:\n${withoutColour(stdout + stderr).trim()}`, { cause: error });
  }
}

/** SHA-256 over a circuit and everything it includes (paths relative to the repository, and contents), the compiler and `extra`. */
export async function sourceDigest(main: string, extra: readonly string[] = []): Promise<string> {
  const files = new Map<string, Buffer>();
  await collectIncludes(main, files);
  const hash = createHash("sha256");
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Where the main file lies does not matter: only what it says.
    const name = path === main ? "main" : relative(REPOSITORY, path);
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.update(JSON.stringify([COMPILER, ...extra])).digest("hex");
}

async function collectIncludes(path: string, files: Map<string, Buffer>): Promise<void> {
  if (files.has(path)) return;
  const content = await readFile(path);
  files.set(path, content);
  for (const [, include] of content.toString("utf8").matchAll(/^\s*include\s+"([^"]+)"/gm)) {
    await collectIncludes(await findInclude(path, include!), files);
  }
}

async function findInclude(from: string, include: string): Promise<string> {
  for (const folder of [dirname(from), ...LIBRARIES]) {
    const path = resolve(folder, include);
    if (await readFile(path).then(() => true, () => false)) return path;
  }
  throw new Error(`${relative(REPOSITORY, from)} includes "${include}", which is not there`);
}

function withoutColour(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}
