import pc from "picocolors";
import type { Progress } from "../prover/progress.ts";

const INTERVAL = 200;

/**
 * Runs a stage and prints one line for it with its time. On a terminal the line shows progress while it runs; elsewhere
 * (a pipe, a CI log) each stage prints once, when it is done.
 */
export async function stage<T>(title: string, work: (progress: Progress) => Promise<T> | T): Promise<T> {
  const started = performance.now();
  const live = process.stderr.isTTY;
  let shown = 0;
  const progress: Progress = (step, done, total) => {
    if (!live || performance.now() - shown < INTERVAL) return;
    shown = performance.now();
    process.stderr.write(`\r\x1b[K  ${pc.dim("…")} ${title} ${pc.dim(`${step} ${Math.floor((100 * done) / Math.max(total, 1))} %`)}`);
  };
  if (live) process.stderr.write(`  ${pc.dim("…")} ${title}`);
  try {
    const result = await work(progress);
    finish(live, pc.green("✔"), title, started);
    return result;
  } catch (error) {
    finish(live, pc.red("✘"), title, started);
    throw error;
  }
}

function finish(live: boolean, mark: string, title: string, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${live ? "\r\x1b[K" : ""}  ${mark} ${title.padEnd(48)} ${pc.dim(`${seconds.padStart(6)} s`)}\n`);
}
