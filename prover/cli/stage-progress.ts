import pc from "picocolors";
import type { Progress } from "../progress.ts";
import type { Sink } from "./terminal.ts";

/** Milliseconds between two updates of a running line. */
const INTERVAL = 200;

/**
 * Prints one line per stage with its time, counted from the end of the stage before. On a terminal the line moves while the
 * stage runs; elsewhere (a pipe, a log) it is printed once, when the stage is done.
 */
export function stageProgress(sink: Sink): Progress {
  let started = performance.now();
  // The first update is shown, however young the process.
  let shown = -Infinity;
  return (stage, done, total) => {
    const now = performance.now();
    if (done >= total) {
      const seconds = ((now - started) / 1000).toFixed(1);
      sink.write(`${sink.isTTY ? "\r\x1b[K" : ""}  ${pc.green("✔")} ${stage.padEnd(32)} ${pc.dim(`${seconds.padStart(6)} s`)}\n`);
      started = now;
    } else if (sink.isTTY && now - shown >= INTERVAL) {
      sink.write(`\r\x1b[K  ${pc.dim("…")} ${stage} ${pc.dim(`${Math.floor((100 * done) / total)} %`)}`);
      shown = now;
    }
  };
}

/** Runs `work` as a stage of its own. */
export async function asStage<T>(progress: Progress, stage: string, work: () => T | Promise<T>): Promise<T> {
  progress(stage, 0, 1);
  const result = await work();
  progress(stage, 1, 1);
  return result;
}
