import Table from "cli-table3";
import { Option, type Command } from "commander";
import { checkDeployment, parseDeployment } from "../../chain/deployment.ts";
import { loadVerifyingArtifacts } from "../../proof/artifacts.ts";
import { withNode } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { readDocument, rethrowIn } from "../documents.ts";
import { rpcOption } from "../options.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly rpc: string;
  readonly keys?: true;
}

export function deploymentVerify(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "verify <record>",
    summary: "compare a chain with the record of a deployment: code, keys, set-ups, policies",
    example: "deployment verify deployment.json --rpc http://127.0.0.1:8545 --keys",
    options: [rpcOption().makeOptionMandatory(), new Option("--keys", "compute the hash of every tier's key again from its file")],
    notes: "Exits with 0 when everything agrees and with 1 when something does not.",
  }).action(terminal.action((file: string, options: Options) => run(file, options, terminal)));
}

async function run(file: string, { rpc, keys }: Options, terminal: Terminal): Promise<Outcome> {
  const record = readDocument(file, parseDeployment);
  const artifacts = keys === undefined ? [] : await Promise.all(record.tiers.map(({ tier }) => loadVerifyingArtifacts(tier)));
  const findings = await withNode(rpc, terminal, (provider) => checkDeployment(record, provider, artifacts).catch(rethrowIn(file)));
  const agrees = findings.every((finding) => finding.agrees);
  const table = new Table({ head: ["", "what", "found"], style: { head: [], border: [] } });
  for (const finding of findings) table.push([finding.agrees ? "✔" : "✘", finding.what, finding.agrees ? finding.found : `${finding.found}\nrecord: ${finding.expected}`]);
  return { json: { agrees, findings: findings.map((finding) => ({ ...finding })) }, text: table.toString(), exitCode: agrees ? 0 : 1 };
}
