import type { Command } from "commander";
import { policyHash } from "../../commitment/snapshot.ts";
import { policySizes } from "../../proof/policy-sizes.ts";
import { policyJson } from "../../risk/policy.ts";
import { policyTable } from "../../risk/policy-table.ts";
import { makeCommand } from "../command.ts";
import { readMarket, readPolicyOption } from "../documents.ts";
import { marketOption } from "../options.ts";
import { sizesJson, sizesTable } from "../policy-facts.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly market?: string;
}

const PLAIN = "one expiry per underlying";

export function policyShow(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "show <policy>",
    summary: "show a policy, or one that comes with the package, as tables",
    example: "policy show grid-33",
    options: [marketOption()],
    notes: "Sizes are those in the market; without one, in a market with a perpetual, a future and an option on each underlying. prover/risk/README.md says what every part means.",
  }).action(terminal.action(run));
}

function run(fileOrName: string, { market: marketFile }: Options): Outcome {
  const market = marketFile === undefined ? undefined : readMarket(marketFile);
  const policy = readPolicyOption(fileOrName);
  const sizes = policySizes(policy, market);
  const hash = policyHash(policy).toString();
  const tier = sizes.tier === null ? `no tier takes it: ${sizes.lack!.reason}` : `smallest tier  ${sizes.tier}`;
  return {
    json: { policy: policyJson(policy), policyHash: hash, ...sizesJson(sizes) },
    text: [policyTable(policy), sizesTable(sizes, market === undefined ? PLAIN : "in the market"), tier, `policy hash    ${hash}`].join("\n"),
  };
}
