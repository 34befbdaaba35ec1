import type { Command } from "commander";
import { scenarioSummary } from "../../risk/scenario-summary.ts";
import { scenarioSummaryJson, scenarioTable } from "../../risk/scenario-table.ts";
import { makeCommand } from "../command.ts";
import { readPolicyOption, rethrowIn } from "../documents.ts";
import { policyOption } from "../options.ts";
import type { Outcome, Terminal } from "../terminal.ts";

export function scenariosCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "scenarios",
    summary: "show what a policy lets happen: its grid, volatility shocks and tail, with quantiles, histograms and correlations",
    example: "scenarios --policy es975",
    options: [policyOption().makeOptionMandatory()],
    notes: "Needs neither market nor book. With --json every scenario of the tail is there, exactly.",
  }).action(terminal.action(run));
}

function run({ policy: file }: { readonly policy: string }): Outcome {
  const policy = readPolicyOption(file);
  try {
    const summary = scenarioSummary(policy);
    return { json: scenarioSummaryJson(summary), text: scenarioTable(summary) };
  } catch (error) {
    return rethrowIn(file)(error);
  }
}
