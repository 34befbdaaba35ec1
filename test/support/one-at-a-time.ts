import { mkdirSync, rmSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const LIFETIME_MS = 600_000;

/** Runs work that writes a folder shared by all test files, which run in processes of their own: one of them at a time. */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = `cache/${name}.lock`;
  mkdirSync("cache", { recursive: true });
  while (!take(lock)) await sleep(100);
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    // Whoever held it this long has died.
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > LIFETIME_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}
