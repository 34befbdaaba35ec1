import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bps } from "../prover/units.ts";
import { eventsOf, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { call, createWorld, POLICY_ID, signalsFor, submit, type World } from "./support/margin-world.ts";

const LIMIT = 1_000n;

let world: World;
let line: Contract;
let subject: string;
let lender: string;

const borrow = (amount: bigint, signer = world.subject) => call(line, signer, "borrow", amount);
const refused = (action: Promise<unknown>) => refusal(action, line);
const balance = (holder: string): Promise<bigint> => world.token.getFunction("balanceOf")(holder);

beforeAll(async () => {
  world = await createWorld();
  [subject, lender] = [await world.subject.getAddress(), await world.admin.getAddress()];
  const terms = { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 2 };
  line = await world.chain.ethers.deployContract("PrivateCreditLine", [world.registry.target, world.token.target, lender, LIMIT, terms]);
  await call(world.token, world.admin, "mint", lender, 1_500n);
  await call(world.token, world.admin, "approve", line.target, 1_200n);
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("borrowing", () => {
  it("is for whoever has proved margin health on the lender's terms", async () => {
    await submit(world, await signalsFor(world));
    expect(await eventsOf(borrow(400n), line, "Borrowed")).toEqual([[subject, 400n]]);
    await borrow(600n);
    expect([await line.getFunction("debtOf")(subject), await balance(subject), await balance(lender)]).toEqual([1_000n, 1_000n, 500n]);
  });

  it("is refused without a proof", async () => {
    expect(await refused(borrow(1n))).toEqual({ name: "NotHealthyEnough", args: [subject] });
  });

  it("is refused to anyone else than the subject of the proof", async () => {
    await submit(world, await signalsFor(world));
    expect(await refused(borrow(1n, world.stranger))).toEqual({ name: "NotHealthyEnough", args: [await world.stranger.getAddress()] });
  });

  it.each<[string, Parameters<typeof signalsFor>[1]]>([
    ["level", { claim: { level: "MM" } }],
    ["ratio", { claim: { minRatioBps: 10_999n as Bps } }],
    ["assurance", { claim: { minAssurance: "attested" } }],
  ])("is refused with a %s below the lender's, though the registry takes it", async (_, change) => {
    await submit(world, await signalsFor(world, change));
    expect(await refused(borrow(1n))).toEqual({ name: "NotHealthyEnough", args: [subject] });
  });

  it("is refused once the proof has lapsed", async () => {
    await submit(world, await signalsFor(world));
    const { healthyUntil } = await world.registry.getFunction("health")(subject);
    await travelTo(world.chain, Number(healthyUntil));
    expect(await refused(borrow(1n))).toEqual({ name: "NotHealthyEnough", args: [subject] });
  });

  it("is refused while the registry or the publishers are paused", async () => {
    await submit(world, await signalsFor(world));
    for (const paused of [world.registry, world.oracle]) {
      await call(paused, world.admin, "pause");
      expect((await refused(borrow(1n))).name).toBe("NotHealthyEnough");
      await call(paused, world.admin, "unpause");
    }
    await borrow(1n);
  });

  it("is refused beyond the limit, and beyond what the lender allows", async () => {
    await submit(world, await signalsFor(world));
    expect(await refused(borrow(LIMIT + 1n))).toEqual({ name: "CreditLimitExceeded", args: [LIMIT + 1n, LIMIT] });
    await borrow(900n);
    expect(await refused(borrow(101n))).toEqual({ name: "CreditLimitExceeded", args: [1_001n, LIMIT] });
    await call(world.token, world.admin, "approve", line.target, 50n);
    await expect(borrow(51n)).rejects.toThrow(/ERC20InsufficientAllowance/);
  });
});

describe("paying back", () => {
  it("goes to the lender, from anyone, and makes room", async () => {
    await submit(world, await signalsFor(world));
    await borrow(1_000n);
    await call(world.token, world.subject, "approve", line.target, 300n);
    expect(await eventsOf(call(line, world.subject, "repay", subject, 300n), line, "Repaid")).toEqual([[subject, 300n]]);
    expect([await line.getFunction("debtOf")(subject), await balance(lender)]).toEqual([700n, 800n]);
    await borrow(200n);
  });

  it("is possible when the margin is no longer healthy", async () => {
    await submit(world, await signalsFor(world));
    await borrow(10n);
    await call(world.registry, world.admin, "pause");
    await call(world.token, world.subject, "approve", line.target, 10n);
    await call(line, world.subject, "repay", subject, 10n);
    expect(await line.getFunction("debtOf")(subject)).toBe(0n);
  });

  it("is refused beyond the debt", async () => {
    expect(await refused(call(line, world.subject, "repay", subject, 1n))).toEqual({ name: "NothingOwed", args: [1n, 0n] });
  });
});
