import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAddress } from "../prover/statement/address.ts";
import { scopeOf } from "../prover/statement/scope.ts";
import { eventsOf, refusal, restoreAfterEach } from "./support/contracts.ts";
import { call, createWorld, inOrder, POLICY_ID, policyIdOf, signalsFor, submit, TIER, type World } from "./support/margin-world.ts";

let world: World;
let registry: Contract;
let subject: string;

const refused = (action: Promise<unknown>) => refusal(action, registry);
const isHealthy = (): Promise<boolean> => registry.getFunction("isHealthy")(subject);
const admin = (name: string, ...parameters: unknown[]) => call(registry, world.admin, name, ...parameters);

beforeAll(async () => {
  world = await createWorld();
  registry = world.registry;
  subject = await world.subject.getAddress();
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("a policy", () => {
  it("is announced with its scope and requirements, which are remembered", async () => {
    const scope = scopeOf({ chainId: 31337n, registry: parseAddress(String(registry.target)), policyHash: 20n });
    expect(await eventsOf(admin("addPolicy", policyIdOf(20n), 1, 10_000, 2, 60), registry, "PolicyAdded")).toEqual([[policyIdOf(20n), scope, 1n, 10_000n, 2n, 60n]]);
    expect(await registry.getFunction("scopeOf")(policyIdOf(20n))).toBe(scope);
    expect([...(await registry.getFunction("requirementsOf")(policyIdOf(20n)))]).toEqual([10_000n, 1n, 2n, 60n, false]);
  });

  it("is never changed, nor brought back once retired", async () => {
    expect(await refused(admin("addPolicy", POLICY_ID, 0, 10_000, 0, 60))).toEqual({ name: "PolicyKnown", args: [POLICY_ID] });
    expect(await eventsOf(admin("retirePolicy", POLICY_ID), registry, "PolicyRetired")).toEqual([[POLICY_ID]]);
    expect(await refused(admin("addPolicy", POLICY_ID, 0, 10_000, 0, 60))).toEqual({ name: "PolicyKnown", args: [POLICY_ID] });
    expect(await refused(admin("retirePolicy", POLICY_ID))).toEqual({ name: "RetiredPolicy", args: [POLICY_ID] });
    expect(await refused(admin("retirePolicy", policyIdOf(21n)))).toEqual({ name: "UnknownPolicy", args: [policyIdOf(21n)] });
  });

  it("leaves accepted proofs their time when it is retired", async () => {
    await submit(world, await signalsFor(world));
    await admin("retirePolicy", POLICY_ID);
    expect(await isHealthy()).toBe(true);
  });

  it.each<[string, unknown[]]>([
    ["no identifier", [policyIdOf(0n), 0, 10_000, 0, 60]],
    ["a ratio below one: healthy always means equity covers the requirement", [policyIdOf(22n), 0, 9_999, 0, 60]],
    ["no statement age", [policyIdOf(22n), 0, 10_000, 0, 0]],
  ])("is refused with %s", async (_, parameters) => {
    expect(await refused(admin("addPolicy", ...parameters))).toEqual({ name: "InvalidPolicyTerms", args: [] });
  });
});

describe("roles", () => {
  it.each<[string, string, unknown[]]>([
    ["addPolicy", "POLICY_ADMIN_ROLE", [policyIdOf(30n), 0, 10_000, 0, 60]],
    ["retirePolicy", "GUARDIAN_ROLE", [POLICY_ID]],
    ["pause", "GUARDIAN_ROLE", []],
    ["unpause", "DEFAULT_ADMIN_ROLE", []],
  ])("%s takes %s", async (name, role, parameters) => {
    const stranger = await world.stranger.getAddress();
    const required: string = await registry.getFunction(role)();
    expect(await refused(call(registry, world.stranger, name, ...parameters))).toEqual({ name: "AccessControlUnauthorizedAccount", args: [stranger, required] });
  });

  it("give no way to health: everything an administrator can send leaves an unproved subject unhealthy", async () => {
    const writing = registry.interface.fragments.flatMap((fragment) => ("stateMutability" in fragment && fragment.type === "function" && fragment.stateMutability === "nonpayable" ? [(fragment as unknown as { name: string }).name] : []));
    expect(writing.sort()).toEqual(["addPolicy", "announceRelease", "cancelRelease", "executeRelease", "grantRole", "growAccountSet", "noteHeld", "pause", "proveBreach", "recordClaims", "registerAccountSet", "renounceRole", "retirePolicy", "revokeRole", "submit", "submitBatch", "unpause"]);
    await admin("addPolicy", policyIdOf(31n), 0, 10_000, 0, 60);
    await admin("retirePolicy", policyIdOf(31n));
    await admin("pause");
    await admin("unpause");
    const itself = await world.admin.getAddress();
    expect(await refused(admin("recordClaims", TIER, [inOrder(await signalsFor(world))]))).toEqual({ name: "RecordedWithProofsOnly", args: [itself] });
    expect(await refused(admin("noteHeld", await world.subject.getAddress(), 1n))).toEqual({ name: "NotTheEscrow", args: [itself] });
    expect(await isHealthy()).toBe(false);
  });
});
