import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keccak256 } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDeployment, parseDeployment, serializeDeployment, verificationKeyHash, type DeploymentRecord } from "../prover/chain/deployment.ts";
import { contractAt } from "../prover/chain/contracts.ts";
import { identifier } from "../prover/commitment/domain.ts";
import { MarginProofError } from "../prover/errors.ts";
import type { Artifacts } from "../prover/proof/artifacts.ts";
import { anyParameters, STATEMENT_KINDS, statementKind } from "../prover/proof/tiers.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { deployProtocol, type Deployment } from "../scripts/deployment/deploy.ts";
import { rolesOf } from "../scripts/deployment/module.ts";
import { parsePlan, PLAN_FORMAT, type DeploymentPlan } from "../scripts/deployment/plan.ts";
import { commandLine, runNode } from "./support/cli.ts";
import { connect, serve, type Chain } from "./support/contracts.ts";
import { testArtifacts } from "./support/protocol.ts";
import { rejection } from "./support/rejection.ts";

const ADMIN = parseAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
const PUBLISHERS = ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"];
const POLICY = { policy: "grid-33", level: "IM", minRatioBps: 11_000, minAssurance: "attested", maxStatementAge: 3_600 };
const PLAN_JSON = {
  format: PLAN_FORMAT, admin: ADMIN, tiers: ["test"], tierActivationDelay: 0, tierNoticePeriod: 0, publishers: PUBLISHERS, quorum: 2,
  maxSnapshotAge: 3_600, historyWindow: 1, attesterGrace: 3_600, collateralToken: "demo", policies: [POLICY],
};
const CONTRACTS = ["MarginHealthVerifier", "SnapshotOracle", "AttesterRegistry", "MarginHealthRegistry"] as const;

const nowhere = (path: string): never => {
  throw new MarginProofError("UnreadableFile", "cannot be read", { path });
};
const planOf = (change: object = {}): Promise<DeploymentPlan> => parsePlan({ ...PLAN_JSON, ...change }, nowhere);

let artifacts: Artifacts;
let chain: Chain;
let deployment: Deployment;

beforeAll(async () => {
  artifacts = await testArtifacts();
  chain = await connect();
  deployment = await deployProtocol(chain, await planOf());
});
afterAll(() => chain.close());

describe("a deployment", () => {
  it("leaves every role with the plan's administrator and none with the account that deployed", async () => {
    const [deployer] = await chain.ethers.getSigners();
    for (const name of CONTRACTS) {
      const contract = contractAt(name, deployment.record.contracts[name].address, chain.ethers.provider);
      const roles = rolesOf(name);
      expect(roles.length, name).toBeGreaterThan(1);
      for (const getter of roles.filter((role) => role !== "PUBLISHER_ROLE")) {
        const role = await contract.getFunction(getter)();
        expect(await Promise.all([ADMIN, deployer!.address].map((holder) => contract.getFunction("hasRole")(role, holder))), `${name} ${getter}`).toEqual([true, false]);
      }
    }
  });

  it("has the guardian, the notice and the breaker that the plan names, each apart from the administrator, whoever deploys", async () => {
    const guardian = parseAddress(PUBLISHERS[0]!);
    const other = await connect();
    try {
      const admin = parseAddress((await other.ethers.getSigners())[0]!.address);
      const { oracle, record } = await deployProtocol(other, await planOf({ admin, guardian, rotationDelay: 172_800, breaker: { moveBps: 700, bounds: { ETH: 900 } } }));
      for (const name of CONTRACTS) {
        const contract = contractAt(name, record.contracts[name].address, other.ethers.provider);
        for (const getter of rolesOf(name).filter((each) => each !== "PUBLISHER_ROLE")) {
          const role = await contract.getFunction(getter)();
          const held = await Promise.all([guardian, admin].map((holder) => contract.getFunction("hasRole")(role, holder)));
          expect(held, `${name} ${getter}`).toEqual(getter === "GUARDIAN_ROLE" ? [true, false] : [false, true]);
        }
      }
      expect(await Promise.all([oracle.getFunction("rotationDelay")(), oracle.getFunction("moveBound")(1n), oracle.getFunction("moveBound")(identifier("ETH")), oracle.getFunction("grace")()])).toEqual([172_800n, 700n, 900n, 3_600n]);
      expect([...(await oracle.getFunction("publishers")())]).toEqual(PUBLISHERS.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
    } finally {
      await other.close();
    }
  });

  it("can be planned as the README plans one", async () => {
    const readme = await readFile(join(REPOSITORY, "README.md"), "utf8");
    const { tiers, ...plan } = JSON.parse(/```json\n(\{\s+"format": "margin-deployment-plan[^`]+)```/.exec(readme)![1]!);
    expect(tiers.map((tier: string) => statementKind(anyParameters(tier)))).toEqual(STATEMENT_KINDS);
    const other = await connect();
    try {
      const { record } = await deployProtocol(other, await planOf({ ...plan, tiers: PLAN_JSON.tiers, collateralToken: "demo" }));
      expect([record.policies.length, record.tiers.length]).toEqual([1, 1]);
    } finally {
      await other.close();
    }
  });

  it("is recorded as the chain says it is", async () => {
    const { record } = deployment;
    const findings = await checkDeployment(record, chain.ethers.provider, [artifacts]);
    expect(findings.filter(({ agrees }) => !agrees)).toEqual([]);
    expect(findings.length).toBeGreaterThan(15);
    expect(parseDeployment(JSON.parse(serializeDeployment(record)))).toEqual(record);
  });

  it("of one plan is one record, byte for byte, on every chain of one id", async () => {
    const other = await connect();
    try {
      expect(serializeDeployment((await deployProtocol(other, await planOf())).record)).toBe(serializeDeployment(deployment.record));
    } finally {
      await other.close();
    }
  });

  it("has the key that the artefact lock describes", async () => {
    const [tier] = deployment.record.tiers;
    const onChain = await contractAt("Groth16Verifier", tier!.address, chain.ethers.provider).getFunction("verificationKeyHash")();
    expect(onChain).toBe(verificationKeyHash(artifacts.vkey));
    expect(tier).toMatchObject({ setup: "local", kind: "health", vkey: artifacts.lock.vkey, r1cs: artifacts.lock.r1cs });
  });

  it("goes on where it stopped: nothing is sent twice, and a longer plan sends only what is new", async () => {
    const node = await serve();
    const deploymentId = `test-${process.pid}`;
    const remote = await connect({ network: "remote", override: { url: node.url } });
    try {
      const [deployer] = await remote.ethers.getSigners();
      const run = async (policies: readonly object[]) => {
        const { record } = await deployProtocol(remote, await planOf({ admin: deployer!.address, policies }), { deploymentId });
        return { record, sent: await remote.ethers.provider.getTransactionCount(deployer!) };
      };
      const first = await run([POLICY]);
      expect(first.sent).toBeGreaterThan(6);
      expect(await run([POLICY])).toEqual(first);
      const longer = await run([POLICY, { ...POLICY, policy: "tims" }]);
      expect(longer.sent).toBe(first.sent + 1);
      expect(longer.record).toMatchObject({ contracts: first.record.contracts, tiers: first.record.tiers, policies: [first.record.policies[0], {}] });
    } finally {
      await remote.close();
      await node.close();
      await rm(join(REPOSITORY, "scripts/deployment/deployments", deploymentId), { recursive: true, force: true });
    }
  });
});

describe("a record that is not of the chain", () => {
  const changed = (change: (record: any) => void): DeploymentRecord => {
    const json = JSON.parse(serializeDeployment(deployment.record));
    change(json);
    return parseDeployment(json);
  };
  const disagreements = async (record: DeploymentRecord) => (await checkDeployment(record, chain.ethers.provider, [artifacts])).filter(({ agrees }) => !agrees).map(({ what }) => what);
  const OTHER = `0x${"1".repeat(64)}`;

  it.each<[string, (record: any) => void, string]>([
    ["other code", (record) => (record.contracts.SnapshotOracle.codeHash = OTHER), "code of SnapshotOracle"],
    ["another escrow", (record) => (record.contracts.CollateralEscrow.address = ADMIN), "the registry's escrow"],
    ["a ceremony's key", (record) => (record.tiers[0].setup = "ceremony"), "set-up of tier test"],
    ["another statement", (record) => (record.tiers[0].kind = "breach"), "statement of tier test"],
    ["another key", (record) => (record.tiers[0].verificationKeyHash = OTHER), "key of tier test, from its file"],
    ["another scope", (record) => (record.policies[0].scope = "1"), `scope of policy`],
  ])("is found out: %s", async (_, change, what) => {
    expect((await disagreements(changed(change))).some((found) => found.startsWith(what))).toBe(true);
  });

  it("is found out: a policy that takes no proofs", async () => {
    expect(await disagreements(changed((record) => (record.policies[0].policyId = OTHER)))).toContain(`policy ${OTHER} takes proofs`);
  });

  it("is found out: a tier at a contract that names the key's hash and accepts everything, by its code and by the table", async () => {
    const liar = await chain.ethers.deployContract("LyingKey", [verificationKeyHash(artifacts.vkey)]);
    const address = parseAddress(String(liar.target));
    expect(await disagreements(changed((record) => (record.tiers[0].address = address)))).toEqual(["verifier of tier test", "code of tier test, from its file"]);
  });

  it("is found out: another chain, before anything is compared", async () => {
    expect(await rejection(checkDeployment(changed((record) => (record.chainId = "1")), chain.ethers.provider))).toMatchObject({ code: "ChainError", path: "chainId" });
  });

  it.each([["format", "margin-deployment/2"], ["admin", "0x12"], ["tiers", [{}]]])("is refused when it is read: %s", (field, value) => {
    expect(() => parseDeployment({ ...JSON.parse(serializeDeployment(deployment.record)), [field]: value })).toThrow(expect.objectContaining({ code: "InvalidSchema", path: expect.stringContaining(field) }));
  });
});

describe("a plan", () => {
  it.each<[string, object, string, string]>([
    ["more votes than publishers", { quorum: 3 }, "OutOfRange", "quorum"],
    ["votes of half of the publishers, which two roots could have", { quorum: 1 }, "OutOfRange", "quorum"],
    ["a grace without end", { breaker: { grace: 86_400 } }, "InvalidSchema", "breaker.grace"],
    ["a breaker that never trips", { breaker: { moveBps: 10_000 } }, "InvalidSchema", "breaker.moveBps"],
    ["a tier that is not there", { tiers: ["test", "vast"] }, "InvalidSchema", "tiers[1]"],
    ["a ratio below one", { policies: [{ ...POLICY, minRatioBps: 9_999 }] }, "InvalidSchema", "policies[0].minRatioBps"],
    ["an address with a wrong checksum", { admin: ADMIN.replace("A", "a") }, "InvalidSchema", "admin"],
    ["no policy", { policies: [] }, "InvalidSchema", "policies"],
    ["a policy that cannot be read", { policies: [{ ...POLICY, policy: "nowhere.json" }] }, "UnreadableFile", "nowhere.json"],
  ])("is refused for %s", async (_, change, code, path) => {
    expect(await rejection(planOf(change))).toMatchObject({ code, path });
  });

  it("of a demo dollar, or with publishers who must all agree, is for local networks only", async () => {
    const publicChain = await connect({ network: "publicNetwork" });
    try {
      const plan = { ...(await planOf()), tiers: [] };
      expect(await rejection(deployProtocol(publicChain, plan))).toMatchObject({ code: "ChainError", path: "chain 1" });
      expect(await rejection(deployProtocol(publicChain, { ...plan, collateralToken: ADMIN }))).toMatchObject({ code: "OutOfRange", path: "quorum" });
      expect(await publicChain.ethers.provider.getBlockNumber()).toBe(0);
    } finally {
      await publicChain.close();
    }
  });
});

describe("npm run deploy", () => {
  it("rehearses in process, writes the record once, and says what is wrong with a plan", async () => {
    const folder = await mkdtemp(join(REPOSITORY, "cache/deploy-"));
    try {
      await writeFile(join(folder, "plan.json"), JSON.stringify(PLAN_JSON));
      const deploy = (...args: string[]) => runNode([join(REPOSITORY, "scripts/deploy.ts"), "--plan", "plan.json", "--out", "deployment.json", "--json", ...args], folder);
      const first = await deploy();
      expect(first.code).toBe(0);
      const record = parseDeployment(JSON.parse(await readFile(join(folder, "deployment.json"), "utf8")));
      expect(JSON.parse(first.stdout)).toEqual(record);
      expect(keccak256("0x")).not.toBe(record.contracts.MarginHealthRegistry.codeHash);
      const again = await deploy();
      expect([again.code, JSON.parse(again.stderr.split("\n").findLast((line) => line.startsWith("{"))!).error]).toMatchObject([1, { code: "FileExists", path: "deployment.json" }]);
      await writeFile(join(folder, "plan.json"), JSON.stringify({ ...PLAN_JSON, quorum: 9 }));
      const refused = await deploy("--force");
      expect([refused.code, JSON.parse(refused.stderr.split("\n").findLast((line) => line.startsWith("{"))!).error]).toMatchObject([1, { code: "OutOfRange", path: "plan.json, quorum" }]);
      expect(parseDeployment(JSON.parse(await readFile(join(folder, "deployment.json"), "utf8")))).toEqual(record);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("deploys to a node, and anyone compares the node with the record", async () => {
    const node = await serve();
    const folder = await mkdtemp(join(REPOSITORY, "cache/deploy-"));
    try {
      await writeFile(join(folder, "plan.json"), JSON.stringify(PLAN_JSON));
      const cli = commandLine(folder, [join(REPOSITORY, "prover/cli/main.ts")]);
      // The first account of every development node.
      const env = { RPC: node.url, DEPLOYER: "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80" };
      const args = ["--plan", "plan.json", "--out", "deployment.json", "--rpc", "env:RPC", "--key", "env:DEPLOYER", "--json"];
      const deployed = await runNode([join(REPOSITORY, "scripts/deploy.ts"), ...args], folder, env);
      expect([deployed.code, deployed.stdout + deployed.stderr]).toMatchObject([0, expect.not.stringContaining(env.DEPLOYER)]);
      const verify = ["deployment", "verify", "deployment.json", "--rpc", node.url, "--keys"];
      expect(await cli.json(verify)).toMatchObject({ agrees: true });
      const record = JSON.parse(deployed.stdout);
      record.tiers[0].setup = "ceremony";
      await writeFile(join(folder, "deployment.json"), JSON.stringify(record));
      const disagreed = await cli.run(verify);
      expect([disagreed.code, disagreed.stdout]).toMatchObject([1, expect.stringContaining("✘ │ set-up of tier test")]);
    } finally {
      await node.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
