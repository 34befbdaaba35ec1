/** Breaches on chain: what ends health, what does not, and how it begins again. */
import type { Contract } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Claim } from "../prover/proof/claim.ts";
import type { PublicSignals } from "../prover/proof/public-signals.ts";
import type { Bps } from "../prover/units.ts";
import { eventsOf, now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { BREACH_SECRETS, BREACH_TIER, call, createWorld, DEMANDED, depositFor, inOrder, POLICY_ID, policyIdOf, publishSnapshot, SECRETS, signalsFor, submit, TIER, type World } from "./support/margin-world.ts";
import { simulate } from "./support/tiny-groth16.ts";

const NEWER_ROOT = 1_000_002n;
const ATTESTED: Partial<Claim> = { level: "MM", minRatioBps: BigInt(DEMANDED.minRatioBps) as Bps, minAssurance: "attested", sequence: 2 };

let world: World;
let registry: Contract;
let subject: string;
let provedAsOf: number;

const signals = (claim: Partial<Claim> = {}, change: Partial<PublicSignals> = {}) => signalsFor(world, { claim, signals: change });
/** A breach of just what the registry demands, by newer statements, apart from what is changed. */
const breachOf = (claim: Partial<Claim> = {}, change: Partial<PublicSignals> = {}) => signals({ ...ATTESTED, ...claim }, change);
const proveBreach = (sent: PublicSignals, tier = BREACH_TIER, secrets = BREACH_SECRETS) =>
  call(registry, world.stranger, "proveBreach", tier, simulate(secrets, inOrder(sent)), inOrder(sent));
const refused = async (action: Promise<unknown>): Promise<readonly unknown[]> => {
  const { name, args } = await refusal(action, registry);
  return [name, ...args];
};
const isHealthy = (): Promise<boolean> => registry.getFunction("isHealthy")(subject);
const canOpen = (): Promise<boolean> => registry.getFunction("canOpen")(subject, [POLICY_ID, 0, 10_500, 1]);
const health = async () => (await registry.getFunction("health")(subject)).toObject();
const deposit = async (amount: bigint) => {
  await call(world.token, world.admin, "mint", subject, amount);
  await call(world.token, world.subject, "approve", world.escrow.target, amount);
  await call(world.escrow, world.subject, "deposit", subject, amount);
};

beforeAll(async () => {
  world = await createWorld();
  registry = world.registry;
  subject = await world.subject.getAddress();
  provedAsOf = await now(world.chain);
  await submit(world, await signals({ asOf: provedAsOf }));
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("a breach", () => {
  it("ends health at once, and says so", async () => {
    const sent = await breachOf();
    expect(await canOpen()).toBe(true);
    expect(await eventsOf(proveBreach(sent), registry, "BreachProved")).toEqual([[subject, POLICY_ID, 1n, BREACH_TIER, inOrder(sent)]]);
    expect([await isHealthy(), await canOpen()]).toEqual([false, false]);
    expect(await health()).toMatchObject({ healthy: false, breachedAt: BigInt(await now(world.chain)), sequence: 1n });
  });

  it("by a newer snapshot alone", async () => {
    await publishSnapshot(world, { epoch: 2, root: NEWER_ROOT });
    await proveBreach(await breachOf({ sequence: 1, asOf: provedAsOf }, { snapshotRoot: NEWER_ROOT }));
    expect(await isHealthy()).toBe(false);
  });

  it("does not unlock what the proof counts of the escrow", async () => {
    await deposit(10n ** 6n);
    await submit(world, await signals({ sequence: 2 }, { onChainCollateral: 10n ** 8n }));
    await proveBreach(await breachOf({ sequence: 3 }, { onChainCollateral: 10n ** 8n }));
    expect(await registry.getFunction("collateralInUse")(subject)).toBe(10n ** 8n);
  });

  it("is accepted while the registry is paused: a pause must not shelter anybody", async () => {
    await call(registry, world.admin, "pause");
    await proveBreach(await breachOf());
    expect((await health()).breachedAt).toBeGreaterThan(0n);
  });
});

describe("a breach is refused", () => {
  it("without a proof of a breach: one of health, under a key of health or of breaches", async () => {
    const sent = await breachOf();
    expect(await refused(proveBreach(sent, TIER, SECRETS))).toEqual(["WrongStatementKind", TIER, 0n]);
    expect(await refused(proveBreach(sent, BREACH_TIER, SECRETS))).toEqual(["InvalidProof"]);
    expect(await refused(submit(world, await signals({ sequence: 2 }), simulate(BREACH_SECRETS, inOrder(await signals({ sequence: 2 }))), BREACH_TIER))).toEqual(["WrongStatementKind", BREACH_TIER, 1n]);
  });

  it("of a subject nothing was proved about", async () => {
    const stranger = await world.stranger.getAddress();
    await call(registry, world.stranger, "registerAccountSet", 77n);
    expect(await refused(proveBreach(await breachOf({ subject: stranger as Claim["subject"] }, { accountSet: 77n })))).toEqual(["NothingProved", stranger]);
  });

  it("when it is no newer than the proof, whatever time it claims", async () => {
    for (const asOf of [provedAsOf, await now(world.chain)]) {
      expect(await refused(proveBreach(await breachOf({ sequence: 1, asOf })))).toEqual(["BreachNotNewer", 1n, BigInt(asOf), 1n]);
    }
  });

  it("when it is older in one respect: an old statement among new ones shows in the sum of sequences", async () => {
    await publishSnapshot(world, { epoch: 2, root: NEWER_ROOT });
    await submit(world, await signals({ sequence: 9, asOf: provedAsOf }, { snapshotRoot: NEWER_ROOT }));
    const asOf = await now(world.chain);
    expect(await refused(proveBreach(await breachOf({ sequence: 8, asOf }, { snapshotRoot: NEWER_ROOT })))).toEqual(["BreachNotNewer", 8n, BigInt(asOf), 2n]);
    expect(await refused(proveBreach(await breachOf({ sequence: 10, asOf: provedAsOf - 1 }, { snapshotRoot: NEWER_ROOT })))).toEqual(["BreachNotNewer", 10n, BigInt(provedAsOf - 1), 2n]);
    expect(await refused(proveBreach(await breachOf({ sequence: 10, asOf })))).toEqual(["BreachNotNewer", 10n, BigInt(asOf), 1n]);
  });

  it("when a newer breach is known, and when it is the same again", async () => {
    const [first, second] = [await breachOf({ sequence: 4 }), await breachOf({ sequence: 5 })];
    await proveBreach(second);
    expect((await refused(proveBreach(first)))[0]).toBe("BreachNotNewer");
    expect((await refused(proveBreach(second)))[0]).toBe("BreachNotNewer");
  });

  it("of another policy than the one that health was proved under", async () => {
    const other = policyIdOf(31n);
    await call(registry, world.admin, "addPolicy", other, ...Object.values(DEMANDED));
    await publishSnapshot(world, { policyId: other, epoch: 1, root: NEWER_ROOT });
    const scope: bigint = await registry.getFunction("scopeOf")(other);
    expect(await refused(proveBreach(await breachOf({}, { snapshotRoot: NEWER_ROOT, scope })))).toEqual(["BreachOfOtherPolicy", POLICY_ID, other]);
  });

  it("of more than the registry demands", async () => {
    expect(await refused(proveBreach(await breachOf({ level: "IM" })))).toEqual(["BreachOfHigherLevel", 1n, 0n]);
    expect(await refused(proveBreach(await breachOf({ minRatioBps: 10_501n as Bps })))).toEqual(["BreachOfHigherRatio", 10_501n, 10_500n]);
  });

  it("with statements of a lower assurance, too old, or from the future", async () => {
    expect((await refused(proveBreach(await breachOf({ minAssurance: "self-claimed" }))))[0]).toBe("AssuranceTooLow");
    const late = await breachOf({ asOf: (await now(world.chain)) + 3600 });
    expect((await refused(proveBreach(late)))[0]).toBe("StatementFromFuture");
    await travelTo(world.chain, provedAsOf + DEMANDED.maxStatementAge + 100);
    expect((await refused(proveBreach(await breachOf({ asOf: provedAsOf + 1 }))))[0]).toBe("StatementTooOld");
  });

  it("when it leaves out collateral that the proof counts, also of one that has lapsed; more than that is no way to stop it", async () => {
    await deposit(10n ** 6n);
    await submit(world, await signals({ sequence: 2, asOf: provedAsOf }, { onChainCollateral: 10n ** 8n }));
    const leftOut = ["CollateralLeftOut", 10n ** 8n - 1n, 10n ** 8n];
    expect(await refused(proveBreach(await breachOf({ sequence: 3 }, { onChainCollateral: 10n ** 8n - 1n })))).toEqual(leftOut);
    await travelTo(world.chain, provedAsOf + DEMANDED.maxStatementAge + 1);
    expect(await refused(proveBreach(await breachOf({ sequence: 3 }, { onChainCollateral: 10n ** 8n - 1n })))).toEqual(leftOut);
    await proveBreach(await breachOf({ sequence: 3 }, { onChainCollateral: 10n ** 9n }));
    expect((await health()).breachedAt).toBeGreaterThan(0n);
  });

  it("of other accounts, another scope, an unknown snapshot or unknown attesters", async () => {
    expect((await refused(proveBreach(await breachOf({}, { accountSet: 9n }))))[0]).toBe("AccountSetMismatch");
    expect(await refused(proveBreach(await breachOf({}, { scope: 9n })))).toEqual(["ScopeMismatch", 9n]);
    expect(await refused(proveBreach(await breachOf({}, { snapshotRoot: 9n })))).toEqual(["UnknownSnapshot", 9n]);
    expect(await refused(proveBreach(await breachOf({}, { attesterRoot: 9n })))).toEqual(["UnknownAttesterRoot", 9n]);
  });
});

describe("after a breach", () => {
  const AT = { sequence: 5 } as const;
  let breachAsOf: number;
  const refusedHealth = async (claim: Partial<Claim>, change: Partial<PublicSignals> = {}) => refused(submit(world, await signals({ asOf: breachAsOf + 1, ...claim }, change)));
  const breached = (snapshot = 1n) => ["NotNewerThanBreach", 5n, BigInt(breachAsOf), snapshot];
  const breachAt = async (change: Partial<PublicSignals> = {}) => {
    breachAsOf = (await now(world.chain)) + 1;
    await travelTo(world.chain, breachAsOf + 10);
    await proveBreach(await breachOf({ ...AT, asOf: breachAsOf }, change));
  };

  it("the same statements, older ones and a mixture of both prove nothing", async () => {
    await breachAt();
    expect(await refusedHealth(AT)).toEqual(breached());
    expect(await refusedHealth({ sequence: 4 })).toEqual(breached());
    expect(await refusedHealth({ sequence: 6, asOf: breachAsOf - 1 })).toEqual(breached());
    expect(await isHealthy()).toBe(false);
  });

  it("newer statements prove health, and no later proof may go back behind the breach", async () => {
    await breachAt();
    await submit(world, await signals({ sequence: 6, asOf: breachAsOf }));
    expect(await health()).toMatchObject({ healthy: true, breachedAt: 0n, sequence: 6n });
    expect(await refusedHealth({ sequence: 7, asOf: breachAsOf - 1 })).toEqual(breached());
  });

  it("newer statements do not prove it at the prices of before", async () => {
    await publishSnapshot(world, { epoch: 2, root: NEWER_ROOT });
    await breachAt({ snapshotRoot: NEWER_ROOT });
    expect(await refusedHealth({ sequence: 6 })).toEqual(breached(2n));
    await submit(world, await signals({ sequence: 6 }, { snapshotRoot: NEWER_ROOT }));
    expect(await isHealthy()).toBe(true);
  });

  it("the same statements prove it with more collateral, by a unit", async () => {
    await deposit(10n ** 6n);
    await breachAt({ onChainCollateral: 10n ** 8n });
    await deposit(10n ** 6n);
    expect(await refusedHealth(AT, { onChainCollateral: 10n ** 8n })).toEqual(breached());
    await submit(world, await signals({ ...AT, asOf: breachAsOf }, { onChainCollateral: 10n ** 8n + 1n }));
    expect(await isHealthy()).toBe(true);
  });
});

describe("a deposit before a breach", () => {
  const counted = { onChainCollateral: 10n ** 8n };
  const withdraw = (amount: bigint) => call(world.escrow, world.subject, "withdraw", subject, amount);
  beforeEach(async () => {
    await deposit(10n ** 6n);
    await submit(world, await signals({ sequence: 2, asOf: provedAsOf }, counted));
  });

  it("of a unit, by anyone, does not stop it", async () => {
    const sent = await breachOf({ sequence: 3 }, counted);
    await depositFor(world, subject, 1n);
    await proveBreach(sent);
    expect(await isHealthy()).toBe(false);
  });

  it("of any sum that could be withdrawn after it, or of a pledge that was given back for a moment, does not stop it", async () => {
    const sent = await breachOf({ sequence: 3 }, counted);
    const fortune = 10n ** 15n;
    await deposit(2n * fortune);
    await call(world.escrow, world.subject, "pledge", await world.stranger.getAddress(), fortune);
    await call(world.escrow, world.stranger, "releasePledge", subject, fortune);
    await proveBreach(sent);
    await withdraw(2n * fortune);
    expect(await isHealthy()).toBe(false);
  });

  it("stops it if a proof counts it, and then it stays: the honest escape", async () => {
    const pending = await breachOf({ sequence: 3 }, counted);
    await deposit(10n ** 6n);
    await submit(world, await signals({ sequence: 3 }, { onChainCollateral: 2n * 10n ** 8n }));
    expect(await refused(proveBreach(pending))).toEqual(["CollateralLeftOut", 10n ** 8n, 2n * 10n ** 8n]);
    // Nor do the statements contradict the proof that was made of them, whatever is counted.
    expect((await refused(proveBreach(await breachOf({ sequence: 3 }, { onChainCollateral: 2n * 10n ** 8n }))))[0]).toBe("BreachNotNewer");
    expect(await isHealthy()).toBe(true);
    expect((await refusal(withdraw(1n), world.escrow)).name).toBe("CollateralInUse");
  });

  it("answers it afterwards by the very statements of the breach, and by them alone with more collateral", async () => {
    await proveBreach(await breachOf({ sequence: 3 }, counted));
    await deposit(10n ** 6n);
    expect((await refused(submit(world, await signals({ sequence: 3 }, counted))))[0]).toBe("NotNewerThanBreach");
    await submit(world, await signals({ sequence: 3 }, { onChainCollateral: 2n * 10n ** 8n }));
    expect(await isHealthy()).toBe(true);
  });

  it("does not make the proof's own statements newer: against a breach by a new snapshot it takes others", async () => {
    await publishSnapshot(world, { epoch: 2, root: NEWER_ROOT });
    await proveBreach(await breachOf({ sequence: 2, asOf: provedAsOf }, { ...counted, snapshotRoot: NEWER_ROOT }));
    await deposit(10n ** 6n);
    const more = { onChainCollateral: 2n * 10n ** 8n, snapshotRoot: NEWER_ROOT };
    expect(await refused(submit(world, await signals({ sequence: 2, asOf: provedAsOf }, more)))).toEqual(["SequenceNotIncreasing", 2n, 2n]);
    await submit(world, await signals({ sequence: 3 }, more));
    expect(await isHealthy()).toBe(true);
  });
});

describe("a batch", () => {
  const batchOf = async (claims: readonly Partial<Claim>[]) => Promise.all(claims.map((claim) => signals(claim)));
  const submitBatch = (all: readonly PublicSignals[], secrets = all.map(() => SECRETS)) =>
    call(registry, world.stranger, "submitBatch", TIER, all.map((sent, i) => simulate(secrets[i]!, inOrder(sent))), all.map(inOrder));

  it("of one subject with rising sequences leaves the last one standing", async () => {
    await submitBatch(await batchOf([{ sequence: 2 }, { sequence: 5 }, { sequence: 9 }]));
    expect(await health()).toMatchObject({ healthy: true, sequence: 9n });
  });

  it("counts whole or not at all: a bad proof is named, a sequence twice is refused", async () => {
    const all = await batchOf([{ sequence: 2 }, { sequence: 5 }, { sequence: 9 }]);
    expect(await refused(submitBatch(all, [SECRETS, BREACH_SECRETS, SECRETS]))).toEqual(["InvalidProofAt", 1n]);
    const twice = await refusal(submitBatch(await batchOf([{ sequence: 2 }, { sequence: 2 }])), registry);
    expect([twice.name, twice.args[0], registry.interface.parseError(String(twice.args[1]))!.name]).toEqual(["BadClaim", 1n, "SequenceNotIncreasing"]);
    expect(await refused(submitBatch([]))).toEqual(["EmptyBatch"]);
    expect((await health()).sequence).toBe(1n);
  });

  it("is refused while the registry is paused", async () => {
    await call(registry, world.admin, "pause");
    expect(await refused(submitBatch(await batchOf([{ sequence: 2 }])))).toEqual(["EnforcedPause"]);
  });
});
