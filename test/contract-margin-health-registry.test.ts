import { encodeBytes32String, type Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packClaim, unpackClaim, type Claim } from "../prover/proof/claim.ts";
import { PUBLIC_SIGNALS, type PublicSignals } from "../prover/proof/public-signals.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { buildRegistry } from "../prover/statement/attester-registry.ts";
import { scopeOf } from "../prover/statement/scope.ts";
import { FIELD, type Bps } from "../prover/units.ts";
import { at, connect, eventsOf, now, refusal, restoreAfterEach, serve, travelTo } from "./support/contracts.ts";
import {
  ACCOUNT_SET, attesterArguments, ATTESTER_NOTICE, ATTESTER_REGISTRY, ATTESTERS, call, createWorld, DEMANDED, GRACE_PERIOD, inOrder, MAX_SNAPSHOT_AGE, POLICY_HASH, POLICY_ID, policyIdOf, publishSnapshot, SECRETS,
  signalsFor, SNAPSHOT_ROOT, submit, TIER, type World,
} from "./support/margin-world.ts";
import { rerandomise, simulate } from "./support/tiny-groth16.ts";

let world: World;
let registry: Contract;
let subject: string;

const signals = (claim: Partial<Claim> = {}, change: Partial<PublicSignals> = {}) => signalsFor(world, { claim, signals: change });
const refused = (action: Promise<unknown>) => refusal(action, registry);
/** Why these signals are refused, with a valid proof of them. */
const refusedSignals = async (claim: Partial<Claim>, change: Partial<PublicSignals> = {}) => refused(submit(world, await signals(claim, change)));
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

describe("a proof is accepted", () => {
  it("and remembered with everything it showed", async () => {
    const sent = await signals({ sequence: 2 ** 36 - 1, minRatioBps: (2n ** 20n - 1n) as Bps });
    const claim = unpackClaim(sent.claim);
    await submit(world, sent);
    expect(await health()).toEqual({
      healthy: true,
      breachedAt: 0n,
      healthyUntil: BigInt(claim.asOf + DEMANDED.maxStatementAge),
      asOf: BigInt(claim.asOf),
      sequence: 2n ** 36n - 1n,
      minRatioBps: 2n ** 20n - 1n,
      level: 1n,
      minAssurance: 2n,
      policyId: POLICY_ID,
      snapshotRoot: SNAPSHOT_ROOT,
      attesterRoot: ATTESTER_REGISTRY.root,
      accountSet: ACCOUNT_SET,
      onChainCollateral: 0n,
    });
    expect(await isHealthy()).toBe(true);
  });

  it("and announced with its public signals", async () => {
    const sent = await signals({ sequence: 5 });
    const until = BigInt(unpackClaim(sent.claim).asOf + DEMANDED.maxStatementAge);
    expect(await eventsOf(submit(world, sent), registry, "HealthProved")).toEqual([[subject, POLICY_ID, 5n, TIER, until, inOrder(sent)]]);
  });

  it("at exactly what the registry demands", async () => {
    await submit(world, await signals({ level: "MM", minRatioBps: BigInt(DEMANDED.minRatioBps) as Bps, minAssurance: "attested" }));
    expect(await isHealthy()).toBe(true);
  });

  it("from the subject as from anyone else: the claim names its subject", async () => {
    const sent = await signals();
    await call(registry, world.subject, "submit", TIER, simulate(SECRETS, inOrder(sent)), inOrder(sent));
    expect(await isHealthy()).toBe(true);
    expect(await registry.getFunction("isHealthy")(await world.stranger.getAddress())).toBe(false);
  });

  it("in re-randomised form, once", async () => {
    const sent = await signals();
    const proof = simulate(SECRETS, inOrder(sent));
    await submit(world, sent, rerandomise(proof, 999n));
    expect(await isHealthy()).toBe(true);
    for (const again of [proof, rerandomise(proof, 999n), rerandomise(proof, 31n)]) {
      expect(await refused(submit(world, sent, again))).toEqual({ name: "SequenceNotIncreasing", args: [1n, 1n] });
    }
  });

  it("counting less collateral than is held, so that a deposit by a stranger stops nobody", async () => {
    await call(world.token, world.stranger, "mint", await world.stranger.getAddress(), 2_000_000n);
    await call(world.token, world.stranger, "approve", world.escrow.target, 2_000_000n);
    await call(world.escrow, world.stranger, "deposit", subject, 2_000_000n);
    await submit(world, await signals({}, { onChainCollateral: 150_000_000n }));
    expect((await health()).onChainCollateral).toBe(150_000_000n);
    expect(await registry.getFunction("collateralInUse")(subject)).toBe(150_000_000n);
  });
});

describe("submit refuses, in this order,", () => {
  it("anything while paused", async () => {
    await admin("pause");
    expect(await refusedSignals({})).toEqual({ name: "EnforcedPause", args: [] });
    await admin("unpause");
    await submit(world, await signals());
  });

  it("a claim that is no claim", async () => {
    const { claim } = await signals();
    for (const bad of [claim + (1n << 251n), claim | (3n << 249n)]) expect(await refusedSignals({}, { claim: bad })).toEqual({ name: "InvalidClaim", args: [bad] });
  });

  it("a subject without an account set", async () => {
    const stranger = await world.stranger.getAddress();
    expect(await refusedSignals({ subject: parseAddress(stranger) })).toEqual({ name: "NotRegistered", args: [stranger] });
    expect((await refusedSignals({ subject: parseAddress(`0x${"0".repeat(40)}`) })).name).toBe("NotRegistered");
  });

  it("another account set than the registered one: a losing account cannot be left out", async () => {
    expect(await refusedSignals({}, { accountSet: ACCOUNT_SET + 1n })).toEqual({ name: "AccountSetMismatch", args: [ACCOUNT_SET, ACCOUNT_SET + 1n] });
  });

  it.each<[string, (chainId: bigint, address: string) => bigint]>([
    ["chain", (_, address) => scopeOf({ chainId: 1n, registry: parseAddress(address), policyHash: POLICY_HASH })],
    ["registry", (chainId) => scopeOf({ chainId, registry: parseAddress(subject), policyHash: POLICY_HASH })],
    ["policy", (chainId, address) => scopeOf({ chainId, registry: parseAddress(address), policyHash: POLICY_HASH + 1n })],
    ["scope altogether", () => 0n],
  ])("the scope of another %s", async (_, scopeFor) => {
    const scope = scopeFor(31337n, String(registry.target));
    expect(await refusedSignals({}, { scope })).toEqual({ name: "ScopeMismatch", args: [scope] });
  });

  it("a snapshot never accepted, or accepted under another policy", async () => {
    expect(await refusedSignals({}, { snapshotRoot: 5n })).toEqual({ name: "UnknownSnapshot", args: [5n] });
    await publishSnapshot(world, { policyId: policyIdOf(9n), epoch: 1, root: 6n });
    expect(await refusedSignals({}, { snapshotRoot: 6n })).toEqual({ name: "UnknownSnapshot", args: [6n] });
  });

  it("a snapshot that expired, was superseded too often or was revoked", async () => {
    const stale = { name: "StaleSnapshot", args: [SNAPSHOT_ROOT] };
    await publishSnapshot(world, { epoch: 4, root: 7n });
    expect(await refusedSignals({})).toEqual(stale);
    await call(world.oracle, world.admin, "revoke", POLICY_ID, 7n);
    expect(await refusedSignals({}, { snapshotRoot: 7n })).toEqual({ name: "StaleSnapshot", args: [7n] });
    await travelTo(world.chain, (await now(world.chain)) + MAX_SNAPSHOT_AGE + 1);
    expect(await refusedSignals({}, { snapshotRoot: 7n })).toEqual({ name: "StaleSnapshot", args: [7n] });
  });

  it("an attester root never published, superseded too long ago or revoked", async () => {
    const root = ATTESTER_REGISTRY.root;
    expect(await refusedSignals({}, { attesterRoot: 5n })).toEqual({ name: "UnknownAttesterRoot", args: [5n] });
    const next = buildRegistry([...ATTESTERS, null, ATTESTERS[1]!].map((attester, i) => (i === 1 ? null : attester)));
    await call(world.attesters, world.admin, "publish", next.root, attesterArguments(next.attesters));
    await submit(world, await signals());
    await travelTo(world.chain, (await now(world.chain)) + ATTESTER_NOTICE + GRACE_PERIOD + 1);
    await publishSnapshot(world, { epoch: 2, root: 8n });
    expect(await refusedSignals({ sequence: 2 }, { snapshotRoot: 8n })).toEqual({ name: "UnknownAttesterRoot", args: [root] });
    await submit(world, await signals({ sequence: 2 }, { snapshotRoot: 8n, attesterRoot: next.root }));
    await call(world.attesters, world.admin, "revokeRoot", next.root);
    expect(await refusedSignals({ sequence: 3 }, { snapshotRoot: 8n, attesterRoot: next.root })).toEqual({ name: "UnknownAttesterRoot", args: [next.root] });
  });

  it("a retired policy", async () => {
    await admin("retirePolicy", POLICY_ID);
    expect(await refusedSignals({})).toEqual({ name: "RetiredPolicy", args: [POLICY_ID] });
  });

  it("statements of a later second, and takes those of the same", async () => {
    const time = (await now(world.chain)) + 50;
    const future = await signals({ asOf: time + 1 });
    expect(await refused(at(world.chain, time, () => submit(world, future)))).toEqual({ name: "StatementFromFuture", args: [BigInt(time + 1), BigInt(time)] });
    const present = await signals({ asOf: time + 20 });
    await at(world.chain, time + 20, () => submit(world, present));
  });

  it("statements past their age, and takes those in the last second of it", async () => {
    const time = (await now(world.chain)) + 50;
    const oldest = time - DEMANDED.maxStatementAge;
    const tooOld = await signals({ asOf: oldest - 1 });
    expect(await refused(at(world.chain, time, () => submit(world, tooOld)))).toEqual({ name: "StatementTooOld", args: [BigInt(oldest - 1), BigInt(oldest)] });
    const old = await signals({ asOf: oldest + 20 });
    await at(world.chain, time + 20, () => submit(world, old));
    expect(await isHealthy()).toBe(true);
    await travelTo(world.chain, time + 21);
    expect(await isHealthy()).toBe(false);
  });

  it("a level, ratio or assurance below what is demanded", async () => {
    const strict = policyIdOf(10n);
    await admin("addPolicy", strict, 1, 12_000, 2, 600);
    await publishSnapshot(world, { policyId: strict, epoch: 1, root: 11n });
    const scope = scopeOf({ chainId: 31337n, registry: parseAddress(String(registry.target)), policyHash: 10n });
    const under = { scope, snapshotRoot: 11n };
    const enough = { level: "IM", minRatioBps: 12_000n as Bps, minAssurance: "venue-signed" } as const;
    expect(await refusedSignals({ ...enough, level: "MM" }, under)).toEqual({ name: "LevelTooLow", args: [0n, 1n] });
    expect(await refusedSignals({ ...enough, minRatioBps: 11_999n as Bps }, under)).toEqual({ name: "RatioTooLow", args: [11_999n, 12_000n] });
    expect(await refusedSignals({ ...enough, minAssurance: "attested" }, under)).toEqual({ name: "AssuranceTooLow", args: [1n, 2n] });
    await submit(world, await signals(enough, under));
    expect((await health()).policyId).toBe(strict);
  });

  it("a sequence that is not higher, zero included", async () => {
    expect(await refusedSignals({ sequence: 0 })).toEqual({ name: "SequenceNotIncreasing", args: [0n, 0n] });
    await submit(world, await signals({ sequence: 7 }));
    for (const sequence of [6, 7]) expect(await refusedSignals({ sequence })).toEqual({ name: "SequenceNotIncreasing", args: [BigInt(sequence), 7n] });
    await submit(world, await signals({ sequence: 8 }));
  });

  it("a replay after the proof has lapsed", async () => {
    const sent = await signals();
    await submit(world, sent);
    await travelTo(world.chain, (await now(world.chain)) + DEMANDED.maxStatementAge + 1);
    expect(await isHealthy()).toBe(false);
    expect((await refused(submit(world, sent))).name).toBe("StatementTooOld");
  });

  it("more collateral than the escrow holds, by one unit", async () => {
    expect(await refusedSignals({}, { onChainCollateral: 1n })).toEqual({ name: "CollateralNotHeld", args: [1n, 0n] });
    await call(world.token, world.stranger, "mint", await world.stranger.getAddress(), 1n);
    await call(world.token, world.stranger, "approve", world.escrow.target, 1n);
    await call(world.escrow, world.stranger, "deposit", subject, 1n);
    expect(await refusedSignals({}, { onChainCollateral: 101n })).toEqual({ name: "CollateralNotHeld", args: [101n, 100n] });
    await submit(world, await signals({}, { onChainCollateral: 100n }));
  });

  it("an unknown tier, a disabled tier, a proof of something else, a malformed proof", async () => {
    const sent = await signals();
    const other = encodeBytes32String("desk");
    const proof = simulate(SECRETS, inOrder(sent));
    expect(await refused(submit(world, sent, proof, other))).toEqual({ name: "UnknownTier", args: [other] });
    expect(await refused(submit(world, sent, simulate(SECRETS, inOrder(await signals({ sequence: 2 })))))).toEqual({ name: "InvalidProof", args: [] });
    expect(await refused(submit(world, sent, { ...proof, c: [0n, 0n] }))).toEqual({ name: "MalformedProof", args: [] });
    await call(world.verifier, world.admin, "disableTier", TIER);
    expect(await refused(submit(world, sent))).toEqual({ name: "TierDisabled", args: [TIER] });
  });
});

describe("with a proof in hand, a changed signal is refused,", () => {
  const expected: Record<keyof PublicSignals, string> = {
    snapshotRoot: "UnknownSnapshot",
    attesterRoot: "UnknownAttesterRoot",
    accountSet: "AccountSetMismatch",
    portfolioCommitment: "InvalidProof",
    claim: "NotRegistered",
    onChainCollateral: "CollateralNotHeld",
    scope: "ScopeMismatch",
  };

  it.each(PUBLIC_SIGNALS.map(({ name }) => name))("%s by one", async (name) => {
    const sent = await signals({}, {});
    const proof = simulate(SECRETS, inOrder(sent));
    expect((await refused(submit(world, { ...sent, [name]: sent[name] + 1n }, proof))).name).toBe(expected[name]);
    const down = sent[name] === 0n ? FIELD - 1n : sent[name] - 1n;
    expect((await refused(submit(world, { ...sent, [name]: down }, proof))).name).toBe(expected[name]);
  });

  it("every part of the claim but its subject, by the proof alone", async () => {
    const sent = await signals({ asOf: (await now(world.chain)) - 10, sequence: 3, minRatioBps: 11_000n as Bps, level: "MM", minAssurance: "attested" });
    const proof = simulate(SECRETS, inOrder(sent));
    const claim = unpackClaim(sent.claim);
    const changes: Partial<Claim>[] = [{ asOf: claim.asOf + 1 }, { sequence: 4 }, { minRatioBps: 11_001n as Bps }, { level: "IM" }, { minAssurance: "venue-signed" }];
    for (const change of changes) {
      expect(await refused(submit(world, { ...sent, claim: packClaim({ ...claim, ...change }) }, proof))).toEqual({ name: "InvalidProof", args: [] });
    }
  });

  it.each(PUBLIC_SIGNALS.map(({ name }) => name))("%s by the field's order, its alias", async (name) => {
    const aliased = { ...expected, portfolioCommitment: "PublicSignalNotInField", claim: "InvalidClaim" };
    const sent = await signals();
    const proof = simulate(SECRETS, inOrder(sent));
    expect((await refused(submit(world, { ...sent, [name]: sent[name] + FIELD }, proof))).name).toBe(aliased[name]);
  });
});

describe("a proof for elsewhere", () => {
  it("on another chain at the same address is refused there", async () => {
    const mainnet = await createWorld(await connect({ network: "publicNetwork" }));
    try {
      expect(mainnet.registry.target).toBe(registry.target);
      const here = await signals();
      const there = await signalsFor(mainnet);
      expect(await refusal(submit(mainnet, { ...there, scope: here.scope }), mainnet.registry)).toEqual({ name: "ScopeMismatch", args: [here.scope] });
      await submit(mainnet, there);
    } finally {
      await mainnet.chain.close();
    }
  });

  it("on a fork of its chain under a new chain id is refused there, where all else is the same", async () => {
    const server = await serve();
    const original = await createWorld(await connect({ network: "remote", override: { url: server.url } }));
    const fork = await connect({ override: { forking: { url: server.url }, chainId: 1337 } });
    try {
      const sent = await signalsFor(original);
      // The forked part itself has another chain's rules.
      await fork.ethers.provider.send("evm_mine", []);
      const forked = await fork.ethers.getContractAt("MarginHealthRegistry", String(original.registry.target));
      expect(await forked.getFunction("accountSetOf")(subject)).toBe(ACCOUNT_SET);
      const proof = simulate(SECRETS, inOrder(sent));
      expect(await refused(forked.getFunction("submit").staticCall(TIER, proof, inOrder(sent)))).toEqual({ name: "ScopeMismatch", args: [sent.scope] });
      await submit(original, sent, proof);
    } finally {
      await Promise.all([fork.close(), original.chain.close()]);
      await server.close();
    }
  });

  it("at a second registry on the same chain is refused there", async () => {
    const parameters = [await world.admin.getAddress(), world.verifier.target, world.oracle.target, world.attesters.target, world.token.target];
    const second = await world.chain.ethers.deployContract("MarginHealthRegistry", parameters);
    await call(second, world.admin, "addPolicy", POLICY_ID, ...Object.values(DEMANDED));
    await call(second, world.subject, "registerAccountSet", ACCOUNT_SET);
    const here = await signals();
    expect(await refused(submit({ ...world, registry: second }, here))).toEqual({ name: "ScopeMismatch", args: [here.scope] });
    await submit({ ...world, registry: second }, await signalsFor({ ...world, registry: second }));
  });

  it("is refused everywhere but at home, while one account is proved at home in several scopes at once", async () => {
    const mainnet = await createWorld(await connect({ network: "publicNetwork" }));
    try {
      const parameters = [await world.admin.getAddress(), world.verifier.target, world.oracle.target, world.attesters.target, world.token.target];
      const second = await world.chain.ethers.deployContract("MarginHealthRegistry", parameters);
      const strictHash = 0x57217c7n;
      for (const contract of [registry, second]) await call(contract, world.admin, "addPolicy", policyIdOf(strictHash), 1, 11_000, 2, 900);
      await call(second, world.admin, "addPolicy", POLICY_ID, ...Object.values(DEMANDED));
      await call(second, world.subject, "registerAccountSet", ACCOUNT_SET);
      await publishSnapshot(world, { policyId: policyIdOf(strictHash), epoch: 1, root: 21n });
      const places = [
        { at: world, policyHash: POLICY_HASH, snapshotRoot: SNAPSHOT_ROOT },
        { at: world, policyHash: strictHash, snapshotRoot: 21n },
        { at: { ...world, registry: second }, policyHash: POLICY_HASH, snapshotRoot: SNAPSHOT_ROOT },
        { at: { ...world, registry: second }, policyHash: strictHash, snapshotRoot: 21n },
        { at: mainnet, policyHash: POLICY_HASH, snapshotRoot: SNAPSHOT_ROOT },
      ];
      for (const [i, home] of places.entries()) {
        const { chainId } = await home.at.chain.ethers.provider.getNetwork();
        const scope = scopeOf({ chainId, registry: parseAddress(String(home.at.registry.target)), policyHash: home.policyHash });
        const sent = await signalsFor(home.at, { claim: { sequence: i + 1 }, signals: { scope, snapshotRoot: home.snapshotRoot } });
        const proof = simulate(SECRETS, inOrder(sent));
        for (const { at: there } of places.filter(({ at: { registry: other, chain } }) => other.target !== home.at.registry.target || chain !== home.at.chain)) {
          expect(await refusal(submit(there, sent, proof), there.registry)).toEqual({ name: "ScopeMismatch", args: [scope] });
        }
        await submit(home.at, sent, proof);
        expect((await home.at.registry.getFunction("health")(subject)).policyId).toBe(policyIdOf(home.policyHash));
      }
      for (const contract of [registry, second, mainnet.registry]) expect(await contract.getFunction("isHealthy")(subject)).toBe(true);
    } finally {
      await mainnet.chain.close();
    }
  });
});
