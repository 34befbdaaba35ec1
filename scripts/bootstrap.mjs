/**
 * Runs one of the repository's TypeScript programs on a machine that has only git, npm and some Node from 18 on:
 *
 *   node scripts/bootstrap.mjs scripts/demo.ts --any --arguments
 *
 * Plain JavaScript without dependencies, because it runs before anything is installed. It fetches Node 24 as an npm package
 * where the present Node is older (into .node/), installs the locked dependencies under that Node, so that platform packages
 * with an engine check are not skipped, and starts the program. Both steps are skipped when their stamp is current.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_VERSION = "24.21.0";
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isWindows = process.platform === "win32";

/** Runs to the end, quietly; on failure shows what the command printed and stops. */
function run(what, command, args, options = {}) {
  const started = Date.now();
  process.stderr.write(`${what} … `);
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26, ...options });
  if (result.status !== 0) {
    process.stderr.write(`failed\n${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}\n`);
    process.exit(result.status || 1);
  }
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** npm as a command line: the npm that started us, or the one on the path. */
function npm(node) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && cli.endsWith(".js")) return { command: node, args: [cli], options: {} };
  return { command: "npm", args: [], options: { shell: isWindows } };
}

/** Path of a Node 24, fetched once from the package registry where the running one is older. */
function ensureNode() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const platform = isWindows ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const home = join(root, ".node", NODE_VERSION);
  const binary = join(home, "node_modules", name, "bin", isWindows ? "node.exe" : "node");
  if (!existsSync(binary)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), '{ "private": true }\n');
    const { command, args, options } = npm(process.execPath);
    run(`Fetching Node ${NODE_VERSION}`, command, [...args, "install", "--no-audit", "--no-fund", `${name}@${NODE_VERSION}`], { ...options, cwd: home });
  }
  return binary;
}

function ensureDependencies(node, env) {
  const stamp = join(root, "node_modules", ".installed");
  const wanted = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).update(NODE_VERSION).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const { command, args, options } = npm(node);
  run("Installing locked dependencies", command, [...args, "ci", "--include=dev", "--no-audit", "--no-fund"], { ...options, env });
  writeFileSync(stamp, wanted);
}

const [program, ...programArguments] = process.argv.slice(2);
if (program === undefined) {
  process.stderr.write("usage: node scripts/bootstrap.mjs <program.ts> [arguments]\n");
  process.exit(2);
}
const node = ensureNode();
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
ensureDependencies(node, env);
const child = spawn(node, ["--disable-warning=ExperimentalWarning", join(root, program), ...programArguments], { stdio: "inherit", env });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));
