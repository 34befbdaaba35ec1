import { copyFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256, type ArtifactLock } from "../../prover/proof/artifact-lock.ts";
import type { Artifacts } from "../../prover/proof/artifacts.ts";
import { artifactPaths, tierParameters, type ArtifactPaths } from "../../prover/proof/tiers.ts";
import type { VerificationKey } from "../../prover/proof/verification-key.ts";
import { witnessCalculator } from "../../prover/proof/witness-calculator.ts";
import { localSetup } from "../../prover/setup/local-setup.ts";
import { REPOSITORY } from "../../scripts/circom.ts";
import { compileCircuit, type TestCircuit } from "./circuit.ts";

/** product = a·b with a range-checked, one public input that no constraint mentions, and two that are constrained. */
export const PRODUCT = `pragma circom 2.2.0;
include "lib/range.circom";
template Product() {
    signal input a;
    signal input b;
    signal input unused;
    signal input twice;
    signal output product;
    CheckBits(8)(a);
    product <== a * b;
    twice === 2 * a + b;
}
component main {public [unused, twice]} = Product();
`;

/** A small circuit with its key: everything about proving that does not depend on what is proved. */
export interface SmallProver {
  readonly circuit: TestCircuit;
  readonly zkeyPath: string;
  readonly vkey: VerificationKey;
  readonly artifacts: Artifacts;
}

/** An own folder for a test's files, below circuits/build, which git ignores. */
export async function scratchFolder(): Promise<string> {
  const parent = join(REPOSITORY, "circuits/build/test-scratch");
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, "run-"));
}

export async function smallProver(folder: string, name = "product", source = PRODUCT): Promise<SmallProver> {
  const circuit = await compileCircuit(name, source);
  const zkeyPath = join(folder, `${name}.zkey`);
  const vkey = await localSetup(circuit.r1cs, zkeyPath);
  const [r1cs, wasm, zkey] = await Promise.all([circuit.paths.r1cs, circuit.paths.wasm, zkeyPath].map((path) => readFile(path)));
  const lock = lockOf(circuit, { r1cs: r1cs!, wasm: wasm!, zkey: zkey!, vkey: vkeyText(vkey) });
  const artifacts: Artifacts = {
    tier: lock.tier,
    parameters: tierParameters(lock.tier),
    lock,
    digests: { r1cs: lock.r1cs, wasm: lock.wasm, zkey: lock.zkey, vkey: lock.vkey, setup: "local" },
    vkey,
    calculateWitness: await witnessCalculator(wasm!),
    zkey: zkey!,
  };
  return { circuit, zkeyPath, vkey, artifacts };
}

/** Lays the prover out as tier `test` below `directory`, as a build does. */
export async function writeTier(directory: string, { circuit, zkeyPath, vkey, artifacts }: SmallProver): Promise<ArtifactPaths> {
  const paths = artifactPaths("test", { directory });
  await mkdir(paths.folder, { recursive: true });
  await copyFile(circuit.paths.r1cs, paths.r1cs);
  await copyFile(circuit.paths.wasm, paths.wasm);
  await copyFile(zkeyPath, paths.zkey);
  await writeFile(paths.vkey, vkeyText(vkey));
  await writeFile(paths.lock, JSON.stringify(artifacts.lock));
  return paths;
}

export function vkeyText(vkey: VerificationKey): Uint8Array {
  return Buffer.from(JSON.stringify(vkey));
}

/** The lock that a build of this circuit as tier `test` would write. */
export function lockOf({ r1cs: { constraints, wires, publicSignals } }: TestCircuit, files: Record<"r1cs" | "wasm" | "zkey" | "vkey", Uint8Array>): ArtifactLock {
  return {
    tier: "test",
    parameters: tierParameters("test"),
    compiler: "circom 2.2.3",
    flags: [],
    sources: sha256(Buffer.from("sources")),
    constraints,
    wires,
    publicSignals,
    r1cs: sha256(files.r1cs),
    wasm: sha256(files.wasm),
    zkey: sha256(files.zkey),
    vkey: sha256(files.vkey),
    setup: { kind: "local" },
  };
}
