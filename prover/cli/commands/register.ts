import type { Command } from "commander";
import { sendCall } from "../../chain/calls.ts";
import { registrationCall } from "../../chain/register.ts";
import type { Address } from "../../statement/address.ts";
import { previewed } from "../acting.ts";
import { withNode } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { dryRunOption, keyOption, registryAddressOption, rpcOption } from "../options.ts";
import { readWallet } from "../secrets.ts";
import { asStage } from "../stage-progress.ts";
import { outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";
import { accountSetOptions, readAccountSet, type AccountSetOptions } from "./account-set.ts";

interface Options extends AccountSetOptions {
  readonly registryAddress: Address;
  readonly rpc: string;
  readonly key: string;
  readonly dryRun?: true;
}

export function registerCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "register",
    summary: "register the subject's account set on chain, once: every later proof must cover exactly these accounts",
    example: "register --account deribit/main custody/treasury --salt-file account-set.salt --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:SUBJECT_KEY",
    options: [
      ...accountSetOptions(),
      registryAddressOption().makeOptionMandatory(),
      rpcOption().makeOptionMandatory(),
      keyOption("the subject"),
      dryRunOption(),
    ],
    notes: "The contract is asked before anything is sent, so a refusal costs nothing.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run(options: Options, terminal: Terminal): Promise<Outcome> {
  const wallet = readWallet(options.key, "--key", terminal);
  const set = readAccountSet(options, terminal);
  return withNode(options.rpc, terminal, async (provider) => {
    const call = registrationCall(BigInt(set.accountSet), { registry: options.registryAddress, signer: wallet.connect(provider) });
    if (options.dryRun === true) return previewed([call], wallet.address, set);
    const { transactionHash } = await asStage(terminal.progress, "register", () => sendCall(call));
    return outcomeOf({ subject: wallet.address, transactionHash, ...set });
  });
}
