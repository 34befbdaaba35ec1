import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import hre from "hardhat";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "./support/contracts.ts";

interface BuildOutput {
  output: { errors?: { severity: string; formattedMessage: string }[] };
}

beforeAll(async () => {
  await (await connect()).close();
});

describe("the contracts", () => {
  it("compile without a warning", async () => {
    const names = await hre.artifacts.getAllFullyQualifiedNames();
    const ids = new Set(await Promise.all([...names].map((name) => hre.artifacts.getBuildInfoId(name))));
    expect(ids.size).toBeGreaterThan(0);
    for (const id of ids) {
      const path = (await hre.artifacts.getBuildInfoOutputPath(id!)) as string;
      const { output } = JSON.parse(readFileSync(path, "utf8")) as BuildOutput;
      expect((output.errors ?? []).map(({ formattedMessage }) => formattedMessage)).toEqual([]);
    }
  });

  it("pass the linter without a warning", () => {
    const solhint = createRequire(import.meta.url).resolve("solhint/solhint.js");
    const parameters = [solhint, "--disc", "--noPoster", "--max-warnings", "0", "verifier-contracts/**/*.sol", "test/contracts/*.sol"];
    expect(execFileSync(process.execPath, parameters, { encoding: "utf8" }).trim()).toBe("");
  });
});
