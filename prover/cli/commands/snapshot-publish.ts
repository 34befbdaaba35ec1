import { Option, type Command } from "commander";
import { contractAt } from "../../chain/contracts.ts";
import { parsePublicationSignature } from "../../chain/publication-json.ts";
import { gatherSignatures } from "../../chain/publication-signature.ts";
import { publishSigned } from "../../chain/publish.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { withNode } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { readDocument } from "../documents.ts";
import { parsedOption, rpcOption } from "../options.ts";
import { publicationFacts } from "../publication-facts.ts";
import { readWallet } from "../secrets.ts";
import { oracleOn } from "../signed-for.ts";
import { asStage } from "../stage-progress.ts";
import { outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly relayAddress?: Address;
  readonly rpc: string;
  readonly key: string;
}

export function snapshotPublish(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "publish <signatures...>",
    summary: "hand publishers' signatures of one snapshot in to their oracle, or to a relay of it on another chain",
    example: "snapshot publish publisher-1.json publisher-2.json --rpc http://127.0.0.1:8545 --key env:SENDER_KEY",
    options: [
      parsedOption("--relay-address <address>", "the RelayedSnapshots contract on this node's chain, instead of the oracle itself", parseAddress),
      rpcOption().makeOptionMandatory(),
      new Option("--key <file>", "private key of the account that pays, or env:VARIABLE; anyone's").makeOptionMandatory(),
    ],
    notes: "The contract is asked before anything is sent, so a refusal costs nothing. Fewer signatures than the quorum are kept by an oracle as votes.",
  }).action(terminal.action((files: string[], options: Options) => run(files, options, terminal)));
}

async function run(files: readonly string[], { relayAddress, rpc, key }: Options, terminal: Terminal): Promise<Outcome> {
  const gathered = gatherSignatures(files.map((file) => readDocument(file, parsePublicationSignature)));
  const wallet = readWallet(key, "--key", terminal);
  const { hash, logs, gasUsed } = await withNode(rpc, terminal, async (provider) => {
    const contract = contractAt(relayAddress === undefined ? "SnapshotOracle" : "RelayedSnapshots", relayAddress ?? (await oracleOn(gathered.domain, provider)), wallet.connect(provider));
    const receipt = await asStage(terminal.progress, "publish", () => publishSigned(contract, gathered));
    return { hash: receipt.hash, gasUsed: receipt.gasUsed, logs: receipt.logs.map((log) => contract.interface.parseLog(log)?.name) };
  });
  return outcomeOf({
    accepted: logs.includes("SnapshotAccepted"), breakerTripped: logs.includes("BreakerTripped"), transactionHash: hash, gasUsed: gasUsed.toString(),
    publishers: gathered.signatures.map(({ publisher }) => publisher), ...publicationFacts(gathered),
  });
}
