/** What an outsider makes of proofs it has seen: false statements whose errors cancel, proofs taken elsewhere, and proofs kept for later. */
import { keccak256, toBeHex, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, now, restoreAfterEach } from "./support/contracts.ts";
import { ACCOUNT_SET, createWorld, POLICY_HASH, signalsFor, submit, TIER } from "./support/margin-world.ts";
import { createOutsider, abi, verifierAbi, R, word, one, many, type Outsider, type Words } from "./support/outsider.ts";

let world: Outsider["world"];
let chain: Outsider["chain"];
let registry: Outsider["registry"];
let subject: Outsider["subject"];
let proof: Outsider["proof"];
let signals: Outsider["signals"];
let seen: Outsider["seen"];
let send: Outsider["send"];
let isHealthy: Outsider["isHealthy"];

beforeAll(async () => {
  ({ world, chain, registry, subject, proof, signals, seen, send, isHealthy } = await createOutsider());
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("two false statements whose errors cancel", () => {
  const FREE = 3;
  const D = 10n ** 20n;
  const mod = (value: bigint) => ((value % R) + R) % R;

  it("under any coefficients that an outsider can know before are refused, in every two places of a batch", async () => {
    const { proofs, signals: all } = await seen(4);
    for (const [i, j] of [[0, 1], [1, 0], [0, 2], [2, 0], [0, 3], [3, 0], [1, 2], [2, 1], [1, 3], [3, 1], [2, 3], [3, 2]] as const) {
      for (const [ei, ej] of [[1n, 1n], [1n, 2n], [2n ** 128n, 2n ** 128n + 1n], [BigInt(i + 1), BigInt(j + 1)]] as const) {
        const forged = all.with(i, all[i]!.with(FREE, mod(all[i]![FREE]! - ej * D))).with(j, all[j]!.with(FREE, mod(all[j]![FREE]! + ei * D)));
        expect(await send(many(proofs, forged)), `${i} ${j}`).toBe(`InvalidProofAt ${Math.min(i, j)}`);
      }
    }
  });

  it("under the coefficients of the batch itself, of its proofs in another order and of it doubled are refused", async () => {
    const { proofs, signals: all } = await seen(2);
    const key = String(await world.verifier.getFunction("liveKey")(0, TIER));
    const keyHash = await world.chain.ethers.provider.call({ to: key, data: verifierAbi.encodeFunctionData("verificationKeyHash", []) });
    // The rule is public: the hash of tag, chain, contract, key, count and every word; bit 128 set.
    const weights = (batch: readonly Words[], own: readonly Words[]): bigint[] => {
      const head = keccak256(Buffer.from("margin-health.groth16-batch.v1")).slice(2) + word(31_337n) + word(BigInt(key)) + keyHash.slice(2) + word(BigInt(batch.length));
      const seed = keccak256(`0x${head}${[...batch.flat(), ...own.flat()].map(word).join("")}`);
      return batch.map((_, i) => (BigInt(keccak256(seed + word(BigInt(i)))) & (2n ** 128n - 1n)) | (1n << 128n));
    };
    const cancelled = ([e0, e1]: bigint[], at: readonly [number, number] = [0, 1]): Words[] =>
      all.map((own, i) => own.with(FREE, mod(i === at[0] ? own[FREE]! - e1! * D : own[FREE]! + e0! * D)));
    const honest = weights(proofs, all);
    const swapped = honest.toReversed();
    const once = cancelled(honest);
    // Again for what the forgery itself is hashed to: a fixed point would be a forgery.
    const twice = cancelled(weights(proofs, once));
    const reversed = weights(proofs.toReversed(), all.toReversed()).toReversed();
    const doubled = weights([...proofs, ...proofs], [...all, ...all]);
    for (const forged of [once, cancelled(swapped), twice, cancelled(reversed), cancelled(doubled.slice(0, 2)), cancelled(doubled.slice(2)), cancelled([honest[0]!, honest[0]!])]) {
      expect(await send(many(proofs, forged))).toBe("InvalidProofAt 0");
    }
    expect(await isHealthy()).toBe(false);
    expect(await send(many(proofs, all))).toBe("accepted");
  });
});

describe("a proof taken elsewhere", () => {
  it("to a registry at another address is refused, and with that registry's scope written into it too", async () => {
    const { admin, verifier, oracle, attesters, token } = world;
    const other = await chain.ethers.deployContract("MarginHealthRegistry", [await admin.getAddress(), verifier.target, oracle.target, attesters.target, token.target]);
    const there = String(other.target);
    await admin.sendTransaction({ to: there, data: abi.encodeFunctionData("addPolicy", [toBeHex(POLICY_HASH, 32), 0, 10_500, 1, 1_800]) });
    await world.subject.sendTransaction({ to: there, data: abi.encodeFunctionData("registerAccountSet", [ACCOUNT_SET]) });
    expect(await send(one(proof, signals), there)).toMatch(/^ScopeMismatch/);
    // keccak256(chain, registry, policy) >> 8
    const scope = (chainId: bigint) => BigInt(keccak256(`0x${word(chainId)}${word(BigInt(there))}${word(POLICY_HASH)}`)) >> 8n;
    expect(await send(one(proof, signals.with(6, scope(31_337n))), there)).toBe("InvalidProof");
    expect(await send(one(proof, signals.with(6, scope(1n))), there)).toMatch(/^ScopeMismatch/);
    expect([await isHealthy(subject, there), await isHealthy()]).toEqual([false, false]);
    expect(await send(one(proof, signals))).toBe("accepted");
  });

  it("to the same address on another chain is refused, with its scope and without", async () => {
    const mainnet = await createWorld(await connect({ network: "publicNetwork" }));
    try {
      expect(String(mainnet.registry.target)).toBe(registry);
      expect(await send(one(proof, signals), registry, mainnet)).toMatch(/^ScopeMismatch/);
      const scope = BigInt(keccak256(`0x${word(1n)}${word(BigInt(registry))}${word(POLICY_HASH)}`)) >> 8n;
      expect(await send(one(proof, signals.with(6, scope)), registry, mainnet)).toBe("InvalidProof");
      expect(await isHealthy(subject, registry, mainnet.chain)).toBe(false);
    } finally {
      await mainnet.chain.close();
    }
  });

  it("to another tier, or to none, is refused", async () => {
    for (const tier of [ZeroHash, `0x${"ff".repeat(32)}`, `0x${Buffer.from("test-breach").toString("hex").padEnd(64, "0")}`, `0x${Buffer.from("growth").toString("hex").padEnd(64, "0")}`]) {
      expect(await send(one(proof, signals, tier))).toMatch(/^(UnknownTier|WrongStatementKind)/);
    }
  });
});

describe("time", () => {
  it("ends a proof after exactly its last second, and it does not come back", async () => {
    await submit(world, await signalsFor(world));
    const until = Number(abi.decodeFunctionResult("health", await chain.ethers.provider.call({ to: registry, data: abi.encodeFunctionData("health", [subject]) }))[0].healthyUntil);
    const mineAt = async (time: number) => {
      await chain.ethers.provider.send("evm_setNextBlockTimestamp", [time]);
      await chain.ethers.provider.send("evm_mine", []);
      expect(await now(chain)).toBe(time);
    };
    await mineAt(until);
    expect(await isHealthy()).toBe(true);
    await mineAt(until + 1);
    expect(await isHealthy()).toBe(false);
    expect(await send(one(proof, signals))).toMatch(/^(StatementTooOld|SequenceNotIncreasing|StaleSnapshot)/);
    await mineAt(until + 10_000_000);
    expect(await isHealthy()).toBe(false);
  });

  it("is the block's: a proof sent for the last second of its statements counts then, and not a second later", async () => {
    const asOf = Number((signals[4]! >> 160n) & 0xffff_ffffn);
    const last = asOf + 1_800;
    const sentAt = async (time: number, run: () => Promise<string>) => {
      const snapshot = await chain.ethers.provider.send("evm_snapshot", []);
      await chain.ethers.provider.send("evm_setNextBlockTimestamp", [time]);
      const outcome = await run();
      const healthy = await isHealthy();
      await chain.ethers.provider.send("evm_revert", [snapshot]);
      return [outcome.split(" ")[0], healthy];
    };
    expect(await sentAt(last, () => send(one(proof, signals)))).toEqual(["accepted", true]);
    expect(await sentAt(last + 1, () => send(one(proof, signals)))).toEqual(["StatementTooOld", false]);
  });
});
