import type { Command } from "commander";
import { policyHash } from "../../commitment/snapshot.ts";
import { policyNames, readPolicy } from "../../import/shipped-policies.ts";
import { policySizes } from "../../proof/policy-sizes.ts";
import { amountTable, wrappedText } from "../../risk/amount-table.ts";
import { policyModel } from "../../risk/policy-model.ts";
import { makeCommand } from "../command.ts";
import type { Outcome, Terminal } from "../terminal.ts";

const WIDTH = 48;

export function policyList(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "list",
    summary: "the policies that come with the package: what each is after, what it requires, and its tier",
    example: "policy list",
    notes: "The tier is the cheapest for a market with one expiry per underlying. policy show has the rest of each.",
  }).action(terminal.action(run));
}

function run(): Outcome {
  const listed = policyNames().map((name) => {
    const policy = readPolicy(name)!;
    const { measure, parts, after } = policyModel(policy);
    return { name, version: policy.version, after, measure, parts, tier: policySizes(policy).tier, policyHash: policyHash(policy).toString(), description: policy.description };
  });
  const lines = listed.map(({ name, version, after, measure, parts, tier }) => [name, String(version), wrappedText(after, WIDTH).join("\n"), [measure, ...parts].join("\n"), tier ?? "none"]);
  return { json: listed, text: amountTable(["policy", "version", "after", "requires", "tier"], lines, 5) };
}
