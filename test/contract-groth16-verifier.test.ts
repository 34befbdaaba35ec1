import type { Contract } from "ethers";
import { AbiCoder, Interface, keccak256 } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../prover/units.ts";
import { connect, refusal, type Chain } from "./support/contracts.ts";
import { INFINITY, INFINITY_2, OUTSIDE_SUBGROUP } from "./support/groth16-batches.ts";
import { BASE_FIELD, combineKey, g1, g2, keyOf, negateG1, negateG2, rerandomise, simulate, trapdoor, verifies, type G1, type G2, type Key, type Proof } from "./support/tiny-groth16.ts";

const SECRETS = trapdoor("groth16-verifier");
const KEY = keyOf(SECRETS);
const STATEMENT = [11n, FIELD - 1n, 0n, 1n, 2n ** 250n, 7n, 123456789n];
const PROOF = simulate(SECRETS, STATEMENT);

let chain: Chain;
let verifier: Contract;
let abi: Interface;

const deploy = (key: Key): Promise<Contract> => chain.ethers.deployContract("Groth16Verifier", [key]);
const verify = (proof: Proof, signals: readonly bigint[], contract = verifier): Promise<boolean> => contract.getFunction("verify")(proof, signals);
const refused = (proof: Proof, signals: readonly bigint[] = STATEMENT) => refusal(verify(proof, signals), abi);
const keyRefused = (change: Partial<Key>) => refusal(deploy({ ...KEY, ...change }), abi);

beforeAll(async () => {
  chain = await connect();
  verifier = await deploy(KEY);
  abi = verifier.interface;
});
afterAll(() => chain.close());

describe("accepts", () => {
  it("a proof of its public signals, as noble's pairing does", async () => {
    expect(verifies(KEY, STATEMENT, PROOF)).toBe(true);
    expect(await verify(PROOF, STATEMENT)).toBe(true);
  });

  it("any two proofs of one statement, and a proof that a stranger re-randomised", async () => {
    expect(await verify(simulate(SECRETS, STATEMENT, "another"), STATEMENT)).toBe(true);
    expect(await verify(rerandomise(PROOF, 12345n), STATEMENT)).toBe(true);
    expect(await verify({ ...PROOF, a: negateG1(PROOF.a), b: negateG2(PROOF.b) }, STATEMENT)).toBe(true);
  });

  it("the same statements as noble, over random signals and one random change", { timeout: 600_000 }, async () => {
    const signal = fc.oneof(fc.bigInt({ min: 0n, max: FIELD - 1n }), fc.constantFrom(0n, 1n, FIELD - 1n));
    await fc.assert(
      fc.asyncProperty(fc.array(signal, { minLength: 7, maxLength: 7 }), fc.nat({ max: 6 }), signal, async (signals, index, value) => {
        const proof = simulate(SECRETS, signals);
        const changed = signals.with(index, value);
        expect(await verify(proof, signals)).toBe(true);
        expect(await verify(proof, changed)).toBe(verifies(KEY, changed, proof));
        expect(await verify(proof, changed)).toBe(signals[index] === value);
      }),
      { seed: 20_260_801, numRuns: 12 },
    );
  });

  it("a key whose gamma is the generator, as snarkjs makes them", async () => {
    const secrets = trapdoor("snarkjs", { gamma: 1n });
    const contract = await deploy(keyOf(secrets));
    expect(await verify(simulate(secrets, STATEMENT), STATEMENT, contract)).toBe(true);
    expect(await verify(simulate(secrets, STATEMENT), STATEMENT.with(0, 12n), contract)).toBe(false);
  });

  it("signals of all zeros and of all largest values", async () => {
    for (const signals of [Array<bigint>(7).fill(0n), Array<bigint>(7).fill(FIELD - 1n)]) {
      expect(await verify(simulate(SECRETS, signals), signals)).toBe(true);
    }
  });
});

describe("answers no", () => {
  it.each([0, 1, 2, 3, 4, 5, 6])("when signal %i is one more or one less", async (index) => {
    for (const step of [1n, FIELD - 1n]) {
      expect(await verify(PROOF, STATEMENT.with(index, (STATEMENT[index]! + step) % FIELD))).toBe(false);
    }
  });

  it("when two signals change places", async () => {
    expect(await verify(PROOF, STATEMENT.with(0, STATEMENT[5]!).with(5, STATEMENT[0]!))).toBe(false);
  });

  it("when a point is another, or is negated", async () => {
    const other = simulate(SECRETS, STATEMENT, "another");
    for (const change of [{ a: other.a }, { b: other.b }, { c: other.c }, { a: negateG1(PROOF.a) }, { b: negateG2(PROOF.b) }, { c: negateG1(PROOF.c) }]) {
      expect(await verify({ ...PROOF, ...change }, STATEMENT)).toBe(false);
    }
  });

  it("to a proof for another key", async () => {
    expect(await verify(simulate(trapdoor("elsewhere"), STATEMENT), STATEMENT)).toBe(false);
  });

  it("to the forgery that an un-contributed key accepts", async () => {
    const forged: Proof = { a: KEY.alpha, b: KEY.beta, c: negateG1(combineKey(KEY, STATEMENT)) };
    expect(await verify(forged, STATEMENT)).toBe(false);
  });
});

describe("refuses signals", () => {
  it.each([0, 1, 2, 3, 4, 5, 6])("with the alias signal + r at place %i", async (index) => {
    expect(await refused(PROOF, STATEMENT.with(index, STATEMENT[index]! + FIELD))).toEqual({ name: "PublicSignalNotInField", args: [BigInt(index)] });
  });

  it.each([["r itself", FIELD], ["all ones", 2n ** 256n - 1n]])("at %s, in every place", async (_, value) => {
    for (let index = 0; index < 7; index++) {
      expect(await refused(PROOF, STATEMENT.with(index, value))).toEqual({ name: "PublicSignalNotInField", args: [BigInt(index)] });
    }
  });
});

describe("refuses proofs", () => {
  const malformed = { name: "MalformedProof", args: [] };

  it.each<[string, Partial<Proof>]>([
    ["A at infinity", { a: INFINITY }],
    ["B at infinity", { b: INFINITY_2 }],
    ["C at infinity", { c: INFINITY }],
    ["every point at infinity", { a: INFINITY, b: INFINITY_2, c: INFINITY }],
    ["A off the curve", { a: [PROOF.a[0], PROOF.a[1] + 1n] }],
    ["C off the curve", { c: [PROOF.c[0], PROOF.c[1] + 1n] }],
  ])("with %s", async (_, change) => {
    expect(await refused({ ...PROOF, ...change })).toEqual(malformed);
  });

  it("with any coordinate at q or above, though it is the same point", async () => {
    const { a, b, c } = PROOF;
    const shifted: Partial<Proof>[] = [
      { a: [a[0] + BASE_FIELD, a[1]] },
      { a: [a[0], a[1] + BASE_FIELD] },
      { c: [c[0] + BASE_FIELD, c[1]] },
      { c: [c[0], c[1] + BASE_FIELD] },
      ...[0, 1].flatMap((i) => [0, 1].map((j) => ({ b: b.map((pair, k) => pair.map((v, l) => (k === i && l === j ? v + BASE_FIELD : v))) as unknown as G2 }))),
    ];
    expect(shifted).toHaveLength(8);
    for (const change of shifted) expect(await refused({ ...PROOF, ...change })).toEqual(malformed);
  });

  it.each<[string, G2]>([
    ["off the twist", [PROOF.b[0], [PROOF.b[1][0], PROOF.b[1][1] + 1n]]],
    ["outside its subgroup", OUTSIDE_SUBGROUP],
    ["with real and imaginary parts swapped", [[PROOF.b[0][1], PROOF.b[0][0]], [PROOF.b[1][1], PROOF.b[1][0]]]],
  ])("with B %s", async (_, b) => {
    expect(await refused({ ...PROOF, b })).toEqual({ name: "PrecompileFailed", args: [8n] });
  });

  it("that run out of gas, instead of calling them invalid", async () => {
    const data = abi.encodeFunctionData("verify", [PROOF, STATEMENT]);
    const call = (gas: number): Promise<string> => chain.ethers.provider.call({ to: verifier.target, data, gasLimit: gas });
    expect(await refusal(call(200_000), abi)).toEqual({ name: "PrecompileFailed", args: [8n] });
    const answers = new Set<string>();
    for (let gas = 30_000; gas <= 330_000; gas += 5_000) answers.add(await call(gas).catch(() => "reverts"));
    expect([...answers]).toEqual(["reverts", AbiCoder.defaultAbiCoder().encode(["bool"], [true])]);
  });
});

describe("refuses keys", () => {
  it("that nobody contributed to, under which anything can be forged", async () => {
    const uncontributed = keyOf(trapdoor("uncontributed", { gamma: 1n, delta: 1n }));
    const forged: Proof = { a: uncontributed.alpha, b: uncontributed.beta, c: negateG1(combineKey(uncontributed, STATEMENT)) };
    expect(verifies(uncontributed, STATEMENT, forged)).toBe(true);
    expect(await refusal(deploy(uncontributed), abi)).toEqual({ name: "UncontributedPhase2", args: [] });
  });

  it("with delta = -gamma, which the same forgery breaks with C = vk_x", async () => {
    const opposite = keyOf(trapdoor("opposite", { gamma: 5n, delta: FIELD - 5n }));
    expect(verifies(opposite, STATEMENT, { a: opposite.alpha, b: opposite.beta, c: combineKey(opposite, STATEMENT) })).toBe(true);
    expect(await refusal(deploy(opposite), abi)).toEqual({ name: "UncontributedPhase2", args: [] });
  });

  it.each<[string, Partial<Key>]>([
    ["delta = gamma", { delta: KEY.gamma }],
    ["delta the generator", { delta: g2(1n) }],
    ["delta minus the generator", { delta: g2(-1n) }],
  ])("with %s", async (_, change) => {
    expect(await keyRefused(change)).toEqual({ name: "UncontributedPhase2", args: [] });
  });

  it.each<[string, Partial<Key>]>([
    ["alpha the generator", { alpha: g1(1n) }],
    ["alpha minus the generator", { alpha: g1(-1n) }],
    ["beta the generator", { beta: g2(1n) }],
    ["beta minus the generator", { beta: g2(-1n) }],
  ])("with %s", async (_, change) => {
    expect(await keyRefused(change)).toEqual({ name: "UncontributedPhase1", args: [] });
  });

  it("with alpha or an IC point at infinity, off the curve or beyond the field: such a signal would be unbound", async () => {
    const bad: G1[] = [[0n, 0n], [KEY.alpha[0], KEY.alpha[1] + 1n], [KEY.alpha[0] + BASE_FIELD, KEY.alpha[1]], [KEY.alpha[0], KEY.alpha[1] + BASE_FIELD]];
    for (const point of bad) {
      expect(await keyRefused({ alpha: point })).toEqual({ name: "InvalidG1Point", args: [0n] });
      for (let i = 0; i <= 7; i++) {
        expect(await keyRefused({ ic: KEY.ic.with(i, point) })).toEqual({ name: "InvalidG1Point", args: [BigInt(1 + i)] });
      }
    }
  });

  it.each(["beta", "gamma", "delta"] as const)("with %s at infinity, beyond the field, off the twist or outside the subgroup", async (name) => {
    const [x, y] = KEY[name];
    expect(await keyRefused({ [name]: [[0n, 0n], [0n, 0n]] })).toEqual({ name: "InvalidG2Point", args: [] });
    expect(await keyRefused({ [name]: [x, [y[0] + BASE_FIELD, y[1]]] })).toEqual({ name: "InvalidG2Point", args: [] });
    expect(await keyRefused({ [name]: [x, [y[0], y[1] + 1n]] })).toEqual({ name: "PrecompileFailed", args: [8n] });
    expect(await keyRefused({ [name]: OUTSIDE_SUBGROUP })).toEqual({ name: "PrecompileFailed", args: [8n] });
  });
});

describe("the key", () => {
  it("is known by its hash", async () => {
    const components = abi.deploy.inputs;
    expect(await verifier.getFunction("verificationKeyHash")()).toBe(keccak256(AbiCoder.defaultAbiCoder().encode(components, [KEY])));
  });

  it("is all that tells two tiers' bytecode apart", async () => {
    const other = await deploy(keyOf(trapdoor("other tier")));
    const blank = async (contract: Contract, key: Key) => {
      const hash: string = await contract.getFunction("verificationKeyHash")();
      const points = [key.alpha, ...[key.beta, key.gamma, key.delta].flat(), ...key.ic].flat().map((value) => value.toString(16).padStart(64, "0"));
      const code = await chain.ethers.provider.getCode(contract.target);
      for (const word of [hash.slice(2), ...points]) expect(code).toContain(word);
      return [hash.slice(2), ...points].reduce((rest, word) => rest.replaceAll(word, "#"), code);
    };
    const [first, second] = [await blank(verifier, KEY), await blank(other, keyOf(trapdoor("other tier")))];
    expect(first).toBe(second);
  });
});
