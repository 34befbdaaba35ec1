import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadArtifacts, loadVerifyingArtifacts } from "../prover/proof/artifacts.ts";
import { prove, verify } from "../prover/proof/groth16.ts";
import { allTiers, artifactPaths, growthParameters, packageRoot, readTiers, STATEMENT_KINDS, statementKind, tierParameters, type ArtifactPaths } from "../prover/proof/tiers.ts";
import { refusal } from "./support/refusal.ts";
import { rejection } from "./support/rejection.ts";
import { scratchFolder, smallProver, writeTier, type SmallProver } from "./support/small-circuits.ts";

const FILES = ["r1cs", "wasm", "zkey", "vkey"] as const;

let directory: string;
let prover: SmallProver;
let paths: ArtifactPaths;
beforeAll(async () => {
  directory = await scratchFolder();
  prover = await smallProver(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe("loadArtifacts", () => {
  beforeAll(async () => void (paths = await writeTier(directory, prover)));
  afterEach(async () => void (paths = await writeTier(directory, prover)));
  const load = () => loadArtifacts("test", { directory });

  it("loads what proves and verifies", async () => {
    const artifacts = await load();
    expect(artifacts.digests).toEqual(prover.artifacts.digests);
    expect(artifacts.parameters).toEqual(tierParameters("test"));
    const { proof, publicSignals } = await prove({ a: 3n, b: 5n, unused: 1n, twice: 11n }, artifacts);
    expect(await verify((await loadVerifyingArtifacts("test", { directory })).vkey, publicSignals, proof)).toBe(true);
  });

  it.each(FILES)("refuses any changed byte of the %s, and says what to do", async (file) => {
    const bytes = await readFile(paths[file]);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at]! ^= change;
        await writeFile(paths[file], changed);
        const { code, path, hint } = await rejection(load());
        expect({ code, path, hint }).toEqual({ code: "ArtifactMismatch", path: paths[file], hint: "a changed or stale file: npm run build" });
      }),
      { numRuns: 5, seed: 20_260_801 },
    );
  });

  it.each(FILES)("refuses a shortened %s", async (file) => {
    await writeFile(paths[file], (await readFile(paths[file])).subarray(1));
    expect((await rejection(load())).code).toBe("ArtifactMismatch");
  });

  it.each([...FILES, "lock"] as const)("says what to do when the %s is missing", async (file) => {
    await rm(paths[file]);
    const { code, path, hint } = await rejection(load());
    expect({ code, path, hint }).toEqual({ code: "ArtifactMissing", path: paths[file], hint: expect.stringContaining("npm run build") });
  });

  it("needs no more than lock and key to verify", async () => {
    for (const file of ["r1cs", "wasm", "zkey"] as const) await rm(paths[file]);
    expect((await loadVerifyingArtifacts("test", { directory })).vkey).toEqual(prover.vkey);
  });

  /** The lock with some fields replaced. */
  const relock = async (changes: object) => writeFile(paths.lock, JSON.stringify({ ...prover.artifacts.lock, ...changes }));

  it.each([
    ["another tier's lock", { tier: "desk" }, "(tier)"],
    ["a lock made for other sizes", { parameters: { ...tierParameters("test"), positions: 5 } }, "(parameters)"],
    ["a lock without sizes", { parameters: {} }, "(parameters)"],
    ["a digest in capitals", { vkey: "A".repeat(64) }, "(vkey)"],
    ["an unknown kind of set-up", { setup: { kind: "trusted" } }, "(setup.kind)"],
    ["a field that is not known", { signed: true }, ""],
  ])("refuses %s", async (_, changes, field) => {
    await relock(changes);
    const { code, path } = await rejection(load());
    expect({ code, path }).toEqual({ code: "ArtifactMismatch", path: expect.stringContaining(`${paths.lock} ${field}`.trim()) });
  });

  it("refuses a lock that is not JSON", async () => {
    await writeFile(paths.lock, "{");
    expect((await rejection(load())).code).toBe("ArtifactMismatch");
  });

  it("refuses a lock whose circuit has another number of public signals than the key", async () => {
    await relock({ publicSignals: 4 });
    const { code, path } = await rejection(load());
    expect({ code, path }).toEqual({ code: "ArtifactMismatch", path: paths.vkey });
  });
});

describe("tiers", () => {
  it("come from the one table of sizes", async () => {
    const sizes = JSON.parse(await readFile(join(packageRoot(), "circuits/sizes.json"), "utf8")) as Record<string, object>;
    const [growth, margin] = [true, false].map((isGrowth) => Object.entries(sizes).filter(([, each]) => "accounts" in each === isGrowth)) as [[string, object][], [string, object][]];
    const twins = margin.flatMap(([tier, each]) => [[tier, { ...each, breach: false }], [`${tier}-breach`, { ...each, breach: true }]]);
    expect(readTiers()).toEqual(Object.fromEntries(twins));
    expect(allTiers()).toEqual({ ...readTiers(), ...Object.fromEntries(growth) });
    expect([...new Set(Object.values(allTiers()).map(statementKind))].toSorted()).toEqual(STATEMENT_KINDS.toSorted());
  });

  it("of another kind are refused with those of the kind that is asked for", () => {
    expect(() => tierParameters("growth")).toThrow(expect.objectContaining({ code: "ArtifactMissing", path: "growth", hint: expect.stringMatching(/desk/) }));
    expect(() => growthParameters("desk")).toThrow(expect.objectContaining({ code: "ArtifactMissing", path: "desk", hint: "choose one of growth" }));
  });

  it("that do not exist are refused with those that do", () => {
    expect(refusal(() => artifactPaths("institution-of-dreams"))).toEqual({ code: "ArtifactMissing", path: "institution-of-dreams" });
    expect(() => tierParameters("constructor")).toThrow(expect.objectContaining({ hint: expect.stringContaining("desk") }));
  });

  it("have their files where the option says, else where the environment says, else in this package", () => {
    const home = join(packageRoot(), "circuits/build");
    const before = process.env.MARGIN_HEALTH_ARTIFACTS;
    try {
      delete process.env.MARGIN_HEALTH_ARTIFACTS;
      expect(artifactPaths("test").lock).toBe(join(home, "test/artifacts.json"));
      process.env.MARGIN_HEALTH_ARTIFACTS = join(directory, "elsewhere");
      expect(artifactPaths("test").zkey).toBe(join(directory, "elsewhere/test/margin-health.zkey"));
      expect(artifactPaths("test", { directory }).vkey).toBe(join(directory, "test/vkey.json"));
    } finally {
      if (before === undefined) delete process.env.MARGIN_HEALTH_ARTIFACTS;
      else process.env.MARGIN_HEALTH_ARTIFACTS = before;
    }
  });
});
