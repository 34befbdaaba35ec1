import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { MarginProofError } from "../errors.ts";

/** Who holds a lock. A process is known by its start as well: numbers are given out again. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Clock ticks after boot at which it started; null where the system does not tell. */
  readonly started: string | null;
}

/** Held until released. A process that dies leaves it behind, and the next one takes it over. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock at `path` for this process. The file appears complete or not at all.
 * @throws KeeperRunning when a process that lives holds it, naming it; UnwritableFile
 */
export function lockFile(path: string): FileLock {
  const mine = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(mine, JSON.stringify(holderOf(process.pid)), { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw new MarginProofError("UnwritableFile", "cannot be written", { path, hint: "check the folder's permissions and the space left", cause });
  }
  try {
    if (!tryLink(mine, path)) takeOver(mine, path);
  } finally {
    rmSync(mine, { force: true });
  }
  return { release: () => rmSync(path, { force: true }) };
}

/** From a holder that died. Only one process at a time does so: two would each remove the other's lock. */
function takeOver(mine: string, path: string): void {
  const guard = `${path}.takeover`;
  refuseIfAlive(path);
  if (!tryLink(mine, guard)) replaceDead(mine, guard);
  try {
    replaceDead(mine, path);
  } finally {
    rmSync(guard, { force: true });
  }
}

function replaceDead(mine: string, path: string): void {
  refuseIfAlive(path);
  rmSync(path, { force: true });
  if (tryLink(mine, path)) return;
  refuseIfAlive(path);
  throw new MarginProofError("KeeperRunning", "other processes take the lock at the same time", { path, hint: "start one of them" });
}

/** @returns false when the name is taken */
function tryLink(mine: string, name: string): boolean {
  try {
    linkSync(mine, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function refuseIfAlive(path: string): void {
  const holder = readHolder(path);
  if (holder === null || !isAlive(holder)) return;
  const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
  throw new MarginProofError("KeeperRunning", `process ${holder.pid}${where} keeps this journal`, {
    path,
    hint: where === "" ? "stop it, or give this one a journal of its own" : `if no keeper runs on ${holder.host}, remove the file`,
  });
}

/** Null when there is no lock, or one that nobody could have written. */
function readHolder(path: string): Holder | null {
  try {
    const { pid, host, started } = JSON.parse(readFileSync(path, "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 && typeof host === "string" ? { pid, host, started } : null;
  } catch {
    return null;
  }
}

const holderOf = (pid: number): Holder => ({ pid, host: hostname(), started: startOf(pid) });

/** On another machine it cannot be asked: it counts as alive. */
function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = startOf(pid);
  return started === null || now === null || started === now;
}

/** Field 22 of Linux's stat, counted behind the name, which may hold blanks. */
function startOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
