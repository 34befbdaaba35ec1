import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { parseLock } from "../prover/proof/artifact-lock.ts";
import { allTiers, anyParameters, artifactPaths, tierParameters } from "../prover/proof/tiers.ts";
import { build } from "../scripts/build.ts";
import { COMPILER, compileFlags, sourceDigest } from "../scripts/circom.ts";
import { publishedPart, readPublished } from "../scripts/published-circuits.ts";
import { writeTierSources } from "../scripts/tier-sources.ts";

describe("the committed circuit lock", () => {
  it("has every tier of the size table, and no other", async () => {
    expect(Object.keys(await readPublished()).sort()).toEqual(Object.keys(allTiers()).sort());
  });

  it.each(Object.keys(allTiers()))("was made from the sources of %s as they are: after an edit, `UPDATE_SNAPSHOTS=1 npm run build`", async (tier) => {
    const paths = artifactPaths(tier);
    await writeTierSources(tier, anyParameters(tier), paths);
    const flags = compileFlags("O2");
    expect((await readPublished())[tier]).toMatchObject({ compiler: COMPILER, flags, sources: await sourceDigest(paths.main, flags), parameters: anyParameters(tier) });
  });

  describe("against a build", () => {
    beforeAll(() => build(["test"]));

    it("says what this machine's compiler makes of tier test, bit for bit", async () => {
      const { lock } = artifactPaths("test");
      expect(publishedPart(parseLock(await readFile(lock, "utf8"), "test", tierParameters("test"), lock))).toEqual((await readPublished())["test"]);
    });
  });
});
