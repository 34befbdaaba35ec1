/**
 * Static analysis of the circuits: circomspect on every file, `circom --inspect` on a main component of each statement.
 * Findings that circuits/lint-allow.json explains are accepted; any other, and any explanation without a finding, fails.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { anyParameters, artifactPaths } from "../prover/proof/tiers.ts";
import { circom, REPOSITORY } from "./circom.ts";
import { stage } from "./stages.ts";
import { writeTierSources } from "./tier-sources.ts";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const CIRCUITS = join(REPOSITORY, "circuits");
/** The smallest tier of each statement; the first has the generators that circomspect reads. */
const TIERS = ["test", "growth"];

const FindingSchema = z.strictObject({
  tool: z.enum(["circomspect", "circom"]),
  rule: z.string(),
  /** File below circuits/ (circomspect) or template (circom). */
  where: z.string(),
  /** The line of code (circomspect) or the message (circom) it is about: line numbers would not survive an edit. */
  what: z.string(),
});
const AllowSchema = z.array(FindingSchema.extend({ reason: z.string().min(20) }));
export type Finding = z.infer<typeof FindingSchema>;

const key = ({ tool, rule, where, what }: Finding) => [tool, rule, where, what].join("  ");

/** Runs both tools and compares with circuits/lint-allow.json. @returns what is wrong, as lines to print; none when all is well */
export async function lintCircuits(): Promise<string[]> {
  const allowed = AllowSchema.parse(JSON.parse(await readFile(join(CIRCUITS, "lint-allow.json"), "utf8")));
  const tiers = TIERS.map((tier) => ({ tier, paths: artifactPaths(tier) }));
  for (const { tier, paths } of tiers) await writeTierSources(tier, anyParameters(tier), paths);
  return compareFindings([
    ...(await stage("circomspect", () => circomspect(tiers[0]!.paths.generators))),
    ...(await stage("circom --inspect", () => Promise.all(tiers.map(({ paths }) => inspect(paths.main))))).flat(),
  ], allowed);
}

/** Findings that nobody explained, and explanations of what is no longer found. */
export function compareFindings(findings: readonly Finding[], allowed: readonly Finding[]): string[] {
  const found = new Set(findings.map(key));
  const explained = new Set(allowed.map(key));
  return [
    ...[...found].filter((finding) => !explained.has(finding)).map((finding) => `not allowed: ${finding}`),
    ...[...explained].filter((finding) => !found.has(finding)).map((finding) => `no longer found, remove it from circuits/lint-allow.json: ${finding}`),
  ];
}

const SarifSchema = z.object({
  runs: z.tuple([z.object({
    results: z.array(z.object({
      ruleId: z.string(),
      level: z.string(),
      locations: z.array(z.object({
        physicalLocation: z.object({ artifactLocation: z.object({ uri: z.string() }), region: z.object({ startLine: z.int() }) }),
      })).min(1),
    })),
  })]),
});

/** Warnings and errors of circomspect on all circuits; notes are about every sum and loop, and say nothing. */
async function circomspect(generators: string): Promise<Finding[]> {
  const names = (await readdir(CIRCUITS, { recursive: true })).filter((name) => name.endsWith(".circom") && !name.startsWith("build"));
  const files = [...names.map((name) => join(CIRCUITS, name)), generators].sort();
  const folder = await mkdtemp(join(CIRCUITS, "build/.lint-"));
  try {
    const report = join(folder, "report.sarif");
    const args = [require.resolve("circomspect/cli.js"), ...files, "--sarif-file", report];
    // It ends with a failure when it has found something; the report says what.
    await run(process.execPath, args, { cwd: REPOSITORY, maxBuffer: 1 << 26 }).catch((error: { stdout?: string }) => {
      if (!/issues? found/.test(error.stdout ?? "")) throw error;
    });
    const [{ results }] = SarifSchema.parse(JSON.parse(await readFile(report, "utf8"))).runs;
    return await Promise.all(results.filter(({ level }) => level !== "note").map(async ({ ruleId, locations }) => {
      const { artifactLocation, region } = locations[0]!.physicalLocation;
      const path = join(REPOSITORY, artifactLocation.uri.replace(/^file:\/\//, ""));
      const line = (await readFile(path, "utf8")).split("\n")[region.startLine - 1]!.trim();
      return { tool: "circomspect" as const, rule: ruleId, where: relative(CIRCUITS, path), what: line };
    }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Signals that no constraint mentions, before any simplification; template parameters and counts are left out. */
async function inspect(main: string): Promise<Finding[]> {
  const output = await circom(main, ["--inspect", "--O0"]);
  return [...output.matchAll(/warning\[(\w+)\]: In template "(\w+)\(.*?\)": (.*)/g)].map(([, rule, where, message]) => ({
    tool: "circom" as const,
    rule: rule!,
    where: where!,
    what: message!.replace(/total of \d+/, "total of n").trim(),
  }));
}

if (import.meta.main) {
  const problems = await lintCircuits();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
