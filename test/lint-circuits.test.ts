import { expect, it } from "vitest";
import { compareFindings, lintCircuits, type Finding } from "../scripts/lint-circuits.ts";

const finding: Finding = { tool: "circomspect", rule: "CS0005", where: "lib/a.circom", what: "out <-- in;" };

it("finds nothing in the circuits that circuits/lint-allow.json does not explain, and explains nothing that is not found", async () => {
  expect(await lintCircuits()).toEqual([]);
});

it("accepts a finding for its exact line of code only", () => {
  expect(compareFindings([finding, finding], [finding])).toEqual([]);
  expect(compareFindings([{ ...finding, what: "out <-- 2 * in;" }], [finding])).toEqual([
    "not allowed: circomspect  CS0005  lib/a.circom  out <-- 2 * in;",
    "no longer found, remove it from circuits/lint-allow.json: circomspect  CS0005  lib/a.circom  out <-- in;",
  ]);
});
