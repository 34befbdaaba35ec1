/** How every command of this program is made: strict, with `--json`, with an example in its help. */
import { Command, type CommanderError, type Option } from "commander";
import { MarginProofError } from "../errors.ts";
import { jsonOption } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export const PROGRAM = "margin-health";

export interface CommandShape {
  /** Name and arguments, `verify <bundle>`. */
  readonly usage: string;
  readonly summary: string;
  /** A whole command line that works, without the program's name. */
  readonly example: string;
  readonly options?: readonly Option[];
  /** More about the command, for its help. */
  readonly notes?: string;
}

/** A command without its action. */
export function makeCommand(terminal: Terminal, { usage, summary, example, options = [], notes }: CommandShape): Command {
  const [name = "", ...args] = usage.split(" ");
  const command = strict(new Command(name), terminal).description(summary);
  for (const argument of args) command.argument(argument);
  for (const option of [...options, jsonOption()]) command.addOption(option);
  command.configureHelp({ optionDescription: described });
  command.addHelpText("after", `${notes === undefined ? "" : `\n${notes}\n`}\nExample:\n  $ ${PROGRAM} ${example}`);
  return command;
}

/** What an option is for, and whether it must be there. */
function described(option: Option): string {
  const choices = option.argChoices === undefined ? "" : ` (one of ${option.argChoices.join(", ")})`;
  const fallback = option.defaultValue === undefined ? "" : ` (default: ${option.defaultValueDescription ?? String(option.defaultValue)})`;
  return `${option.description}${choices}${option.mandatory && fallback === "" ? " (required)" : fallback}`;
}

/** A name that only gathers commands. One of them may go without its own name. */
export function makeGroup(terminal: Terminal, name: string, summary: string, commands: readonly Command[], plain?: Command): Command {
  const group = strict(new Command(name), terminal).description(summary);
  for (const command of commands) group.addCommand(command, { isDefault: command === plain });
  return group;
}

/** Failures are thrown, not printed, and nothing ends the process. */
export function strict(command: Command, terminal: Terminal): Command {
  return command
    .configureOutput({ writeOut: (text) => terminal.print(text), writeErr: () => {}, outputError: () => {} })
    .exitOverride((error) => stop(error, command));
}

/** Help and version end well; everything else is a misuse, and says where help is. */
function stop(error: CommanderError, command: Command): never {
  if (error.exitCode === 0) throw error;
  const path = fullName(command);
  const message = error.code === "commander.help" ? `choose one of ${command.commands.map((each) => each.name()).join(", ")}` : error.message.replace(/^error: /, "");
  throw new MarginProofError("UsageError", message, { path, hint: `see ${path} --help`, cause: error });
}

/** `margin-health snapshot build` */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
