import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { groth16, zKey } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withCurve } from "../prover/proof/curve-session.ts";
import { prove } from "../prover/proof/groth16.ts";
import { assertSafeVerificationKey, parseVerificationKey } from "../prover/proof/verification-key.ts";
import { witnessBytes, witnessFile } from "../prover/proof/witness-calculator.ts";
import { domainSize } from "../prover/setup/evaluation-domain.ts";
import { localSetup } from "../prover/setup/local-setup.ts";
import { compileCircuit } from "./support/circuit.ts";
import { scratchFolder, smallProver, type SmallProver } from "./support/small-circuits.ts";

/** Circuits whose key has something special, each with inputs that satisfy it. */
const CIRCUITS = [
  {
    name: "only linear constraints",
    slug: "linear",
    source: `pragma circom 2.2.0;
      template Linear() { signal input a; signal input b; signal output sum; sum <== 3 * a + b; signal twice <== 2 * sum; twice === a + b + 5 * a + b; }
      component main {public [a]} = Linear();`,
    optimization: "O0",
    inputs: { a: 5n, b: 11n },
  },
  {
    name: "no linear constraint",
    slug: "quadratic",
    source: `pragma circom 2.2.0;
      template Power(N) { signal input x; signal output out; signal step[N]; step[0] <== x * x; for (var i = 1; i < N; i++) { step[i] <== step[i - 1] * step[i - 1]; } out <== step[N - 1] * x; }
      component main = Power(20);`,
    optimization: "O2",
    inputs: { x: 3n },
  },
  {
    name: "a public input and wires that no constraint mentions",
    slug: "unused",
    source: `pragma circom 2.2.0;
      template Unused() { signal input a; signal input idle[3]; signal output out; out <== a * a; }
      component main {public [idle]} = Unused();`,
    optimization: "O1",
    inputs: { a: 7n, idle: [1n, 0n, 9n] },
  },
  {
    name: "rows that fill the domain exactly",
    slug: "full",
    source: `pragma circom 2.2.0;
      template Full() { signal input a; signal output out; signal step[5]; step[0] <== a * a; for (var i = 1; i < 5; i++) { step[i] <== step[i - 1] * a; } out <== step[4] * a; }
      component main = Full();`,
    optimization: "O2",
    inputs: { a: 2n },
  },
  {
    name: "one constraint and no public signal",
    slug: "single",
    source: `pragma circom 2.2.0;
      template Single() { signal input a; signal input b; a * b === 6; }
      component main = Single();`,
    optimization: "O2",
    inputs: { a: 2n, b: 3n },
  },
] as const;

let folder: string;
let product: SmallProver;
beforeAll(async () => {
  folder = await scratchFolder();
  product = await smallProver(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("localSetup", () => {
  it.each(CIRCUITS)("makes a key with which snarkjs proves and verifies: $name", async ({ slug, source, optimization, inputs }) => {
    const circuit = await compileCircuit(`setup-${slug}`, source, optimization);
    const zkey = join(folder, `${slug}.zkey`);
    const vkey = await localSetup(circuit.r1cs, zkey);
    const witness = await circuit.witness(inputs);
    await withCurve(async () => {
      const { proof, publicSignals } = await groth16.prove(zkey, witnessFile(witnessBytes(witness)));
      expect(publicSignals).toEqual(witness.slice(1, 1 + circuit.r1cs.publicSignals).map(String));
      expect(await groth16.verify(vkey, publicSignals, proof)).toBe(true);
      for (let i = 0; i < publicSignals.length; i++) {
        const changed = publicSignals.with(i, (BigInt(publicSignals[i]!) + 1n).toString());
        expect(await groth16.verify(vkey, changed, proof), `signal ${i} changed`).toBe(false);
      }
    });
  });

  it("fills the domain without a spare row where the circuit does", async () => {
    const { r1cs } = await compileCircuit("setup-full", CIRCUITS[3].source, "O2");
    expect(r1cs.constraints + r1cs.publicSignals + 1).toBe(domainSize(r1cs));
  });

  it("gives a key under which a witness that breaks a constraint proves nothing", async () => {
    const { circuit, zkeyPath, vkey } = product;
    const witness = await circuit.witness({ a: 3, b: 5, unused: 1, twice: 11 });
    const forged = circuit.forge(witness, { product: 16 });
    await withCurve(async () => {
      const { proof, publicSignals } = await groth16.prove(zkeyPath, witnessFile(witnessBytes(forged)));
      expect(publicSignals[0]).toBe("16");
      expect(await groth16.verify(vkey, publicSignals, proof)).toBe(false);
    });
  });

  it("writes the key from which snarkjs exports the same verification key", async () => {
    const exported = await withCurve(() => zKey.exportVerificationKey(product.zkeyPath));
    expect(product.vkey).toEqual(exported);
    expect(JSON.stringify(parseVerificationKey(exported))).toBe(JSON.stringify(exported));
  });

  it("writes a key that takes snarkjs's further contributions", async () => {
    const contributed = join(folder, "contributed.zkey");
    const { artifacts, zkeyPath } = product;
    const witness = await artifacts.calculateWitness({ a: 3n, b: 5n, unused: 1n, twice: 11n });
    await withCurve(async () => {
      await zKey.contribute(zkeyPath, contributed, "second party", "entropy of a test");
      const vkey = parseVerificationKey(await zKey.exportVerificationKey(contributed));
      const { proof, publicSignals } = await groth16.prove(contributed, witnessFile(witness));
      expect(await groth16.verify(vkey, publicSignals, proof)).toBe(true);
      expect(await groth16.verify(product.vkey, publicSignals, proof)).toBe(false);
    });
  });

  it("draws new secrets every time", async () => {
    const other = await localSetup(product.circuit.r1cs, join(folder, "other.zkey"));
    expect(other.vk_gamma_2).toEqual(product.vkey.vk_gamma_2);
    for (const point of ["vk_alpha_1", "vk_beta_2", "vk_delta_2"] as const) expect(other[point]).not.toEqual(product.vkey[point]);
    expect(other.IC.every((point, i) => point[0] !== product.vkey.IC[i]![0])).toBe(true);
    assertSafeVerificationKey(other);
  });

  it("gives a key of one circuit that another circuit's proof does not pass", async () => {
    const other = await localSetup(product.circuit.r1cs, join(folder, "twin.zkey"));
    const { proof, publicSignals } = await prove({ a: 3n, b: 5n, unused: 1n, twice: 11n }, product.artifacts);
    expect(await withCurve(() => groth16.verify(other, publicSignals, proof))).toBe(false);
  });

  it("works with any number of threads", async () => {
    const zkey = join(folder, "threads.zkey");
    const vkey = await localSetup(product.circuit.r1cs, zkey, { threads: 3 });
    const { proof, publicSignals } = await prove({ a: 3n, b: 5n, unused: 1n, twice: 11n }, { ...product.artifacts, vkey, zkey: await readFile(zkey) });
    expect(await withCurve(() => groth16.verify(vkey, publicSignals, proof))).toBe(true);
  });

  it("reports progress that ends complete", async () => {
    const last = new Map<string, number>();
    await localSetup(product.circuit.r1cs, join(folder, "progress.zkey"), {
      progress: (stage, done, total) => {
        expect(done).toBeGreaterThanOrEqual((last.get(stage) ?? 0) * total);
        last.set(stage, done / total);
      },
    });
    expect(Object.fromEntries(last)).toEqual({ polynomials: 1, points: 1, write: 1 });
  });

  it("leaves nothing behind when the key cannot be written", async () => {
    const blocked = join(folder, "no-such-folder", "a.zkey");
    await expect(localSetup(product.circuit.r1cs, blocked)).rejects.toThrow(/ENOENT/);
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
  });
});
