import type { Contract, Interface } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../prover/units.ts";
import { connect, refusal, type Chain } from "./support/contracts.ts";
import { coefficients, honestBatch, INFINITY, INFINITY_2, OUTSIDE_SUBGROUP, withProof, withSignal, type Batch } from "./support/groth16-batches.ts";
import { BASE_FIELD, combineKey, keyOf, negateG1, negateG2, rerandomise, simulate, trapdoor, verifies, type Proof } from "./support/tiny-groth16.ts";

const SECRETS = trapdoor("groth16-batch");
const KEY = keyOf(SECRETS);
const MOST = 32;
const FOUR = honestBatch(SECRETS, 4);

let chain: Chain;
let verifier: Contract;
let abi: Interface;

const verifyBatch = ({ proofs, signals }: Batch, contract = verifier): Promise<unknown> => contract.getFunction("verifyBatch")(proofs, signals);
const refused = (batch: Batch) => refusal(verifyBatch(batch), abi);
const passes = async (batch: Batch) => expect(await verifyBatch(batch)).toEqual(expect.objectContaining({ length: 0 }));
const take = ({ proofs, signals }: Batch, order: readonly number[]): Batch => ({ proofs: order.map((i) => proofs[i]!), signals: order.map((i) => signals[i]!) });
const invalidAt = (index: number) => ({ name: "InvalidProofAt", args: [BigInt(index)] });
const malformedAt = (index: number) => ({ name: "MalformedProofAt", args: [BigInt(index)] });

beforeAll(async () => {
  chain = await connect();
  verifier = await chain.ethers.deployContract("Groth16Verifier", [KEY]);
  abi = verifier.interface;
});
afterAll(() => chain.close());

describe("accepts", () => {
  it.each([1, 2, 3, 4, 8, 16, MOST])("%i proofs of their signals", async (count) => {
    await passes(honestBatch(SECRETS, count));
  });

  it("the same proofs in another order with their signals, and one proof twice: replay is the registry's to stop", async () => {
    await passes(take(FOUR, [3, 1, 0, 2]));
    await passes(take(FOUR, [0, 0, 1, 0]));
    await passes(take(FOUR, Array<number>(MOST).fill(2)));
  });

  it("proofs that strangers re-randomised: other bytes, the same statements", async () => {
    const [first, second] = FOUR.proofs as [Proof, Proof];
    await passes({ signals: [FOUR.signals[0]!, FOUR.signals[1]!, FOUR.signals[0]!], proofs: [rerandomise(first, 99n), { ...second, a: negateG1(second.a), b: negateG2(second.b) }, first] });
  });

  it("signals of all zeros and of all largest values beside others", async () => {
    const signals = [Array<bigint>(7).fill(0n), Array<bigint>(7).fill(FIELD - 1n), FOUR.signals[2]!];
    await passes({ signals, proofs: signals.map((own, i) => simulate(SECRETS, own, `edge ${i}`)) });
  });

  it("exactly the batches whose proofs all pass alone, and names the first that does not", { timeout: 600_000 }, async () => {
    const signal = fc.oneof(fc.bigInt({ min: 0n, max: FIELD - 1n }), fc.constantFrom(0n, 1n, FIELD - 1n));
    const item = fc.record({ signals: fc.array(signal, { minLength: 7, maxLength: 7 }), place: fc.nat({ max: 6 }), value: signal, change: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 6 }), async (items) => {
        const proofs = items.map(({ signals }, i) => simulate(SECRETS, signals, `random ${i}`));
        const signals = items.map(({ signals: own, place, value, change }) => (change ? own.with(place, value) : own));
        const alone = await Promise.all(proofs.map((proof, i): Promise<boolean> => verifier.getFunction("verify")(proof, signals[i])));
        expect(alone).toEqual(proofs.map((proof, i) => verifies(KEY, signals[i]!, proof)));
        if (alone.every(Boolean)) await passes({ proofs, signals });
        else expect(await refused({ proofs, signals })).toEqual(invalidAt(alone.indexOf(false)));
      }),
      { seed: 20_260_802, numRuns: 15 },
    );
  });
});

describe("refuses a batch", () => {
  it("of nothing", async () => {
    expect(await refused({ proofs: [], signals: [] })).toEqual({ name: "EmptyBatch", args: [] });
  });

  it("of more proofs than can be searched, though they are good", async () => {
    expect(await refused(take(FOUR, Array<number>(MOST + 1).fill(0)))).toEqual({ name: "BatchTooLarge", args: [BigInt(MOST + 1), BigInt(MOST)] });
  });

  it("of unequal numbers of proofs and signals", async () => {
    for (const [proofs, signals] of [[4, 3], [3, 4], [0, 1], [1, 0]] as const) {
      const unequal = { proofs: FOUR.proofs.slice(0, proofs), signals: FOUR.signals.slice(0, signals) };
      expect(await refused(unequal)).toEqual({ name: "BatchLengthMismatch", args: [BigInt(proofs), BigInt(signals)] });
    }
  });

  it("cut short by any word, or whose arrays claim more than there is", async () => {
    const data = abi.encodeFunctionData("verifyBatch", [FOUR.proofs, FOUR.signals]);
    const call = (bytes: string): Promise<string> => chain.ethers.provider.call({ to: verifier.target, data: bytes });
    expect(await call(data)).toBe("0x");
    for (const cut of [1, 32, 7 * 32, 7 * 32 + 1, 28 * 32, 29 * 32, 60 * 32]) await expect(call(data.slice(0, -2 * cut))).rejects.toThrow(/reverted/);
    const word = (place: number, value: bigint) => data.slice(0, 10 + 64 * place) + value.toString(16).padStart(64, "0") + data.slice(10 + 64 * (place + 1));
    for (const length of [5n, 2n ** 64n - 1n, 2n ** 255n]) await expect(call(word(2, length))).rejects.toThrow(/reverted/);
  });
});

describe("names the proof", () => {
  it.each([0, 1, 2, 3])("at %i when any of its signals is one more", async (index) => {
    for (let place = 0; place < 7; place++) {
      expect(await refused(withSignal(FOUR, index, place, (FOUR.signals[index]![place]! + 1n) % FIELD))).toEqual(invalidAt(index));
    }
  });

  it.each([0, 1, 2, 3])("at %i when any of its points is another or negated", async (index) => {
    const { a, b, c } = simulate(SECRETS, FOUR.signals[index]!, "another");
    const own = FOUR.proofs[index]!;
    for (const change of [{ a }, { b }, { c }, { a: negateG1(own.a) }, { b: negateG2(own.b) }, { c: negateG1(own.c) }]) {
      expect(await refused(withProof(FOUR, index, change))).toEqual(invalidAt(index));
    }
  });

  it("whose signals went to another, where proofs change places without them", async () => {
    expect(await refused({ ...FOUR, proofs: take(FOUR, [0, 2, 1, 3]).proofs })).toEqual(invalidAt(1));
  });

  it("for another key, wherever it stands, and the forgery from the key alone", async () => {
    const elsewhere = trapdoor("elsewhere");
    for (let index = 0; index < 4; index++) {
      expect(await refused(withProof(FOUR, index, simulate(elsewhere, FOUR.signals[index]!)))).toEqual(invalidAt(index));
      expect(await refused(withProof(FOUR, index, { a: KEY.alpha, b: KEY.beta, c: negateG1(combineKey(KEY, FOUR.signals[index]!)) }))).toEqual(invalidAt(index));
    }
  });

  it("that comes first of several", async () => {
    const two = withSignal(withSignal(FOUR, 3, 0, 5n), 1, 6, 5n);
    expect(await refused(two)).toEqual(invalidAt(1));
    expect(await refused(withProof(two, 2, { b: OUTSIDE_SUBGROUP }))).toEqual(invalidAt(1));
    expect(await refused(withProof(two, 0, { b: OUTSIDE_SUBGROUP }))).toEqual(malformedAt(0));
  });

  it.each([0, 1, 2, 3])("at %i when a point is at infinity, off the curve, beyond the field or outside its subgroup", async (index) => {
    const { a, b: [x, y], c } = FOUR.proofs[index]!;
    const changes: Partial<Proof>[] = [
      { a: INFINITY }, { b: INFINITY_2 }, { c: INFINITY }, { a: INFINITY, b: INFINITY_2, c: INFINITY },
      { a: [a[0], a[1] + 1n] }, { c: [c[0], c[1] + 1n] }, { b: [x, [y[0], y[1] + 1n]] },
      { a: [a[0] + BASE_FIELD, a[1]] }, { c: [c[0], c[1] + BASE_FIELD] }, { b: [[x[0] + BASE_FIELD, x[1]], y] },
      { b: [[x[1], x[0]], [y[1], y[0]]] }, { b: OUTSIDE_SUBGROUP },
    ];
    for (const change of changes) expect(await refused(withProof(FOUR, index, change))).toEqual(malformedAt(index));
  });

  it.each([0, 1, 2, 3])("at %i and the signal, when it is an alias", async (index) => {
    for (let place = 0; place < 7; place++) {
      for (const value of [FOUR.signals[index]![place]! + FIELD, FIELD, 2n ** 256n - 1n]) {
        expect(await refused(withSignal(FOUR, index, place, value))).toEqual({ name: "PublicSignalNotInFieldAt", args: [BigInt(index), BigInt(place)] });
      }
    }
  });

  it("and of a batch whose proofs all pass says that, should it ever fail", async () => {
    const reader = await chain.ethers.deployContract("BatchReader", [KEY]);
    const search = ({ proofs, signals }: Batch) => refusal(reader.getFunction("search")(proofs, signals), abi);
    expect(await search(FOUR)).toEqual({ name: "BatchContradictsProofs", args: [] });
    expect(await search(withSignal(FOUR, 3, 3, 3n))).toEqual(invalidAt(3));
  });
});

describe("coefficients", () => {
  let reader: Contract;
  const onChain = async ({ proofs, signals }: Batch, contract = reader): Promise<bigint[]> => [...(await contract.getFunction("coefficients")(proofs, signals))];
  const expected = async (batch: Batch) => coefficients(batch, { chainId: 31_337, address: String(reader.target), keyHash: await reader.getFunction("verificationKeyHash")() });

  beforeAll(async () => {
    reader = await chain.ethers.deployContract("BatchReader", [KEY]);
  });

  it("are the hash of chain, contract, key, count and all that is claimed; none is zero", async () => {
    for (const batch of [take(FOUR, [0]), take(FOUR, [2, 1]), FOUR, honestBatch(SECRETS, MOST)]) {
      const actual = await onChain(batch);
      expect(actual).toEqual(await expected(batch));
      for (const e of actual) expect(e >> 128n).toBe(1n);
      expect(new Set(actual).size).toBe(batch.proofs.length);
    }
  });

  it("all change with any word of any proof or signal", async () => {
    const batch = take(FOUR, [0, 1]);
    const before = await onChain(batch);
    for (let index = 0; index < 2; index++) {
      const { a, b: [x, y], c } = batch.proofs[index]!;
      const proofs: Partial<Proof>[] = [{ a: [a[0] + 1n, a[1]] }, { a: [a[0], a[1] + 1n] }, { b: [[x[0] + 1n, x[1]], y] }, { b: [[x[0], x[1] + 1n], y] }, { b: [x, [y[0] + 1n, y[1]]] }, { b: [x, [y[0], y[1] + 1n]] }, { c: [c[0] + 1n, c[1]] }, { c: [c[0], c[1] + 1n] }];
      const changed = [...proofs.map((change) => withProof(batch, index, change)), ...batch.signals[index]!.map((value, place) => withSignal(batch, index, place, value + 1n))];
      expect(changed).toHaveLength(15);
      for (const other of changed) for (const [i, e] of (await onChain(other)).entries()) expect(e).not.toBe(before[i]);
    }
  });

  it("change with the contract, the key and the chain", async () => {
    const mainnet = await connect({ network: "publicNetwork" });
    try {
      const same = await chain.ethers.deployContract("BatchReader", [KEY]);
      const foreign = await mainnet.ethers.deployContract("BatchReader", [keyOf(trapdoor("other key"))]);
      const seen = [await onChain(FOUR), await onChain(FOUR, same), await onChain(FOUR, foreign)].flat();
      expect(new Set(seen).size).toBe(12);
      const keyHash: string = await foreign.getFunction("verificationKeyHash")();
      expect(await onChain(FOUR, foreign)).toEqual(coefficients(FOUR, { chainId: 1, address: String(foreign.target), keyHash }));
    } finally {
      await mainnet.close();
    }
  });
});
