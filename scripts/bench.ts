/**
 * What the shipped book costs: `npm run bench [-- --proofs 5] [--json]`. Medians; the spread is printed beside them.
 * With `--large`, one real proof under each margin model that needs a large tier, and a breach at each, or `--only book`, `--only book/span`
 * of them: minutes and gigabytes each, which the table says.
 * Ratios hold between machines, absolute times do not; what other programs took of the processors meanwhile stands beside them.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import Table from "cli-table3";
import { loadVerifyingArtifacts } from "../prover/proof/artifacts.ts";
import { tierForMarket } from "../prover/proof/tier-fit.ts";
import { artifactPaths, packageRoot, tierParameters } from "../prover/proof/tiers.ts";
import { riskPlan } from "../prover/risk/risk-plan.ts";
import { localSetup } from "../prover/setup/local-setup.ts";
import { readR1cs } from "../prover/setup/r1cs.ts";
import { constraintsByPart } from "./bench/constraints.ts";
import { loadMeter, loadText } from "./bench/load.ts";
import { LARGE_PROOFS, type PresetProof } from "./bench/presets.ts";
import type { ProvingTimes } from "./bench/proving.ts";
import { AS_OF } from "./bench/request.ts";
import { snapshotTimes } from "./bench/snapshot.ts";
import { build } from "./build.ts";
import { readDemoBook } from "./demo/book.ts";
import { stage } from "./stages.ts";

const run = promisify(execFile);
const INSTRUMENTS = 500;

const { values: options } = parseArgs({
  options: {
    proofs: { type: "string", default: "5" }, json: { type: "boolean", default: false },
    large: { type: "boolean", default: false }, only: { type: "string", multiple: true, default: [] },
  },
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const spread = (values: readonly number[]): string => `${seconds(Math.min(...values))} – ${seconds(Math.max(...values))}`;

async function proving(tier: string, proofs: number): Promise<ProvingTimes> {
  const program = join(packageRoot(), "scripts/bench/proving.ts");
  const { stdout } = await run(process.execPath, ["--disable-warning=ExperimentalWarning", program, tier, String(proofs)]);
  return JSON.parse(stdout);
}

/** A key made again from the compiled constraints, into a folder that is then removed. */
async function setup(tier: string): Promise<number> {
  const { r1cs } = artifactPaths(tier);
  const folder = await mkdtemp(join(tmpdir(), "margin-health-bench-"));
  try {
    const constraints = readR1cs(await readFile(r1cs), r1cs);
    const started = performance.now();
    await localSetup(constraints, join(folder, "bench.zkey"));
    return performance.now() - started;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The committed gas snapshot, which the tests keep true. */
async function gas(): Promise<Record<string, number>> {
  return JSON.parse(await readFile(join(packageRoot(), "test/snapshots/gas.json"), "utf8"));
}

/** The shipped book in the cheapest tier that takes it. */
async function bench(proofs: number) {
  const { market, policy } = readDemoBook(AS_OF);
  const { tier } = tierForMarket(market, riskPlan(market, policy).rules);
  await build([tier]);
  const loadOf = loadMeter();
  const { lock } = await loadVerifyingArtifacts(tier);
  const parts = await constraintsByPart(tier);
  const snapshot = snapshotTimes(INSTRUMENTS, tierParameters(tier).treeParents);
  const setupTime = await setup(tier);
  const machine = loadOf();
  const times = await proving(tier, proofs);
  return { tier, constraints: lock.constraints, wires: lock.wires, parts, snapshot, setup: setupTime, machine, times, gas: await gas() };
}

type Results = Awaited<ReturnType<typeof bench>>;

function print({ tier, constraints, wires, parts, snapshot, setup, machine, times, gas }: Results): void {
  const share = (count: number): string => ((100 * count) / constraints).toFixed(1);
  console.log(table([`constraints of ${tier}`, "", "%"], [
    ...parts.map(({ part, constraints: count }) => [part, count.toLocaleString("en"), share(count)]),
    ["   all", constraints.toLocaleString("en"), share(constraints)],
  ]));

  const [coldProof, ...warmProofs] = times.prove as [number, ...number[]];
  const [coldWitness, ...warmWitnesses] = times.witness as [number, ...number[]];
  console.log(table(["stage", "time", "spread"], [
    [`snapshot: price ${snapshot.instruments} instruments`, seconds(snapshot.price), ""],
    [`snapshot: price and commit ${snapshot.instruments} instruments`, seconds(snapshot.priceAndCommit), ""],
    [`local set-up from the r1cs (${wires.toLocaleString("en")} wires)`, seconds(setup), ""],
    ["load and check artefacts", seconds(times.load), ""],
    ["check the book, lay out the witness inputs", seconds(times.prepare), ""],
    ["witness, cold", seconds(coldWitness), ""],
    ["witness, warm", seconds(median(warmWitnesses)), spread(warmWitnesses)],
    ["prove, cold", seconds(coldProof), ""],
    ["prove, warm", seconds(median(warmProofs)), spread(warmProofs)],
    ["verify off chain", seconds(median(times.verify)), spread(times.verify)],
    ["peak memory of proving", `${Math.round(times.peakMegabytes)} MB`, ""],
    ["processors busy with others meanwhile: snapshot and set-up", loadText(machine), ""],
    ["processors busy with others meanwhile: proving", loadText(times.machine), ""],
  ]));

  // The snapshot holds gas and, under names that begin with "bytes", the sizes of the deployed contracts.
  const [sizes, costs] = [true, false].map((isSize) => Object.entries(gas).filter(([name]) => name.startsWith("bytes ") === isSize));
  const rows = (entries: [string, number][]) => entries.map(([name, value]) => [name.replace(/^bytes /, ""), value.toLocaleString("en")]);
  console.log(table(["on chain, as test/snapshots/gas.json has it", "gas"], rows(costs!)));
  console.log(table(["contract, likewise", "bytes"], rows(sizes!)));
}

type LargeProof = (typeof LARGE_PROOFS)[number];
const namesOf = ([tier, preset]: LargeProof): string[] => [tier, `${tier}/${preset}`];

/** The proofs that were asked for, by tier or tier/preset; undefined where a name is none of them. */
function chosenProofs(only: readonly string[]): readonly LargeProof[] | undefined {
  if (!only.every((name) => LARGE_PROOFS.some((proof) => namesOf(proof).includes(name)))) return undefined;
  return only.length === 0 ? LARGE_PROOFS : LARGE_PROOFS.filter((proof) => namesOf(proof).some((name) => only.includes(name)));
}

/** One proof after the other, so that none takes the machine from the next. */
async function benchLarge(chosen: readonly LargeProof[]) {
  const tiers = [...new Set(chosen.map(([tier]) => tier))];
  await build(tiers);
  // Before the proofs: what could fail, fails before minutes have gone into them.
  const parts = Object.fromEntries(await Promise.all(tiers.map(async (tier) => [tier, await constraintsByPart(tier)] as const)));
  const proofs: PresetProof[] = [];
  for (const [tier, preset] of chosen) {
    const program = join(packageRoot(), "scripts/bench/presets.ts");
    proofs.push(await stage(`${preset} at tier ${tier}`, async () => JSON.parse((await run(process.execPath, ["--disable-warning=ExperimentalWarning", program, tier, preset])).stdout)));
  }
  return { proofs, parts };
}

function printLarge({ proofs, parts }: Awaited<ReturnType<typeof benchLarge>>): void {
  for (const [tier, each] of Object.entries(parts)) console.log(table([`constraints of ${tier}`, ""], each.map(({ part, constraints }) => [part, constraints.toLocaleString("en")])));
  console.log(table(["tier", "preset", "states", "constraints", "snapshot", "load", "witness", "prove", "verify", "peak memory", "processor time", "busy with others", "one unit beyond"], proofs.map((
    { tier, preset, states, constraints, times, peakMegabytes, machine, beyond },
  ) => [
    tier, preset, states, constraints.toLocaleString("en"), ...[times.snapshot, times.load, times.witness, times.prove, times.verify].map(seconds),
    `${Math.round(peakMegabytes).toLocaleString("en")} MB`, seconds(1000 * machine.used), loadText(machine), beyond.report,
  ])));
  console.log(table(["tier", "preset", "scenarios", "tails", "exposures", "what the rules add or save"], proofs.map(({ tier, preset, scenarios, tails, exposures, rules }) => [
    tier, preset, ...[scenarios, tails, exposures].map(String), Object.entries(rules).map(([rule, effect]) => `${rule} ${effect}`).join("\n"),
  ])));
}

/** Names on the left, numbers aligned right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const noRules = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const made = new Table({ head: [...head], colAligns: head.map((_, column) => (column === 0 ? "left" : "right")), chars: noRules, style: { head: [], border: [] } });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

async function runLarge(): Promise<void> {
  const chosen = chosenProofs(options.only);
  if (chosen === undefined) {
    console.error(`--only: choose of ${[...new Set(LARGE_PROOFS.flatMap(namesOf))].join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const results = await benchLarge(chosen);
  if (options.json) console.log(JSON.stringify(results, null, 2));
  else printLarge(results);
}

const proofs = Number(options.proofs);
if (!Number.isSafeInteger(proofs) || proofs < 2) {
  console.error("--proofs: at least 2, one cold and one warm");
  process.exitCode = 2;
} else if (options.only.length > 0 && !options.large) {
  console.error("--only: with --large");
  process.exitCode = 2;
} else if (options.large) {
  await runLarge();
} else {
  const results = await bench(proofs);
  if (options.json) console.log(JSON.stringify(results, null, 2));
  else print(results);
}
