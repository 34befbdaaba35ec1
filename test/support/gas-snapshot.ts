import { readFileSync, writeFileSync } from "node:fs";

const PATH = "test/snapshots/gas.json";

/** What was measured and what is committed. With UPDATE_SNAPSHOTS=1 the measurement becomes the commitment. */
export function gasSnapshot(measured: Readonly<Record<string, number>>): { measured: Readonly<Record<string, number>>; committed: unknown } {
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(PATH, `${JSON.stringify(measured, null, 2)}\n`);
  return { measured, committed: JSON.parse(readFileSync(PATH, "utf8")) };
}
