import type { Contract, Signer } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { at, connect, eventsOf, now, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { call, type PublicationArguments } from "./support/margin-world.ts";
import { BREAKER, BTC, deployOracle, dollars, ETH, MAX_AGE, OTHER_POLICY, POLICY, publication, publish, spots, vote, type OracleWorld } from "./support/snapshot-oracle.ts";

const REASONS = ["None", "SpotMove", "Disagreement", "Revocation", "Guardian", "Staleness", "Pause"] as const;
const { grace: GRACE, graceWindow: GRACE_WINDOW, calmPeriod: CALM } = BREAKER;
const PRICES = { BTC: 64_000, ETH: 3_000 };

let chain: Chain;
let world: OracleWorld;
let oracle: Contract;
let guardian: Signer;
let publishers: readonly Signer[];
let epoch: number;

const refused = (action: Promise<unknown>) => refusal(action, oracle);
const opensCredit = (policy = POLICY): Promise<boolean> => oracle.getFunction("opensCredit")(policy);
const graceUntil = async (policy = POLICY): Promise<number> => Number(await oracle.getFunction("graceUntil")(policy));
const breaker = async (policy = POLICY) => {
  const [reason, since, until] = await oracle.getFunction("breaker")(policy);
  return { reason: REASONS[Number(reason)], since: Number(since), until: Number(until) };
};
/** The next publication, in a block of its own time. */
const next = async (prices: Record<string, number> = PRICES, change: Partial<PublicationArguments> = {}) => {
  epoch += 1;
  return publish(world, publishers.slice(0, 2), publication({ start: await now(chain) }, { epoch, root: BigInt(1_000 + epoch), spots: spots(prices), ...change }));
};
const timeOf = async (sent: Promise<{ wait(): Promise<{ blockNumber: number } | null> }>) => {
  const { blockNumber } = (await (await sent).wait())!;
  return (await chain.ethers.provider.getBlock(blockNumber))!.timestamp;
};
/** Calm publications until the breaker is armed again. */
const calmDown = async (prices: Record<string, number> = PRICES) => {
  await travelTo(chain, (await now(chain)) + CALM);
  await next(prices);
  await next(prices);
};

beforeAll(async () => {
  chain = await connect();
  world = await deployOracle(chain);
  ({ oracle, guardian, publishers } = world);
  epoch = 0;
  await next();
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);
beforeEach(() => {
  epoch = 1;
});

describe("credit is open", () => {
  it("from the first publication on, and under no policy without one", async () => {
    expect(await opensCredit()).toBe(true);
    expect(await breaker()).toEqual({ reason: "None", since: 0, until: 0 });
    expect(await opensCredit(OTHER_POLICY)).toBe(false);
    expect(await breaker(OTHER_POLICY)).toEqual({ reason: "Staleness", since: 0, until: 0 });
    await next(PRICES, { policyId: OTHER_POLICY, root: 9n });
    expect(await opensCredit(OTHER_POLICY)).toBe(true);
  });

  it("while every spot moves within its bound, up or down", async () => {
    for (const prices of [{ BTC: 70_400, ETH: 3_150 }, { BTC: 64_000, ETH: 3_000 }]) await next(prices);
    expect(await opensCredit()).toBe(true);
  });
});

describe("a spot beyond its bound", () => {
  it.each<[string, Record<string, number>, bigint, number, number]>([
    ["up, at the default bound", { BTC: 70_401, ETH: 3_000 }, BTC, 64_000, 70_401],
    ["down, measured from the lower price", { BTC: 58_181, ETH: 3_000 }, BTC, 64_000, 58_181],
    ["up, at the asset's own bound", { BTC: 64_000, ETH: 3_151 }, ETH, 3_000, 3_151],
  ])("stops credit: %s", async (_, prices, asset, before, price) => {
    const sent = await next(prices);
    const trippedAt = await timeOf(Promise.resolve(sent));
    expect(await eventsOf(Promise.resolve(sent), oracle, "SpotMoved")).toEqual([[POLICY, asset, dollars(before), dollars(price)]]);
    expect(await eventsOf(Promise.resolve(sent), oracle, "BreakerTripped")).toEqual([[POLICY, 1n, BigInt(trippedAt), BigInt(trippedAt + GRACE - 1)]]);
    expect(await opensCredit()).toBe(false);
    expect(await breaker()).toEqual({ reason: "SpotMove", since: trippedAt, until: trippedAt + GRACE - 1 });
    expect(await graceUntil()).toBe(trippedAt + GRACE - 1);
    // Of this policy alone, and the snapshot counts: a quorum agreed on it.
    expect(await oracle.getFunction("isCurrent")(POLICY, BigInt(1_000 + epoch))).toBe(true);
  });

  it("is compared with the publication that had the asset last", async () => {
    await next({ BTC: 64_000 });
    await next({ BTC: 64_000, ETH: 3_100 });
    expect(await opensCredit()).toBe(true);
    await next({ BTC: 64_000 });
    await next({ BTC: 64_000, ETH: 3_300 });
    expect((await breaker()).reason).toBe("SpotMove");
  });

  it("trips once: the next publication is compared with the new price", async () => {
    await next({ BTC: 80_000, ETH: 3_000 });
    await calmDown({ BTC: 80_000, ETH: 3_000 });
    expect(await opensCredit()).toBe(true);
  });

  it("of one policy leaves another's credit open", async () => {
    await next(PRICES, { policyId: OTHER_POLICY, root: 9n });
    await next({ BTC: 80_000, ETH: 3_000 });
    expect([await opensCredit(), await opensCredit(OTHER_POLICY)]).toEqual([false, true]);
  });

  it("has the bound that the deployment gave, and 5 % where it gave its own", async () => {
    expect(await Promise.all([BTC, ETH].map((asset) => oracle.getFunction("moveBound")(asset)))).toEqual([1_000n, 500n]);
  });
});

describe("disagreement", () => {
  const cast = async (roots: readonly bigint[]) => {
    const start = await now(chain);
    epoch += 1;
    for (const [i, root] of roots.entries()) await vote(world, publishers[i]!, publication({ start }, { epoch, root }));
  };

  it("of one publisher among three trips nothing: two can still agree, and do", async () => {
    await cast([1n, 2n, 1n]);
    expect(await opensCredit()).toBe(true);
    expect(await oracle.getFunction("isCurrent")(POLICY, 1n)).toBe(true);
  });

  it("of all three trips, as no two can agree any more", async () => {
    await cast([1n, 2n, 3n]);
    expect((await breaker()).reason).toBe("Disagreement");
    expect(await opensCredit()).toBe(false);
  });

  it("on the spots alone trips as well", async () => {
    const start = await now(chain);
    for (const [i, price] of [64_000, 64_001, 64_002].entries()) await vote(world, publishers[i]!, publication({ start }, { epoch: 2, root: 5n, spots: spots({ BTC: price }) }));
    expect((await breaker()).reason).toBe("Disagreement");
  });

  it("by one publisher, in any number of epochs, never closes credit, with two honest ones of three", async () => {
    for (let round = 0; round < 4; round++) {
      const start = await now(chain);
      for (const ahead of [1, 2, 3, 2 ** 40]) await vote(world, publishers[2]!, publication({ start }, { epoch: epoch + ahead, root: BigInt(7_000 + ahead + epoch) })).catch(() => undefined);
      expect(await opensCredit()).toBe(true);
      await next();
      expect(await opensCredit()).toBe(true);
    }
  });

  it("tells dissenters whom a quorum can do without from those it cannot: among five of whom three must agree", async () => {
    const five = await deployOracle(chain, { members: 5, quorum: 3 });
    const start = await now(chain);
    await publish(five, five.publishers.slice(0, 3), publication({ start: start - 1 }, { root: 50n }));
    const doubtful = (i: number, root: bigint) => vote(five, five.publishers[i]!, publication({ start }, { epoch: 2, root }));
    await doubtful(0, 1n);
    await doubtful(1, 1n);
    await doubtful(2, 2n);
    await doubtful(3, 3n);
    expect(await five.oracle.getFunction("opensCredit")(POLICY)).toBe(true);
    await doubtful(4, 4n);
    expect(await five.oracle.getFunction("opensCredit")(POLICY)).toBe(false);
  });

  it("before the first snapshot trips as well", async () => {
    const start = await now(chain);
    for (const [i, root] of [1n, 2n, 3n].entries()) await vote(world, publishers[i]!, publication({ start }, { policyId: OTHER_POLICY, root }));
    const { reason, since } = await breaker(OTHER_POLICY);
    expect([reason, since]).toEqual(["Disagreement", await now(chain)]);
    await next(PRICES, { policyId: OTHER_POLICY, root: 9n });
    expect(await opensCredit(OTHER_POLICY)).toBe(false);
  });

  it("is over once publications are calm: nobody's single vote holds credit closed", async () => {
    await cast([1n, 2n, 3n]);
    await calmDown();
    expect(await opensCredit()).toBe(true);
  });
});

describe("staleness", () => {
  it("stops credit the second after the latest snapshot has expired, and spares accounts from then on", async () => {
    const [, snapshot] = await oracle.getFunction("latest")(POLICY);
    const expiry = Number(snapshot.asOf) + MAX_AGE;
    await travelTo(chain, expiry);
    expect([await opensCredit(), await graceUntil()]).toEqual([true, 0]);
    await travelTo(chain, expiry + 1);
    expect(await opensCredit()).toBe(false);
    expect(await breaker()).toEqual({ reason: "Staleness", since: expiry + 1, until: expiry + GRACE });
    await travelTo(chain, expiry + 10 * GRACE_WINDOW);
    expect(await graceUntil()).toBe(expiry + GRACE);
  });

  it("is over with calm publications, not with the first", async () => {
    await travelTo(chain, (await now(chain)) + MAX_AGE + CALM + 10);
    const sent = await next();
    expect((await eventsOf(Promise.resolve(sent), oracle, "BreakerTripped")).map(([, reason]) => reason)).toEqual([5n]);
    expect((await breaker()).reason).toBe("Staleness");
    // The calm counts from the end of the silence, not from its beginning, which is further back than the calm period.
    for (let i = 0; i < 3; i++) await next();
    expect((await breaker()).reason).toBe("Staleness");
    await calmDown();
    expect(await opensCredit()).toBe(true);
  });

  it("spares nobody twice: what trips later within the window adds no grace", async () => {
    const [, snapshot] = await oracle.getFunction("latest")(POLICY);
    const until = Number(snapshot.asOf) + MAX_AGE + GRACE;
    await travelTo(chain, until - 100);
    expect(await graceUntil()).toBe(until);
    await call(oracle, guardian, "trip", POLICY);
    expect(await graceUntil()).toBe(until);
    await next({ BTC: 80_000, ETH: 3_000 });
    expect(await graceUntil()).toBe(until);
  });
});

describe("a pause", () => {
  it("stops all credit at once, spares nobody by itself, and ends with unpausing", async () => {
    const since = await timeOf(call(oracle, guardian, "pause"));
    expect([await opensCredit(), await breaker()]).toEqual([false, { reason: "Pause", since, until: 0 }]);
    await call(oracle, world.admin, "unpause");
    expect(await opensCredit()).toBe(true);
  });

  it("that lasts longer than snapshots do spares accounts from when those have expired", async () => {
    await call(oracle, guardian, "pause");
    const [, snapshot] = await oracle.getFunction("latest")(POLICY);
    await travelTo(chain, Number(snapshot.asOf) + MAX_AGE + 1);
    expect(await graceUntil()).toBe(Number(snapshot.asOf) + MAX_AGE + GRACE);
  });
});

describe("a revocation", () => {
  it("spares the accounts whose health it ends", async () => {
    const since = await timeOf(call(oracle, guardian, "revoke", POLICY, 1_001n));
    expect(await breaker()).toEqual({ reason: "Revocation", since, until: since + GRACE - 1 });
  });

  it("of what has expired stops nothing: nobody stands on it", async () => {
    await travelTo(chain, (await now(chain)) + MAX_AGE - 5);
    await next();
    await travelTo(chain, (await now(chain)) + 20);
    await call(oracle, guardian, "revoke", POLICY, 1_001n);
    expect(await opensCredit()).toBe(true);
  });
});

describe("a breaker re-arms", () => {
  it("after the calm publications and the calm period, whichever is later", async () => {
    await next({ BTC: 80_000, ETH: 3_000 });
    const trippedAt = await now(chain);
    await next({ BTC: 80_000, ETH: 3_000 });
    await next({ BTC: 80_000, ETH: 3_000 });
    expect(await opensCredit()).toBe(false);
    const late = publication({ start: trippedAt + CALM - 2 }, { epoch: 50, root: 50n, spots: spots({ BTC: 80_000, ETH: 3_000 }) });
    await at(chain, trippedAt + CALM - 1, () => publish(world, publishers.slice(0, 2), late));
    expect(await opensCredit()).toBe(false);
    const sent = await at(chain, trippedAt + CALM, () => publish(world, publishers.slice(0, 2), { ...late, epoch: 51, root: 51n, asOf: trippedAt + CALM }));
    expect(await eventsOf(Promise.resolve(sent), oracle, "BreakerRearmed")).toEqual([[POLICY]]);
    // The grace that was cut short ended with this second, and stays known.
    expect(await breaker()).toEqual({ reason: "None", since: 0, until: trippedAt + CALM });
  });

  it("not while new causes come: each starts the calm anew", async () => {
    await next({ BTC: 80_000, ETH: 3_000 });
    await travelTo(chain, (await now(chain)) + CALM);
    await next({ BTC: 80_000, ETH: 3_000 });
    await next({ BTC: 60_000, ETH: 3_000 });
    await next({ BTC: 60_000, ETH: 3_000 });
    await next({ BTC: 60_000, ETH: 3_000 });
    expect(await opensCredit()).toBe(false);
    await calmDown({ BTC: 60_000, ETH: 3_000 });
    expect(await opensCredit()).toBe(true);
  });

  it("early by the guardian, but never without a calm publication since the latest cause", async () => {
    expect(await refused(call(oracle, guardian, "rearm", POLICY))).toEqual({ name: "NotCalm", args: [POLICY] });
    await next({ BTC: 80_000, ETH: 3_000 });
    expect((await refused(call(oracle, guardian, "rearm", POLICY))).name).toBe("NotCalm");
    await next({ BTC: 80_000, ETH: 3_000 });
    for (const signer of [world.admin, publishers[0]!, world.stranger]) expect((await refused(call(oracle, signer, "rearm", POLICY))).name).toBe("AccessControlUnauthorizedAccount");
    await call(oracle, guardian, "rearm", POLICY);
    expect(await opensCredit()).toBe(true);
  });

  it("early by nobody while stale", async () => {
    await next({ BTC: 80_000, ETH: 3_000 });
    await next({ BTC: 80_000, ETH: 3_000 });
    await travelTo(chain, (await now(chain)) + MAX_AGE + 5);
    expect((await refused(call(oracle, guardian, "rearm", POLICY))).name).toBe("NotCalm");
  });

  it("and trips by the guardian's word as by any cause", async () => {
    expect((await refused(call(oracle, world.admin, "trip", POLICY))).name).toBe("AccessControlUnauthorizedAccount");
    await call(oracle, guardian, "trip", POLICY);
    expect((await breaker()).reason).toBe("Guardian");
  });
});

describe("grace", () => {
  it("is not prolonged by a second trip, nor given again within its window", async () => {
    await call(oracle, guardian, "trip", POLICY);
    const first = await graceUntil();
    await next();
    await call(oracle, guardian, "rearm", POLICY);
    const cutAt = await now(chain);
    expect(await graceUntil()).toBe(cutAt);
    await travelTo(chain, first - GRACE + GRACE_WINDOW - 5);
    await call(oracle, guardian, "trip", POLICY);
    expect(await graceUntil()).toBe(cutAt);
    await travelTo(chain, first - GRACE + 1 + GRACE_WINDOW);
    await next();
    await call(oracle, guardian, "trip", POLICY);
    expect(await graceUntil()).toBe((await now(chain)) + GRACE - 1);
  });

  it("that was cut short goes on when there is a cause again within its time, and never beyond", async () => {
    await call(oracle, guardian, "trip", POLICY);
    const full = await graceUntil();
    await next();
    await call(oracle, guardian, "rearm", POLICY);
    const cutAt = await now(chain);
    expect(cutAt).toBeLessThan(full - 20);
    await at(chain, full - 10, () => call(oracle, guardian, "trip", POLICY));
    expect(await graceUntil()).toBe(full);
    await next();
    await call(oracle, guardian, "rearm", POLICY);
    const cutAgain = await now(chain);
    expect(await graceUntil()).toBe(cutAgain);
    // A second after it would have ended, a new cause changes nothing of what was.
    await at(chain, full + 1, () => call(oracle, guardian, "trip", POLICY));
    expect(await graceUntil()).toBe(cutAgain);
  });

  it("is told to whoever asks when it is long over, armed, paused or tripped anew: nobody needs to have seen it", async () => {
    await call(oracle, guardian, "trip", POLICY);
    await next();
    await call(oracle, guardian, "rearm", POLICY);
    const last = await now(chain);
    for (const what of ["pause", "trip"]) {
      expect(await graceUntil()).toBe(last);
      await call(oracle, guardian, what, ...(what === "trip" ? [POLICY] : []));
      await travelTo(chain, (await now(chain)) + GRACE);
    }
    expect(await graceUntil()).toBe(last);
  });

  it("of no seconds spares nobody, and one beyond all dates ends with them and stops no publication", async () => {
    for (const [grace, until] of [[0, -1], [2 ** 32 - 2, 2 ** 32 - 1]] as const) {
      const bare = await deployOracle(chain, { breaker: { grace, graceWindow: 2 ** 32 - 1 } });
      await call(bare.oracle, guardian, "trip", POLICY);
      const tripped = await now(chain);
      expect(await bare.oracle.getFunction("graceUntil")(POLICY)).toBe(BigInt(until < 0 ? tripped + until : until));
      await publish(bare, publishers.slice(0, 2), publication({ start: tripped }));
      expect(await bare.oracle.getFunction("isCurrent")(POLICY, 77n)).toBe(true);
    }
  });

  it("in any window is no longer than one grace, whatever the breaker goes through", async () => {
    const moves = [
      async () => { await next({ BTC: random(2) === 0 ? 64_000 : 80_000, ETH: 3_000 }); },
      async () => { await call(oracle, guardian, "trip", POLICY); },
      async () => { await call(oracle, guardian, "rearm", POLICY).catch(() => undefined); },
      async () => { await call(oracle, guardian, "revoke", POLICY, BigInt(1_000 + epoch)).catch(() => undefined); },
      async () => { await travelTo(chain, (await now(chain)) + MAX_AGE + 1 + random(200)); },
    ];
    const spared: [from: number, until: number][] = [];
    let observed = 0;
    for (let step = 0; step < 120; step++) {
      await moves[random(moves.length)]!();
      const from = await now(chain);
      await travelTo(chain, from + 1 + random(random(4) === 0 ? GRACE_WINDOW : 120));
      // The view at the end of the span, whose state began no later than its beginning, or with the staleness in it.
      const to = await now(chain);
      const { reason, since, until } = await breaker();
      const [begin, end] = [Math.max(from, since, until - GRACE + 1, (spared.at(-1)?.[1] ?? 0) + 1), Math.min(to, until)];
      if (reason !== "None" && begin <= end) spared.push([begin, end]);
      // Whoever asks now is told no less than whoever asked at every step remembers.
      expect(Math.min(until, to)).toBeGreaterThanOrEqual(observed);
      observed = Math.min(until, to);
    }
    const total = (from: number, to: number) => spared.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from) + 1), 0);
    expect(spared.length).toBeGreaterThan(5);
    for (const [start] of spared) expect(total(start, start + GRACE_WINDOW - 1)).toBeLessThanOrEqual(GRACE);
  }, 60_000);
});

/** A fixed sequence: xorshift. */
let seed = 0x9e3779b9;
function random(below: number): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % below;
}
