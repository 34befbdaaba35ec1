import type { Contract, Signer } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { poseidon } from "../prover/commitment/poseidon.ts";
import { add, BASE, multiply } from "../prover/commitment/curve.ts";
import { AttesterKey } from "../prover/statement/attester-key.ts";
import { buildRegistry, type Attester } from "../prover/statement/attester-registry.ts";
import { FIELD } from "../prover/units.ts";
import { at, connect, eventsOf, gasOf, now, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { attesterArguments, call } from "./support/margin-world.ts";
import { OFF_CURVE, ORDER_EIGHT, ORDER_TWO } from "./support/points.ts";
import { OTHER_KEY, VENUE_KEY } from "./support/statements.ts";

const GRACE = 3_600;
const NOTICE = 600;
const DERIBIT: Attester = { venue: "deribit", key: VENUE_KEY.publicKey, assurance: "venue-signed", validFrom: 1_600_000_000, validUntil: 1_900_000_000 };
const OKX: Attester = { venue: "okx", key: OTHER_KEY.publicKey, assurance: "attested", validFrom: 0, validUntil: 2 ** 32 - 1 };
const EMPTY = { x: 0n, y: 0n, venueId: 0n, assurance: 0n, validFrom: 0n, validUntil: 0n };
const BOTH = [DERIBIT, null, OKX];
const ROOT = buildRegistry(BOTH).root;
const WITHOUT_OKX = buildRegistry([DERIBIT]).root;

let chain: Chain;
let registry: Contract;
let admin: Signer;
let stranger: Signer;

const publish = (root: bigint, attesters: readonly unknown[], signer = admin) => call(registry, signer, "publish", root, attesters);
const isCurrent = (root: bigint): Promise<boolean> => registry.getFunction("isCurrent")(root);
/** With notice of this many seconds: none, where a test is not about it. */
const deploy = async (notice: number, on = chain) => (await on.ethers.deployContract("AttesterRegistry", [await admin.getAddress(), GRACE, notice])) as unknown as Contract;
const noticePasses = async () => travelTo(chain, (await now(chain)) + NOTICE);
const refused = (action: Promise<unknown>) => refusal(action, registry);
const leafWords = (leaf: Record<string, unknown>) => Object.values(leaf).map(BigInt as (value: unknown) => bigint);

beforeAll(async () => {
  chain = await connect();
  const signers = await chain.ethers.getSigners();
  [admin, stranger] = [signers[0]!, signers[1]!];
  registry = await deploy(0);
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("publishing", () => {
  it("makes a root current, with leaves in the event from which anyone recomputes it", async () => {
    const [[number, root, from, leaves]] = (await eventsOf(publish(ROOT, attesterArguments(BOTH)), registry, "AttesterRootPublished")) as [[bigint, bigint, bigint, { toObject(): Record<string, unknown> }[]]];
    expect([number, root, from]).toEqual([1n, ROOT, BigInt(await now(chain))]);
    const words = leaves.map((leaf) => leafWords(leaf.toObject()));
    const hashed = words.map((leaf) => (leaf.every((word) => word === 0n) ? 0n : poseidon(leaf)));
    const places = Array.from({ length: 256 }, (_, i) => hashed[i] ?? 0n);
    const nodes = Array.from({ length: 16 }, (_, i) => poseidon(places.slice(16 * i, 16 * i + 16)));
    expect(poseidon(nodes)).toBe(ROOT);
    expect(await isCurrent(ROOT)).toBe(true);
  });

  it("numbers roots and remembers them", async () => {
    const time = (await now(chain)) + 100;
    await at(chain, time, () => publish(ROOT, attesterArguments(BOTH)));
    await at(chain, time + 10, () => publish(WITHOUT_OKX, attesterArguments([DERIBIT])));
    const [first, entry] = await registry.getFunction("rootAt")(1);
    expect([first, ...entry]).toEqual([ROOT, 1n, BigInt(time), BigInt(time), BigInt(time + 10), false]);
    const [latest, last] = await registry.getFunction("latest")();
    expect([latest, ...last]).toEqual([WITHOUT_OKX, 2n, BigInt(time + 10), BigInt(time + 10), 0n, false]);
    expect([...(await registry.getFunction("lookup")(WITHOUT_OKX))]).toEqual([2n, true]);
    expect([...(await registry.getFunction("lookup")(5n))]).toEqual([0n, false]);
  });

  it("takes a full tree", async () => {
    // One secret, 256 keys: each costs what a stranger's does.
    const full = Array.from({ length: 256 }, (_, i): Attester => ({ ...DERIBIT, key: multiply(BASE, BigInt(i + 2)), venue: `venue ${i}` }));
    const gas = await gasOf(publish(buildRegistry(full).root, attesterArguments(full)));
    expect(await isCurrent(buildRegistry(full).root)).toBe(true);
    // Within what a transaction may cost since EIP-7825.
    expect(gas).toBeLessThan(2 ** 24);
  });
});

describe("publishing is refused", () => {
  const [valid] = attesterArguments([DERIBIT]);

  it("to strangers", async () => {
    const role: string = await registry.getFunction("REGISTRAR_ROLE")();
    expect(await refused(publish(ROOT, attesterArguments(BOTH), stranger))).toEqual({ name: "AccessControlUnauthorizedAccount", args: [await stranger.getAddress(), role] });
  });

  it("for a root that is zero, no field element or published before, revoked or not", async () => {
    for (const root of [0n, FIELD, ROOT + FIELD]) expect(await refused(publish(root, [valid]))).toEqual({ name: "InvalidRoot", args: [root] });
    await publish(ROOT, attesterArguments(BOTH));
    expect(await refused(publish(ROOT, attesterArguments(BOTH)))).toEqual({ name: "RootPublishedBefore", args: [ROOT] });
    await call(registry, admin, "revokeRoot", ROOT);
    expect(await refused(publish(ROOT, attesterArguments(BOTH)))).toEqual({ name: "RootPublishedBefore", args: [ROOT] });
  });

  it("without attesters, or with more than the tree has places", async () => {
    expect(await refused(publish(ROOT, []))).toEqual({ name: "InvalidAttesterCount", args: [0n] });
    expect(await refused(publish(ROOT, Array(257).fill(valid)))).toEqual({ name: "InvalidAttesterCount", args: [257n] });
  });

  it.each<[string, Record<string, bigint>]>([
    ["a key off the curve", { ...OFF_CURVE }],
    ["the neutral point for a key, under which everybody signs", { x: 0n, y: 1n }],
    ["a key of order two", { ...ORDER_TWO }],
    ["a key of order eight", { ...ORDER_EIGHT }],
    ["a key moved out of the subgroup, under which the same secret signs", { ...add(DERIBIT.key, ORDER_TWO) }],
    ["a key moved by a point of order eight", { ...add(OKX.key, ORDER_EIGHT) }],
    ["an alias of a key", { x: DERIBIT.key.x + FIELD }],
    ["a venue that is no field element", { venueId: FIELD }],
    ["a validity that ends before it begins", { validFrom: 10n, validUntil: 9n }],
    ["an empty key at a venue", { ...EMPTY, venueId: 1n }],
    ["an empty key with an assurance", { ...EMPTY, assurance: 1n }],
    ["an empty key with a validity", { ...EMPTY, validUntil: 1n }],
  ])("for %s", async (_, change) => {
    expect(await refused(publish(ROOT, [valid, { ...valid, ...change }]))).toEqual({ name: "InvalidAttester", args: [1n] });
  });

  it("for a key that is listed twice for one venue, whatever else differs: it would have two assurances", async () => {
    for (const change of [{}, { assurance: 0n }, { validFrom: 1n }]) {
      expect(await refused(publish(ROOT, [valid, attesterArguments([null])[0], { ...valid, ...change }]))).toEqual({ name: "DuplicateAttester", args: [2n] });
    }
    const [elsewhere] = attesterArguments([{ ...DERIBIT, venue: "okx" }]);
    expect(await refused(publish(ROOT, [valid, elsewhere, elsewhere]))).toEqual({ name: "DuplicateAttester", args: [2n] });
    // One notary may stand for several venues, and a key may be in many roots.
    await publish(ROOT, [valid, elsewhere]);
    await publish(WITHOUT_OKX, [valid]);
  });

  it("for an assurance that does not exist", async () => {
    await expect(publish(ROOT, [{ ...valid, assurance: 3n }])).rejects.toThrow(/reverted/);
  });
});

describe("a root stops being current", () => {
  it("when its grace period after the next one is over", async () => {
    await publish(ROOT, attesterArguments(BOTH));
    const superseded = (await now(chain)) + 100;
    await at(chain, superseded, () => publish(WITHOUT_OKX, attesterArguments([DERIBIT])));
    await travelTo(chain, superseded + GRACE);
    expect(await isCurrent(ROOT)).toBe(true);
    await travelTo(chain, superseded + GRACE + 1);
    expect(await isCurrent(ROOT)).toBe(false);
    await travelTo(chain, superseded + 1000 * GRACE);
    expect(await isCurrent(WITHOUT_OKX)).toBe(true);
  });

  it("when the guardian revokes it, at once, the latest included", async () => {
    await publish(ROOT, attesterArguments(BOTH));
    expect(await eventsOf(call(registry, admin, "revokeRoot", ROOT), registry, "AttesterRootRevoked")).toEqual([[1n, ROOT]]);
    expect(await isCurrent(ROOT)).toBe(false);
    await publish(WITHOUT_OKX, attesterArguments([DERIBIT]));
    expect(await isCurrent(ROOT)).toBe(false);
    expect(await isCurrent(WITHOUT_OKX)).toBe(true);
  });

  it("only once, only what was published, only by the guardian", async () => {
    expect(await refused(call(registry, admin, "revokeRoot", ROOT))).toEqual({ name: "NothingToRevoke", args: [ROOT] });
    await publish(ROOT, attesterArguments(BOTH));
    const role: string = await registry.getFunction("GUARDIAN_ROLE")();
    expect(await refused(call(registry, stranger, "revokeRoot", ROOT))).toEqual({ name: "AccessControlUnauthorizedAccount", args: [await stranger.getAddress(), role] });
    await call(registry, admin, "revokeRoot", ROOT);
    expect(await refused(call(registry, admin, "revokeRoot", ROOT))).toEqual({ name: "NothingToRevoke", args: [ROOT] });
  });
});

describe("a root after the first", () => {
  const put = async (root: bigint, leaves: readonly (Attester | null)[]) => {
    await publish(root, attesterArguments(leaves));
    return now(chain);
  };
  const rootAt = async (number: number) => (await registry.getFunction("rootAt")(number))[1].toObject();
  const revokeRoot = (root: bigint) => call(registry, admin, "revokeRoot", root);
  const confirm = (root: bigint, signer = stranger) => call(registry, signer, "confirm", root);
  const current = (...roots: bigint[]) => Promise.all(roots.map(isCurrent));
  let instant: Contract;
  beforeEach(async () => {
    instant = registry;
    registry = await deploy(NOTICE);
    await put(1n, [DERIBIT]);
    await call(registry, admin, "grantRole", await registry.getFunction("GUARDIAN_ROLE")(), await stranger.getAddress());
  });

  afterEach(() => {
    registry = instant;
  });

  it("waits for its notice, in which the root before it goes on counting, and for the grace period after it", async () => {
    const published = await put(2n, [DERIBIT, OKX]);
    const from = published + NOTICE;
    expect(await rootAt(2)).toMatchObject({ publishedAt: BigInt(published), currentFrom: BigInt(from), supersededAt: 0n });
    expect((await rootAt(1)).supersededAt).toBe(BigInt(from));
    await travelTo(chain, from - 1);
    expect(await current(1n, 2n)).toEqual([true, false]);
    await travelTo(chain, from);
    expect(await current(1n, 2n)).toEqual([true, true]);
    await travelTo(chain, from + GRACE);
    expect(await current(1n, 2n)).toEqual([true, true]);
    await travelTo(chain, from + GRACE + 1);
    expect(await current(1n, 2n)).toEqual([false, true]);
  });

  it("waits though its leaves are known: nobody here can tell whether it is of them", async () => {
    await put(2n, [DERIBIT]);
    expect(await current(1n, 2n)).toEqual([true, false]);
  });

  it("that is revoked within its notice, or holds a key that is, never counts", async () => {
    await put(2n, [DERIBIT, OKX]);
    await revokeRoot(2n);
    await put(3n, [OKX]);
    await call(registry, admin, "revokeKey", OKX.key.x, OKX.key.y);
    await noticePasses();
    expect(await current(1n, 2n, 3n)).toEqual([true, false, false]);
  });

  it("is confirmed by a guardian, and counts at once in the place of all before it", async () => {
    await put(2n, [DERIBIT, OKX]);
    await put(3n, [OKX]);
    expect(await eventsOf(confirm(3n), registry, "AttesterRootConfirmed")).toEqual([[3n, 3n]]);
    const time = BigInt(await now(chain));
    expect([await rootAt(1), await rootAt(2), await rootAt(3)]).toMatchObject([{ supersededAt: time }, { supersededAt: time }, { currentFrom: time, supersededAt: 0n }]);
    expect(await current(1n, 2n, 3n)).toEqual([true, false, true]);
    // Whose notice ends after that never counts, not even for the grace period of what it would have superseded.
    await noticePasses();
    expect(await current(1n, 2n, 3n)).toEqual([true, false, true]);
    await travelTo(chain, Number(time) + GRACE + 1);
    expect(await current(1n, 2n, 3n)).toEqual([false, false, true]);
  });

  it("that is confirmed while a later one waits is superseded when that one's notice is over", async () => {
    await put(2n, [DERIBIT, OKX]);
    const last = await put(3n, [OKX]);
    await confirm(2n);
    expect(await rootAt(2)).toMatchObject({ supersededAt: BigInt(last + NOTICE) });
    await travelTo(chain, last + NOTICE);
    expect(await current(1n, 2n, 3n)).toEqual([true, true, true]);
  });

  it("is confirmed by nobody but a guardian, and by none who may publish: it takes two", async () => {
    await put(2n, [DERIBIT, OKX]);
    expect(await refused(confirm(2n, admin))).toEqual({ name: "ConfirmedByRegistrar", args: [await admin.getAddress()] });
    const other = (await chain.ethers.getSigners())[5]!;
    expect((await refused(confirm(2n, other as unknown as Signer))).name).toBe("AccessControlUnauthorizedAccount");
    expect(await isCurrent(2n)).toBe(false);
  });

  it("is not confirmed when it is unknown, revoked, superseded, or counts already", async () => {
    const nothing = (root: bigint) => ({ name: "NothingToConfirm", args: [root] });
    for (const root of [1n, 9n]) expect(await refused(confirm(root))).toEqual(nothing(root));
    await put(2n, [DERIBIT, OKX]);
    await put(3n, [OKX]);
    await put(4n, [DERIBIT]);
    await revokeRoot(3n);
    expect(await refused(confirm(3n))).toEqual(nothing(3n));
    await confirm(4n);
    for (const root of [2n, 4n]) expect(await refused(confirm(root))).toEqual(nothing(root));
  });

  it("does not come by an admin without guardians: they alone appoint and dismiss each other", async () => {
    const role: string = await registry.getFunction("GUARDIAN_ROLE")();
    const guardian = await stranger.getAddress();
    await call(registry, admin, "renounceRole", role, await admin.getAddress());
    for (const action of ["grantRole", "revokeRole"]) expect((await refused(call(registry, admin, action, role, guardian))).name).toBe("AccessControlUnauthorizedAccount");
    await put(2n, [OKX]);
    await call(registry, stranger, "revokeRoot", 2n);
    await noticePasses();
    expect(await isCurrent(2n)).toBe(false);
  });
});

describe("notice", () => {
  it("is a day at least on a public network, and a year at most", async () => {
    const publicChain = await connect({ network: "publicNetwork" });
    try {
      expect(await refused(deploy(86_399, publicChain))).toEqual({ name: "InvalidNoticePeriod", args: [86_399n] });
      expect(await refused(deploy(365 * 86_400 + 1))).toEqual({ name: "InvalidNoticePeriod", args: [BigInt(365 * 86_400 + 1)] });
      await deploy(86_400, publicChain);
    } finally {
      await publicChain.close();
    }
  });
});

describe("revoking a key", () => {
  const revoke = ({ key }: Attester, signer = admin) => call(registry, signer, "revokeKey", key.x, key.y);
  const idOf = ({ key }: Attester): Promise<string> => registry.getFunction("keyId")(key.x, key.y);
  const rootAt = async (number: number) => (await registry.getFunction("rootAt")(number))[1].toObject();
  const holds = (number: number, { key }: Attester): Promise<boolean> => registry.getFunction("holdsKey")(number, key.x, key.y);
  const WITHOUT_DERIBIT = buildRegistry([OKX]).root;

  it("ends every root that holds it, at once, and no other", async () => {
    await publish(ROOT, attesterArguments(BOTH));
    await publish(WITHOUT_DERIBIT, attesterArguments([OKX]));
    await publish(WITHOUT_OKX, attesterArguments([DERIBIT]));
    expect(await eventsOf(revoke(DERIBIT), registry, "AttesterKeyRevoked")).toEqual([[await idOf(DERIBIT), DERIBIT.key.x, DERIBIT.key.y]]);
    expect([await isCurrent(ROOT), await isCurrent(WITHOUT_DERIBIT), await isCurrent(WITHOUT_OKX)]).toEqual([false, true, false]);
    for (const [number, revoked] of [[1, true], [2, false], [3, true]] as const) {
      expect(await registry.getFunction("isRevoked")(number)).toBe(revoked);
      expect((await rootAt(number)).revoked).toBe(revoked);
    }
    expect([...(await registry.getFunction("lookup")(WITHOUT_OKX))]).toEqual([3n, false]);
  });

  it("closes the way back by the grace period: the root before the latest holds the key as well", async () => {
    await publish(WITHOUT_OKX, attesterArguments([DERIBIT]));
    await publish(ROOT, attesterArguments(BOTH));
    await call(registry, admin, "revokeRoot", ROOT);
    expect(await isCurrent(WITHOUT_OKX)).toBe(true);
    await revoke(DERIBIT);
    expect(await isCurrent(WITHOUT_OKX)).toBe(false);
  });

  it("reaches roots whose grace period is long over: health may still stand on them", async () => {
    await publish(WITHOUT_OKX, attesterArguments([DERIBIT]));
    await publish(WITHOUT_DERIBIT, attesterArguments([OKX]));
    await travelTo(chain, (await now(chain)) + 1_000 * GRACE);
    await revoke(DERIBIT);
    expect([await registry.getFunction("isRevoked")(1), await registry.getFunction("isRevoked")(2)]).toEqual([true, false]);
    expect((await rootAt(1)).revoked).toBe(true);
  });

  it("is for good: the key is not published again, at any venue, nor a root that was revoked for it", async () => {
    await publish(WITHOUT_OKX, attesterArguments([DERIBIT]));
    await revoke(DERIBIT);
    expect(await registry.getFunction("isKeyRevoked")(await idOf(DERIBIT))).toBe(true);
    const keyRevoked = { name: "KeyRevoked", args: [DERIBIT.key.x, DERIBIT.key.y] };
    expect(await refused(publish(ROOT, attesterArguments(BOTH)))).toEqual(keyRevoked);
    expect(await refused(publish(ROOT, attesterArguments([OKX, { ...DERIBIT, venue: "elsewhere", assurance: "attested", validFrom: 5 }])))).toEqual(keyRevoked);
    expect(await refused(publish(WITHOUT_OKX, attesterArguments([OKX])))).toEqual({ name: "RootPublishedBefore", args: [WITHOUT_OKX] });
    expect(await refused(revoke(DERIBIT))).toEqual(keyRevoked);
    await publish(WITHOUT_DERIBIT, attesterArguments([OKX]));
    expect(await isCurrent(WITHOUT_DERIBIT)).toBe(true);
  });

  it("may come before it was ever published", async () => {
    await revoke(DERIBIT);
    expect((await refused(publish(ROOT, attesterArguments(BOTH)))).name).toBe("KeyRevoked");
    await publish(WITHOUT_DERIBIT, attesterArguments([OKX]));
  });

  it("is for the guardian only", async () => {
    const role: string = await registry.getFunction("GUARDIAN_ROLE")();
    expect(await refused(revoke(DERIBIT, stranger))).toEqual({ name: "AccessControlUnauthorizedAccount", args: [await stranger.getAddress(), role] });
  });

  it("leaves a root revoked that was revoked by itself, and such a root is not revoked again", async () => {
    await publish(ROOT, attesterArguments(BOTH));
    await revoke(OKX);
    expect(await refused(call(registry, admin, "revokeRoot", ROOT))).toEqual({ name: "NothingToRevoke", args: [ROOT] });
    await revoke(DERIBIT);
    expect((await rootAt(1)).revoked).toBe(true);
  });

  it("leaves revoked what was revoked before: by another key, or by itself", async () => {
    await publish(WITHOUT_OKX, attesterArguments([DERIBIT]));
    await publish(WITHOUT_DERIBIT, attesterArguments([OKX]));
    await publish(ROOT, attesterArguments([{ ...OKX, key: AttesterKey.fromHex("22".repeat(32)).publicKey }]));
    await call(registry, admin, "revokeRoot", ROOT);
    await revoke(DERIBIT);
    await revoke(OKX);
    for (const number of [1, 2, 3]) expect([number, await registry.getFunction("isRevoked")(number)]).toEqual([number, true]);
  });

  it("is exact over hundreds of roots, at a price that does not grow with them", async () => {
    // Every third root leaves it out; roots are out of grace when the next few come.
    const holding = (number: number) => number % 3 !== 0;
    const costs: number[] = [];
    for (let number = 1; number <= 300; number += 1) {
      const time = (await now(chain)) + GRACE;
      await at(chain, time, () => publish(BigInt(number), attesterArguments(holding(number) ? [DERIBIT, OKX] : [OKX])));
      if (number === 20 || number === 300) costs.push(Number(await registry.getFunction("revokeKey").estimateGas(DERIBIT.key.x, DERIBIT.key.y)));
    }
    await revoke(DERIBIT);
    for (let number = 1; number <= 300; number += 1) {
      expect([number, await registry.getFunction("isRevoked")(number), await holds(number, DERIBIT), await holds(number, OKX)]).toEqual([number, holding(number), holding(number), true]);
    }
    expect([await isCurrent(299n), await isCurrent(300n)]).toEqual([false, true]);
    expect(costs[1]! - costs[0]!).toBeLessThan(50_000);
  });
});

describe("roots that can be current at a time", () => {
  it("are so few that a key is revoked in one transaction, however many a registrar publishes", async () => {
    const most = Number(await registry.getFunction("MAX_CURRENT")());
    const time = (await now(chain)) + 100;
    for (let number = 1; number <= most; number += 1) await at(chain, time + number, () => publish(BigInt(number), attesterArguments([DERIBIT])));
    const another = (root: bigint, when: number) => at(chain, when, () => publish(root, attesterArguments([OKX])));
    // The first was superseded when the second came.
    expect(await refused(another(5_000n, time + 2 + GRACE))).toEqual({ name: "TooManyCurrentRoots", args: [BigInt(most)] });
    await another(5_001n, time + 3 + GRACE);
    await call(registry, admin, "revokeKey", DERIBIT.key.x, DERIBIT.key.y);
    for (let number = 1; number <= most; number += 1) expect(await isCurrent(BigInt(number))).toBe(false);
    expect(await isCurrent(5_001n)).toBe(true);
  });
});
