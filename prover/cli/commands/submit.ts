import { Option, type Command } from "commander";
import type { Signer } from "ethers";
import { sendCall, type Call } from "../../chain/calls.ts";
import { prepareKey } from "../../chain/prepare.ts";
import { growthCall } from "../../chain/register.ts";
import { readHealth } from "../../chain/status.ts";
import { batchCall, submitCall } from "../../chain/submit.ts";
import { MarginProofError } from "../../errors.ts";
import { isGrowthBundle, type AnyBundle } from "../../proof/any-bundle.ts";
import type { ProofBundle } from "../../proof/bundle.ts";
import { unpackClaim } from "../../proof/claim.ts";
import type { Address } from "../../statement/address.ts";
import { previewed } from "../acting.ts";
import { bundleFacts } from "../bundle-facts.ts";
import { withNode } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { readAnyBundle } from "../documents.ts";
import { dryRunOption, registryAddressOption, rpcOption } from "../options.ts";
import { readWallet } from "../secrets.ts";
import { asStage } from "../stage-progress.ts";
import { outcomeOf, type Facts } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly registryAddress: Address;
  readonly rpc: string;
  readonly key: string;
  readonly prepare?: true;
  readonly dryRun?: true;
}

interface Registry {
  readonly registry: Address;
  readonly signer: Signer;
}

export function submitCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "submit <bundles...>",
    summary: "send proof bundles to the registry contract and wait until they are accepted",
    example: "submit proof.json --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:SENDER_KEY",
    options: [
      registryAddressOption().makeOptionMandatory(),
      rpcOption().makeOptionMandatory(),
      new Option("--key <file>", "private key of the account that pays, or env:VARIABLE; it need not be the subject, but for the growth of an account set").makeOptionMandatory(),
      new Option("--prepare", "first have the tier's key keep what proofs under this attester registry and scope have in common, if nobody has: a transaction once, and each proof after it that is sent alone costs less"),
      dryRunOption(),
    ],
    notes: "Several bundles of health go in one transaction, at a fraction of their single prices: all of them count, or none.\nThe contract is asked before anything is sent, so a refusal costs nothing.",
  }).action(terminal.action((files: readonly string[], options: Options) => run(files, options, terminal)));
}

async function run(files: readonly string[], { registryAddress: registry, rpc, key, prepare, dryRun }: Options, terminal: Terminal): Promise<Outcome> {
  const bundles = files.map(readAnyBundle);
  const wallet = readWallet(key, "--key", terminal);
  return withNode(rpc, terminal, async (provider) => {
    const options = { registry, signer: wallet.connect(provider) };
    try {
      const call = callOf(bundles, options);
      if (dryRun === true) return await previewed([call], wallet.address, factsOf(bundles));
      const prepared = prepare === true ? await prepareFor(bundles, options, terminal) : {};
      const { gasUsed, ...sent } = await asStage(terminal.progress, "submit", () => sendCall(call));
      return outcomeOf({ accepted: true, ...prepared, ...sent, gasUsed: gasUsed.toString(), ...(await healthOf(bundles, options)), ...factsOf(bundles) });
    } catch (error) {
      throw inFiles(files, error);
    }
  });
}

function callOf(bundles: readonly AnyBundle[], options: Registry): Call {
  const [first] = bundles;
  if (bundles.length === 1 && first !== undefined) {
    if (!isGrowthBundle(first)) return submitCall(first, options);
    const { tier, proof, publicSignals: { grownSet } } = first;
    return growthCall({ tier, proof, grownSet }, options);
  }
  return batchCall(bundles.map(aboutMargin), options);
}

function aboutMargin(bundle: AnyBundle, i: number): ProofBundle {
  if (!isGrowthBundle(bundle)) return bundle;
  throw new MarginProofError("InvalidBundle", "of the growth of an account set", { path: `bundles[${i}].tier`, hint: "submit it alone, before the proofs of the grown set" });
}

async function prepareFor([first, ...others]: readonly AnyBundle[], options: Registry, { progress }: Terminal): Promise<Facts> {
  if (first === undefined || others.length > 0 || isGrowthBundle(first)) {
    throw new MarginProofError("UsageError", "only proofs that are sent alone cost less", { path: "--prepare", hint: "leave it out, or submit one proof of margin" });
  }
  const hash = await asStage(progress, "prepare the key", () => prepareKey(first, options));
  return hash === undefined ? {} : { prepared: hash };
}

/** Accepted they are, also when the node does not tell more. */
async function healthOf([first, ...others]: readonly AnyBundle[], { registry, signer }: Registry): Promise<Facts> {
  if (first === undefined || others.length > 0 || isGrowthBundle(first)) return {};
  const { subject } = unpackClaim(first.publicSignals.claim);
  const health = await readHealth({ registry, subject, provider: signer.provider! }).catch(() => null);
  return health === null ? {} : { healthy: health.healthy, healthyUntil: health.healthyUntil };
}

/** Of one proof its claim, of several each one's; of a growth all that is public. */
function factsOf(bundles: readonly AnyBundle[]): Facts {
  const [first, ...others] = bundles;
  if (first !== undefined && others.length === 0) return isGrowthBundle(first) ? bundleFacts(first) : { claim: bundleFacts(first)["claim"]! };
  return { claims: bundles.map((bundle) => bundleFacts(bundle)["claim"]!) };
}

/** The library counts bundles, whoever gave files knows them by name. */
function inFiles(files: readonly string[], error: unknown): unknown {
  if (!(error instanceof MarginProofError) || error.path?.startsWith("--") === true) return error;
  const { code, reason, path, hint } = error;
  const [, index, rest] = /^bundles\[(\d+)\](?:\.(.+))?$/.exec(path ?? "") ?? /^(?:BadClaim|\w+At)\((\d+)[,)]/.exec(files.length > 1 ? reason : "") ?? [];
  const file = files[Number(index ?? (files.length > 1 ? NaN : 0))];
  const inside = index === undefined ? path : rest;
  return new MarginProofError(code, reason, { path: file === undefined ? path : inside === undefined ? file : `${file}, ${inside}`, hint, cause: error });
}
