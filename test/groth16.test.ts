import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Curve } from "ffjavascript";
import { curves, groth16 } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withCurve } from "../prover/proof/curve-session.ts";
import { prove, proveWitness, verify, type ProofWithSignals } from "../prover/proof/groth16.ts";
import { witnessBytes } from "../prover/proof/witness-calculator.ts";
import { FIELD } from "../prover/units.ts";
import { rejection } from "./support/rejection.ts";
import { scratchFolder, smallProver, writeTier, type SmallProver } from "./support/small-circuits.ts";

const INPUTS = { a: 3n, b: 5n, unused: 1n, twice: 11n };
const engine = () => (globalThis as { curve_bn128?: (Curve & { tm: { workers: { terminate(): void }[] } }) | null }).curve_bn128;

let folder: string;
let prover: SmallProver;
let proved: ProofWithSignals;
beforeAll(async () => {
  folder = await scratchFolder();
  prover = await smallProver(folder);
  proved = await prove(INPUTS, prover.artifacts);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("prove", () => {
  it("returns the public signals in the circuit's order, outputs first", () => {
    expect(proved.publicSignals).toEqual(["15", "1", "11"]);
  });

  it("gives a proof that snarkjs accepts and that never repeats", async () => {
    const again = await prove(INPUTS, prover.artifacts);
    expect(again.proof).not.toEqual(proved.proof);
    for (const { proof, publicSignals } of [proved, again]) {
      expect(await withCurve(() => groth16.verify(prover.vkey, publicSignals, proof))).toBe(true);
    }
  });

  it("reports its stages", async () => {
    const stages: string[] = [];
    await prove(INPUTS, prover.artifacts, (stage, done) => stages.push(`${stage} ${done}`));
    expect(stages).toEqual(["witness 0", "witness 1", "prove 0", "prove 1", "verify 0", "verify 1"]);
  });

  it("refuses inputs that break a constraint and names the template, not the value", async () => {
    const { code, message } = await rejection(prove({ ...INPUTS, a: 77_777n }, prover.artifacts));
    expect({ code, message }).toEqual({ code: "ProvingFailed", message: expect.stringContaining("CheckBits") });
    expect(message).not.toContain("77777");
  });

  it("refuses a key that does not belong to the witness", async () => {
    const other = await smallProver(folder, "larger", "pragma circom 2.2.0;\ntemplate L() { signal input a; signal output out; signal s <== a * a; out <== s * a; }\ncomponent main = L();\n");
    const mixed = { ...prover.artifacts, zkey: other.artifacts.zkey };
    expect((await rejection(prove(INPUTS, mixed))).message).toBe("the key cannot be used with this witness");
    const { code, hint } = await rejection(proveWitness(witnessBytes([1n, 2n]), prover.artifacts));
    expect({ code, hint }).toEqual({ code: "ProvingFailed", hint: "calculate it with the same artefacts" });
  });

  it("does not return a proof of a witness that breaks a constraint", async () => {
    const { circuit, artifacts } = prover;
    const forged = circuit.forge(await circuit.witness(INPUTS), { product: 16 });
    const forger = { ...artifacts, calculateWitness: async () => witnessBytes(forged) };
    expect((await rejection(prove(INPUTS, forger))).code).toBe("ProvingFailed");
    const { proof, publicSignals } = await proveWitness(witnessBytes(forged), artifacts);
    expect(await verify(artifacts.vkey, publicSignals, proof)).toBe(false);
  });
});

describe("verify", () => {
  const check = (signals: readonly unknown[]) => verify(prover.vkey, signals as string[], proved.proof);

  it("accepts the signals as they were proved", async () => {
    expect(await check(proved.publicSignals)).toBe(true);
  });

  it("refuses each signal changed by one, also the one that no constraint mentions", async () => {
    for (const [i, signal] of proved.publicSignals.entries()) {
      expect(await check(proved.publicSignals.with(i, String(BigInt(signal) + 1n))), `signal ${i}`).toBe(false);
    }
  });

  it.each([
    ["one signal missing", (s: string[]) => s.slice(0, -1), "publicSignals"],
    ["no signal at all", () => [], "publicSignals"],
    ["one signal more", (s: string[]) => [...s, "0"], "publicSignals"],
    ["a negative signal", (s: string[]) => s.with(1, "-1"), "publicSignals[1]"],
    ["a leading zero", (s: string[]) => s.with(1, "01"), "publicSignals[1]"],
    ["a plus sign", (s: string[]) => s.with(1, "+1"), "publicSignals[1]"],
    ["hexadecimal", (s: string[]) => s.with(1, "0x1"), "publicSignals[1]"],
    ["a space", (s: string[]) => s.with(1, " 1"), "publicSignals[1]"],
    ["an empty string", (s: string[]) => s.with(1, ""), "publicSignals[1]"],
    ["a number instead of a string", (s: string[]) => (s as unknown[]).with(1, 1), "publicSignals[1]"],
    ["the field's order added", (s: string[]) => s.with(2, String(BigInt(s[2]!) + FIELD)), "publicSignals[2]"],
    ["the field's order", (s: string[]) => s.with(0, String(FIELD)), "publicSignals[0]"],
  ])("refuses %s before any cryptography", async (_, change, path) => {
    const error = await rejection(check(change(proved.publicSignals)));
    expect({ code: error.code, path: error.path }).toEqual({ code: "InvalidPublicSignals", path });
  });

  it("reads the largest field element as a value like any other", async () => {
    expect(await check(proved.publicSignals.with(1, String(FIELD - 1n)))).toBe(false);
  });

  it("accepts snarkjs's shortened list no longer, although snarkjs does", async () => {
    const { proof, publicSignals } = await prove({ a: 3n, b: 5n, unused: 1n, twice: 11n }, prover.artifacts);
    const zeroTail = await prove({ a: 0n, b: 0n, unused: 1n, twice: 0n }, prover.artifacts);
    expect(await withCurve(() => groth16.verify(prover.vkey, zeroTail.publicSignals.slice(0, -1), zeroTail.proof))).toBe(true);
    expect((await rejection(verify(prover.vkey, zeroTail.publicSignals.slice(0, -1), zeroTail.proof))).code).toBe("InvalidPublicSignals");
    expect(await verify(prover.vkey, publicSignals, proof)).toBe(true);
  });

  it("refuses a key that nobody contributed to", async () => {
    const bare = { ...prover.vkey, vk_delta_2: prover.vkey.vk_gamma_2 };
    expect((await rejection(verify(bare, proved.publicSignals, proved.proof))).code).toBe("UnsafeKey");
  });
});

describe("the threads", () => {
  it("let the process end after proofs made at the same time", async () => {
    const directory = join(folder, "tiers");
    await writeTier(directory, prover);
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "support/prove-in-child.ts"), directory]);
    expect(JSON.parse(stdout)).toEqual({ signals: [["15", "1", "11"], ["24", "2", "14"]], verdicts: [true, true], again: false });
  });

  it("serve calls that overlap, in any order, and end with the last", async () => {
    const runs = Array.from({ length: 4 }, (_, i) => prove({ a: BigInt(i), b: 1n, unused: 0n, twice: BigInt(2 * i + 1) }, prover.artifacts));
    const verdicts = Promise.all(Array.from({ length: 3 }, () => verify(prover.vkey, proved.publicSignals, proved.proof)));
    expect((await Promise.all(runs)).map(({ publicSignals }) => publicSignals[0])).toEqual(["0", "1", "2", "3"]);
    expect(await verdicts).toEqual([true, true, true]);
    await expect.poll(engine).toBeNull();
  });

  it("start again right after they ended", async () => {
    for (let i = 0; i < 3; i++) expect(await verify(prover.vkey, proved.publicSignals, proved.proof)).toBe(true);
  });

  it("stay up between the calls inside withCurve", async () => {
    await withCurve(async () => {
      const first = engine();
      await verify(prover.vkey, proved.publicSignals, proved.proof);
      await prove(INPUTS, prover.artifacts);
      expect(engine()).toBe(first);
    });
  });

  it("of someone else are left running", async () => {
    const curve = await curves.getCurveFromName("bn128");
    expect(await verify(prover.vkey, proved.publicSignals, proved.proof)).toBe(true);
    expect(engine()).toBe(curve);
    await curve.terminate();
  });

  it("that die turn the call into an error, and the next call works", async () => {
    const failing = withCurve(async () => {
      for (const worker of engine()!.tm.workers) worker.terminate();
      return proveWitness(await prover.artifacts.calculateWitness(INPUTS), prover.artifacts);
    });
    const { code, message } = await rejection(failing);
    expect({ code, message }).toEqual({ code: "ProvingFailed", message: "a thread of the prover ended early" });
    expect(await verify(prover.vkey, proved.publicSignals, proved.proof)).toBe(true);
  });
});
