/** The command line as its users run it: a process of its own, in a folder of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { runCommandLine } from "../../prover/cli/run.ts";
import { REPOSITORY } from "../../scripts/circom.ts";

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  /** Runs `margin-health …args`. */
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** The same within this process, faster; one at a time, because folder and environment are the process's. */
  runHere(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** `run` with --json; its stdout parsed. Fails unless the exit code is the given one. */
  json(args: readonly string[], options?: RunOptions & { readonly code?: number }): Promise<any>;
  /** Everything that any run has printed. */
  readonly transcript: string[];
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function commandLine(folder: string, program: readonly string[] = ["--disable-warning=ExperimentalWarning", join(REPOSITORY, "prover/cli/main.ts")]): CommandLine {
  const transcript: string[] = [];
  const run = async (args: readonly string[], { cwd = folder, env = {} }: RunOptions = {}): Promise<Run> => {
    const result = await runNode([...program, ...args], cwd, env);
    transcript.push(result.stdout, result.stderr);
    return result;
  };
  return {
    run,
    runHere: async (args, { cwd = folder, env = {} } = {}) => {
      const result = await within(cwd, env, () => capture(args));
      transcript.push(result.stdout, result.stderr);
      return result;
    },
    json: async (args, { code = 0, ...options } = {}) => {
      const result = await run([...args, "--json"], options);
      if (result.code !== code) throw new Error(`${args.join(" ")} ended with ${result.code}, not ${code}: ${result.stderr}`);
      return JSON.parse(result.stdout);
    },
    transcript,
  };
}

/** Runs Node in a plain environment: no colours, no artefacts but the repository's. */
export function runNode(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, args, { cwd, env: { PATH, HOME, NO_COLOR: "1", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, ...output }));
  });
}

async function capture(args: readonly string[]): Promise<Run> {
  const output = { stdout: "", stderr: "" };
  const sink = (stream: keyof typeof output) => ({ write: (text: string) => void (output[stream] += text) });
  const code = await runCommandLine(args, sink("stdout"), sink("stderr"));
  return { code, ...output };
}

async function within<T>(cwd: string, env: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(cwd);
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    process.chdir(before);
  }
}
