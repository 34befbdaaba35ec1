import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { solidityKey } from "../prover/chain/calldata.ts";
import { deploy } from "../prover/chain/contracts.ts";
import { sha256 } from "../prover/proof/artifact-lock.ts";
import { loadVerifyingArtifacts, type Artifacts } from "../prover/proof/artifacts.ts";
import type { ProofBundle } from "../prover/proof/bundle.ts";
import { checkBundle } from "../prover/proof/check-bundle.ts";
import { artifactPaths } from "../prover/proof/tiers.ts";
import { readR1cs } from "../prover/setup/r1cs.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { deployProtocol } from "../scripts/deployment/deploy.ts";
import { CHECKLIST } from "./support/checklist.ts";
import { connect } from "./support/contracts.ts";
import { testArtifacts } from "./support/protocol.ts";
import { rejection } from "./support/rejection.ts";

/** What a file says in code: comments are left out, so a test that was commented out does not count. */
async function codeOf(file: string): Promise<string> {
  const lines = (await readFile(join(REPOSITORY, "test", `${file}.test.ts`), "utf8")).split("\n");
  return lines.filter((line) => !/^\s*(\/\/|\/?\*)/.test(line)).join("\n");
}

/** First in a call or in a row of a table. */
const isTitle = (title: string) => new RegExp(`[([]\\s*${JSON.stringify(title).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);

describe("the attack checklist", () => {
  it("has every line from 1 to 30", () => {
    const numbers = CHECKLIST.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it.each(CHECKLIST.map(({ number, refused, tests }) => [`${number} refuses ${refused}`, tests] as const))("%s: the tests are there", async (_, tests) => {
    for (const [file, titles] of Object.entries(tests)) {
      const code = await codeOf(file);
      expect(titles.filter((title) => !isTitle(title).test(code)), file).toEqual([]);
    }
  });

  it("is not met by tests that do not run", async () => {
    const files = (await readdir(join(REPOSITORY, "test"), { recursive: true })).filter((file) => file.endsWith(".test.ts"));
    const idle = /\b(?:it|law|test|describe)\.(?:skip|only|todo|fails|skipIf|runIf)\b/;
    const sources = await Promise.all(files.map(async (file) => ({ file, code: await codeOf(file.replace(/\.test\.ts$/, "")) })));
    expect(sources.filter(({ code }) => idle.test(code)).map(({ file }) => file)).toEqual([]);
  });
});

describe("attacks on what is set up:", () => {
  let artifacts: Artifacts;
  beforeAll(async () => {
    artifacts = await testArtifacts();
  });

  it("1 a key without contribution is refused by loading and by deploying", async () => {
    const bare = { ...artifacts.vkey, vk_delta_2: artifacts.vkey.vk_gamma_2 };
    const directory = await mkdtemp(join(tmpdir(), "margin-checklist-"));
    const chain = await connect();
    try {
      await cp(artifactPaths("test").folder, join(directory, "test"), { recursive: true });
      const { vkey, lock } = artifactPaths("test", { directory });
      const text = JSON.stringify(bare);
      await writeFile(vkey, text);
      await writeFile(lock, JSON.stringify({ ...artifacts.lock, vkey: sha256(Buffer.from(text)) }));
      expect((await rejection(loadVerifyingArtifacts("test", { directory }))).code).toBe("UnsafeKey");
      const [admin] = await chain.ethers.getSigners();
      expect(await rejection(deploy("Groth16Verifier", admin!, [solidityKey(bare)]))).toMatchObject({ code: "ContractRefused", message: expect.stringContaining("UncontributedPhase2") });
    } finally {
      await chain.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("2 a bundle of another tier or key is refused before its proof is looked at", async () => {
    const { tier, digests } = artifacts;
    const bundle = (change: Partial<ProofBundle>) => ({ tier, artifacts: digests, ...change }) as ProofBundle;
    expect(await rejection(checkBundle(bundle({ tier: "desk" }), artifacts))).toMatchObject({ code: "ArtifactMismatch", path: "tier" });
    for (const part of ["vkey", "r1cs"] as const) {
      const other = bundle({ artifacts: { ...digests, [part]: "0".repeat(64) } });
      expect(await rejection(checkBundle(other, artifacts))).toMatchObject({ code: "ArtifactMismatch", path: `artifacts.${part}` });
    }
  });

  it("3 the package carries no key, and deployment refuses a local one on a public network", async () => {
    const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: REPOSITORY, shell: process.platform === "win32" });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    expect(files.length).toBeGreaterThan(20);
    expect(files.map(({ path }) => path).filter((path) => /\.(?:zkey|ptau|wtns|key)$|circuits\/build/.test(path))).toEqual([]);
    const chain = await connect({ network: "publicNetwork" });
    try {
      const [admin] = await chain.ethers.getSigners();
      const plan = { admin: await admin!.getAddress(), tiers: [artifacts], tierActivationDelay: 86_400, tierNoticePeriod: 86_400, publishers: [], quorum: 1, maxSnapshotAge: 1, historyWindow: 1, attesterGrace: 1, collateralToken: "demo" as const, policies: [] };
      expect((await rejection(deployProtocol(chain, plan))).code).toBe("LocalKeyOnPublicNetwork");
      expect(await chain.ethers.provider.getTransactionCount(admin!)).toBe(0);
    } finally {
      await chain.close();
    }
  });

  it("22 the circuit has no output: there is no proof of an unhealthy book", async () => {
    const { r1cs } = artifactPaths("test");
    const { publicOutputs, publicInputs } = readR1cs(await readFile(r1cs), r1cs);
    expect({ publicOutputs, publicInputs }).toEqual({ publicOutputs: 0, publicInputs: 7 });
  });
});

describe("attacks on what is written:", () => {
  it("5 no circuit compares by a template that trusts its operands", async () => {
    const folder = join(REPOSITORY, "circuits");
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".circom") && !name.startsWith("build"));
    expect(names.length).toBeGreaterThan(15);
    const sources = await Promise.all(names.map(async (name) => ({ name, code: (await readFile(join(folder, name), "utf8")).replace(/\/\/.*$/gm, "") })));
    const trusting = /\b(?:Less(?:Eq)?Than|Greater(?:Eq)?Than|CompConstant|Sign|MultiMux\d|Mux\d|Switcher)\s*\(/;
    expect(sources.filter(({ code }) => trusting.test(code)).map(({ name }) => name)).toEqual([]);
    // Only CheckBits takes numbers apart, and it allows no width at which a number has two readings.
    expect(sources.filter(({ code }) => /\bNum2Bits(?:_strict)?\s*\(/.test(code)).map(({ name }) => name)).toEqual(["lib/range.circom"]);
  });

  it("29 the README says what behaviour gives away", async () => {
    const readme = await readFile(join(REPOSITORY, "README.md"), "utf8");
    const [, limits = ""] = readme.split("## What is not guaranteed");
    for (const leak of [/when/i, /how often/i, /circuit size/i, /not\W+renewed/i]) expect(limits).toMatch(leak);
  });
});
