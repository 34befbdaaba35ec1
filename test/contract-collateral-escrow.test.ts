import { AbiCoder, keccak256, type Contract } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, eventsOf, now, refusal, restoreAfterEach, slotOf, travelTo } from "./support/contracts.ts";
import { ACCOUNT_SET, BREACH_SECRETS, BREACH_TIER, call, createWorld, DEMANDED, inOrder, POLICY_ID, publishSnapshot, SECRETS, signalsFor, submit, TIER, type World } from "./support/margin-world.ts";
import { simulate } from "./support/tiny-groth16.ts";
import type { Bps } from "../prover/units.ts";

/** One dollar in the token's units, and in the units collateral is counted in. */
const TOKEN = 10n ** 6n;
const USD = 10n ** 8n;

let world: World;
let subject: string;
/** Creditors are addresses: what holds one is the creditor's affair. */
let creditor: string;
const creditors = () => world.publishers;

const deposit = async (amount: bigint, { token = world.token, escrow = world.escrow, from = world.stranger } = {}) => {
  await call(token, from, "mint", await from.getAddress(), amount);
  await call(token, from, "approve", escrow.target, amount);
  return call(escrow, from, "deposit", subject, amount);
};
const withdraw = (amount: bigint, escrow = world.escrow) => call(escrow, world.subject, "withdraw", subject, amount);
const pledge = (amount: bigint, { to = creditor, escrow = world.escrow } = {}) => call(escrow, world.subject, "pledge", to, amount);
const release = (amount: bigint, by = creditors()[0]!) => call(world.escrow, by, "releasePledge", subject, amount);
const seize = (amount: bigint, { by = creditors()[0]!, to = "", escrow = world.escrow } = {}) => call(escrow, by, "seizePledge", subject, to || creditor, amount);
const assign = (to: string, amount: bigint, by = creditors()[0]!) => call(world.escrow, by, "assignPledge", subject, to, amount);
const read = (name: string, ...parameters: unknown[]): Promise<bigint> => world.escrow.getFunction(name)(...parameters);
const collateralOf = (escrow = world.escrow): Promise<bigint> => escrow.getFunction("collateralOf")(subject);
const count = async (amount: bigint, sequence = 1) => submit(world, await signalsFor(world, { claim: { sequence }, signals: { onChainCollateral: amount } }));
const refused = (action: Promise<unknown>) => refusal(action, world.escrow);

/** A registry with an escrow of another token, where the subject may prove under the same policy. */
async function escrowOf(decimals: number, feeBps = 0): Promise<World> {
  const { chain, admin, verifier, oracle, attesters } = world;
  const token = await chain.ethers.deployContract("OddToken", [decimals, feeBps]);
  const registry: Contract = await chain.ethers.deployContract("MarginHealthRegistry", [await admin.getAddress(), verifier.target, oracle.target, attesters.target, token.target]);
  await call(registry, admin, "addPolicy", POLICY_ID, ...Object.values(DEMANDED));
  await call(registry, world.subject, "registerAccountSet", ACCOUNT_SET);
  return { ...world, token, registry, escrow: await chain.ethers.getContractAt("CollateralEscrow", await registry.getFunction("escrow")()) };
}

/** What the registry believes that the escrow holds, read from its slot. twin: HealthRecords.Account.held */
async function heldOf(address: string, registry = world.registry): Promise<bigint> {
  const { slot, offset } = await slotOf("MarginHealthRegistry", "_accounts", "held");
  const account = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [address, slot]));
  return BigInt(await world.chain.ethers.provider.getStorage(registry.target, BigInt(account) + offset));
}

beforeAll(async () => {
  world = await createWorld();
  subject = await world.subject.getAddress();
  creditor = await world.publishers[0]!.getAddress();
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
    const { token, escrow, registry } = await escrowOf(decimals);
    await deposit(amount, { token, escrow });
    expect([await collateralOf(escrow), await heldOf(subject, registry)]).toEqual([expected, expected]);
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
    const other = await escrowOf(8);
    const { escrow } = other;
    await deposit(10n * USD, other);
    await submit(other, await signalsFor(other, { signals: { onChainCollateral: 7n * USD } }));
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

describe("pledges", () => {
  it("are the subject's to give, and no proof counts them", async () => {
    await deposit(10n * TOKEN);
    expect(await eventsOf(pledge(4n * TOKEN), world.escrow, "Pledged")).toEqual([[subject, creditor, 4n * TOKEN]]);
    expect([await read("balanceOf", subject), await read("pledgedOf", subject), await read("pledgedTo", subject, creditor), await read("freeOf", subject)]).toEqual([10n, 4n, 4n, 6n].map((amount) => amount * TOKEN));
    expect(await collateralOf()).toBe(6n * USD);
    const counted = (amount: bigint) => signalsFor(world, { signals: { onChainCollateral: amount } });
    expect(await refusal(submit(world, await counted(6n * USD + 1n)), world.registry)).toEqual({ name: "CollateralNotHeld", args: [6n * USD + 1n, 6n * USD] });
    await submit(world, await counted(6n * USD));
  });

  it("are refused beyond what is not pledged, and to nobody", async () => {
    await deposit(10n * TOKEN);
    await pledge(4n * TOKEN);
    expect(await refused(pledge(6n * TOKEN + 1n))).toEqual({ name: "InsufficientBalance", args: [6n * TOKEN + 1n, 6n * TOKEN] });
    const zero = "0x0000000000000000000000000000000000000000";
    expect(await refused(pledge(1n, { to: zero }))).toEqual({ name: "InvalidRecipient", args: [zero] });
    await pledge(6n * TOKEN, { to: subject });
  });

  it("leave what a running proof counts, to the last unit, and a second after its end they need not", async () => {
    await deposit(10n * TOKEN);
    await count(7n * USD);
    expect(await read("freeOf", subject)).toBe(3n * TOKEN);
    expect(await refused(pledge(3n * TOKEN + 1n))).toEqual({ name: "CollateralInUse", args: [7n * USD, 7n * USD - 100n] });
    await pledge(3n * TOKEN);
    expect((await refused(pledge(1n))).name).toBe("CollateralInUse");
    const { healthyUntil } = await world.registry.getFunction("health")(subject);
    expect((await refused(at(world.chain, Number(healthyUntil), () => pledge(1n)))).name).toBe("CollateralInUse");
    await at(world.chain, Number(healthyUntil) + 1, () => pledge(7n * TOKEN));
  });

  it("round what is in use up to the token's units", async () => {
    await deposit(10n * TOKEN);
    await count(7n * USD + 1n);
    expect(await read("freeOf", subject)).toBe(3n * TOKEN - 1n);
    expect((await refused(pledge(3n * TOKEN))).name).toBe("CollateralInUse");
    await pledge(3n * TOKEN - 1n);
  });

  it.each(["a breach", "a revocation"])("cannot be made of what was in use when %s ended the proof: ended health unlocks nothing", async (what) => {
    await deposit(10n * TOKEN);
    await count(10n * USD);
    if (what === "a revocation") await call(world.attesters, world.admin, "revokeRoot", (await world.registry.getFunction("health")(subject)).attesterRoot);
    else {
      await publishSnapshot(world, { epoch: 2, root: 9n });
      const breach = await signalsFor(world, { claim: { sequence: 2, level: "MM", minRatioBps: 10_500n as Bps, minAssurance: "attested" }, signals: { snapshotRoot: 9n, onChainCollateral: 10n * USD } });
      await call(world.registry, world.stranger, "proveBreach", BREACH_TIER, simulate(BREACH_SECRETS, inOrder(breach)), inOrder(breach));
    }
    expect(await world.registry.getFunction("isHealthy")(subject)).toBe(false);
    for (const attempt of [() => pledge(1n), () => withdraw(1n)]) expect((await refused(attempt())).name).toBe("CollateralInUse");
  });

  it("stay when the subject withdraws", async () => {
    await deposit(10n * TOKEN);
    await pledge(4n * TOKEN);
    expect(await refused(withdraw(6n * TOKEN + 1n))).toEqual({ name: "InsufficientBalance", args: [6n * TOKEN + 1n, 6n * TOKEN] });
    await withdraw(6n * TOKEN);
    expect(await read("balanceOf", subject)).toBe(4n * TOKEN);
  });

  it("are given back, taken or passed on by their creditor alone, and no further than they go", async () => {
    const [, other, third] = creditors();
    await deposit(10n * TOKEN);
    await pledge(4n * TOKEN);
    await pledge(5n * TOKEN, { to: await other!.getAddress() });
    for (const attempt of [() => release(4n * TOKEN + 1n), () => seize(4n * TOKEN + 1n), () => assign(creditor, 4n * TOKEN + 1n)]) {
      expect(await refused(attempt())).toEqual({ name: "PledgeTooSmall", args: [4n * TOKEN + 1n, 4n * TOKEN] });
    }
    for (const by of [third!, world.admin, world.subject]) {
      for (const attempt of [() => release(1n, by), () => seize(1n, { by }), () => assign(creditor, 1n, by)]) expect(await refused(attempt())).toEqual({ name: "PledgeTooSmall", args: [1n, 0n] });
    }
    expect(await eventsOf(release(1n * TOKEN), world.escrow, "PledgeReleased")).toEqual([[subject, creditor, TOKEN]]);
    const to = await third!.getAddress();
    expect(await eventsOf(seize(TOKEN, { to }), world.escrow, "PledgeSeized")).toEqual([[subject, creditor, to, TOKEN]]);
    expect(await eventsOf(assign(to, TOKEN), world.escrow, "PledgeAssigned")).toEqual([[subject, creditor, to, TOKEN]]);
    expect([await world.token.getFunction("balanceOf")(to), await read("balanceOf", to), await read("freeOf", to)]).toEqual([TOKEN, TOKEN, TOKEN]);
    expect([await read("pledgedTo", subject, creditor), await read("pledgedOf", subject), await read("balanceOf", subject)]).toEqual([TOKEN, 6n * TOKEN, 8n * TOKEN]);
    expect((await refused(assign("0x0000000000000000000000000000000000000000", 1n))).name).toBe("InvalidRecipient");
  });

  it("that are taken take nothing of what a proof counts", async () => {
    await deposit(10n * TOKEN);
    await pledge(3n * TOKEN);
    await count(7n * USD);
    await seize(3n * TOKEN);
    expect([await collateralOf(), await read("freeOf", subject)]).toEqual([7n * USD, 0n]);
  });

  it("that are given back may be pledged again or counted", async () => {
    await deposit(10n * TOKEN);
    await pledge(10n * TOKEN);
    await release(10n * TOKEN);
    await count(6n * USD);
    await pledge(4n * TOKEN, { to: await creditors()[1]!.getAddress() });
  });

  it("of a token that takes a fee cost the receiver the fee, and the escrow nothing", async () => {
    const { token, escrow } = await escrowOf(8, 100);
    await deposit(10_000n, { token, escrow });
    await pledge(9_900n, { escrow });
    await seize(9_900n, { escrow });
    expect([await token.getFunction("balanceOf")(escrow.target), await token.getFunction("balanceOf")(creditor)]).toEqual([0n, 9_801n]);
  });

  it("cannot be had twice by calling back from the token, by any door", async () => {
    const { token, escrow } = await escrowOf(8);
    await deposit(10n, { token, escrow });
    await pledge(5n, { escrow });
    for (const [name, parameters] of [["pledge", [creditor, 1n]], ["releasePledge", [subject, 0n]], ["seizePledge", [subject, subject, 0n]], ["assignPledge", [subject, subject, 0n]]] as const) {
      await token.getFunction("listen")(escrow.target, escrow.interface.encodeFunctionData(name, parameters));
      for (const attempt of [() => seize(1n, { escrow }), () => withdraw(1n, escrow)]) expect((await refused(attempt())).name).toBe("ReentrancyGuardReentrantCall");
    }
  });
});

describe("laws", () => {
  it("a balance is what is pledged, in use and free, and no unit is two of them, whatever anybody does", async () => {
    const kinds = ["deposit", "withdraw", "pledge", "pledge to another", "release", "seize", "assign", "count", "wait"] as const;
    const step = fc.record({ kind: fc.constantFrom(...kinds), amount: fc.oneof(fc.bigInt({ min: 0n, max: 3n * TOKEN }), fc.bigInt({ min: 0n, max: 30n * TOKEN })) });
    const seen = new Map<string, number>();
    let [sequence, epoch] = [10, 10];
    const other = await creditors()[1]!.getAddress();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        for (const { kind, amount } of steps) {
          const before = { held: await read("balanceOf", subject), pledged: await read("pledgedOf", subject), first: await read("pledgedTo", subject, creditor), free: await read("freeOf", subject), counted: await collateralOf() };
          const limits: Partial<Record<(typeof kinds)[number], bigint>> = { withdraw: before.free, pledge: before.free, "pledge to another": before.free, release: before.first, seize: before.first, assign: before.first };
          const allowed = amount <= (limits[kind] ?? amount);
          const units = (amount * USD) / TOKEN;
          const actions = {
            deposit: () => deposit(amount / 2n),
            withdraw: () => withdraw(amount),
            pledge: () => pledge(amount),
            "pledge to another": () => pledge(amount, { to: other }),
            release: () => release(amount),
            seize: () => seize(amount),
            assign: () => assign(other, amount),
            // New statements and snapshots, so that any proof is refused for its collateral alone.
            count: async () => {
              await publishSnapshot(world, { epoch: (epoch += 1), root: 50_000n + BigInt(epoch) });
              return submit(world, await signalsFor(world, { claim: { sequence: (sequence += 1) }, signals: { snapshotRoot: 50_000n + BigInt(epoch), onChainCollateral: units } }));
            },
            wait: async () => travelTo(world.chain, (await now(world.chain)) + 1_000),
          };
          const isDone = kind === "count" ? units <= before.counted : allowed;
          if (isDone) await actions[kind]();
          else expect(["InsufficientBalance", "CollateralInUse", "PledgeTooSmall", "CollateralNotHeld"]).toContain((await refusal(actions[kind](), kind === "count" ? world.registry : world.escrow)).name);
          seen.set(`${kind} ${isDone}`, (seen.get(`${kind} ${isDone}`) ?? 0) + 1);

          const [held, pledged, free] = await Promise.all([read("balanceOf", subject), read("pledgedOf", subject), read("freeOf", subject)]);
          const inUse: bigint = await world.registry.getFunction("collateralInUse")(subject);
          expect(pledged).toBe((await read("pledgedTo", subject, creditor)) + (await read("pledgedTo", subject, other)));
          // A token has 100 units of 1e-8 to its own.
          expect(pledged + (inUse + 99n) / 100n + free).toBe(held);
          expect(await collateralOf()).toBe((held - pledged) * 100n);
          expect(await world.token.getFunction("balanceOf")(world.escrow.target)).toBe(held + (await read("balanceOf", other)));
          expect([await heldOf(subject), await heldOf(other)]).toEqual([await collateralOf(), await read("collateralOf", other)]);
        }
      }),
      { seed: 20_260_801, numRuns: 20 },
    );
    for (const kind of kinds) expect(seen.get(`${kind} true`) ?? 0, kind).toBeGreaterThan(0);
    for (const kind of kinds.filter((each) => each !== "deposit" && each !== "wait")) expect(seen.get(`${kind} false`) ?? 0, `${kind} refused`).toBeGreaterThan(0);
  });

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

describe("the registry", () => {
  it("takes word of what is held from its own escrow alone, whoever asks and however it is built", async () => {
    await deposit(10n * TOKEN);
    const impostor = await world.chain.ethers.deployContract("CollateralEscrow", [world.token.target, world.registry.target]);
    for (const signer of [world.admin, world.subject, world.stranger]) {
      expect(await refusal(call(world.registry, signer, "noteHeld", subject, 10n ** 18n), world.registry)).toEqual({ name: "NotTheEscrow", args: [await signer.getAddress()] });
    }
    expect(await refusal(deposit(1n, { escrow: impostor as unknown as Contract }), world.registry)).toEqual({ name: "NotTheEscrow", args: [impostor.target] });
    expect(await heldOf(subject)).toBe(10n * USD);
  });

  it("knows of a withdrawal before the token is told to move, so that no call from it proves with what is leaving", async () => {
    const other = await escrowOf(8);
    await deposit(10n * USD, other);
    const sent = await signalsFor(other, { signals: { onChainCollateral: 10n * USD } });
    const data = other.registry.interface.encodeFunctionData("submit", [TIER, simulate(SECRETS, inOrder(sent)), inOrder(sent)]);
    await call(other.token, world.stranger, "listen", other.registry.target, data);
    expect(await refusal(withdraw(1n, other.escrow), other.registry)).toEqual({ name: "CollateralNotHeld", args: [10n * USD, 10n * USD - 1n] });
    await submit(other, sent);
    expect(await other.registry.getFunction("collateralInUse")(subject)).toBe(10n * USD);
  });
});

describe("deployment", () => {
  it("is refused for a token with more decimals than can be counted", async () => {
    const token = await world.chain.ethers.deployContract("OddToken", [37, 0]);
    const deployment = world.chain.ethers.deployContract("CollateralEscrow", [token.target, world.registry.target]);
    expect(await refused(deployment)).toEqual({ name: "UnsupportedDecimals", args: [37n] });
  });
});
