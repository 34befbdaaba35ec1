import { rm } from "node:fs/promises";
import { bn254 } from "@noble/curves/bn254.js";
import { groth16 } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withCurve } from "../prover/proof/curve-session.ts";
import { verify } from "../prover/proof/groth16.ts";
import type { Groth16Proof } from "../prover/proof/bundle.ts";
import { assertSafeVerificationKey, parseVerificationKey, type VerificationKey } from "../prover/proof/verification-key.ts";
import { refusal } from "./support/refusal.ts";
import { rejection } from "./support/rejection.ts";
import { scratchFolder, smallProver } from "./support/small-circuits.ts";

type G2 = VerificationKey["vk_delta_2"];

const G1Point = bn254.G1.Point;
const point = ([x, y]: readonly string[]) => G1Point.fromAffine({ x: BigInt(x!), y: BigInt(y!) });
/** A multiple of the G2 generator as snarkjs writes it. */
function g2(scalar: bigint): G2 {
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
  return [[`${x.c0}`, `${x.c1}`], [`${y.c0}`, `${y.c1}`], ["1", "0"]];
}

let folder: string;
let vkey: VerificationKey;
beforeAll(async () => {
  folder = await scratchFolder();
  ({ vkey } = await smallProver(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What snarkjs leaves after `zkey new`: delta = gamma = generator. */
const uncontributed = (): VerificationKey => ({ ...vkey, vk_gamma_2: g2(1n), vk_delta_2: g2(1n) });

/** A = alpha, B = beta, C = -IC(signals): valid for any signals as long as delta = gamma. */
function forgery(key: VerificationKey, signals: readonly bigint[]): Groth16Proof {
  const sum = signals.reduce((sum, signal, i) => (signal === 0n ? sum : sum.add(point(key.IC[i + 1]!).multiply(signal))), point(key.IC[0]!));
  const { x, y } = sum.negate().toAffine();
  return {
    pi_a: [key.vk_alpha_1[0], key.vk_alpha_1[1], "1"],
    pi_b: [key.vk_beta_2[0], key.vk_beta_2[1], ["1", "0"]],
    pi_c: [`${x}`, `${y}`, "1"],
    protocol: "groth16",
    curve: "bn128",
  };
}

describe("assertSafeVerificationKey", () => {
  it("accepts a local key", () => {
    expect(assertSafeVerificationKey(vkey)).toBeUndefined();
    expect(vkey.vk_gamma_2).toEqual(g2(1n));
  });

  it("refuses a key without contribution, under which a proof of anything is forged from the key alone", async () => {
    const key = uncontributed();
    const signals = [123_456_789n, 42n, 0n];
    const proof = forgery(key, signals);
    expect(await withCurve(() => groth16.verify(key, signals.map(String), proof))).toBe(true);
    expect((await rejection(verify(key, signals.map(String), proof))).code).toBe("UnsafeKey");
    expect(await verify(vkey, signals.map(String), forgery(vkey, signals))).toBe(false);
  });

  it.each([
    ["delta = gamma, both secret", () => ({ vk_gamma_2: g2(7n), vk_delta_2: g2(7n) })],
    ["delta = minus gamma, both secret", () => ({ vk_gamma_2: g2(7n), vk_delta_2: g2(bn254.fields.Fr.ORDER - 7n) })],
    ["delta = generator", () => ({ vk_gamma_2: g2(7n), vk_delta_2: g2(1n) })],
    ["delta = minus the generator", () => ({ vk_delta_2: g2(bn254.fields.Fr.ORDER - 1n) })],
    ["delta at infinity", () => ({ vk_delta_2: [["0", "0"], ["1", "0"], ["0", "0"]] as G2 })],
    ["delta at infinity in affine form", () => ({ vk_delta_2: [["0", "0"], ["0", "0"], ["1", "0"]] as G2 })],
  ])("refuses %s", (_, change) => {
    expect(refusal(() => assertSafeVerificationKey({ ...vkey, ...change() }))).toEqual({ code: "UnsafeKey", path: "vkey.vk_delta_2" });
  });

  it("says how to get a safe key", () => {
    expect(() => assertSafeVerificationKey(uncontributed())).toThrow(expect.objectContaining({ hint: expect.stringContaining("contribution") }));
  });
});

describe("parseVerificationKey", () => {
  it("reads what it wrote", () => {
    expect(parseVerificationKey(JSON.parse(JSON.stringify(vkey)))).toEqual(vkey);
  });

  it.each([
    ["another protocol", () => ({ ...vkey, protocol: "plonk" }), "vkey.protocol"],
    ["another curve", () => ({ ...vkey, curve: "bls12381" }), "vkey.curve"],
    ["a point with a missing coordinate", () => ({ ...vkey, vk_alpha_1: ["1", "2"] }), "vkey.vk_alpha_1"],
    ["a negative coordinate", () => ({ ...vkey, vk_alpha_1: ["-1", "2", "1"] }), "vkey.vk_alpha_1.0"],
    ["one point too few for the signals", () => ({ ...vkey, IC: vkey.IC.slice(1) }), "vkey.IC"],
    ["one point too many for the signals", () => ({ ...vkey, nPublic: vkey.nPublic - 1 }), "vkey.IC"],
    ["no key at all", () => null, "vkey"],
  ])("refuses %s", (_, make, path) => {
    expect(refusal(() => parseVerificationKey(make()))).toEqual({ code: "InvalidSchema", path });
  });
});
