import pc from "picocolors";
import type { Command } from "commander";
import type { MarginProofError } from "../../errors.ts";
import { plainMarket, policySizes } from "../../proof/policy-sizes.ts";
import { printable } from "../../risk/amount-table.ts";
import { policyMarketProblems } from "../../risk/policy-market.ts";
import { parsePolicy, policyProblems } from "../../risk/policy.ts";
import { makeCommand } from "../command.ts";
import { readDocument, readMarket } from "../documents.ts";
import { marketOption } from "../options.ts";
import { placeJson, placeText } from "../policy-facts.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly market?: string;
}

export function policyCheck(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "check <file>",
    summary: "say everything that is wrong with a policy, each with its place and a remedy",
    example: "policy check policy.json --market market.json",
    options: [marketOption()],
    notes: "With --market also what only a market shows, such as an asset without a haircut. Exits with 1 when something is wrong. prover/risk/README.md has every field.",
  }).action(terminal.action((file: string, options: Options) => run(file, options, terminal)));
}

function run(file: string, { market: marketFile }: Options, { progress }: Terminal): Outcome {
  const market = marketFile === undefined ? undefined : readMarket(marketFile);
  const json = readDocument(file, (document) => document);
  const problems = policyProblems(json);
  if (problems.length > 0) return refused(file, problems);
  const policy = parsePolicy(json);
  const later = policyMarketProblems(policy, market ?? { ...plainMarket(policy, 1), listings: [] }, progress);
  if (later.length > 0) return refused(file, later);
  const sizes = policySizes(policy, market);
  const { name, version } = policy;
  const warnings = sizes.lack === null ? {} : { warnings: [`no circuit proves it: ${sizes.lack.reason}`] };
  return {
    json: { ok: true, problems: [], name, version, ...placeJson(policy, sizes), ...warnings },
    text: `${file}: nothing is wrong with ${name} ${version}\n${placeText(policy, sizes, market !== undefined)}`,
    ...warnings,
  };
}

function refused(file: string, problems: readonly MarginProofError[]): Outcome {
  const lines = problems.flatMap(({ code, message, hint }) => [`${pc.red(code)}: ${printable(message)}`, ...(hint === undefined ? [] : [`  ${hint}`])]);
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return { json: { ok: false, problems: problems.map((problem) => ({ ...problem.toJSON() })) }, text: [`${file}: ${count}`, ...lines].join("\n"), exitCode: 1 };
}
