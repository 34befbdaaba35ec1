/** How a subject's account set grows and is released, and what a dishonest subject gains by either: nothing. */
import type { Contract } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Claim } from "../prover/proof/claim.ts";
import type { PublicSignals } from "../prover/proof/public-signals.ts";
import { FIELD, type Bps } from "../prover/units.ts";
import { at, eventsOf, now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import {
  ACCOUNT_SET, BREACH_SECRETS, BREACH_TIER, call, createWorld, DEMANDED, depositFor, grow, GROWTH_SECRETS, GROWTH_TIER, inOrder, POLICY_ID, policyIdOf, publishSnapshot, SECRETS, signalsFor, submit, TIER, type World,
} from "./support/margin-world.ts";
import { simulate } from "./support/tiny-groth16.ts";

const GROWN_SET = ACCOUNT_SET - 1n;
const OTHER_SET = ACCOUNT_SET - 2n;
const TOKEN = 10n ** 6n;

let world: World;
let registry: Contract;
let subject: string;
let creditor: string;
let releaseDelay: number;

const signals = (claim: Partial<Claim> = {}, change: Partial<PublicSignals> = {}) => signalsFor(world, { claim, signals: change });
const prove = async (claim: Partial<Claim>, change: Partial<PublicSignals> = {}) => submit(world, await signals(claim, change));
const refused = async (action: Promise<unknown>): Promise<readonly unknown[]> => {
  const { name, args } = await refusal(action, registry);
  return [name, ...args];
};
const isHealthy = (): Promise<boolean> => registry.getFunction("isHealthy")(subject);
const canOpen = (): Promise<boolean> => registry.getFunction("canOpen")(subject, [POLICY_ID, 0, 10_500, 1]);
const health = async () => (await registry.getFunction("health")(subject)).toObject();
const status = async () => (await registry.getFunction("accountSetStatus")(subject)).toObject();
const bySubject = (name: string, ...parameters: unknown[]) => call(registry, world.subject, name, ...parameters);
const growTo = (grown: bigint, current = ACCOUNT_SET) => grow(world, world.subject, { current, grown });
const breach = async (claim: Partial<Claim>, change: Partial<PublicSignals> = {}) => {
  const sent = await signals({ level: "MM", minRatioBps: BigInt(DEMANDED.minRatioBps) as Bps, minAssurance: "attested", ...claim }, change);
  return call(registry, world.stranger, "proveBreach", BREACH_TIER, simulate(BREACH_SECRETS, inOrder(sent)), inOrder(sent));
};
/** A snapshot to prove against, made now: those from before a release have expired. */
const renewSnapshot = async (root: bigint): Promise<{ snapshotRoot: bigint }> => {
  await publishSnapshot(world, { epoch: Number(root), root });
  return { snapshotRoot: root };
};
const release = async () => {
  await bySubject("announceRelease");
  await travelTo(world.chain, (await now(world.chain)) + releaseDelay);
  await bySubject("executeRelease");
};

beforeAll(async () => {
  world = await createWorld();
  registry = world.registry;
  subject = await world.subject.getAddress();
  creditor = await world.stranger.getAddress();
  releaseDelay = Number(await registry.getFunction("RELEASE_DELAY")());
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("a set", () => {
  it("is registered by its subject, announced, and read with its history", async () => {
    expect(await eventsOf(call(registry, world.stranger, "registerAccountSet", 17n), registry, "AccountSetRegistered")).toEqual([[creditor, 17n]]);
    expect(await registry.getFunction("accountSetOf")(creditor)).toBe(17n);
    expect(await status()).toEqual({ current: ACCOUNT_SET, proved: 0n, statementsAfter: 0n, releaseFrom: 0n });
    await prove({});
    expect(await status()).toMatchObject({ current: ACCOUNT_SET, proved: ACCOUNT_SET });
  });

  it("stays what it is: registered once", async () => {
    expect(await refused(bySubject("registerAccountSet", OTHER_SET))).toEqual(["AlreadyRegistered", subject]);
    expect(await registry.getFunction("accountSetOf")(subject)).toBe(ACCOUNT_SET);
  });

  it("is a field element other than zero, registered or grown", async () => {
    for (const set of [0n, FIELD, 2n ** 256n - 1n]) {
      expect(await refused(call(registry, world.stranger, "registerAccountSet", set))).toEqual(["InvalidAccountSet", set]);
      expect(await refused(bySubject("growAccountSet", GROWTH_TIER, simulate(GROWTH_SECRETS, [1n, 2n, 3n, 0n, 0n, 0n, 0n]), set))).toEqual(["InvalidAccountSet", set]);
    }
    await call(registry, world.stranger, "registerAccountSet", FIELD - 1n);
  });
});

describe("growth", () => {
  it("changes the set by a proof, and says so", async () => {
    expect(await eventsOf(growTo(GROWN_SET), registry, "AccountSetGrown")).toEqual([[subject, ACCOUNT_SET, GROWN_SET, GROWTH_TIER]]);
    expect(await registry.getFunction("accountSetOf")(subject)).toBe(GROWN_SET);
  });

  it("is refused without a proof of it: from another set, to another set, for another subject, of another kind", async () => {
    const by = BigInt(subject);
    const growBy = (shown: bigint[], secrets = GROWTH_SECRETS, tier = GROWTH_TIER) => bySubject("growAccountSet", tier, simulate(secrets, shown), GROWN_SET);
    const honest = [ACCOUNT_SET, GROWN_SET, by, 0n, 0n, 0n, 0n];
    for (const [place, value] of [[0, OTHER_SET], [1, OTHER_SET], [2, BigInt(creditor)], [6, 1n]] as const) {
      expect(await refused(growBy(honest.with(place, value)))).toEqual(["InvalidProof"]);
    }
    expect(await refused(growBy(honest, SECRETS))).toEqual(["InvalidProof"]);
    expect(await refused(growBy(honest, SECRETS, TIER))).toEqual(["WrongStatementKind", TIER, 0n]);
    await growBy(honest);
    expect(await refused(growBy(honest))).toEqual(["InvalidProof"]);
  });

  it("is a proof of nothing else: it passes neither for health nor for a breach", async () => {
    const sent = inOrder(await signals());
    expect(await refused(call(registry, world.stranger, "submit", GROWTH_TIER, simulate(GROWTH_SECRETS, sent), sent))).toEqual(["WrongStatementKind", GROWTH_TIER, 2n]);
    await prove({});
    const worse = inOrder(await signals({ sequence: 2, level: "MM", minRatioBps: 10_500n as Bps }));
    expect(await refused(call(registry, world.stranger, "proveBreach", GROWTH_TIER, simulate(GROWTH_SECRETS, worse), worse))).toEqual(["WrongStatementKind", GROWTH_TIER, 2n]);
  });

  it("is the subject's own: nobody grows another's set, nor a set that is not registered", async () => {
    expect(await refused(grow(world, world.stranger, { current: ACCOUNT_SET, grown: GROWN_SET, by: world.subject }))).toEqual(["NotRegistered", creditor]);
    await call(registry, world.stranger, "registerAccountSet", ACCOUNT_SET);
    expect(await refused(grow(world, world.stranger, { current: ACCOUNT_SET, grown: GROWN_SET, by: world.subject }))).toEqual(["InvalidProof"]);
    expect(await registry.getFunction("accountSetOf")(subject)).toBe(ACCOUNT_SET);
  });

  describe("of a healthy subject", () => {
    let grownAt: number;
    beforeEach(async () => {
      await depositFor(world, subject, 10n * TOKEN);
      await prove({ sequence: 5 }, { onChainCollateral: 10n ** 9n });
      grownAt = (await now(world.chain)) + 10;
      await at(world.chain, grownAt, () => growTo(GROWN_SET));
    });

    it("ends no health and frees no collateral: what was shown is as true as before", async () => {
      expect(await isHealthy()).toBe(true);
      expect(await registry.getFunction("meets")(subject, [POLICY_ID, 0, 10_500, 1])).toBe(true);
      expect(await registry.getFunction("collateralInUse")(subject)).toBe(10n ** 9n);
      expect((await health()).accountSet).toBe(ACCOUNT_SET);
      expect(await status()).toEqual({ current: GROWN_SET, proved: ACCOUNT_SET, statementsAfter: BigInt(grownAt), releaseFrom: 0n });
    });

    it("opens no new credit until the grown set is proved: the new account may be a loss", async () => {
      expect(await canOpen()).toBe(false);
      await travelTo(world.chain, grownAt + 5);
      await prove({ sequence: 6, asOf: grownAt + 1 }, { accountSet: GROWN_SET });
      expect([await isHealthy(), await canOpen()]).toEqual([true, true]);
      expect(await status()).toMatchObject({ current: GROWN_SET, proved: GROWN_SET });
    });

    it("takes no proof of the smaller set any more, old or new", async () => {
      expect(await refused(prove({ sequence: 6 }))).toEqual(["AccountSetMismatch", GROWN_SET, ACCOUNT_SET]);
    });

    it("takes no statements from before it: old ones of one account could hide behind a new account's", async () => {
      await travelTo(world.chain, grownAt + 5);
      for (const asOf of [grownAt - 5, grownAt]) {
        expect(await refused(prove({ sequence: 999, asOf }, { accountSet: GROWN_SET }))).toEqual(["StatementBeforeSetChange", BigInt(asOf), BigInt(grownAt)]);
      }
    });

    it("shelters nobody from a breach of the health that still counts, by statements of its own set", async () => {
      await travelTo(world.chain, grownAt + 5);
      expect(await refused(breach({ sequence: 6 }, { accountSet: GROWN_SET, onChainCollateral: 10n ** 9n }))).toEqual(["AccountSetMismatch", ACCOUNT_SET, GROWN_SET]);
      await breach({ sequence: 6 }, { onChainCollateral: 10n ** 9n });
      expect(await isHealthy()).toBe(false);
      const breachedAt = await now(world.chain);
      await travelTo(world.chain, breachedAt + 5);
      expect(await refused(prove({ sequence: 999, asOf: breachedAt }, { accountSet: GROWN_SET }))).toEqual(["StatementBeforeSetChange", BigInt(breachedAt), BigInt(breachedAt)]);
      await prove({ sequence: 7, asOf: breachedAt + 1 }, { accountSet: GROWN_SET });
      expect(await isHealthy()).toBe(true);
    });

    it("twice before a proof leaves health with the set that was proved", async () => {
      await growTo(OTHER_SET, GROWN_SET);
      expect(await status()).toMatchObject({ current: OTHER_SET, proved: ACCOUNT_SET });
      await breach({ sequence: 6 }, { onChainCollateral: 10n ** 9n });
      expect(await isHealthy()).toBe(false);
    });
  });
});

describe("a release", () => {
  it("ends health at once, leaves collateral where it is, and can be executed after its delay", async () => {
    await depositFor(world, subject, 10n * TOKEN);
    await prove({ sequence: 5 }, { onChainCollateral: 10n ** 9n });
    const announced = (await now(world.chain)) + 10;
    const from = BigInt(announced + releaseDelay);
    expect(await eventsOf(at(world.chain, announced, () => bySubject("announceRelease")), registry, "ReleaseAnnounced")).toEqual([[subject, ACCOUNT_SET, from]]);
    expect([await isHealthy(), await canOpen()]).toEqual([false, false]);
    expect(await registry.getFunction("meets")(subject, [POLICY_ID, 0, 0, 0])).toBe(false);
    expect(await registry.getFunction("collateralInUse")(subject)).toBe(10n ** 9n);
    expect(await status()).toMatchObject({ current: ACCOUNT_SET, releaseFrom: from });
    expect(await refused(at(world.chain, Number(from) - 1, () => bySubject("executeRelease")))).toEqual(["ReleaseTooEarly", from - 1n, from]);
    const executed = at(world.chain, Number(from), () => bySubject("executeRelease"));
    expect(await eventsOf(executed, registry, "AccountSetReleased")).toEqual([[subject, ACCOUNT_SET]]);
    expect(await status()).toEqual({ current: 0n, proved: 0n, statementsAfter: from, releaseFrom: 0n });
    expect(await refused(prove({ sequence: 6 }))).toEqual(["NotRegistered", subject]);
  });

  it("takes no proof while it runs", async () => {
    await bySubject("announceRelease");
    expect(await refused(prove({}))).toEqual(["ReleaseRunning", subject]);
    await travelTo(world.chain, (await now(world.chain)) + releaseDelay);
    expect(await refused(prove({}, await renewSnapshot(5n)))).toEqual(["ReleaseRunning", subject]);
  });

  it("that is cancelled leaves the set, and health to a new proof", async () => {
    await prove({ sequence: 5 });
    await bySubject("announceRelease");
    expect(await eventsOf(bySubject("cancelRelease"), registry, "ReleaseCancelled")).toEqual([[subject, ACCOUNT_SET]]);
    expect(await isHealthy()).toBe(false);
    expect(await status()).toMatchObject({ current: ACCOUNT_SET, releaseFrom: 0n });
    expect(await refused(prove({ sequence: 5 }))).toEqual(["SequenceNotIncreasing", 5n, 5n]);
    await prove({ sequence: 6 });
    expect(await isHealthy()).toBe(true);
    await travelTo(world.chain, (await now(world.chain)) + releaseDelay);
    expect(await refused(bySubject("executeRelease"))).toEqual(["NoReleaseRunning", subject]);
  });

  it("is not possible while a creditor holds a pledge, at the beginning or at the end", async () => {
    await depositFor(world, subject, 10n * TOKEN);
    await call(world.escrow, world.subject, "pledge", creditor, 1n);
    expect(await refused(bySubject("announceRelease"))).toEqual(["PledgesOutstanding", 1n]);
    await call(world.escrow, world.stranger, "releasePledge", subject, 1n);
    await bySubject("announceRelease");
    await call(world.escrow, world.subject, "pledge", creditor, 5n);
    await travelTo(world.chain, (await now(world.chain)) + releaseDelay);
    expect(await refused(bySubject("executeRelease"))).toEqual(["PledgesOutstanding", 5n]);
    await call(world.escrow, world.stranger, "releasePledge", subject, 5n);
    await bySubject("executeRelease");
  });

  it("happens once: neither twice at a time, nor without a set, nor without an announcement, nor to anybody else", async () => {
    expect(await refused(bySubject("executeRelease"))).toEqual(["NoReleaseRunning", subject]);
    expect(await refused(bySubject("cancelRelease"))).toEqual(["NoReleaseRunning", subject]);
    await bySubject("announceRelease");
    expect(await refused(bySubject("announceRelease"))).toEqual(["ReleaseRunning", subject]);
    expect(await refused(growTo(GROWN_SET))).toEqual(["ReleaseRunning", subject]);
    for (const name of ["announceRelease", "cancelRelease", "executeRelease"]) {
      expect((await refused(call(registry, world.stranger, name)))[0]).toBe(name === "announceRelease" ? "NotRegistered" : "NoReleaseRunning");
    }
    await travelTo(world.chain, (await now(world.chain)) + releaseDelay);
    await bySubject("executeRelease");
    expect(await refused(bySubject("executeRelease"))).toEqual(["NoReleaseRunning", subject]);
    expect(await refused(bySubject("announceRelease"))).toEqual(["NotRegistered", subject]);
  });

  it("shelters nobody from a breach while it runs, and the breach bars what is older after it is cancelled", async () => {
    await prove({ sequence: 5 });
    await bySubject("announceRelease");
    await breach({ sequence: 8 });
    await bySubject("cancelRelease");
    expect((await refused(prove({ sequence: 7 })))[0]).toBe("NotNewerThanBreach");
    await prove({ sequence: 9 });
    expect(await isHealthy()).toBe(true);
  });
});

describe("after a release", () => {
  it("another set is healthy by statements from after it, and sequences go on from the highest before", async () => {
    await prove({ sequence: 1000 });
    await release();
    const releasedAt = await now(world.chain);
    expect(await health()).toMatchObject({ healthy: false, sequence: 1000n, accountSet: 0n, policyId: `0x${"0".repeat(64)}`, snapshotRoot: 0n, attesterRoot: 0n });
    await bySubject("registerAccountSet", OTHER_SET);
    await travelTo(world.chain, releasedAt + 10);
    const under = { accountSet: OTHER_SET, ...(await renewSnapshot(5n)) };
    expect(await refused(prove({ sequence: 1, asOf: releasedAt }, under))).toEqual(["StatementBeforeSetChange", BigInt(releasedAt), BigInt(releasedAt)]);
    expect(await refused(prove({ sequence: 0 }, under))).toEqual(["SequenceNotIncreasing", 1000n, 1000n]);
    const sent = await signals({ sequence: 3 }, under);
    expect((await eventsOf(submit(world, sent), registry, "HealthProved"))[0]![2]).toBe(1003n);
    expect(await health()).toMatchObject({ healthy: true, sequence: 1003n, accountSet: OTHER_SET });
    expect(await refused(submit(world, sent))).toEqual(["SequenceNotIncreasing", 1003n, 1003n]);
    await prove({ sequence: 4 }, under);
  });

  it("the same set registered again takes nothing from before: no proof comes back", async () => {
    const kept = await signals({ sequence: 7 });
    await prove({ sequence: 5 });
    await release();
    await bySubject("registerAccountSet", ACCOUNT_SET);
    expect((await refused(submit(world, kept)))[0]).toBe("StaleSnapshot");
    const under = await renewSnapshot(5n);
    expect((await refused(submit(world, { ...kept, ...under })))[0]).toBe("StatementTooOld");
  });

  it("there is no health to breach until it is proved again", async () => {
    await prove({ sequence: 5 });
    await release();
    expect(await refused(breach({ sequence: 9 }))).toEqual(["NotRegistered", subject]);
    await bySubject("registerAccountSet", ACCOUNT_SET);
    const under = await renewSnapshot(5n);
    expect(await refused(breach({ sequence: 9 }, under))).toEqual(["NothingProved", subject]);
    await travelTo(world.chain, (await now(world.chain)) + 10);
    await prove({ sequence: 1 }, under);
    await breach({ sequence: 2 }, under);
    expect(await isHealthy()).toBe(false);
    expect((await health()).breachedAt).toBeGreaterThan(0n);
  });

  it("sequences go on from a breach's too, and its end is not taken for the end of what is proved later", async () => {
    await prove({ sequence: 5 });
    await breach({ sequence: 70 });
    await release();
    expect(await health()).toMatchObject({ breachedAt: 0n, sequence: 70n });
    await bySubject("registerAccountSet", OTHER_SET);
    await travelTo(world.chain, (await now(world.chain)) + 10);
    await prove({ sequence: 1 }, { accountSet: OTHER_SET, ...(await renewSnapshot(5n)) });
    expect(await health()).toMatchObject({ healthy: true, breachedAt: 0n, sequence: 71n });
    await release();
    expect((await health()).sequence).toBe(71n);
  });

  it("so many sequences may be used up that no other set finds room above them: then none is released", async () => {
    const highest = 2 ** 36 - 1;
    for (let round = 0; round < 15; round += 1) {
      await travelTo(world.chain, (await now(world.chain)) + 10);
      await prove({ sequence: highest }, await renewSnapshot(BigInt(round + 2)));
      await release();
      await bySubject("registerAccountSet", ACCOUNT_SET);
    }
    await travelTo(world.chain, (await now(world.chain)) + 10);
    await prove({ sequence: highest }, await renewSnapshot(50n));
    expect((await health()).sequence).toBe(16n * BigInt(highest));
    expect(await refused(release())).toEqual(["SequencesExhausted", 16n * BigInt(highest)]);
  });
});

describe("collateral that a proof counts", () => {
  it("stays until the proof would have lapsed, though a release ended it", async () => {
    await depositFor(world, subject, 10n * TOKEN);
    await prove({ sequence: 5 }, { onChainCollateral: 10n ** 9n });
    await bySubject("announceRelease");
    const until = Number((await health()).healthyUntil);
    expect((await refusal(at(world.chain, until, () => call(world.escrow, world.subject, "withdraw", subject, 1n)), world.escrow)).name).toBe("CollateralInUse");
    await at(world.chain, until + 1, () => call(world.escrow, world.subject, "withdraw", subject, 10n * TOKEN));
  });

  it("needs no question to the escrow while it runs, and cannot be counted twice when it does not", async () => {
    await depositFor(world, subject, 10n * TOKEN);
    await prove({ sequence: 5 }, { onChainCollateral: 10n ** 9n });
    expect(await refused(prove({ sequence: 6 }, { onChainCollateral: 10n ** 9n + 1n }))).toEqual(["CollateralNotHeld", 10n ** 9n + 1n, 10n ** 9n]);
    await prove({ sequence: 6 }, { onChainCollateral: 10n ** 9n });
    await travelTo(world.chain, Number((await health()).healthyUntil) + 1);
    await call(world.escrow, world.subject, "withdraw", subject, 1n);
    expect(await refused(prove({ sequence: 7 }, { onChainCollateral: 10n ** 9n, ...(await renewSnapshot(2n)) }))).toEqual(["CollateralNotHeld", 10n ** 9n, 10n ** 9n - 100n]);
  });
});

describe("a proof that would outlast the release of its set", () => {
  it("makes nobody healthy after it, though the collateral it counts stays", async () => {
    const DAY = 86_400;
    const patient = await createWorld(undefined, 100 * DAY);
    try {
      const policyId = policyIdOf(0xbeefn);
      await call(patient.registry, patient.admin, "addPolicy", policyId, ...Object.values({ ...DEMANDED, maxStatementAge: 90 * DAY }));
      await publishSnapshot(patient, { policyId, epoch: 1, root: 31n });
      await depositFor(patient, subject, 10n * TOKEN);
      const scope: bigint = await patient.registry.getFunction("scopeOf")(policyId);
      await submit(patient, await signalsFor(patient, { signals: { scope, snapshotRoot: 31n, onChainCollateral: 10n ** 9n } }));
      const ask = (name: string): Promise<unknown> => patient.registry.getFunction(name)(subject);
      expect(await ask("isHealthy")).toBe(true);
      await call(patient.registry, patient.subject, "announceRelease");
      await travelTo(patient.chain, (await now(patient.chain)) + releaseDelay);
      await call(patient.registry, patient.subject, "executeRelease");
      expect([await ask("isHealthy"), await ask("collateralInUse")]).toEqual([false, 10n ** 9n]);
      await call(patient.registry, patient.subject, "registerAccountSet", OTHER_SET);
      expect(await ask("isHealthy")).toBe(false);
    } finally {
      await patient.chain.close();
    }
  });
});
