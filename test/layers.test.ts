import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../prover/proof/tiers.ts";

/** The reading order of prover/: a folder imports only from those before it, and from the files beside them. */
const LAYERS = ["numeric", "risk", "commitment", "statement", "proof", "setup", "chain", "import", "keeper", "cli"];
const PROVER = join(packageRoot(), "prover");

const files = readdirSync(PROVER, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const layerOf = (path: string): number => (path.includes("/") ? LAYERS.indexOf(path.split("/")[0]!) : -1);
const importsOf = (file: string): string[] =>
  [...readFileSync(join(PROVER, file), "utf8").matchAll(/from "(\.[^"]+)"|import\("(\.[^"]+)"\)/g)].map(([, a, b]) => relative(PROVER, resolve(PROVER, dirname(file), (a ?? b)!)));

describe("prover/", () => {
  it("has the folders that the README lists, in its order", () => {
    const readme = readFileSync(join(packageRoot(), "README.md"), "utf8");
    expect(/read in this order: (.+) \|/.exec(readme)![1]!.split(" → ").map((name) => name.replaceAll("`", ""))).toEqual(LAYERS);
    expect(readdirSync(PROVER, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted()).toEqual(LAYERS.toSorted());
  });

  it("looks back only: no file imports from a later folder", () => {
    const forward = files.filter((file) => file !== "index.ts").flatMap((file) => importsOf(file).filter((path) => layerOf(path) > layerOf(file)).map((path) => `${file} → ${path}`));
    expect(forward).toEqual([]);
  });

  it("leaves the repository's scripts and tests alone", () => {
    expect(files.flatMap((file) => importsOf(file).filter((path) => path.startsWith("..")).map((path) => `${file} → ${path}`))).toEqual([]);
  });
});
