/** A pause of the registry: whom it spares from liquidation, for how long, and what a guardian cannot make of it. */
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS } from "../prover/chain/liquidation.ts";
import type { Claim } from "../prover/proof/claim.ts";
import type { Bps } from "../prover/units.ts";
import { at, now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { createLending, creditOf, fund, lapse, passTo, pledge, prove, publish, TERMS, type Lending } from "./support/lending.ts";
import { ATTESTER_REGISTRY, BREACH_SECRETS, BREACH_TIER, call, inOrder, policyIdOf, signalsFor } from "./support/margin-world.ts";
import { simulate } from "./support/tiny-groth16.ts";

const [GRACE, WINDOW] = [21_600, 86_400];
const USD = 10n ** 6n;
const { gracePeriod } = AUCTION_TERMS;

let lending: Lending;
let registry: Contract;
let credit: Contract;
let subject: string;

const chain = () => lending.world.chain;
const time = () => now(chain());
const graceUntil = async (terms: object = TERMS, whose = subject): Promise<number> => Number(await registry.getFunction("graceUntil")(whose, { ...TERMS, ...terms }));
const healthyUntil = async (): Promise<number> => Number((await registry.getFunction("health")(subject)).healthyUntil);
const pause = () => call(registry, lending.world.admin, "pause");
const unpause = () => call(registry, lending.world.admin, "unpause");
const act = (name: string, ...parameters: unknown[]) => call(credit, lending.keeper, name, subject, ...parameters);
const refused = async (action: Promise<unknown>): Promise<readonly unknown[]> => {
  const { name, args } = await refusal(action, credit);
  return [name, ...args];
};
/** To a time, the publishers publishing: no breaker of theirs spares anybody. */
const to = (when: number) => passTo(lending, when);
const breach = async (sequence: number) => {
  const { world } = lending;
  const claim: Partial<Claim> = { sequence, level: "MM", minRatioBps: 10_500n as Bps, minAssurance: "attested" };
  const sent = inOrder(await signalsFor(world, { claim, signals: { snapshotRoot: await publish(lending) } }));
  await call(registry, world.stranger, "proveBreach", BREACH_TIER, simulate(BREACH_SECRETS, sent), sent);
};

beforeAll(async () => {
  lending = await createLending();
  ({ registry } = lending.world);
  ({ subject } = lending);
  // A creditor that asks the registry itself.
  const parts = { ...(await creditOf(lending)), marginHealth: registry.target };
  credit = (await chain().ethers.deployContract("QuotedCredit", [parts, TERMS, AUCTION_TERMS])) as unknown as Contract;
  await prove(lending, 1);
  await pledge(lending, credit, 126_000n * USD);
  await call(credit, lending.lender, "charge", subject, 100_000n * USD);
  await fund(lending.world, lending.bidder, credit, 10n ** 30n);
});
afterAll(() => chain().close());
restoreAfterEach(chain);

describe("a pause", () => {
  it("spares whoever was healthy when it began and lapsed under it: nobody starts an auction, and its clock begins anew after it", async () => {
    await pause();
    const until = (await time()) + GRACE - 1;
    expect(await graceUntil()).toBe(until);
    await lapse(lending);
    await act("notice");
    await to((await time()) + gracePeriod);
    expect(await refused(act("start"))).toEqual(["Spared", BigInt(until)]);
    await unpause();
    const last = await time();
    expect(await graceUntil()).toBe(last);
    await to(last + gracePeriod - 10);
    expect(await refused(at(chain(), last + gracePeriod - 1, () => act("start")))).toEqual(["GracePeriod", BigInt(last + gracePeriod)]);
    await at(chain(), last + gracePeriod, () => act("start"));
  });

  it("leaves time to prove health again after it, which ends the liquidation", async () => {
    await pause();
    await lapse(lending);
    await act("notice");
    await to((await time()) + gracePeriod + 100);
    await unpause();
    await prove(lending, 2);
    expect(await refused(act("start"))).toEqual(["HealthRegained", subject]);
    await act("cancel");
  });

  it("spares for six hours and no longer, though it lasts", async () => {
    await pause();
    const until = await graceUntil();
    await lapse(lending);
    await act("notice");
    await to(until - 10);
    expect(await refused(at(chain(), until, () => act("start")))).toEqual(["Spared", BigInt(until)]);
    await to(until + gracePeriod - 10);
    await at(chain(), until + gracePeriod, () => act("start"));
  });

  it("in the last second of a proof spares it, a second later it does not", async () => {
    const last = await healthyUntil();
    await to(last - 5);
    await at(chain(), last, pause);
    expect(await graceUntil()).toBe(last + GRACE - 1);
    await unpause();
    // Another chain of events: the proof has lapsed by then.
    await to((await time()) + WINDOW);
    await pause();
    expect(await graceUntil()).toBe(0);
  });

  it("that none has begun spares nobody", async () => {
    expect(await graceUntil()).toBe(0);
  });
});

describe("a pause spares nobody", () => {
  it("whose proof had lapsed before", async () => {
    await lapse(lending);
    await pause();
    expect(await graceUntil()).toBe(0);
    await act("notice");
    await to((await time()) + gracePeriod);
    await act("start");
  });

  it("nothing was ever proved about", async () => {
    await pause();
    expect(await graceUntil({}, await lending.world.stranger.getAddress())).toBe(0);
  });

  it.each(["before it", "under it", "after its proof lapsed under it"])("whose health a breach ended %s", async (when) => {
    if (when === "before it") await breach(2);
    await pause();
    if (when.startsWith("after")) await lapse(lending);
    if (when !== "before it") {
      expect(await graceUntil()).toBeGreaterThan(await time());
      await breach(2);
    }
    expect(await graceUntil()).toBe(0);
    await act("notice");
    await to((await time()) + gracePeriod);
    await act("start");
  });

  it.each<[string, object]>([
    ["level", { level: 1 }],
    ["ratio", { minRatioBps: 10_601 }],
    ["assurance", { minAssurance: 2 }],
    ["policy", { policyId: policyIdOf(5n) }],
  ])("to a creditor whose terms the proof never met: its %s", async (_, terms) => {
    await prove(lending, 2, { level: "MM", minRatioBps: 10_600n as Bps, minAssurance: "attested" });
    const met = { level: 0, minRatioBps: 10_600, minAssurance: 1 };
    await pause();
    expect(await graceUntil(met)).toBe((await time()) + GRACE - 1);
    expect(await graceUntil({ ...met, ...terms })).toBe(0);
  });

  it("that gave up its account set", async () => {
    const { world } = lending;
    await call(credit, lending.lender, "giveBack", subject, 126_000n * USD);
    await call(registry, world.subject, "announceRelease");
    await pause();
    expect(await graceUntil()).toBe(0);
  });
});

describe("a pause spares", () => {
  it("those whose attesters or snapshot were revoked: they cannot prove anew either", async () => {
    const { world } = lending;
    await pause();
    const until = await graceUntil();
    await call(world.attesters, world.admin, "revokeRoot", ATTESTER_REGISTRY.root);
    expect(await registry.getFunction("isHealthy")(subject)).toBe(false);
    expect(await graceUntil()).toBe(until);
  });

  it("no less than a breaker does, and the later of both counts", async () => {
    const { world } = lending;
    await pause();
    const until = await graceUntil();
    await call(world.oracle, world.admin, "trip", TERMS.policyId);
    expect(Number(await world.oracle.getFunction("graceUntil")(TERMS.policyId))).toBeLessThan(until);
    expect(await graceUntil()).toBe(until);
    await unpause();
    expect(await graceUntil()).toBe(Number(await world.oracle.getFunction("graceUntil")(TERMS.policyId)));
  });
});

describe("a grace of the publishers' breaker", () => {
  it("that nobody saw, and that was over and re-armed since, still moves the clock of an auction", async () => {
    const { oracle, admin } = lending.world;
    await lapse(lending);
    await act("notice");
    await to((await time()) + gracePeriod - 300);
    await call(oracle, admin, "trip", TERMS.policyId);
    await publish(lending);
    await call(oracle, admin, "rearm", TERMS.policyId);
    const last = await time();
    await to(last + 600);
    // Nobody asked in between, and the notice's own grace period has passed.
    expect(await refused(act("start"))).toEqual(["GracePeriod", BigInt(last + gracePeriod)]);
    await to(last + gracePeriod - 10);
    await at(chain(), last + gracePeriod, () => act("start"));
  });
});

describe("a guardian who pauses again and again", () => {
  it("keeps nobody from liquidation for longer than six hours after its proof lapsed", async () => {
    const lapsed = (await healthyUntil()) + 1;
    await to(lapsed - 100);
    // Pauses to the last second of the proof, and then whenever it can.
    let last = 0;
    for (let round = 0; round < 12; round += 1) {
      await pause();
      await to((await time()) + (round % 3 === 0 ? 60 : 7_000));
      const until = await graceUntil();
      if (until >= (await time())) last = await time();
      await unpause();
      await to((await time()) + [1, 3_000, 40_000][round % 3]!);
    }
    expect(last).toBeGreaterThan(lapsed);
    expect(await graceUntil()).toBeLessThan(lapsed + GRACE);
    expect(last).toBeLessThan(lapsed + GRACE);
  }, 120_000);

  it("gives six hours in any day at most, and to one who proves in between no more", async () => {
    await pause();
    const from = await time();
    await unpause();
    const cut = await time();
    expect(await graceUntil()).toBe(cut);
    // Within six hours the same grace goes on.
    await at(chain(), from + GRACE - 100, pause);
    expect(await graceUntil()).toBe(from + GRACE - 1);
    await unpause();
    const second = await time();
    await to(from + WINDOW - 1_000);
    await prove(lending, 2);
    await at(chain(), from + WINDOW - 1, pause);
    expect(await graceUntil()).toBe(second);
    await unpause();
    await at(chain(), from + WINDOW + 1, pause);
    expect(await graceUntil()).toBe(from + WINDOW + GRACE);
  });

  it("cannot stop breaches: whoever is short is shown to be, paused or not", async () => {
    await pause();
    await breach(2);
    expect((await registry.getFunction("health")(subject)).breachedAt).toBeGreaterThan(0n);
    await travelTo(chain(), (await time()) + 10);
    expect(await graceUntil()).toBe(0);
  });
});

describe("constants", () => {
  it("are those that the contract names", async () => {
    expect(await Promise.all(["PAUSE_GRACE", "PAUSE_GRACE_WINDOW"].map((name) => registry.getFunction(name)()))).toEqual([BigInt(GRACE), BigInt(WINDOW)]);
  });
});
