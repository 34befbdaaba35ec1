import type { Command } from "commander";
import { publicationOf } from "../../chain/publication.ts";
import { serializePublicationSignature } from "../../chain/publication-json.ts";
import { signPublication } from "../../chain/publication-signature.ts";
import { verifySnapshot } from "../../commitment/snapshot-json.ts";
import type { Address } from "../../statement/address.ts";
import { makeCommand } from "../command.ts";
import { readDocument, readMarket, readPolicyOption } from "../documents.ts";
import { chainIdOption, epochOption, forceOption, keyOption, marketOption, oracleAddressOption, outOption, policyOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { publicationFacts } from "../publication-facts.ts";
import { readWallet } from "../secrets.ts";
import { outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly market: string;
  readonly policy: string;
  readonly epoch: bigint;
  readonly chainId: bigint;
  readonly oracleAddress: Address;
  readonly key: string;
  readonly out: string;
  readonly force?: boolean;
}

export function snapshotSign(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "sign <snapshot>",
    summary: "sign a snapshot as one of its publishers, after recomputing it from policy and market",
    example: "snapshot sign snapshot.json --market market.json --policy grid-33 --epoch 7 --chain-id 31337 --oracle-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --key env:PUBLISHER_KEY --out publisher-1.json",
    options: [
      marketOption().makeOptionMandatory(),
      policyOption().makeOptionMandatory(),
      epochOption().makeOptionMandatory(),
      chainIdOption("chain of the oracle contract").makeOptionMandatory(),
      oracleAddressOption().makeOptionMandatory(),
      keyOption("the publisher"),
      outOption("write the signature here, to be gathered by whoever publishes"),
      forceOption(),
    ],
    notes: [
      "Take the market from your own sources: a quorum that signs one party's market is that party.",
      "Sign once an epoch, and try again in the next: whoever holds two signatures of yours chooses which one counts.",
    ].join("\n"),
  }).action(terminal.action((file: string, options: Options) => run(file, options, terminal)));
}

async function run(file: string, options: Options, terminal: Terminal) {
  const output = outputFile(options.out, options);
  const wallet = readWallet(options.key, "--key", terminal);
  const market = readMarket(options.market);
  const policy = readPolicyOption(options.policy);
  const snapshot = readDocument(file, (json) => verifySnapshot(json, market, policy, { progress: terminal.progress }));
  const signed = await signPublication(publicationOf(snapshot, market, options.epoch), { chainId: options.chainId, oracle: options.oracleAddress }, wallet);
  output.write(`${serializePublicationSignature(signed)}\n`);
  return outcomeOf({ publisher: signed.publisher, ...publicationFacts(signed), out: output.path });
}
