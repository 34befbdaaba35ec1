import { Option, type Command } from "commander";
import { prepareKey } from "../../chain/prepare.ts";
import { growAccountSet } from "../../chain/register.ts";
import { readHealth } from "../../chain/status.ts";
import { submitBundle } from "../../chain/submit.ts";
import { unpackClaim } from "../../proof/claim.ts";
import { isGrowthBundle } from "../../proof/any-bundle.ts";
import type { Address } from "../../statement/address.ts";
import { bundleFacts } from "../bundle-facts.ts";
import { withNode } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { readAnyBundle, rethrowIn } from "../documents.ts";
import { registryAddressOption, rpcOption } from "../options.ts";
import { readWallet } from "../secrets.ts";
import { asStage } from "../stage-progress.ts";
import { outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly registryAddress: Address;
  readonly rpc: string;
  readonly key: string;
  readonly prepare?: boolean;
}

export function submitCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "submit <bundle>",
    summary: "send a proof bundle to the registry contract and wait until it is accepted",
    example: "submit proof.json --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:SENDER_KEY",
    options: [
      registryAddressOption().makeOptionMandatory(),
      rpcOption().makeOptionMandatory(),
      new Option("--key <file>", "private key of the account that pays, or env:VARIABLE; it need not be the subject, but for the growth of an account set").makeOptionMandatory(),
      new Option("--prepare", "first have the tier's key keep what proofs under this attester registry and scope have in common, if nobody has: a transaction once, and each proof after it costs less"),
    ],
    notes: "The contract is asked before anything is sent, so a refusal costs nothing.",
  }).action(terminal.action((file: string, options: Options) => run(file, options, terminal)));
}

async function run(file: string, { registryAddress: registry, rpc, key, prepare }: Options, terminal: Terminal): Promise<Outcome> {
  const bundle = readAnyBundle(file);
  const wallet = readWallet(key, "--key", terminal);
  if (isGrowthBundle(bundle)) {
    const { tier, proof, publicSignals: { grownSet } } = bundle;
    const transactionHash = await withNode(rpc, terminal, (provider) =>
      asStage(terminal.progress, "submit", () => growAccountSet({ tier, proof, grownSet }, { registry, signer: wallet.connect(provider) }).catch(rethrowIn(file))),
    );
    return outcomeOf({ accepted: true, transactionHash, ...bundleFacts(bundle) });
  }
  const { subject } = unpackClaim(bundle.publicSignals.claim);
  return withNode(rpc, terminal, async (provider) => {
    const options = { registry, signer: wallet.connect(provider) };
    const prepared = prepare === true ? await asStage(terminal.progress, "prepare the key", () => prepareKey(bundle, options).catch(rethrowIn(file))) : undefined;
    const submission = await asStage(terminal.progress, "submit", () => submitBundle(bundle, options).catch(rethrowIn(file)));
    // Accepted it is, also when the node does not tell more.
    const health = await readHealth({ registry, subject, provider }).catch(() => null);
    const until = health === null ? {} : { healthy: health.healthy, healthyUntil: health.healthyUntil };
    return outcomeOf({ accepted: true, ...(prepared === undefined ? {} : { prepared }), ...submission, gasUsed: submission.gasUsed.toString(), ...until, claim: bundleFacts(bundle)["claim"]! });
  });
}
