import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpackClaim, type Claim } from "../prover/proof/claim.ts";
import type { PublicSignals } from "../prover/proof/public-signals.ts";
import { buildRegistry, type Attester } from "../prover/statement/attester-registry.ts";
import type { Bps } from "../prover/units.ts";
import { now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { OTHER_KEY } from "./support/statements.ts";
import { attesterArguments, ATTESTER_NOTICE, ATTESTER_REGISTRY, ATTESTERS, call, createWorld, DEMANDED, inOrder, MAX_SNAPSHOT_AGE, POLICY_ID, policyIdOf, publishSnapshot, signalsFor, SNAPSHOT_ROOT, submit, type World } from "./support/margin-world.ts";

const OTHER_ATTESTER: Attester = { venue: "okx", key: OTHER_KEY.publicKey, assurance: "venue-signed", validFrom: 0, validUntil: 2 ** 32 - 1 };

let world: World;
let registry: Contract;
let subject: string;

const signals = (claim: Partial<Claim> = {}, change: Partial<PublicSignals> = {}) => signalsFor(world, { claim, signals: change });
const refused = (action: Promise<unknown>) => refusal(action, registry);
const health = async () => (await registry.getFunction("health")(subject)).toObject();
const isHealthy = (): Promise<boolean> => registry.getFunction("isHealthy")(subject);
const admin = (name: string, ...parameters: unknown[]) => call(registry, world.admin, name, ...parameters);

beforeAll(async () => {
  world = await createWorld();
  registry = world.registry;
  subject = await world.subject.getAddress();
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("health", () => {
  it("of a subject nobody proved anything about is all zero", async () => {
    const values = Object.values(await health());
    expect(values).toEqual([false, 0n, 0n, 0n, 0n, 0n, 0n, 0n, `0x${"0".repeat(64)}`, 0n, 0n, 0n, 0n]);
    expect(await isHealthy()).toBe(false);
  });

  it("lapses after its last second when the statements are too old", async () => {
    const sent = await signals();
    await submit(world, sent);
    const until = unpackClaim(sent.claim).asOf + DEMANDED.maxStatementAge;
    await travelTo(world.chain, until);
    expect(await isHealthy()).toBe(true);
    await travelTo(world.chain, until + 1);
    expect(await isHealthy()).toBe(false);
    expect((await health()).sequence).toBe(1n);
  });

  it("lapses with its snapshot where that expires first", async () => {
    const published = await now(world.chain);
    await publishSnapshot(world, { epoch: 2, root: 12n, asOf: published });
    await travelTo(world.chain, published + MAX_SNAPSHOT_AGE - 60);
    await submit(world, await signals({}, { snapshotRoot: 12n }));
    expect((await health()).healthyUntil).toBe(BigInt(published + MAX_SNAPSHOT_AGE));
    await travelTo(world.chain, published + MAX_SNAPSHOT_AGE + 1);
    expect(await isHealthy()).toBe(false);
  });

  it("ends at once when its attester root is revoked", async () => {
    await submit(world, await signals());
    await call(world.attesters, world.admin, "revokeRoot", ATTESTER_REGISTRY.root);
    expect(await isHealthy()).toBe(false);
    expect((await health()).healthy).toBe(false);
  });

  it("ends at once when a key in its attester root is revoked, though that root was superseded", async () => {
    await submit(world, await signals());
    const [{ x, y }] = attesterArguments(ATTESTERS.slice(1)) as [{ x: bigint; y: bigint }];
    const next = buildRegistry([OTHER_ATTESTER]);
    await call(world.attesters, world.admin, "publish", next.root, attesterArguments([OTHER_ATTESTER]));
    await travelTo(world.chain, (await now(world.chain)) + ATTESTER_NOTICE);
    await publishSnapshot(world, { epoch: 2, root: 14n });
    await submit(world, await signals({ sequence: 2 }, { snapshotRoot: 14n }));
    await call(world.attesters, world.admin, "revokeKey", x, y);
    expect([await isHealthy(), (await health()).healthy]).toEqual([false, false]);
    expect(await refused(submit(world, await signals({ sequence: 3 }, { snapshotRoot: 14n })))).toEqual({ name: "UnknownAttesterRoot", args: [ATTESTER_REGISTRY.root] });
    await submit(world, await signals({ sequence: 3 }, { attesterRoot: next.root, snapshotRoot: 14n }));
    expect(await isHealthy()).toBe(true);
  });

  it("ends at once when its snapshot is revoked", async () => {
    await submit(world, await signals());
    await call(world.oracle, world.admin, "revoke", POLICY_ID, SNAPSHOT_ROOT);
    expect(await isHealthy()).toBe(false);
  });

  it("outlives its snapshot's place in the history and its attester root's grace period", async () => {
    await submit(world, await signals());
    await publishSnapshot(world, { epoch: 50, root: 13n });
    expect(await isHealthy()).toBe(true);
  });

  it("is replaced by the next proof, for better or worse", async () => {
    await submit(world, await signals({ minRatioBps: 20_000n as Bps }));
    await submit(world, await signals({ sequence: 2, minRatioBps: 10_500n as Bps, level: "MM", minAssurance: "attested" }));
    expect(await health()).toMatchObject({ minRatioBps: 10_500n, level: 0n, minAssurance: 1n, sequence: 2n });
  });
});

describe("new credit", () => {
  const terms = { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 2 };
  const canOpen = (change: Partial<typeof terms> = {}): Promise<boolean> => registry.getFunction("canOpen")(subject, { ...terms, ...change });

  it("may be had on exactly the terms proved, or lower ones", async () => {
    await submit(world, await signals());
    expect(await canOpen()).toBe(true);
    expect(await canOpen({ level: 0, minRatioBps: 10_000, minAssurance: 0 })).toBe(true);
  });

  it("may not be had on higher terms, or under another policy", async () => {
    await submit(world, await signals({ level: "MM", minAssurance: "attested" }));
    const proved = { level: 0, minAssurance: 1 };
    expect(await canOpen(proved)).toBe(true);
    for (const change of [{ level: 1 }, { minRatioBps: 11_001 }, { minAssurance: 2 }, { policyId: policyIdOf(1n) }]) expect(await canOpen({ ...proved, ...change })).toBe(false);
  });

  it("may not be had without a proof, nor on zero terms", async () => {
    expect(await canOpen({ policyId: policyIdOf(0n), level: 0, minRatioBps: 0, minAssurance: 0 })).toBe(false);
  });

  it("stops with a pause of registry or publishers, while health stands", async () => {
    await submit(world, await signals());
    await admin("pause");
    expect([await canOpen(), await isHealthy()]).toEqual([false, true]);
    await admin("unpause");
    expect(await canOpen()).toBe(true);
    await call(world.oracle, world.admin, "pause");
    expect([await canOpen(), await isHealthy()]).toEqual([false, true]);
  });

  it("stops when the proof lapses or what it stands on is revoked", async () => {
    await submit(world, await signals());
    await call(world.oracle, world.admin, "revoke", POLICY_ID, SNAPSHOT_ROOT);
    expect(await canOpen()).toBe(false);
  });
});

describe("credit that was extended", () => {
  const terms = { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 2 };
  const meets = (change: Partial<typeof terms> = {}): Promise<boolean> => registry.getFunction("meets")(subject, { ...terms, ...change });

  it("is covered on exactly the terms proved, or lower ones, and under no other policy", async () => {
    expect(await meets({ level: 0, minRatioBps: 0, minAssurance: 0 })).toBe(false);
    await submit(world, await signals());
    expect([await meets(), await meets({ level: 0, minRatioBps: 10_000, minAssurance: 0 })]).toEqual([true, true]);
    expect(await meets({ minRatioBps: 11_001 })).toBe(false);
    expect(await meets({ policyId: policyIdOf(1n) })).toBe(false);
    await submit(world, await signals({ sequence: 2, level: "MM", minAssurance: "attested" }));
    expect(await meets({ level: 0, minAssurance: 1 })).toBe(true);
    expect([await meets({ minAssurance: 1 }), await meets({ level: 0 })]).toEqual([false, false]);
  });

  it("stays covered while registry or publishers are paused, and until the proof ends", async () => {
    await submit(world, await signals());
    await admin("pause");
    await call(world.oracle, world.admin, "pause");
    expect(await meets()).toBe(true);
    await call(world.attesters, world.admin, "revokeRoot", ATTESTER_REGISTRY.root);
    expect(await meets()).toBe(false);
  });

  it("is spared for as long as the publishers' breaker says, whoever's it is", async () => {
    await call(world.oracle, world.admin, "trip", POLICY_ID);
    const until: bigint = await world.oracle.getFunction("graceUntil")(POLICY_ID);
    expect(until).toBeGreaterThan(BigInt(await now(world.chain)));
    expect(await registry.getFunction("graceUntil")(subject, terms)).toBe(until);
    expect(await registry.getFunction("graceUntil")(subject, { ...terms, policyId: policyIdOf(1n) })).toBe(0n);
  });
});

describe("a claim", () => {
  const check = async (claim: Partial<Claim> = {}, change: Partial<PublicSignals> = {}) => registry.getFunction("checkClaim")(inOrder(await signals(claim, change)));

  it("can be checked before it is proved: what would be recorded, or why it would be refused", async () => {
    const asOf = await now(world.chain);
    const { policyId, sequence, healthyUntil } = (await check({ sequence: 4, asOf })).toObject();
    expect([policyId, sequence, healthyUntil]).toEqual([POLICY_ID, 4n, BigInt(asOf + DEMANDED.maxStatementAge)]);
    expect(await refused(check({}, { snapshotRoot: 5n }))).toEqual({ name: "UnknownSnapshot", args: [5n] });
    expect(await isHealthy()).toBe(false);
  });
});

describe("the interface", () => {
  it("is announced by ERC-165: a consumer finds out what it was given", async () => {
    const idOf = (name: string) => registry.interface.getFunction(name)!.selector;
    const id = (...names: string[]) => `0x${names.reduce((sum, name) => sum ^ BigInt(idOf(name)), 0n).toString(16).padStart(8, "0")}`;
    const supports = (interfaceId: string): Promise<boolean> => registry.getFunction("supportsInterface")(interfaceId);
    expect(await supports(id("isHealthy", "canOpen", "meets", "graceUntil", "health"))).toBe(true);
    expect(await supports(id("registerAccountSet", "growAccountSet", "announceRelease", "cancelRelease", "executeRelease", "accountSetOf", "accountSetStatus"))).toBe(true);
    expect([await supports("0x01ffc9a7"), await supports("0xffffffff")]).toEqual([true, false]);
  });
});
