/** No administrator makes an account healthy: one who holds every role calls everything, and has no proof. */
import { encodeBytes32String, type Contract, type ParamType } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PublicSignals } from "../prover/proof/public-signals.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { FIELD, type Bps } from "../prover/units.ts";
import { now, refusal, restoreAfterEach, travelTo } from "./support/contracts.ts";
import { Dice } from "./support/dice.ts";
import {
  ACCOUNT_SET, ATTESTER_NOTICE, ATTESTER_REGISTRY, ATTESTERS, attesterArguments, BREACH_SECRETS, BREACH_TIER, call, createWorld, DEMANDED, depositFor, GROWTH_TIER, HEALTH, inOrder, POLICY_ID, publishSnapshot, SECRETS,
  signalsFor, SNAPSHOT_ROOT, submit, TIER, TIER_DELAY, type World,
} from "./support/margin-world.ts";
import { keyOf, simulate, trapdoor, type Key, type Proof } from "./support/tiny-groth16.ts";

let world: World;
let contracts: Record<string, Contract>;
/** One whose proof has lapsed, one that was breached, one nothing was ever proved about, and the administrator itself. */
let subjects: string[];
/** Everything an administrator may have seen: what was proved once, in any form. */
let seen: { proofs: Proof[]; keys: Key[]; signals: bigint[][]; addresses: string[]; names: string[] };

const isHealthy = (subject: string): Promise<boolean> => world.registry.getFunction("isHealthy")(subject);

/** A parameter of this type, often one that means something to the contracts. */
function parameter(type: ParamType, dice: Dice): unknown {
  if (type.baseType === "array") {
    const length = type.arrayLength === -1 || type.arrayLength === null ? dice.below(3) : type.arrayLength;
    if (length === 7 && dice.chance(80)) return changed(dice.pick(seen.signals), dice);
    return Array.from({ length }, () => parameter(type.arrayChildren!, dice));
  }
  if (type.baseType === "tuple") {
    if (type.components!.length === 3 && type.components![1]!.name === "b") return dice.pick(seen.proofs);
    if (type.components![0]!.name === "alpha") return dice.pick(seen.keys);
    if (type.components![0]!.name === "x" && dice.chance(70)) return attesterArguments(ATTESTERS)[dice.below(2)];
    return type.components!.map((component) => parameter(component, dice));
  }
  if (type.type === "address") return dice.pick(seen.addresses);
  if (type.type === "bool") return dice.chance(50);
  if (type.type === "bytes32") return dice.pick(seen.names);
  // Kinds, set-ups, levels and assurances: no more than three of each.
  if (type.type === "uint8" && dice.chance(80)) return dice.below(3);
  const bits = Number(/^uint(\d+)$/.exec(type.type)?.[1] ?? 256);
  const value = dice.pick([0n, 1n, 2n, 10_000n, ACCOUNT_SET, SNAPSHOT_ROOT, ATTESTER_REGISTRY.root, FIELD - 1n, 2n ** 256n - 1n, BigInt(dice.below(2 ** 31)), BigInt(Math.floor(Date.UTC(2026, 0) / 1000)), ...dice.pick(seen.signals)]);
  return value % 2n ** BigInt(bits);
}

/** Signals that were proved once, some of them others. */
function changed(signals: readonly bigint[], dice: Dice): bigint[] {
  const other = dice.pick(seen.signals);
  return signals.map((signal, i) => (dice.chance(30) ? other[i]! : dice.chance(10) ? signal + BigInt(dice.below(3)) : signal));
}

beforeAll(async () => {
  world = await createWorld();
  const { admin, subject, stranger, publishers, registry, verifier, oracle, attesters, escrow, token, chain } = world;
  subjects = await Promise.all([subject, stranger, publishers[2]!, admin].map((signer) => signer.getAddress()));
  const [lapsed, breached, , itself] = subjects as [string, string, string, string];
  for (const signer of [stranger, publishers[2]!, admin]) await call(registry, signer, "registerAccountSet", ACCOUNT_SET);

  const of = (address: string, claim = {}): Promise<PublicSignals> => signalsFor(world, { claim: { subject: parseAddress(address), ...claim } });
  const proved = [await of(lapsed), await of(breached)];
  const unproved = await Promise.all(subjects.map((address) => of(address, { sequence: 9 })));
  for (const sent of proved) await submit(world, sent);
  expect(await isHealthy(lapsed)).toBe(true);
  const breach = await of(breached, { level: "MM", minRatioBps: BigInt(DEMANDED.minRatioBps) as Bps, minAssurance: "attested", sequence: 2 });
  await call(registry, stranger, "proveBreach", BREACH_TIER, simulate(BREACH_SECRETS, inOrder(breach)), inOrder(breach));
  await travelTo(chain, (await now(chain)) + DEMANDED.maxStatementAge + 1);
  await publishSnapshot(world, { epoch: 2, root: SNAPSHOT_ROOT + 1n });
  await depositFor(world, itself, 1_000_000n);

  contracts = { registry, verifier, oracle, attesters, escrow, token };
  const signals = [...proved, breach, ...unproved].map(inOrder);
  seen = {
    signals,
    // Proofs of what was proved, and of other things under keys nobody trusts.
    proofs: [...proved.map((sent) => simulate(SECRETS, inOrder(sent))), simulate(BREACH_SECRETS, inOrder(breach)), ...signals.map((own) => simulate(trapdoor("the administrator's own"), own))],
    keys: ["the administrator's own", "one more of its own", "margin world"].map((label) => keyOf(trapdoor(label))),
    addresses: [...subjects, `0x${"0".repeat(40)}`, ...[registry, verifier, oracle, attesters, escrow, token].map(({ target }) => String(target)), (await verifier.getFunction("tierOf")(TIER)).verifier],
    names: [TIER, BREACH_TIER, GROWTH_TIER, encodeBytes32String("new"), POLICY_ID, `0x${"0".repeat(64)}`, await registry.getFunction("GUARDIAN_ROLE")()],
  };
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("an administrator with every role", () => {
  it("calls every function of every contract with anything it has seen, and nobody is healthy for it", async () => {
    const functions = Object.entries(contracts).flatMap(([name, { interface: abi }]) => {
      const writing = abi.fragments.filter((fragment) => fragment.type === "function").map((fragment) => abi.getFunction(fragment.format("sighash"))!);
      return writing.filter(({ constant }) => !constant).map((fragment) => ({ name, fragment }));
    });
    const passed = new Set<string>();
    const run = fc.asyncProperty(fc.array(fc.record({ which: fc.nat({ max: functions.length - 1 }), seed: fc.nat() }), { minLength: 1, maxLength: 120, size: "max" }), async (calls) => {
      const snapshot = await world.chain.ethers.provider.send("evm_snapshot", []);
      try {
        for (const { which, seed } of calls) {
          const { name, fragment } = functions[which]!;
          const dice = new Dice(seed);
          const parameters = fragment.inputs.map((input) => parameter(input, dice));
          // Who gives its roles away is no administrator any more.
          if (/^(?:renounce|revoke)Role$/.test(fragment.name)) continue;
          const sent = await call(contracts[name]!, world.admin, fragment.format("sighash"), ...parameters).catch(() => undefined);
          if (sent === undefined) continue;
          passed.add(`${name}.${fragment.name}`);
          for (const subject of subjects) expect([fragment.name, await isHealthy(subject)]).toEqual([fragment.name, false]);
        }
      } finally {
        await world.chain.ethers.provider.send("evm_revert", [snapshot]);
      }
    });
    await fc.assert(run, { seed: 20_261_125, numRuns: 20 });
    // The calls were not all idle.
    for (const name of ["registry.pause", "registry.addPolicy", "attesters.publish", "attesters.revokeKey", "verifier.addTier", "verifier.disableTier", "escrow.deposit", "registry.announceRelease"]) expect([...passed]).toContain(name);
  });

  it("brings attesters of its own into use no sooner than everybody has had time to see them, and the guardian to revoke their root", async () => {
    const { attesters, registry, admin, chain } = world;
    const own = 0xbadn;
    // What statements by a key of one's own allow to prove. Its leaves need not be in the event: these are the honest ones.
    const forge = async (snapshotRoot: bigint) => submit(world, await signalsFor(world, { claim: { sequence: 100 }, signals: { attesterRoot: own, snapshotRoot } }));
    await call(attesters, admin, "publish", own, attesterArguments(ATTESTERS));
    const published = await now(chain);
    const unknown = { name: "UnknownAttesterRoot", args: [own] };
    expect(await refusal(forge(SNAPSHOT_ROOT + 1n), registry)).toEqual(unknown);
    expect((await refusal(call(attesters, admin, "confirm", own), attesters)).name).toBe("ConfirmedByRegistrar");
    await travelTo(chain, published + ATTESTER_NOTICE - 10);
    await publishSnapshot(world, { epoch: 9, root: SNAPSHOT_ROOT + 9n });
    expect(await refusal(forge(SNAPSHOT_ROOT + 9n), registry)).toEqual(unknown);
    await call(attesters, admin, "revokeRoot", own);
    await travelTo(chain, published + ATTESTER_NOTICE + 10);
    expect(await refusal(forge(SNAPSHOT_ROOT + 9n), registry)).toEqual(unknown);
    for (const subject of subjects) expect(await isHealthy(subject)).toBe(false);
  });

  it("brings a key of its own into use no sooner than everybody has had time to see it, and the guardian to disable it", async () => {
    const own = encodeBytes32String("own");
    const secrets = trapdoor("the administrator's own");
    const forge = async () => {
      const sent = await signalsFor(world, { claim: { sequence: 100 }, signals: { snapshotRoot: SNAPSHOT_ROOT + 1n } });
      return submit(world, sent, simulate(secrets, inOrder(sent)), own);
    };
    await call(world.verifier, world.admin, "addTier", own, keyOf(secrets), 1, HEALTH);
    const announced = await now(world.chain);
    const activeFrom = announced + TIER_DELAY;
    expect(await refusal(forge(), world.registry)).toEqual({ name: "TierNotActive", args: [own, BigInt(activeFrom)] });
    await travelTo(world.chain, activeFrom - 10);
    await call(world.verifier, world.admin, "disableTier", own);
    await travelTo(world.chain, activeFrom + 10);
    await publishSnapshot(world, { epoch: 9, root: SNAPSHOT_ROOT + 9n });
    const sent = await signalsFor(world, { claim: { sequence: 100 }, signals: { snapshotRoot: SNAPSHOT_ROOT + 9n } });
    expect(await refusal(submit(world, sent, simulate(secrets, inOrder(sent)), own), world.registry)).toEqual({ name: "TierDisabled", args: [own] });
    for (const subject of subjects) expect(await isHealthy(subject)).toBe(false);
  });
});
