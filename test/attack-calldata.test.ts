/** What an outsider sends: calldata cut short, too long or lying about itself, and proofs in other bytes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restoreAfterEach } from "./support/contracts.ts";
import { OUTSIDE_SUBGROUP } from "./support/groth16-batches.ts";
import { createOutsider, R, Q, word, one, many, g1, g2, wordsOf, rerandomised, negated, type Outsider, type Words } from "./support/outsider.ts";

let chain: Outsider["chain"];
let proof: Outsider["proof"];
let signals: Outsider["signals"];
let seen: Outsider["seen"];
let send: Outsider["send"];
let isHealthy: Outsider["isHealthy"];

beforeAll(async () => {
  ({ chain, proof, signals, seen, send, isHealthy } = await createOutsider());
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
