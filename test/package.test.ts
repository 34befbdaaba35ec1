import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as library from "../prover/index.ts";
import { policyJson } from "../prover/risk/policy.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { compilePackage } from "../scripts/package.ts";
import { commandLine, runNode } from "./support/cli.ts";
import { compileCircuit } from "./support/circuit.ts";
import { connect } from "./support/contracts.ts";
import { oneAtATime } from "./support/one-at-a-time.ts";
import { PRODUCT } from "./support/small-circuits.ts";
import { MARKET_JSON, POLICY_JSON } from "./support/small-market.ts";

const run = promisify(execFile);
const manifest = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8"));
const BOOK = { format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: 1, positions: [{ instrument: "BTC-PERPETUAL", quantity: "1" }, { instrument: "USD", quantity: "-20000" }] }] };

/** An empty project with the packed package, and beside it exactly the dependencies that its manifest names. */
let project: string;
const installed = (...parts: string[]): string => join(project, "node_modules", manifest.name, ...parts);

async function pack(folder: string): Promise<string> {
  await connect().then((chain) => chain.close());
  await oneAtATime("package", async () => {
    await compilePackage();
    // The manifest's own prepack, done above, would install dependencies on a machine that has not been set up by it.
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: REPOSITORY });
  });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  return join(folder, tarball!);
}

async function install(tarball: string): Promise<void> {
  await mkdir(installed(), { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed()]);
  for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) {
    const link = join(project, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(REPOSITORY, "node_modules", name), link);
  }
}

/** Runs JavaScript in the project; returns what it logs as JSON. */
async function evaluate(code: string): Promise<any> {
  await writeFile(join(project, "main.mjs"), code);
  const { code: exit, stdout, stderr } = await runNode(["main.mjs"], project);
  if (exit !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

async function typeErrors(code: string): Promise<string[]> {
  await writeFile(join(project, "main.ts"), code);
  const options = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext", "--resolveJsonModule", "--types", "node"];
  const { stdout } = await runNode([join(REPOSITORY, "node_modules/typescript/bin/tsc"), ...options, "main.ts"], project);
  return stdout.split("\n").filter((line) => line !== "");
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "margin-health-package-"));
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const tarball = await pack(project);
  await install(tarball);
});
afterAll(() => rm(project, { recursive: true, force: true }));

describe("the package", () => {
  it("computes a margin report in plain JavaScript", async () => {
    const report = await evaluate(`
      import { marginReport, marginReportJson, marketRisk, parseBook, parseMarket, parsePolicy } from "${manifest.name}";
      const policy = parsePolicy(${JSON.stringify(POLICY_JSON)});
      const risks = marketRisk(parseMarket(${JSON.stringify(MARKET_JSON)}), policy);
      const report = marginReport(parseBook(${JSON.stringify(BOOK)}).accounts, risks, policy, { level: "IM", minRatioBps: 10000n, onChainCollateral: 0n });
      console.log(JSON.stringify(marginReportJson(report)));`);
    expect(report).toMatchObject({ isHealthy: true, equity: "17010.5", requirement: { IM: "9252.1" } });
  });

  it("exports in JavaScript what it exports in the repository", async () => {
    expect(await evaluate(`import * as library from "${manifest.name}"; console.log(JSON.stringify(Object.keys(library)));`)).toEqual(Object.keys(library).sort());
  });

  it("brings its policies, ABIs and contracts' sources", async () => {
    const found = await evaluate(`
      import { readFileSync } from "node:fs";
      import { contractArtifact, policyJson, policyNames, readPolicy } from "${manifest.name}";
      import grid from "${manifest.name}/policies/grid-33.json" with { type: "json" };
      import registry from "${manifest.name}/abi/MarginHealthRegistry.json" with { type: "json" };
      import { fileURLToPath } from "node:url";
      const source = (name) => readFileSync(fileURLToPath(import.meta.resolve("${manifest.name}/contracts/" + name)), "utf8");
      console.log(JSON.stringify({
        policies: policyNames(), policy: policyJson(readPolicy("grid-33")), grid: grid.name,
        functions: registry.abi.filter(({ type }) => type === "function").map(({ name }) => name), hasCode: registry.bytecode.length > 2,
        same: contractArtifact("MarginHealthRegistry").bytecode === registry.bytecode,
        interface: source("IMarginHealth.sol").includes("interface IMarginHealth"), example: source("examples/PrivateCreditLine.sol").length > 0,
      }));`);
    expect(found).toMatchObject({ policies: library.policyNames(), policy: policyJson(library.readPolicy("grid-33")!), grid: found.policy.name, hasCode: true, same: true, interface: true, example: true });
    expect(found.functions).toEqual(expect.arrayContaining(["submit", "isHealthy", "health", "registerAccountSet"]));
  });

  it("brings typed factories of its contracts: wrong arguments are no TypeScript", async () => {
    const consumer = (argument: string) => `
      import { IMarginHealth__factory, MarginHealthRegistry__factory, type IMarginHealth } from "${manifest.name}/typed";
      import { VoidSigner, ZeroAddress } from "ethers";
      const health: IMarginHealth = IMarginHealth__factory.connect(ZeroAddress, new VoidSigner(ZeroAddress));
      const canOpen: Promise<boolean> = health.canOpen(ZeroAddress, { policyId: "0x", level: 1n, minRatioBps: ${argument}, minAssurance: 2n });
      const until: Promise<bigint> = health.health(ZeroAddress).then(({ healthyUntil }) => healthyUntil);
      console.log(canOpen, until, new MarginHealthRegistry__factory().getDeployTransaction);`;
    expect(await typeErrors(consumer("11_000n"))).toEqual([]);
    expect((await typeErrors(consumer("{}"))).join("\n")).toMatch(/main\.ts\(5,\d+\): error TS2345.*minRatioBps/);
    const code = await evaluate(`
      import { MarginHealthRegistry__factory } from "${manifest.name}/typed";
      console.log(JSON.stringify({ bytecode: MarginHealthRegistry__factory.bytecode, functions: MarginHealthRegistry__factory.createInterface().fragments.filter(({ type }) => type === "function").map(({ name }) => name) }));`);
    expect(code.functions).toEqual(expect.arrayContaining(["submit", "submitBatch", "proveBreach"]));
    expect(code.bytecode).toBe(library.contractArtifact("MarginHealthRegistry").bytecode);
  });

  it("brings everything its contracts import", async () => {
    const contracts = (await readdir(installed("verifier-contracts"), { recursive: true })).filter((name) => name.endsWith(".sol"));
    const sources = await Promise.all(contracts.map((name) => readFile(installed("verifier-contracts", name), "utf8")));
    const imported = new Set(sources.flatMap((source) => [...source.matchAll(/from "(@[^"]+)"/g)].map(([, path]) => path!)));
    expect(imported.size).toBeGreaterThan(0);
    for (const path of imported) expect((await readFile(join(project, "node_modules", path), "utf8")).length).toBeGreaterThan(0);
  });

  it("has types that a strict consumer compiles against, libraries checked as well", async () => {
    expect(await typeErrors(`
      import { checkBundle, loadVerifyingArtifacts, marginReport, marketRisk, MarginProofError, parseBook, parseBundle, parseBps, parseMarket, parseUsd, readPolicy, type MarginReport, type Policy } from "${manifest.name}";
      import registry from "${manifest.name}/abi/MarginHealthRegistry.json" with { type: "json" };
      const policy: Policy = readPolicy("grid-33")!;
      const terms = { level: "IM", minRatioBps: parseBps("1.1", "ratio"), onChainCollateral: parseUsd("0", "collateral") } as const;
      const report: MarginReport = marginReport(parseBook({}).accounts, marketRisk(parseMarket({}), policy), policy, terms);
      const { claim, setup } = await checkBundle(parseBundle({}), await loadVerifyingArtifacts("desk"));
      const facts: [boolean, "MM" | "IM", "local" | "ceremony", number, string | undefined] = [report.isHealthy, claim.level, setup, registry.abi.length, new MarginProofError("InvalidBook", "").hint];
      console.log(facts);
    `)).toEqual([]);
  });

  it("has types that catch a plain number in place of an amount", async () => {
    const [error, ...more] = await typeErrors(`
      import { marginReport, type MarginTerms } from "${manifest.name}";
      export const terms: MarginTerms = { level: "IM", minRatioBps: 11000, onChainCollateral: 0n };
      export { marginReport };
    `);
    expect([error, ...more].join("\n")).toMatch(/main\.ts\(3,\d+\): error TS2322: Type 'number' is not assignable to type '.*Bps/);
  });

  it("makes keys with its threads, which are files of their own", async () => {
    const { paths } = await compileCircuit("product", PRODUCT);
    const vkey = await evaluate(`
      import { readFile } from "node:fs/promises";
      import { localSetup, readR1cs } from "${manifest.name}";
      console.log(JSON.stringify(await localSetup(readR1cs(await readFile(${JSON.stringify(paths.r1cs)})), "product.zkey")));`);
    expect(vkey).toMatchObject({ protocol: "groth16", nPublic: 3 });
  });

  it("brings the command line", async () => {
    const cli = commandLine(project, [installed(manifest.bin["margin-health"])]);
    expect((await readFile(installed(manifest.bin["margin-health"]), "utf8")).startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect((await cli.run(["--version"])).stdout).toBe(`${manifest.version}\n`);
    await writeFile(join(project, "market.json"), JSON.stringify(MARKET_JSON));
    await writeFile(join(project, "book.json"), JSON.stringify(BOOK));
    expect(await cli.json(["check", "--book", "book.json", "--market", "market.json", "--policy", "grid-33"])).toMatchObject({ isHealthy: true });
  });

  it("says where keys come from when it is asked to prove without them", async () => {
    await expect(evaluate(`import { loadArtifacts } from "${manifest.name}"; await loadArtifacts("desk").catch(({ hint }) => { console.log(JSON.stringify(hint)); });`)).resolves.toContain("MARGIN_HEALTH_ARTIFACTS");
  });

  it("holds neither keys nor sources of the prover nor anything of tests", async () => {
    const files = await readdir(installed(), { recursive: true });
    expect(files.filter((file) => /\.zkey$|\.key$|^test|^scripts|circuits\/build|(?<!\.d)\.ts$/.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "circuits/margin-health.circom", "circuits/sizes.json", "circuits/artifacts.lock.json", "dist/index.d.ts", "prover/import/README.md", "prover/risk/README.md"]));
  });
});

describe("the public interface", () => {
  it("documents every function, class and table it exports", async () => {
    const index = await readFile(join(REPOSITORY, "prover/index.ts"), "utf8");
    const exported = [...index.matchAll(/^export \{([^}]*)\} from "\.\/([^"]+)"/gm)].flatMap(([, names, file]) => names!.split(",").map((name) => ({ name: name.trim(), file: file! })));
    const sources = new Map(await Promise.all([...new Set(exported.map(({ file }) => file))].map(async (file) => [file, await readFile(join(REPOSITORY, "prover", file), "utf8")] as const)));
    const isDocumented = ({ name, file }: (typeof exported)[number]) => new RegExp(`\\*/\\nexport (?:async )?(?:function|const|class) ${name}\\b`).test(sources.get(file)!);
    expect(exported.map(({ name }) => name).sort()).toEqual(Object.keys(library).sort());
    expect(exported.filter((each) => !isDocumented(each))).toEqual([]);
  });
});
