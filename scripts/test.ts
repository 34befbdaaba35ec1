/**
 * Everything that must hold, from types to the whole flow: `npm test [-- vitest arguments]`.
 * Ends with a plain line `N passed, N failed` that machines can read.
 */
import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "./circom.ts";
import { build } from "./build.ts";
import { compileContracts } from "./contracts.ts";
import { stage } from "./stages.ts";

const tool = (path: string): string => join(REPOSITORY, "node_modules", path);
const RESULTS = join(REPOSITORY, "cache/test-results.json");

/** Runs a program of a dependency; resolves with its exit code. */
function run(program: string, args: readonly string[], quiet: boolean): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: REPOSITORY, stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

async function check(title: string, program: string, args: readonly string[]): Promise<void> {
  await stage(title, async () => {
    const { code, output } = await run(program, args, true);
    if (code !== 0) throw new Error(output);
  });
}

/** Counts of the last run. A run that wrote none has failed as a whole. */
async function counts(): Promise<{ passed: number; failed: number }> {
  const report = JSON.parse(await readFile(RESULTS, "utf8").catch(() => "{}"));
  const suites = (report.testResults ?? []).filter((file: { status: string; assertionResults: unknown[] }) => file.status === "failed" && file.assertionResults.length === 0).length;
  return { passed: report.numPassedTests ?? 0, failed: (report.numFailedTests ?? 1) + suites };
}

async function test(vitestArguments: readonly string[]): Promise<number> {
  await compileContracts();
  await check("types", tool("typescript/bin/tsc"), ["--noEmit", "-p", "."]);
  await build(["test"]);
  await check("lint circuits (circomspect, circom --inspect)", "scripts/lint-circuits.ts", []);
  await check("lint contracts (solhint)", tool("solhint/solhint.js"), ["--max-warnings", "0", "verifier-contracts/**/*.sol"]);
  await rm(RESULTS, { force: true });
  const { code } = await run(tool("vitest/vitest.mjs"), ["run", ...vitestArguments], false);
  const { passed, failed } = await counts();
  console.log(`${passed} passed, ${failed} failed`);
  return code === 0 && failed === 0 && passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await test(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
