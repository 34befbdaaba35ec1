import type { Command } from "commander";
import { contractAt } from "../../chain/contracts.ts";
import { policyHash } from "../../commitment/snapshot.ts";
import type { Address } from "../../statement/address.ts";
import { withNode } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { readPolicyOption, rethrowIn } from "../documents.ts";
import { oracleAddressOption, policyOption, rpcOption } from "../options.ts";
import { policyFacts, publisherFacts } from "../oracle-facts.ts";
import { outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly oracleAddress: Address;
  readonly policy?: string;
  readonly rpc: string;
}

export function controlStatus(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "status",
    summary: "who publishes to an oracle or a relay, which set is announced, and how a policy's breaker stands",
    example: "control status --policy grid-33 --oracle-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545",
    options: [policyOption(), oracleAddressOption().makeOptionMandatory(), rpcOption().makeOptionMandatory()],
    notes: "Exits with 0 also when something is stopped: it is read, not judged.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run({ oracleAddress, policy, rpc }: Options, terminal: Terminal): Promise<Outcome> {
  const hash = policy === undefined ? undefined : policyHash(readPolicyOption(policy));
  return withNode(rpc, terminal, async (provider) => {
    const oracle = contractAt("SnapshotOracle", oracleAddress, provider);
    const publishers = await publisherFacts(oracle).catch(rethrowIn(oracleAddress));
    return outcomeOf({ oracle: oracleAddress, ...publishers, ...(hash === undefined ? {} : { policy: await policyFacts(oracle, hash) }) });
  });
}
