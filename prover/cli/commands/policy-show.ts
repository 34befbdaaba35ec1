import type { Command } from "commander";
import { policySizes } from "../../proof/policy-sizes.ts";
import { policyJson } from "../../risk/policy.ts";
import { policyTable } from "../../risk/policy-table.ts";
import { makeCommand } from "../command.ts";
import { readMarket, readPolicyOption } from "../documents.ts";
import { marketOption } from "../options.ts";
import { placeJson, placeText } from "../policy-facts.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly market?: string;
}

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
  return {
    json: { policy: policyJson(policy), ...placeJson(policy, sizes) },
    text: [policyTable(policy), placeText(policy, sizes, market !== undefined)].join("\n"),
  };
}
