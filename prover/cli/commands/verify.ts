import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import type { Snapshot } from "../../commitment/snapshot.ts";
import { parseSnapshot, verifySnapshot } from "../../commitment/snapshot-json.ts";
import { MarginProofError } from "../../errors.ts";
import { loadVerifyingArtifacts } from "../../proof/artifacts.ts";
import { isGrowthBundle, type AnyBundle } from "../../proof/any-bundle.ts";
import { checkBundle } from "../../proof/check-bundle.ts";
import { snarkjsFiles } from "../../proof/snarkjs-files.ts";
import { bundleFacts, SETUP_WARNING } from "../bundle-facts.ts";
import { makeCommand } from "../command.ts";
import { readAnyBundle, readDocument, readMarket, readPolicyOption, readRegistry, rethrowIn } from "../documents.ts";
import { artifactsOption, forceOption, marketOption, policyOption, registryOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { jsonText, outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly snapshot?: string;
  readonly market?: string;
  readonly policy?: string;
  readonly registry?: string;
  readonly export?: string;
  readonly artifacts?: string;
  readonly force?: boolean;
}

export function verifyCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "verify <bundle>",
    summary: "check a proof bundle from public material alone",
    example: "verify proof.json --snapshot snapshot.json --market market.json --policy grid-33 --registry registry.json --export snarkjs",
    options: [
      new Option("--snapshot <file>", "the snapshot that the proof must be about"),
      marketOption(),
      policyOption(),
      registryOption(),
      new Option("--export <folder>", "write proof.json, public.json and verification_key.json for snarkjs"),
      artifactsOption(),
      forceOption(),
    ],
    notes: "With --market and --policy the snapshot itself is recomputed. What is left out is listed as not checked.",
  }).action(terminal.action((file: string, options: Options) => run(file, options, terminal)));
}

async function run(file: string, options: Options, terminal: Terminal): Promise<Outcome> {
  const bundle = readAnyBundle(file);
  if (isGrowthBundle(bundle)) refuseContext(options);
  const snapshot = readSnapshot(options, terminal);
  const registry = options.registry === undefined ? undefined : readRegistry(options.registry);
  const artifacts = await loadVerifyingArtifacts(bundle.tier, { directory: options.artifacts });
  const { setup } = await checkBundle(bundle, artifacts, { snapshot, registry }).catch(rethrowIn(file));
  if (options.export !== undefined) exportFiles(options.export, snarkjsFiles(bundle, artifacts.vkey), options.force);
  return outcomeOf(
    { valid: true, ...bundleFacts(bundle), ...coverage(bundle, options), ...(options.export === undefined ? {} : { exported: options.export }) },
    { warnings: setup === "local" ? [SETUP_WARNING] : [] },
  );
}

function readSnapshot({ snapshot, market, policy }: Options, { progress }: Terminal): Snapshot | undefined {
  const isRecomputed = market !== undefined || policy !== undefined;
  if (!isRecomputed) return snapshot === undefined ? undefined : readDocument(snapshot, parseSnapshot);
  if (snapshot === undefined || market === undefined || policy === undefined) {
    throw new MarginProofError("UsageError", "a snapshot is recomputed from market and policy together", { path: "--snapshot", hint: "give --snapshot, --market and --policy, or --snapshot alone" });
  }
  const inputs = [readMarket(market), readPolicyOption(policy)] as const;
  return readDocument(snapshot, (json) => verifySnapshot(json, ...inputs, { progress }));
}

/** What a proof of growth says nothing about cannot be checked of it. */
function refuseContext({ snapshot, market, policy, registry }: Options): void {
  const given = Object.entries({ snapshot, market, policy, registry }).find(([, file]) => file !== undefined);
  if (given === undefined) return;
  throw new MarginProofError("UsageError", "growth of an account set is about neither snapshot nor attesters", { path: `--${given[0]}`, hint: "leave it out" });
}

/** What the answer covers, and what its reader still has to look at. */
function coverage(bundle: AnyBundle, { snapshot, market, registry }: Options): { checked: string[]; notChecked: string[] } {
  const proof = { what: "proof, public signals, circuit and key", isChecked: true };
  const parts = isGrowthBundle(bundle) ? [proof, { what: "that the old set is the registered one: the registry contract's part", isChecked: false }] : [
    proof,
    { what: "the snapshot is the given one", isChecked: snapshot !== undefined },
    { what: "the snapshot follows from market and policy", isChecked: market !== undefined },
    { what: "the attesters are the given ones", isChecked: registry !== undefined },
    { what: "age, scope, account set and collateral: the registry contract's part", isChecked: false },
  ];
  const named = (isChecked: boolean) => parts.filter((part) => part.isChecked === isChecked).map(({ what }) => what);
  return { checked: named(true), notChecked: named(false) };
}

function exportFiles(folder: string, files: ReturnType<typeof snarkjsFiles>, force: boolean | undefined): void {
  mkdirSync(folder, { recursive: true });
  const outputs = Object.entries(files).map(([name, json]) => ({ file: outputFile(join(folder, name), { force }), json }));
  for (const { file, json } of outputs) file.write(jsonText(json));
}
