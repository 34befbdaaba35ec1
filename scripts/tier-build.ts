/** What building one tier means: compile when its sources changed, make a key when its constraints changed. */
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseLock, sha256, type ArtifactLock } from "../prover/proof/artifact-lock.ts";
import { SIGNAL_COUNT } from "../prover/proof/signal-table.ts";
import { anyParameters, artifactPaths, type AnyParameters, type ArtifactPaths } from "../prover/proof/tiers.ts";
import type { Progress } from "../prover/progress.ts";
import { localSetup } from "../prover/setup/local-setup.ts";
import { readR1cs } from "../prover/setup/r1cs.ts";
import { circom, COMPILER, compileFlags, sourceDigest } from "./circom.ts";
import { writeAtomic, writeTierSources } from "./tier-sources.ts";

const FLAGS = compileFlags("O2");

export interface TierBuild {
  readonly tier: string;
  /** Whether the circuit is as its sources say; after `compile` it is. */
  readonly isCompiled: boolean;
  /** Whether the key belongs to the circuit as it lies there. */
  isKeyed(): Promise<boolean>;
  compile(): Promise<void>;
  makeKey(progress: Progress): Promise<void>;
  /** Writes the lock, last: a tier without one is not finished. */
  lock(): Promise<ArtifactLock>;
}

/** Generates the tier's sources and compares digests with its lock. Nothing is built yet. */
export async function planTier(tier: string): Promise<TierBuild> {
  const paths = artifactPaths(tier);
  const parameters = anyParameters(tier);
  await writeTierSources(tier, parameters, paths);
  const sources = await sourceDigest(paths.main, FLAGS);
  const previous = await readLock(tier, parameters, paths);
  const unchanged = async (...files: ("r1cs" | "wasm" | "zkey" | "vkey")[]) =>
    previous !== undefined && (await Promise.all(files.map(async (file) => (await digestOf(paths[file])) === previous[file]))).every(Boolean);

  return {
    tier,
    isCompiled: previous?.sources === sources && (await unchanged("r1cs", "wasm")),
    isKeyed: () => unchanged("r1cs", "zkey", "vkey"),
    compile: () => compileTier(paths),
    makeKey: async (progress) => {
      await rm(paths.lock, { force: true });
      const vkey = await localSetup(readR1cs(await readFile(paths.r1cs), paths.r1cs), paths.zkey, { progress });
      await writeAtomic(paths.vkey, `${JSON.stringify(vkey, null, 1)}\n`);
    },
    lock: async () => {
      const lock = await describe(tier, parameters, sources, paths);
      await writeAtomic(paths.lock, `${JSON.stringify(lock, null, 2)}\n`);
      return lock;
    },
  };
}

/** Compiles aside and moves the results in place; the old lock stays until the new one replaces it, and then no longer fits. */
async function compileTier(paths: ArtifactPaths): Promise<void> {
  const aside = await mkdtemp(join(paths.folder, ".compile-"));
  try {
    await circom(paths.main, FLAGS, aside);
    const name = basename(paths.main, ".circom");
    await rename(join(aside, `${name}.r1cs`), paths.r1cs);
    await rename(join(aside, `${name}.sym`), paths.sym);
    await rename(join(aside, `${name}_js`, `${name}.wasm`), paths.wasm);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function describe(tier: string, parameters: AnyParameters, sources: string, paths: ArtifactPaths): Promise<ArtifactLock> {
  const [r1csFile, wasm, zkey, vkey] = await Promise.all([paths.r1cs, paths.wasm, paths.zkey, paths.vkey].map((path) => readFile(path)));
  const { constraints, wires, publicSignals } = readR1cs(r1csFile!, paths.r1cs);
  if (publicSignals !== SIGNAL_COUNT) throw new Error(`${tier} has ${publicSignals} public signals, every key takes ${SIGNAL_COUNT}`);
  return {
    tier, parameters, compiler: COMPILER, flags: FLAGS, sources,
    constraints, wires, publicSignals,
    r1cs: sha256(r1csFile!), wasm: sha256(wasm!), zkey: sha256(zkey!), vkey: sha256(vkey!),
    setup: { kind: "local" },
  };
}

/** The lock of the last build, unless it is missing or of no use. */
async function readLock(tier: string, parameters: AnyParameters, paths: ArtifactPaths): Promise<ArtifactLock | undefined> {
  try {
    return parseLock(await readFile(paths.lock, "utf8"), tier, parameters, paths.lock);
  } catch {
    return undefined;
  }
}

async function digestOf(path: string): Promise<string | undefined> {
  return readFile(path).then(sha256, () => undefined);
}
