import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { FIELD_BYTES } from "../proof/field-bytes.ts";
import type { Batch, WorkerSetup } from "./multiply-worker.ts";
import { bestWidth, type GroupName } from "./window-table.ts";

/** Scalars per message: large enough to share inversions, small enough to keep threads evenly busy. */
const BATCH = 4096;

interface Job extends Batch {
  resolve: (points: Uint8Array) => void;
}

export interface MultiplyPool {
  /**
   * scalar · generator for every scalar (32 bytes each, little-endian), as affine points in the WASM code's form.
   * `done` is told how many scalars each finished batch had. The scalars are overwritten.
   * @throws what a thread failed with
   */
  multiply(group: GroupName, scalars: Uint8Array, done?: (count: number) => void): Promise<Uint8Array>;
  /** Ends the threads. */
  close(): Promise<void>;
}

export interface PoolOptions {
  code: WebAssembly.Module;
  generators: Record<GroupName, number>;
  /** About how many scalars there will be; decides the tables' sizes. */
  expected: Record<GroupName, number>;
  threads: number;
}

export function multiplyPool({ code, generators, expected, threads }: PoolOptions): MultiplyPool {
  const setup: WorkerSetup = { code, generators, widths: { G1: bestWidth(expected.G1 / threads), G2: bestWidth(expected.G2 / threads) } };
  const queue: Job[] = [];
  const failure = Promise.withResolvers<never>();
  // Nobody may be waiting when a thread fails; whoever multiplies later still gets the error.
  failure.promise.catch(() => {});
  const workers = Array.from({ length: threads }, () => startWorker(setup, queue, failure.reject));

  return {
    multiply(group, scalars, done = () => {}) {
      const batches = split(scalars).map((batch) => {
        const { promise, resolve } = Promise.withResolvers<Uint8Array>();
        queue.push({ group, scalars: batch, resolve });
        return promise.then((points) => (done(batch.length / FIELD_BYTES), points));
      });
      scalars.fill(0);
      for (const worker of workers) worker.next();
      return Promise.race([Promise.all(batches).then((points) => Buffer.concat(points)), failure.promise]);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.end()));
    },
  };
}

function startWorker(setup: WorkerSetup, queue: Job[], fail: (error: unknown) => void) {
  // The same folder holds .ts files here and .js files in the published package.
  const worker = new Worker(new URL(`./multiply-worker${extname(import.meta.url)}`, import.meta.url), { workerData: setup });
  let current: Job | undefined;
  const next = () => {
    if (current !== undefined) return;
    current = queue.shift();
    if (current === undefined) return;
    const { group, scalars } = current;
    worker.postMessage({ group, scalars } satisfies Batch);
    scalars.fill(0);
  };
  worker.on("message", (points: Uint8Array) => {
    current!.resolve(points);
    current = undefined;
    next();
  });
  worker.on("error", fail);
  return { next, end: () => worker.terminate() };
}

function split(scalars: Uint8Array): Uint8Array[] {
  const size = BATCH * FIELD_BYTES;
  return Array.from({ length: Math.ceil(scalars.length / size) }, (_, i) => scalars.slice(i * size, (i + 1) * size));
}
