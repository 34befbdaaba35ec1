import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpackClaim, type Claim } from "../prover/proof/claim.ts";
import type { PublicSignals } from "../prover/proof/public-signals.ts";
import { FIELD, type Bps } from "../prover/units.ts";
import { eventsOf, now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { ACCOUNT_SET, ATTESTER_REGISTRY, call, createWorld, DEMANDED, MAX_SNAPSHOT_AGE, POLICY_ID, policyIdOf, publishSnapshot, signalsFor, SNAPSHOT_ROOT, submit, type World } from "./support/margin-world.ts";

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

describe("an account set", () => {
  it("is registered once, by its subject, and announced", async () => {
    const stranger = await world.stranger.getAddress();
    expect(await eventsOf(call(registry, world.stranger, "registerAccountSet", 17n), registry, "AccountSetRegistered")).toEqual([[stranger, 17n]]);
    expect(await registry.getFunction("accountSetOf")(stranger)).toBe(17n);
    expect(await refused(call(registry, world.stranger, "registerAccountSet", 18n))).toEqual({ name: "AlreadyRegistered", args: [stranger] });
    expect(await registry.getFunction("accountSetOf")(subject)).toBe(ACCOUNT_SET);
  });

  it("is a field element other than zero", async () => {
    for (const set of [0n, FIELD, 2n ** 256n - 1n]) expect(await refused(call(registry, world.stranger, "registerAccountSet", set))).toEqual({ name: "InvalidAccountSet", args: [set] });
    await call(registry, world.stranger, "registerAccountSet", FIELD - 1n);
  });
});
