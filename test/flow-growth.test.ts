/** An account set from registration through growth on chain: a real proof, the real registry, the command line. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { growAccountSet, readAccountSetStatus, registerAccountSet } from "../prover/chain/register.ts";
import { proveAccountSetGrowth } from "../prover/proof/account-set-growth.ts";
import { loadArtifacts } from "../prover/proof/artifacts.ts";
import { serializeGrowthBundle, type GrowthBundle } from "../prover/proof/growth-bundle.ts";
import { accountSet } from "../prover/statement/account-set.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { build } from "../scripts/build.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { commandLine } from "./support/cli.ts";
import { connect, serve } from "./support/contracts.ts";
import { oneAtATime } from "./support/one-at-a-time.ts";
import { deployFlow, testArtifacts, type Protocol } from "./support/protocol.ts";
import { rejection } from "./support/rejection.ts";

const ACCOUNTS = [{ venue: "deribit", account: "main" }];
const ADDED = [{ venue: "okx", account: "main" }];
/** The second account of every development node: the subject. */
const SUBJECT_KEY = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

let node: Awaited<ReturnType<typeof serve>>;
let protocol: Protocol;
let bundle: GrowthBundle;
let stranger: Signer;

const status = () => readAccountSetStatus({ registry: protocol.address, subject: protocol.borrower, provider: protocol.chain.ethers.provider as never });
const growAs = (signer: Signer) => growAccountSet({ tier: bundle.tier, proof: bundle.proof, grownSet: bundle.publicSignals.grownSet }, { registry: protocol.address, signer });

beforeAll(async () => {
  const artifacts = await testArtifacts();
  await oneAtATime("tier-growth", () => build(["growth"]));
  const growth = await loadArtifacts("growth");
  node = await serve();
  protocol = await deployFlow(artifacts, await connect({ network: "remote", override: { url: node.url } }), [growth]);
  stranger = (await protocol.chain.ethers.getSigners())[7]! as unknown as Signer;
  for (const signer of [protocol.subject, stranger]) await registerAccountSet(accountSet(ACCOUNTS, 42n), { registry: protocol.address, signer });
  bundle = await proveAccountSetGrowth({ subject: parseAddress(protocol.borrower), accounts: ACCOUNTS, salt: 42n, added: ADDED, newSalt: 43n }, growth);
}, 600_000);
afterAll(async () => {
  await protocol.chain.close();
  await node.close();
});

describe("the growth of an account set", () => {
  it("is nobody else's, even of somebody who registered the same set", async () => {
    expect(await rejection(growAs(stranger))).toMatchObject({ code: "ContractRefused", message: expect.stringMatching(/^InvalidProof/) });
  });

  it("is not to another set than the proved one", async () => {
    const { tier, proof, publicSignals: { grownSet } } = bundle;
    expect(await rejection(growAccountSet({ tier, proof, grownSet: grownSet + 1n }, { registry: protocol.address, signer: protocol.subject }))).toMatchObject({ message: expect.stringMatching(/^InvalidProof/) });
  });

  it("is submitted as any proof, and from then on the grown set is what proofs must cover; once", async () => {
    const folder = await mkdtemp(join(REPOSITORY, "cache/growth-"));
    try {
      await writeFile(join(folder, "growth.json"), serializeGrowthBundle(bundle));
      const submit = ["submit", "growth.json", "--registry-address", protocol.address, "--rpc", node.url, "--key", "env:SUBJECT"];
      const cli = commandLine(folder);
      expect(await cli.json(submit, { env: { SUBJECT: SUBJECT_KEY } })).toMatchObject({ accepted: true, states: "account-set-growth", subject: protocol.borrower });
      expect(await status()).toMatchObject({ current: accountSet([...ACCOUNTS, ...ADDED], 43n) });
      expect(await rejection(growAs(protocol.subject))).toMatchObject({ message: expect.stringMatching(/^InvalidProof/) });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
