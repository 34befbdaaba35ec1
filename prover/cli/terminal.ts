/** Where a command's words go: results to stdout, progress, warnings and refusals to stderr, secrets nowhere. */
import pc from "picocolors";
import { MarginProofError } from "../errors.ts";
import { silent, type Progress } from "../progress.ts";
import type { Json } from "../risk/schema.ts";
import { stageProgress } from "./stage-progress.ts";

/** What a command has found, for programs and for people. */
export interface Outcome {
  readonly json: Json;
  readonly text: string;
  /** What the reader must not overlook; in `json` as well. */
  readonly warnings?: readonly string[];
  /** 0 unless the answer is a no, such as an unhealthy book: 1. */
  readonly exitCode?: number;
}

/** Anything that text can be written to. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Shorter texts are not secrets: hiding them would only garble what is printed. */
const MIN_SECRET = 16;
const REFUSED = 1;
const MISUSED = 2;

export class Terminal {
  exitCode = 0;
  readonly progress: Progress;
  readonly #isJson: boolean;
  readonly #out: Sink;
  readonly #error: Sink;
  readonly #secrets = new Set<string>();

  /** With `isJson`, stdout holds one JSON document or nothing, and stderr one JSON error or nothing. */
  constructor(isJson: boolean, out: Sink, error: Sink) {
    this.#isJson = isJson;
    this.#out = out;
    this.#error = error;
    this.progress = isJson ? silent : stageProgress(error);
  }

  /** From here on these texts are blotted out wherever they would be printed. */
  hide(...secrets: readonly string[]): void {
    for (const secret of secrets) if (secret.length >= MIN_SECRET) this.#secrets.add(secret);
  }

  /** Wraps the work of a command: prints its outcome, or why there is none. */
  action<A extends unknown[]>(work: (...args: A) => Outcome | Promise<Outcome>): (...args: A) => Promise<void> {
    return async (...args) => {
      try {
        this.#show(await work(...args));
      } catch (error) {
        this.fail(error);
      }
    };
  }

  /** Help and the like. */
  print(text: string): void {
    this.#out.write(this.#clean(text));
  }

  /** Reports a refusal and sets the exit code: 2 for a misused command line, 1 for everything else. */
  fail(error: unknown): void {
    const refusal = error instanceof MarginProofError ? error : undefined;
    this.exitCode = refusal?.code === "UsageError" ? MISUSED : REFUSED;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#isJson) {
      this.#error.write(`${this.#clean(JSON.stringify({ error: refusal?.toJSON() ?? { code: "UnexpectedError", message } }))}\n`);
      return;
    }
    const hint = refusal?.hint === undefined ? "" : `\n  ${refusal.hint}`;
    this.#error.write(this.#clean(`${pc.red(refusal?.code ?? "UnexpectedError")}: ${message}${hint}\n`));
  }

  #show({ json, text, warnings = [], exitCode = 0 }: Outcome): void {
    this.exitCode = exitCode;
    if (this.#isJson) {
      this.print(`${JSON.stringify(json)}\n`);
      return;
    }
    this.print(`${text}\n`);
    for (const warning of warnings) this.#error.write(this.#clean(`${pc.bold(pc.yellow("WARNING"))}: ${warning}\n`));
  }

  #clean(text: string): string {
    return [...this.#secrets].reduce((sofar, secret) => sofar.replaceAll(secret, "[secret]"), text);
  }
}
