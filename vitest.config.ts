import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Compiling a circuit or proving takes seconds; how long is measured in the benchmark, never judged in a test.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // One process per file: WASM curves and in-process chains stay apart. As many at once as there are cores.
    pool: "forks",
    maxWorkers: "100%",
    reporters: ["default", "json"],
    outputFile: { json: "cache/test-results.json" },
  },
});
