/**
 * An attacker from outside: the published ABI, a node and raw calldata. Words are written by hand here, not by this project's encoders, and curve
 * arithmetic is noble's; of what the project knows only real proofs are used. Whatever is sent, nobody becomes healthy.
 */
import { readFileSync } from "node:fs";
import { bn254 } from "@noble/curves/bn254.js";
import { Interface, keccak256, toBeHex, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, now, restoreAfterEach, type Chain } from "./support/contracts.ts";
import { ACCOUNT_SET, createWorld, inOrder, POLICY_HASH, SECRETS, signalsFor, submit, TIER, type World } from "./support/margin-world.ts";
import { OUTSIDE_SUBGROUP } from "./support/groth16-batches.ts";
import { simulate } from "./support/tiny-groth16.ts";

const abi = new Interface(JSON.parse(readFileSync("verifier-contracts/abi/MarginHealthRegistry.json", "utf8")).abi);
const verifierAbi = new Interface(JSON.parse(readFileSync("verifier-contracts/abi/Groth16Verifier.json", "utf8")).abi);
const R = bn254.fields.Fr.ORDER;
const Q = bn254.fields.Fp.ORDER;

/** Eight words of a proof, as calldata has them: A, B with imaginary parts first, C. */
type Words = readonly bigint[];
const word = (value: bigint): string => value.toString(16).padStart(64, "0");
const selector = (signature: string): string => keccak256(Buffer.from(signature)).slice(0, 10);
const SUBMIT = selector("submit(bytes32,(uint256[2],uint256[2][2],uint256[2]),uint256[7])");
const SUBMIT_BATCH = selector("submitBatch(bytes32,(uint256[2],uint256[2][2],uint256[2])[],uint256[7][])");
const one = (proof: Words, signals: Words, tier = TIER): string => SUBMIT + tier.slice(2) + [...proof, ...signals].map(word).join("");
/** Two arrays behind their offsets; lengths are what they are said to be. */
const many = (proofs: readonly Words[], signals: readonly Words[], said: readonly [number, number] = [proofs.length, signals.length]): string =>
  SUBMIT_BATCH + TIER.slice(2) + [0x60n, BigInt(0x80 + 0x100 * proofs.length), BigInt(said[0]), ...proofs.flat(), BigInt(said[1]), ...signals.flat()].map(word).join("");

const g1 = (proof: Words, at: number) => bn254.G1.Point.fromAffine({ x: proof[at]!, y: proof[at + 1]! });
const g2 = ([, , x1, x0, y1, y0]: Words) => bn254.G2.Point.fromAffine({ x: { c0: x0!, c1: x1! }, y: { c0: y0!, c1: y1! } });
const wordsOf = (a: ReturnType<typeof g1>, b: ReturnType<typeof g2>, c: ReturnType<typeof g1>): Words => {
  const [p, q, r] = [a.toAffine(), b.toAffine(), c.toAffine()];
  return [p.x, p.y, q.x.c1, q.x.c0, q.y.c1, q.y.c0, r.x, r.y];
};
/** (s A, B / s, C) */
const rerandomised = (proof: Words, s: bigint): Words => wordsOf(g1(proof, 0).multiply(s), g2(proof).multiply(bn254.fields.Fr.inv(s)), g1(proof, 6));
/** (-A, -B, C) */
const negated = (proof: Words): Words => wordsOf(g1(proof, 0).negate(), g2(proof).negate(), g1(proof, 6));

let world: World;
let chain: Chain;
let registry: string;
let subject: string;
/** A real proof and its signals, seen in somebody's transaction. */
let proof: Words;
let signals: Words;

/** Sends bytes as a transaction of the stranger, and says what came back: the error's name, `reverted` where there is none to read, or `accepted`. */
async function send(data: string, to = registry, on = world): Promise<string> {
  try {
    await (await on.stranger.sendTransaction({ to, data, gasLimit: 16_000_000n })).wait();
    return "accepted";
  } catch (error) {
    const { data: reason } = error as { data?: string };
    if (typeof reason !== "string") throw error;
    const parsed = (reason === "0x" ? null : abi.parseError(reason)) ?? (reason === "0x" ? null : verifierAbi.parseError(reason));
    return parsed === null ? "reverted" : parsed.name === "BadClaim" ? `${parsed.name} ${parsed.args[0]} ${abi.parseError(parsed.args[1])?.name}` : `${[parsed.name, ...parsed.args].join(" ")}`;
  }
}
const isHealthy = async (of = subject, at = registry, on = chain): Promise<boolean> =>
  abi.decodeFunctionResult("isHealthy", await on.ethers.provider.call({ to: at, data: abi.encodeFunctionData("isHealthy", [of]) }))[0] as boolean;
/** Real proofs of the subject with rising sequences. */
async function seen(count: number): Promise<{ proofs: Words[]; signals: Words[] }> {
  const all = await Promise.all(Array.from({ length: count }, async (_, i) => inOrder(await signalsFor(world, { claim: { sequence: i + 1 } }))));
  return { signals: all, proofs: all.map((own, i) => Object.values(simulate(SECRETS, own, `seen ${i}`)).flat(2) as bigint[]) };
}

beforeAll(async () => {
  chain = await connect();
  world = await createWorld(chain);
  registry = String(world.registry.target);
  subject = await world.subject.getAddress();
  ({ proofs: [proof], signals: [signals] } = (await seen(1)) as unknown as { proofs: [Words]; signals: [Words] });
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("bytes of calldata", () => {
  it("written by hand are what the contract reads: the honest call passes, alone and in a batch", async () => {
    expect(await send(one(proof, signals))).toBe("accepted");
    expect(await isHealthy()).toBe(true);
    const { proofs, signals: all } = await seen(3);
    expect(await send(many(proofs.slice(1), all.slice(1)))).toBe("accepted");
  });

  it("cut short at any word or by a byte are refused, and nothing is read as zero", async () => {
    const whole = one(proof, signals);
    for (let words = 1; words <= 16; words++) expect(await send(whole.slice(0, -64 * words)), `${words} words`).toBe("reverted");
    for (const cut of [2, 62, 66]) expect(await send(whole.slice(0, -cut))).toBe("reverted");
    expect(await send(whole.slice(0, 10))).toBe("reverted");
    const batch = many([proof], [signals]);
    for (let words = 1; words <= 20; words++) expect(await send(batch.slice(0, -64 * words)), `${words} words of a batch`).toBe("reverted");
    expect(await isHealthy()).toBe(false);
  });

  it("too many are the same call: what is appended changes nothing, and one proof still counts once", async () => {
    expect(await send(one(proof, signals) + "ff".repeat(100))).toBe("accepted");
    expect(await send(one(proof, signals) + "00".repeat(7))).toMatch(/^SequenceNotIncreasing/);
  });

  it("of a batch whose arrays overlap, lie or point outside are refused", async () => {
    const { proofs, signals: all } = await seen(2);
    const patched = (data: string, place: number, value: bigint) => data.slice(0, 10 + 64 * place) + word(value) + data.slice(10 + 64 * (place + 1));
    const batch = many(proofs, all);
    // Places: tier, offset of the proofs, offset of the signals, count of proofs, proofs.
    for (const [place, value] of [[1, 2n ** 256n - 1n], [2, 2n ** 255n], [1, BigInt(batch.length)], [2, BigInt(batch.length)], [3, 2n ** 64n], [3, 3n], [3, 2n ** 256n - 1n]] as const) {
      expect(await send(patched(batch, place, value)), `${place} ${value}`).not.toBe("accepted");
    }
    // Signals read where the proofs are.
    expect(await send(patched(batch, 2, 0x60n))).not.toBe("accepted");
    expect(await isHealthy()).toBe(false);
  });

  it("of unequal numbers, none, and more than thirty-two are refused", async () => {
    const { proofs, signals: all } = await seen(34);
    expect(await send(many([], []))).toBe("EmptyBatch");
    expect(await send(many(proofs.slice(0, 2), all.slice(0, 1)))).toBe("BatchLengthMismatch 2 1");
    expect(await send(many(proofs.slice(0, 1), all.slice(0, 2)))).toBe("BatchLengthMismatch 1 2");
    expect(await send(many([], all.slice(0, 1)))).toBe("BatchLengthMismatch 0 1");
    expect(await send(many(proofs.slice(0, 33), all.slice(0, 33)))).toBe("BatchTooLarge 33 32");
    expect(await send(many(proofs, all))).toBe("BatchTooLarge 34 32");
    expect(await isHealthy()).toBe(false);
    expect(await send(many(proofs.slice(0, 32), all.slice(0, 32)))).toBe("accepted");
  });
});

describe("a proof in other bytes", () => {
  it("is the same statement, and counts once", async () => {
    expect(await send(one(rerandomised(proof, 987_654_321n), signals))).toBe("accepted");
    for (const again of [proof, negated(proof), rerandomised(proof, R - 1n), rerandomised(proof, 2n)]) expect(await send(one(again, signals))).toMatch(/^SequenceNotIncreasing/);
    expect(await send(many([negated(proof)], [signals]))).toBe("BadClaim 0 SequenceNotIncreasing");
  });

  it("in a batch is the same statement too, and twice in one batch is refused", async () => {
    expect(await send(many([proof, negated(proof)], [signals, signals]))).toBe("BadClaim 1 SequenceNotIncreasing");
    expect(await isHealthy()).toBe(false);
    expect(await send(many([negated(proof)], [signals]))).toBe("accepted");
  });

  it.each<[string, (words: Words) => Words, RegExp]>([
    ["A negated alone", (w) => wordsOf(g1(w, 0).negate(), g2(w), g1(w, 6)), /^InvalidProof/],
    ["B negated alone", (w) => wordsOf(g1(w, 0), g2(w).negate(), g1(w, 6)), /^InvalidProof/],
    ["C negated", (w) => wordsOf(g1(w, 0), g2(w), g1(w, 6).negate()), /^InvalidProof/],
    ["A and C negated", (w) => wordsOf(g1(w, 0).negate(), g2(w), g1(w, 6).negate()), /^InvalidProof/],
    ["A and C exchanged", (w) => wordsOf(g1(w, 6), g2(w), g1(w, 0)), /^InvalidProof/],
    ["A at infinity", (w) => [0n, 0n, ...w.slice(2)], /^MalformedProof/],
    ["B at infinity", (w) => [...w.slice(0, 2), 0n, 0n, 0n, 0n, ...w.slice(6)], /^MalformedProof/],
    ["C at infinity", (w) => [...w.slice(0, 6), 0n, 0n], /^MalformedProof/],
    ["all at infinity", (w) => w.map(() => 0n), /^MalformedProof/],
    ["A at infinity written as (q, q)", (w) => [Q, Q, ...w.slice(2)], /^MalformedProof/],
    ["A off the curve", (w) => w.with(1, w[1]! ^ 1n), /^MalformedProof/],
    ["C off the curve", (w) => w.with(7, w[7]! ^ 1n), /^MalformedProof/],
    ["A's x moved by q", (w) => w.with(0, w[0]! + Q), /^MalformedProof/],
    ["B off the twist", (w) => w.with(5, w[5]! ^ 1n), /^(PrecompileFailed 8|MalformedProof)/],
    ["B outside the subgroup", (w) => [...w.slice(0, 2), ...OUTSIDE_SUBGROUP.flat(), ...w.slice(6)], /^(PrecompileFailed 8|MalformedProof)/],
    ["B with real parts first", ([a, b, x1, x0, y1, y0, ...c]) => [a!, b!, x0!, x1!, y0!, y1!, ...c], /^(PrecompileFailed 8|MalformedProof)/],
    ["B with x and y exchanged", ([a, b, x1, x0, y1, y0, ...c]) => [a!, b!, y1!, y0!, x1!, x0!, ...c], /^(PrecompileFailed 8|MalformedProof)/],
  ])("with %s is refused, and beside a good one in a batch", async (_, change, expected) => {
    expect(await send(one(change(proof), signals))).toMatch(expected);
    const { proofs, signals: all } = await seen(2);
    expect(await send(many([proofs[0]!, change(proofs[1]!)], all))).toMatch(/^(InvalidProofAt|MalformedProofAt) 1$/);
    expect(await send(many([change(proofs[0]!), proofs[1]!], all))).toMatch(/^(InvalidProofAt|MalformedProofAt) 0$/);
    expect(await isHealthy()).toBe(false);
  });

  it("for signals beside their aliases is refused at every place, alone and in a batch", async () => {
    for (const place of [0, 1, 2, 3, 4, 5, 6]) {
      const alias = signals.with(place, signals[place]! + R);
      expect(await send(one(proof, alias)), String(place)).not.toBe("accepted");
      expect(await send(many([proof], [alias])), String(place)).not.toBe("accepted");
    }
    // Nothing but the verifier looks at the commitment to the statements: there the alias itself is named.
    expect(await send(one(proof, signals.with(3, signals[3]! + R)))).toBe("PublicSignalNotInField 3");
    expect(await send(many([proof], [signals.with(3, signals[3]! + R)]))).toBe("PublicSignalNotInFieldAt 0 3");
    expect(await isHealthy()).toBe(false);
  });
});

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
