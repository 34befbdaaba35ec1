/** What subjects, guardians, admins and registrars send from the command line, each group as one story on a chain that a node serves. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, id } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policyHash } from "../prover/commitment/snapshot.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { attesterJson, serializeRegistry } from "../prover/statement/registry-json.ts";
import { buildRegistry } from "../prover/statement/attester-registry.ts";
import { commandLine, type CommandLine } from "./support/cli.ts";
import { connect, now, restoreAfterEach, serve, travelTo } from "./support/contracts.ts";
import { faultyNode } from "./support/faulty-node.ts";
import { ACCOUNT_SET, ATTESTER_NOTICE, ATTESTER_REGISTRY, call, createWorld, policyIdOf, publishSnapshot, signalsFor, submit, worldTerms, type World } from "./support/margin-world.ts";
import { MARKET_JSON, POLICY_JSON } from "./support/small-market.ts";
import { OTHER_KEY, VENUE_KEY } from "./support/statements.ts";

const DAY = 86_400;
const DOLLARS = 1_000_000n;
/** The development mnemonic's accounts, by what createWorld makes of them; the admin is the guardian and the registrar. */
const WALLETS = Object.fromEntries(["ADMIN", "PUBLISHER_1", "PUBLISHER_2", "PUBLISHER_3", "SUBJECT", "STRANGER"].map((name, i) => [
  name, HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, `m/44'/60'/0'/0/${i}`),
]));
const ENV = Object.fromEntries(Object.entries(WALLETS).map(([name, { privateKey }]) => [name, privateKey]));
const POLICY = policyHash(parsePolicy(POLICY_JSON));

let server: { url: string; close: () => Promise<void> };
let world: World;
let folder: string;
let cli: CommandLine;

beforeAll(async () => {
  server = await serve();
  world = await createWorld(await connect({ network: "remote", override: { url: server.url } }));
  folder = await mkdtemp(join(tmpdir(), "margin-health-acts-"));
  cli = commandLine(folder);
  await writeFile(join(folder, "policy.json"), JSON.stringify(POLICY_JSON));
});
afterAll(async () => {
  await world.chain.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
restoreAfterEach(() => world.chain);

const atRegistry = () => ["--registry-address", String(world.registry.target), "--rpc", server.url];
const atOracle = () => ["--oracle-address", String(world.oracle.target), "--rpc", server.url];
const as = (who: string) => ["--key", `env:${who}`];

/** What a command prints as JSON, run in this process. */
async function done(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await cli.runHere([...args, "--json"], { env: ENV });
  if (stderr !== "") throw new Error(stderr);
  return { code, ...JSON.parse(stdout) };
}

/** The refusal a command ends in; it must not have sent anything. */
async function refused(...args: string[]): Promise<{ name: string; path: string; hint: string }> {
  const before = await blocks();
  const { code, stdout, stderr } = await cli.runHere([...args, "--json"], { env: ENV });
  expect([code, stdout, await blocks()]).toEqual([1, "", before]);
  const { error } = JSON.parse(stderr);
  expect(error.code).toBe("ContractRefused");
  return { name: /(\w+)\(/.exec(error.message)?.[1] ?? error.message, path: error.path, hint: error.hint };
}

const blocks = () => world.chain.ethers.provider.getBlockNumber();
const later = async (seconds: number) => travelTo(world.chain, (await now(world.chain)) + seconds);
const subject = () => world.subject.getAddress();

describe("account-set release", () => {
  const release = (step: string, who = "SUBJECT") => ["account-set", "release", step, ...atRegistry(), ...as(who)];
  const status = async () => done("status", await subject(), ...atRegistry());

  it("is announced, waited for, cancelled, announced again and executed; status says at every step where it stands", async () => {
    await submit(world, await signalsFor(world));
    expect(await status()).toMatchObject({ code: 0, healthy: true, why: expect.stringMatching(/^its last proof counts for [0-9]+ min/), registeredSet: { registered: true, current: ACCOUNT_SET.toString(), grownSinceProof: false } });
    expect(await refused(...release("execute"))).toEqual({ name: "NoReleaseRunning", path: "--registry-address", hint: "announce the release first" });
    expect(await refused(...release("announce", "STRANGER"))).toMatchObject({ name: "NotRegistered" });

    const { transactions, accountSet } = await done(...release("announce"));
    expect(transactions).toEqual([{ call: "announceRelease", to: world.registry.target, transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/), blockNumber: await blocks(), gasUsed: expect.stringMatching(/^[0-9]+$/) }]);
    expect(accountSet.release).toEqual({ executableFrom: (await now(world.chain)) + 7 * DAY, secondsLeft: 7 * DAY, state: "7 d of notice left" });
    expect(await status()).toMatchObject({ code: 1, healthy: false, why: "its account set is being given up", registeredSet: { release: { secondsLeft: 7 * DAY } } });
    expect(await refused(...release("announce"))).toMatchObject({ name: "ReleaseRunning" });

    await later(DAY);
    expect(await refused(...release("execute"))).toMatchObject({ name: "ReleaseTooEarly", hint: expect.stringMatching(/^wait until 20[0-9T:-]+Z, in (6 d|5 d 23 h)$/) });
    expect((await done(...release("cancel"))).accountSet).not.toHaveProperty("release");
    await done(...release("announce"));
    await later(7 * DAY);
    expect((await status()).registeredSet.release).toMatchObject({ secondsLeft: 0, state: "can be executed" });
    expect((await done(...release("execute"))).accountSet).toMatchObject({ registered: false, current: "0" });
  });

  it("is refused while a creditor holds a pledge, and asked without sending on a dry run", async () => {
    const { transactions, dryRun } = await done(...release("announce"), "--dry-run");
    expect([dryRun, transactions]).toEqual([true, [{ call: "announceRelease", to: world.registry.target, gas: expect.stringMatching(/^[0-9]{5,6}$/) }]]);
    expect((await status()).registeredSet).not.toHaveProperty("release");
    await fund(100n * DOLLARS);
    await done("collateral", "deposit", "--amount", "100", ...atRegistry(), ...as("SUBJECT"));
    await done("collateral", "pledge", "--amount", "1", "--creditor", await world.stranger.getAddress(), ...atRegistry(), ...as("SUBJECT"));
    expect(await refused(...release("announce"), "--dry-run")).toMatchObject({ name: "PledgesOutstanding", hint: "have the creditors give their pledges back first" });
  });
});

/** Has the subject hold tokens. */
const fund = (amount: bigint) => call(world.token, world.admin, "mint", WALLETS.SUBJECT!.address, amount);

describe("collateral", () => {
  const move = (verb: string, amount: string, ...more: string[]) => ["collateral", verb, "--amount", amount, ...more, ...atRegistry(), ...as("SUBJECT")];
  const creditor = async () => ["--creditor", await world.stranger.getAddress()];

  it("is deposited, counted by a proof, pledged and withdrawn, and never twice", async () => {
    expect(await refused(...move("deposit", "250.5"))).toMatchObject({ path: "--amount", hint: expect.stringMatching(/^fund 0x.+, or deposit at most 0 dUSD$/) });
    await fund(1_000n * DOLLARS);
    const previewed = await done(...move("deposit", "250.5"), "--dry-run");
    expect(previewed.transactions.map(({ call: name, gas }: any) => [name, gas === null])).toEqual([["approve", false], ["deposit", true]]);
    const { transactions, escrow } = await done(...move("deposit", "250.5"));
    expect(transactions.map(({ call: name }: any) => name)).toEqual(["approve", "deposit"]);
    expect(escrow).toEqual({ token: "dUSD", balance: "250.5", pledged: "0", free: "250.5" });
    expect((await done(...move("deposit", "1", "--subject", await world.stranger.getAddress()))).escrow.balance).toBe("1");

    await submit(world, await signalsFor(world, { signals: { onChainCollateral: 200n * 10n ** 8n } }));
    expect(await refused(...move("withdraw", "100"))).toMatchObject({ name: "CollateralInUse", path: "--amount" });
    expect(await refused(...move("pledge", "251", ...(await creditor())))).toMatchObject({ name: "InsufficientBalance", path: "--amount" });
    expect((await done(...move("pledge", "20", ...(await creditor())))).escrow).toMatchObject({ pledged: "20", free: "30.5" });
    expect((await done(...move("withdraw", "30.5"))).escrow).toEqual({ token: "dUSD", balance: "220", pledged: "20", free: "0" });
    expect(await world.token.getFunction("balanceOf")(await subject())).toBe(1_000n * DOLLARS - 221n * DOLLARS);
    expect((await done("status", await subject(), ...atRegistry())).escrow).toMatchObject({ pledged: "20" });
  });

  it("that is allowed to the escrow when the node then fails is told so, and the next try goes on from there", async () => {
    await fund(10n * DOLLARS);
    const node = await faultyNode(server.url);
    let sends = 0;
    node.rule = ({ method }) => (method === "eth_sendRawTransaction" && ++sends === 2 ? { kind: "error", error: { code: -32000, message: "the pool is full" } } : undefined);
    const deposit = (url: string) => ["collateral", "deposit", "--amount", "10", "--registry-address", String(world.registry.target), "--rpc", url, ...as("SUBJECT")];
    const { code, stderr } = await cli.runHere([...deposit(node.url), "--json"], { env: ENV });
    expect([code, JSON.parse(stderr).error]).toEqual([1, expect.objectContaining({ code: "ChainError", hint: expect.stringMatching(/; approve was sent and stands$/) })]);
    await node.close();
    const again = await done(...deposit(server.url));
    expect([again.transactions.map(({ call: name }: any) => name), again.escrow.balance]).toEqual([["deposit"], "10"]);
  });

  it("that is deposited when the node then fails is reported as deposited, with a warning", async () => {
    await fund(10n * DOLLARS);
    const node = await faultyNode(server.url);
    let sends = 0;
    node.rule = ({ method }) => {
      if (method === "eth_sendRawTransaction") sends += 1;
      return method === "eth_call" && sends === 2 ? { kind: "status", status: 500 } : undefined;
    };
    const deposited = await done("collateral", "deposit", "--amount", "10", "--registry-address", String(world.registry.target), "--rpc", node.url, ...as("SUBJECT"));
    await node.close();
    expect([deposited.code, deposited.transactions.length, deposited.escrow, deposited.warnings]).toEqual([0, 2, undefined, [expect.stringMatching(/^it was sent and accepted, but/)]]);
    expect(await world.escrow.getFunction("balanceOf")(await subject())).toBe(10n * DOLLARS);
  });

  it("has amounts of the token's digits alone", async () => {
    for (const amount of ["0", "-1", "0.0000001", "1e3"]) {
      const { code, stderr } = await cli.runHere([...move("withdraw", amount), "--json"], { env: ENV });
      expect([amount, code > 0, JSON.parse(stderr).error.path]).toEqual([amount, true, "--amount"]);
    }
  });
});

describe("publishers", () => {
  const members = async (indices: readonly number[]) => Promise.all(indices.map(async (i) => (await world.chain.ethers.getSigners())[i]!.getAddress()));
  const set = async (step: string, indices: readonly number[], who: string, quorum = "2") => ["publishers", step, "--publisher", ...(await members(indices)), "--quorum", quorum, ...atOracle(), ...as(who)];
  const cancel = (who: string) => ["publishers", "cancel", ...atOracle(), ...as(who)];

  it("are announced by the admin and put to use by anyone once their notice has passed", async () => {
    expect(await refused(...(await set("announce", [3, 2, 5], "STRANGER")))).toEqual({
      name: "AccessControlUnauthorizedAccount", path: "--key", hint: expect.stringMatching(/^0x\w+ does not hold DEFAULT_ADMIN_ROLE of this contract: send from an account that does$/),
    });
    expect(await refused(...(await set("apply", [3, 2, 5], "STRANGER")))).toMatchObject({ name: "RotationNotAnnounced", path: "--oracle-address" });
    expect(await refused(...(await set("announce", [3, 2, 5], "ADMIN", "1")))).toMatchObject({ name: "InvalidQuorum", path: "--quorum", hint: expect.stringContaining("more than half") });
    const { announced } = await done(...(await set("announce", [3, 2, 5], "ADMIN")));
    expect(announced).toMatchObject({ publishers: (await members([2, 3, 5])).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)), quorum: 2, from: (await now(world.chain)) + DAY, state: "1 d of notice left" });
    expect(await refused(...(await set("announce", [1, 2, 5], "ADMIN")))).toMatchObject({ name: "RotationPending" });
    expect(await refused(...(await set("apply", [3, 2, 5], "STRANGER")))).toMatchObject({ name: "RotationNotDue", hint: expect.stringMatching(/^its notice ends 20.+Z, in (1 d|23 h 59 min): put it to use then$/) });
    await later(DAY);
    expect(await refused(...(await set("apply", [1, 2, 5], "STRANGER")))).toMatchObject({ name: "RotationNotAnnounced", hint: expect.stringContaining("exactly as they were announced") });
    const applied = await done(...(await set("apply", [5, 3, 2], "STRANGER")));
    expect([applied.version, applied.publishers.length, applied.announced]).toEqual([2, 3, undefined]);
    expect((await done("control", "status", ...atOracle())).publishers).toEqual(applied.publishers);
  });

  it("that are announced are cancelled by a guardian, for good, and lapse when nobody applies them", async () => {
    expect(await refused(...cancel("ADMIN"))).toMatchObject({ name: "RotationNotAnnounced", hint: "no set of publishers is announced: announce one first" });
    await done(...(await set("announce", [2, 3, 5], "ADMIN")));
    expect(await refused(...cancel("STRANGER"))).toMatchObject({ path: "--key", hint: expect.stringContaining("GUARDIAN_ROLE") });
    expect(await done(...cancel("ADMIN"))).not.toHaveProperty("announced");
    expect(await refused(...(await set("announce", [2, 3, 5], "ADMIN")))).toMatchObject({ name: "RotationWasCancelled" });
    await done(...(await set("announce", [2, 3, 5], "ADMIN", "3")));
    await later(16 * DAY);
    expect(await refused(...(await set("apply", [2, 3, 5], "STRANGER", "3")))).toMatchObject({ name: "RotationNotDue", hint: expect.stringMatching(/^the time to use it ended 20.+Z: announce it again$/) });
  });

  const sign = (what: string, who: string, out: string, ...more: string[]) => done("publishers", "sign", what, "--chain-id", "31337", "--oracle-address", String(world.oracle.target), ...as(who), "--out", out, "--force", ...more);
  const decide = (files: readonly string[], ...more: string[]) => ["publishers", "decide", ...files, ...more, "--rpc", server.url, ...as("STRANGER")];
  const misused = async (...args: string[]) => {
    const { code, stderr } = await cli.runHere([...args, "--json"], { env: ENV });
    const { error } = JSON.parse(stderr);
    return [code, error.code, error.path, typeof error.hint];
  };

  it("that are announced are vetoed by a quorum of the set in use, each signing apart, and anyone handing in", async () => {
    const { announced } = await done(...(await set("announce", [2, 3, 5], "ADMIN")));
    const vetoes = ["veto-1.json", "veto-2.json"];
    expect(await sign("veto", "PUBLISHER_1", vetoes[0]!, "--rotation", announced.hash)).toMatchObject({ publisher: WALLETS.PUBLISHER_1!.address, decision: { kind: "veto", rotation: announced.hash } });
    await sign("veto", "PUBLISHER_2", vetoes[1]!, "--rotation", announced.hash);
    await sign("veto", "STRANGER", "strange.json", "--rotation", announced.hash);
    await sign("veto", "PUBLISHER_2", "stale.json", "--rotation", `0x${"1".repeat(64)}`);
    expect(await refused(...decide(vetoes.slice(1)))).toMatchObject({ name: "QuorumNotReached", path: "signatures", hint: "gather more publishers' signatures" });
    expect(await refused(...decide([...vetoes, "strange.json"]))).toMatchObject({ name: "NotAPublisher" });
    expect(await misused(...decide([vetoes[0]!, "stale.json"]))).toEqual([1, "SnapshotMismatch", "signatures[1]", "string"]);
    expect(await misused(...decide([vetoes[0]!, vetoes[0]!]))).toEqual([1, "InvalidSignature", "signatures[1].publisher", "string"]);
    const edited = JSON.parse(await readFile(join(folder, vetoes[0]!), "utf8"));
    await writeFile(join(folder, "edited.json"), JSON.stringify({ ...edited, decision: { ...edited.decision, rotation: `0x${"2".repeat(64)}` } }));
    expect(await misused(...decide(["edited.json"]))).toEqual([1, "InvalidSignature", "edited.json, signature", "string"]);
    const decided = await done(...decide(vetoes.toReversed()));
    expect([decided.announced, decided.signers.toSorted()]).toEqual([undefined, [WALLETS.PUBLISHER_1!.address, WALLETS.PUBLISHER_2!.address].toSorted()]);
    expect(await refused(...decide(vetoes))).toMatchObject({ name: "RotationNotAnnounced" });
  });

  it("of a relay decide there by signatures what no admin can: the next set, its veto, and the end of a snapshot", async () => {
    const terms = await worldTerms(world.publishers, world.admin);
    const relay = await world.chain.ethers.deployContract("RelayedSnapshots", [terms, 1, world.oracle.target]);
    const at = ["--relay-address", String(relay.target)];
    const both = async (what: string, ...more: string[]) => {
      for (const who of ["PUBLISHER_1", "PUBLISHER_2"]) await sign(what, who, `${what}-${who}.json`, ...more, "--chain-id", "1");
      return [`${what}-PUBLISHER_1.json`, `${what}-PUBLISHER_2.json`];
    };
    const next = ["--publisher", ...(await members([5, 1, 2])), "--quorum", "2", "--set-version"];
    const rotations = await both("rotation", ...next, "2");
    expect(await misused(...decide(rotations))).toEqual([2, "UsageError", "--relay-address", "string"]);
    expect((await done(...decide(rotations, ...at))).announced).toMatchObject({ publishers: (await members([1, 2, 5])).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)), quorum: 2 });
    const { hash } = (await done("control", "status", "--oracle-address", String(relay.target), "--rpc", server.url)).announced;
    const vetoes = await both("veto", "--rotation", hash);
    expect(await misused(...decide(vetoes))).toEqual([1, "ChainError", "--rpc", "string"]);
    expect(await done(...decide(vetoes, ...at))).not.toHaveProperty("announced");
    expect(await refused(...decide(await both("rotation", ...next, "3"), ...at))).toMatchObject({ name: "InvalidPublisherSignature", path: "--relay-address" });

    const replace = (who: string) => ["publishers", "replace", ...next.slice(0, -1), ...at, "--rpc", server.url, ...as(who)];
    expect(await refused(...replace("STRANGER"))).toMatchObject({ path: "--key" });
    expect(await refused(...replace("ADMIN"))).toMatchObject({ name: "SetNotBlocked", path: "--relay-address", hint: expect.stringContaining("sign for its successor") });

    await writeFile(join(folder, "market.json"), JSON.stringify(MARKET_JSON));
    await done("snapshot", "build", "--market", "market.json", "--policy", "policy.json", "--out", "snapshot.json", "--force");
    const revocations = await both("revocation", "snapshot.json");
    const { root } = JSON.parse(await readFile(join(folder, "snapshot.json"), "utf8"));
    expect((await done(...decide(revocations, ...at))).decision).toEqual({ kind: "revocation", policyHash: POLICY.toString(), root });
    expect(await refused(...decide(revocations, ...at))).toMatchObject({ name: "RootRevoked" });
  });

  it("who are compromised are removed, but not below the quorum", async () => {
    const [first, second] = await members([1, 2]);
    const remove = (publisher: string) => ["publishers", "remove", "--publisher", publisher, ...atOracle(), ...as("ADMIN")];
    expect((await done(...remove(first!))).publishers).not.toContain(first);
    expect(await refused(...remove(second!))).toMatchObject({ name: "QuorumOutOfReach", path: "--publisher" });
    expect(await refused(...(await set("announce", [1, 2, 5], "ADMIN")))).toMatchObject({ name: "PublisherBarred", path: "--publisher" });
  });
});

describe("control", () => {
  const act = (verb: string, who: string, ...more: string[]) => ["control", verb, ...more, ...atOracle(), ...as(who)];
  const policy = ["--policy", "policy.json"];
  const status = () => done("control", "status", ...policy, ...atOracle());
  let epoch = 1;
  const publishFor = async (root: bigint) => publishSnapshot(world, { policyId: policyIdOf(POLICY), epoch: ++epoch, root });

  it("pauses publication as a guardian and resumes it as an admin, at the oracle and at the registry", async () => {
    expect(await refused(...act("resume", "ADMIN"))).toMatchObject({ name: "ExpectedPause", hint: "it is not paused: there is nothing to resume" });
    expect(await refused(...act("pause", "STRANGER"))).toMatchObject({ path: "--key" });
    await done(...act("pause", "ADMIN"));
    expect(await status()).toMatchObject({ paused: true, pausedSince: await now(world.chain) });
    expect(await refused(...act("pause", "ADMIN"))).toMatchObject({ name: "EnforcedPause" });
    await done(...act("resume", "ADMIN"));
    expect((await status()).paused).toBe(false);
    await done("control", "pause", ...atRegistry(), ...as("ADMIN"));
    expect(await world.registry.getFunction("paused")()).toBe(true);
    expect(await refused("control", "pause", ...atRegistry(), ...as("ADMIN"))).toMatchObject({ name: "EnforcedPause", path: "--registry-address" });
  });

  it("trips a policy's breaker, and re-arms it once publications have been calm", async () => {
    await publishFor(71n);
    expect((await status()).policy).toMatchObject({ opensCredit: true, breaker: "none", latest: { root: "71", revoked: false } });
    const tripped = await done(...act("trip", "ADMIN", ...policy));
    expect(tripped.policy).toMatchObject({ opensCredit: false, breaker: "guardian", since: await now(world.chain), grace: expect.stringMatching(/^accounts are spared for 59 min 59 s more$/) });
    expect(await refused(...act("rearm", "ADMIN", ...policy))).toMatchObject({ name: "NotCalm", hint: expect.stringContaining("a publication without a new cause") });
    await later(1);
    await publishFor(72n);
    expect((await done(...act("rearm", "ADMIN", ...policy))).policy).toMatchObject({ opensCredit: true, breaker: "none" });
  });

  it("revokes a snapshot that accounts stand on, which trips the breaker; once", async () => {
    await publishFor(81n);
    const revoke = (who: string) => act("revoke", who, "--root", "81", ...policy);
    expect(await refused(...revoke("STRANGER"))).toMatchObject({ path: "--key" });
    expect((await done(...revoke("ADMIN"))).policy).toMatchObject({ breaker: "revocation", opensCredit: false, latest: { root: "81", revoked: true } });
    expect(await refused(...revoke("ADMIN"))).toMatchObject({ name: "RootRevoked" });
  });
});

describe("attester", () => {
  const entry = (key: typeof VENUE_KEY, venue: string) => ({ venue, key: key.publicKey, assurance: "venue-signed", validFrom: 0, validUntil: 2 ** 32 - 1 }) as const;

  it("publishes a registry and revokes keys and roots of it, each once", async () => {
    const registry = buildRegistry([entry(VENUE_KEY, "deribit"), entry(OTHER_KEY, "custodian")]);
    await writeFile(join(folder, "registry.json"), serializeRegistry(registry));
    await writeFile(join(folder, "gap.json"), serializeRegistry(ATTESTER_REGISTRY));
    await writeFile(join(folder, "deribit.json"), JSON.stringify(attesterJson(entry(VENUE_KEY, "deribit"))));
    await writeFile(join(folder, "both.json"), JSON.stringify(registry.attesters.map((attester) => attesterJson(attester!))));
    const act = (verb: string, file: string, who: string) => ["attester", verb, file, ...atRegistry(), ...as(who)];
    expect(await refused(...act("publish", "registry.json", "STRANGER"))).toMatchObject({ path: "--key", hint: expect.stringContaining("REGISTRAR_ROLE") });
    expect(await done(...act("publish", "registry.json", "ADMIN"))).toMatchObject({ root: registry.root.toString(), attesters: 2, number: 2, current: false, from: (await now(world.chain)) + ATTESTER_NOTICE });
    expect(await refused(...act("confirm", "registry.json", "ADMIN"))).toMatchObject({ name: "ConfirmedByRegistrar", path: "--key" });
    expect(await refused(...act("confirm", "registry.json", "STRANGER"))).toMatchObject({ path: "--key", hint: expect.stringContaining("GUARDIAN_ROLE") });
    await call(world.attesters, world.admin, "grantRole", id("GUARDIAN_ROLE"), WALLETS.STRANGER!.address);
    expect(await done(...act("confirm", "registry.json", "STRANGER"))).toMatchObject({ number: 2, current: true, from: await now(world.chain) });
    expect(await refused(...act("confirm", "registry.json", "STRANGER"))).toMatchObject({ name: "NothingToConfirm" });
    await call(world.attesters, world.admin, "revokeRole", id("GUARDIAN_ROLE"), WALLETS.STRANGER!.address);
    expect(await refused(...act("publish", "registry.json", "ADMIN"))).toMatchObject({ name: "RootPublishedBefore" });
    for (const [file, path] of [["gap.json", "gap.json, attesters[0]"], ["both.json", "both.json"]] as const) {
      const { code, stderr } = await cli.runHere([...act(file === "gap.json" ? "publish" : "revoke", file, "ADMIN"), "--json"], { env: ENV });
      expect([code, JSON.parse(stderr).error.path]).toEqual([1, path]);
    }

    expect(await refused(...act("revoke", "deribit.json", "STRANGER"))).toMatchObject({ path: "--key", hint: expect.stringContaining("GUARDIAN_ROLE") });
    expect(await done(...act("revoke", "deribit.json", "ADMIN"))).toMatchObject({ venue: "deribit", endsLatestRoot: true });
    expect(await world.attesters.getFunction("isCurrent")(registry.root)).toBe(false);
    expect(await refused(...act("revoke", "deribit.json", "ADMIN"))).toMatchObject({ path: "deribit.json", hint: expect.stringContaining("nothing to do") });
    expect(await refused(...act("revoke-root", "registry.json", "ADMIN"))).toMatchObject({ name: "NothingToRevoke" });
    const next = buildRegistry([entry(OTHER_KEY, "custodian")]);
    await writeFile(join(folder, "next.json"), serializeRegistry(next));
    await done(...act("publish", "next.json", "ADMIN"));
    expect(await done(...act("revoke-root", "next.json", "ADMIN"))).toMatchObject({ root: next.root.toString() });
    expect(await world.attesters.getFunction("isCurrent")(next.root)).toBe(false);
  });
});
