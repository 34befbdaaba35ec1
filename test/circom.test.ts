import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PUBLIC_SIGNALS } from "../prover/proof/public-signals.ts";
import { artifactPaths, growthParameters, readTiers } from "../prover/proof/tiers.ts";
import { circom, compileFlags, sourceDigest } from "../scripts/circom.ts";
import { mainCircom, writeTierSources } from "../scripts/tier-sources.ts";
import { scratchFolder } from "./support/small-circuits.ts";

let folder: string;
beforeAll(async () => void (folder = await scratchFolder()));
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, text: string) => {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text);
  return path;
};
const MAIN = `pragma circom 2.2.0;\ninclude "parts/square.circom";\ncomponent main = Square();\n`;
const SQUARE = "pragma circom 2.2.0;\ntemplate Square() { signal input in; signal output out; out <== in * in; }\n";

describe("sourceDigest", () => {
  it("changes with any file that is included, at any depth, and with the flags", async () => {
    const main = await write("main.circom", MAIN);
    await write("parts/square.circom", `include "deep/one.circom";\n${SQUARE}`);
    await write("parts/deep/one.circom", "function one() { return 1; }\n");
    const before = await sourceDigest(main, ["--O2"]);
    expect(await sourceDigest(main, ["--O2"])).toBe(before);
    expect(await sourceDigest(main, ["--O1"])).not.toBe(before);
    await write("parts/deep/one.circom", "function one() { return 2; }\n");
    expect(await sourceDigest(main, ["--O2"])).not.toBe(before);
  });

  it("does not depend on where the main file lies", async () => {
    const text = `pragma circom 2.2.0;\ninclude "lib/range.circom";\ncomponent main = CheckBits(3);\n`;
    const here = await write("here.circom", text);
    const there = await write("elsewhere/there.circom", text);
    expect(await sourceDigest(there)).toBe(await sourceDigest(here));
  });

  it("names the file whose include is missing", async () => {
    const main = await write("lost.circom", `include "nowhere.circom";\n`);
    await expect(sourceDigest(main)).rejects.toThrow(/lost\.circom includes "nowhere\.circom"/);
  });
});

describe("circom", () => {
  it("writes what its flags ask for into the folder it is given", async () => {
    const main = await write("compiled.circom", MAIN.replace("parts/", "other/"));
    await write("other/square.circom", SQUARE);
    const target = join(folder, "out");
    await mkdir(target);
    await circom(main, compileFlags("O2"), target);
    expect((await readdir(target)).sort()).toEqual(["compiled.r1cs", "compiled.sym", "compiled_js"]);
  });

  it("fails with the compiler's own words, without colours", async () => {
    const main = await write("wrong.circom", "pragma circom 2.2.0;\ntemplate W() { signal input a; signal output b; b <== a * a * a; }\ncomponent main = W();\n");
    await expect(circom(main, compileFlags("O2"))).rejects.toThrow(/^circom refuses circuits\/build.*wrong\.circom:\nerror\[T3001\]: Non quadratic constraints/s);
  });
});

describe("generated mains", () => {
  it.each(Object.entries(readTiers()))("of tier %s take sizes and public signals from their tables", (tier, parameters) => {
    const text = mainCircom(tier, parameters, artifactPaths(tier).folder);
    expect(text).toContain(`{public [${PUBLIC_SIGNALS.map(({ name }) => name).join(", ")}]}`);
    const { cells, groups, nettingSets, scenarios, skews, bases, tails, exposures, tiers, correlations, sensitivities } = parameters;
    const sizes = [cells, groups, nettingSets, scenarios, skews, bases, tails, exposures, tiers, correlations, sensitivities];
    const features = [parameters.cellValues, parameters.floors, parameters.pairing].map((feature) => (feature ? 1 : 0));
    const shape = [...sizes, ...features, parameters.tailSets].join(", ");
    expect(text).toContain(`MarginHealth(${parameters.positions}, ${parameters.venues}, [${shape}], ${parameters.treeParents}, ${parameters.breach ? 1 : 0});`);
  });

  it("of tier growth take theirs from theirs, and no generators", () => {
    const text = mainCircom("growth", growthParameters("growth"), artifactPaths("growth").folder);
    expect(text).toContain("component main {public [accountSet, grownSet, subject, zero]} =\n    AccountSetGrowth(16);");
    expect(text).not.toContain("generators.circom");
  });

  it("include the statement from wherever the artefacts are", async () => {
    const paths = artifactPaths("test", { directory: folder });
    await writeTierSources("test", readTiers().test!, paths);
    expect(await sourceDigest(paths.main)).toMatch(/^[0-9a-f]{64}$/);
  });
});
