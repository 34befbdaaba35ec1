import { CommanderError } from "commander";
import { makeProgram } from "./program.ts";
import { Terminal, type Sink } from "./terminal.ts";

/** Runs one command line. @returns the exit code: 0 done, 1 refused or a no, 2 misused */
export async function runCommandLine(args: readonly string[], out: Sink, error: Sink): Promise<number> {
  const terminal = new Terminal(args.includes("--json"), out, error);
  try {
    await makeProgram(terminal).parseAsync([...args], { from: "user" });
  } catch (failure) {
    // What is left of commander's own endings: help and version, already printed.
    if (!(failure instanceof CommanderError)) terminal.fail(failure);
  }
  return terminal.exitCode;
}
