/** One thread of `MultiplyPool`: answers every batch of scalars with its points. */
import { parentPort, workerData } from "node:worker_threads";
import { CurveMemory } from "./curve-memory.ts";
import { multiplyBatch } from "./multiply-batch.ts";
import { buildTable, GROUPS, type WindowTable, type GroupName } from "./window-table.ts";

export interface WorkerSetup {
  code: WebAssembly.Module;
  /** Address of each group's generator in the code's constants, and the table width to use. */
  generators: Record<GroupName, number>;
  widths: Record<GroupName, number>;
}

export interface Batch {
  group: GroupName;
  scalars: Uint8Array;
}

const { code, generators, widths } = workerData as WorkerSetup;
const curve = await CurveMemory.instantiate(code);
const tables = new Map<GroupName, WindowTable>();

parentPort!.on("message", ({ group, scalars }: Batch) => {
  let table = tables.get(group);
  if (table === undefined) {
    table = buildTable(curve, GROUPS[group], generators[group], widths[group]);
    tables.set(group, table);
  }
  const points = multiplyBatch(curve, table, scalars);
  scalars.fill(0);
  parentPort!.postMessage(points, [points.buffer as ArrayBuffer]);
});
