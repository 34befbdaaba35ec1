import type { Contract } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, eventsOf, refusal, restoreAfterEach } from "./support/contracts.ts";
import { call, createWorld, signalsFor, submit, type World } from "./support/margin-world.ts";

/** One dollar in the token's units, and in the units collateral is counted in. */
const TOKEN = 10n ** 6n;
const USD = 10n ** 8n;

let world: World;
let subject: string;

const deposit = async (amount: bigint, { token = world.token, escrow = world.escrow, from = world.stranger } = {}) => {
  await call(token, from, "mint", await from.getAddress(), amount);
  await call(token, from, "approve", escrow.target, amount);
  return call(escrow, from, "deposit", subject, amount);
};
const withdraw = (amount: bigint, escrow = world.escrow) => call(escrow, world.subject, "withdraw", subject, amount);
const collateralOf = (escrow = world.escrow): Promise<bigint> => escrow.getFunction("collateralOf")(subject);
const count = async (amount: bigint, sequence = 1) => submit(world, await signalsFor(world, { claim: { sequence }, signals: { onChainCollateral: amount } }));
const refused = (action: Promise<unknown>) => refusal(action, world.escrow);

/** An escrow of another token, at the same registry. */
async function escrowOf(decimals: number, feeBps = 0): Promise<{ token: Contract; escrow: Contract }> {
  const token = await world.chain.ethers.deployContract("OddToken", [decimals, feeBps]);
  return { token, escrow: await world.chain.ethers.deployContract("CollateralEscrow", [token.target, world.registry.target]) };
}

beforeAll(async () => {
  world = await createWorld();
  subject = await world.subject.getAddress();
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("deposits", () => {
  it("count for the subject, whoever pays", async () => {
    const payer = await world.stranger.getAddress();
    expect(await eventsOf(deposit(25n * TOKEN), world.escrow, "Deposited")).toEqual([[subject, payer, 25n * TOKEN]]);
    await deposit(5n * TOKEN, { from: world.subject });
    expect(await world.escrow.getFunction("balanceOf")(subject)).toBe(30n * TOKEN);
    expect(await collateralOf()).toBe(30n * USD);
    expect(await world.escrow.getFunction("collateralOf")(payer)).toBe(0n);
    expect(await world.token.getFunction("balanceOf")(world.escrow.target)).toBe(30n * TOKEN);
  });

  it.each([
    [0, 7n, 7n * USD],
    [8, 7n, 7n],
    [18, 10n ** 18n + 10n ** 10n - 1n, USD],
    [36, 10n ** 28n * 3n - 1n, 2n],
  ])("of a token with %i decimals are counted at 1e-8, rounded down", async (decimals, amount, expected) => {
    const { token, escrow } = await escrowOf(decimals);
    await deposit(amount, { token, escrow });
    expect(await collateralOf(escrow)).toBe(expected);
  });

  it("are what arrived, where a token takes a fee", async () => {
    const { token, escrow } = await escrowOf(8, 100);
    await deposit(10_000n, { token, escrow });
    expect(await collateralOf(escrow)).toBe(9_900n);
    await withdraw(9_900n, escrow);
    expect(await token.getFunction("balanceOf")(escrow.target)).toBe(0n);
  });

  it("are refused without an allowance", async () => {
    await expect(call(world.escrow, world.stranger, "deposit", subject, 1n)).rejects.toThrow(/ERC20InsufficientAllowance/);
  });
});

describe("withdrawals", () => {
  it("go where the subject says", async () => {
    await deposit(10n * TOKEN);
    const to = await world.publishers[0]!.getAddress();
    expect(await eventsOf(call(world.escrow, world.subject, "withdraw", to, 4n * TOKEN), world.escrow, "Withdrawn")).toEqual([[subject, to, 4n * TOKEN]]);
    expect(await world.token.getFunction("balanceOf")(to)).toBe(4n * TOKEN);
    expect(await collateralOf()).toBe(6n * USD);
  });

  it("are refused beyond the caller's own deposits", async () => {
    await deposit(10n * TOKEN);
    expect(await refused(withdraw(10n * TOKEN + 1n))).toEqual({ name: "InsufficientBalance", args: [10n * TOKEN + 1n, 10n * TOKEN] });
    expect(await refused(call(world.escrow, world.stranger, "withdraw", subject, 1n))).toEqual({ name: "InsufficientBalance", args: [1n, 0n] });
  });

  it("leave what a running proof counts, to the last unit", async () => {
    await deposit(10n * TOKEN);
    await count(7n * USD);
    expect(await refused(withdraw(3n * TOKEN + 1n))).toEqual({ name: "CollateralInUse", args: [7n * USD, 7n * USD - 100n] });
    await withdraw(3n * TOKEN);
    expect(await collateralOf()).toBe(7n * USD);
    expect(await refused(withdraw(1n))).toEqual({ name: "CollateralInUse", args: [7n * USD, 7n * USD - 100n] });
  });

  it("leave it to the last unit of 1e-8, where the token has one", async () => {
    await deposit(10n * TOKEN);
    await count(7n * USD);
    const { token, escrow } = await escrowOf(8);
    await deposit(10n * USD, { token, escrow });
    expect(await refused(withdraw(3n * USD + 1n, escrow))).toEqual({ name: "CollateralInUse", args: [7n * USD, 7n * USD - 1n] });
    await withdraw(3n * USD, escrow);
  });

  it("are free again when the proof has lapsed, not in its last second", async () => {
    await deposit(10n * TOKEN);
    await count(10n * USD);
    const { healthyUntil } = await world.registry.getFunction("health")(subject);
    expect((await refused(at(world.chain, Number(healthyUntil), () => withdraw(1n)))).name).toBe("CollateralInUse");
    await at(world.chain, Number(healthyUntil) + 1, () => withdraw(10n * TOKEN));
    expect(await collateralOf()).toBe(0n);
  });

  it("are free again when a later proof counts less", async () => {
    await deposit(10n * TOKEN);
    await count(10n * USD);
    await count(1n * USD, 2);
    await withdraw(9n * TOKEN);
    expect((await refused(withdraw(1n))).name).toBe("CollateralInUse");
  });

  it("stay locked when what the proof stands on is revoked: revocation opens no escrow", async () => {
    await deposit(10n * TOKEN);
    const signals = await signalsFor(world, { signals: { onChainCollateral: 10n * USD } });
    await submit(world, signals);
    await call(world.attesters, world.admin, "revokeRoot", signals.attesterRoot);
    expect(await world.registry.getFunction("isHealthy")(subject)).toBe(false);
    expect((await refused(withdraw(1n))).name).toBe("CollateralInUse");
  });

  it("cannot be had twice by calling back from the token", async () => {
    const { token, escrow } = await escrowOf(8);
    await deposit(10n, { token, escrow });
    await token.getFunction("listen")(escrow.target, escrow.interface.encodeFunctionData("withdraw", [subject, 0n]));
    expect((await refused(withdraw(1n, escrow))).name).toBe("ReentrancyGuardReentrantCall");
    await token.getFunction("listen")(escrow.target, escrow.interface.encodeFunctionData("deposit", [subject, 0n]));
    expect((await refused(withdraw(1n, escrow))).name).toBe("ReentrancyGuardReentrantCall");
  });
});

describe("laws", () => {
  it("the escrow holds exactly what it owes, whatever is deposited and withdrawn", async () => {
    const step = fc.record({ deposit: fc.boolean(), amount: fc.bigInt({ min: 0n, max: 50n * TOKEN }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        for (const { deposit: isDeposit, amount } of steps) {
          const held: bigint = await world.escrow.getFunction("balanceOf")(subject);
          if (isDeposit) await deposit(amount);
          else if (amount <= held) await withdraw(amount);
          else expect((await refused(withdraw(amount))).name).toBe("InsufficientBalance");
        }
        expect(await world.token.getFunction("balanceOf")(world.escrow.target)).toBe(await world.escrow.getFunction("balanceOf")(subject));
      }),
      { seed: 20_260_801, numRuns: 15 },
    );
  });
});

describe("deployment", () => {
  it("is refused for a token with more decimals than can be counted", async () => {
    const token = await world.chain.ethers.deployContract("OddToken", [37, 0]);
    const deployment = world.chain.ethers.deployContract("CollateralEscrow", [token.target, world.registry.target]);
    expect(await refused(deployment)).toEqual({ name: "UnsupportedDecimals", args: [37n] });
  });
});
