import type { Command } from "commander";
import { statementAttester } from "../../statement/statement-attester.ts";
import { makeCommand } from "../command.ts";
import { readRegistry, readStatement, rethrowIn } from "../documents.ts";
import { registryOption } from "../options.ts";
import { statementFacts } from "../statement-facts.ts";
import { outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

export function statementVerify(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "verify <statement>",
    summary: "check a statement's signature, and that its key was registered and valid at its time",
    example: "statement verify deribit.statement.json --registry registry.json",
    options: [registryOption().makeOptionMandatory()],
  }).action(terminal.action((file: string, { registry }: { registry: string }) => run(file, registry, terminal)));
}

function run(file: string, registry: string, terminal: Terminal) {
  const signed = readStatement(file);
  terminal.hide(signed.statement.salt.toString());
  const { assurance } = attesterIn(file, signed, readRegistry(registry)).attester;
  return outcomeOf({ verified: true, ...statementFacts(signed), assurance });
}

function attesterIn(file: string, ...parts: Parameters<typeof statementAttester>): ReturnType<typeof statementAttester> {
  try {
    return statementAttester(...parts);
  } catch (error) {
    return rethrowIn(file)(error);
  }
}
