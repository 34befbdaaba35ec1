import type { Command } from "commander";
import { verifySnapshot } from "../../commitment/snapshot-json.ts";
import { makeCommand } from "../command.ts";
import { readDocument, readMarket, readPolicyOption } from "../documents.ts";
import { marketOption, policyOption } from "../options.ts";
import { outcomeOf, snapshotSummary } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly market: string;
  readonly policy: string;
}

export function snapshotVerify(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "verify <snapshot>",
    summary: "recompute a published snapshot from market and policy, and compare everything",
    example: "snapshot verify snapshot.json --market market.json --policy grid-33",
    options: [marketOption().makeOptionMandatory(), policyOption().makeOptionMandatory()],
  }).action(terminal.action((file: string, options: Options) => run(file, options, terminal)));
}

function run(file: string, options: Options, { progress }: Terminal) {
  const market = readMarket(options.market);
  const policy = readPolicyOption(options.policy);
  const snapshot = readDocument(file, (json) => verifySnapshot(json, market, policy, { progress }));
  return outcomeOf({ verified: true, ...snapshotSummary(snapshot) });
}
