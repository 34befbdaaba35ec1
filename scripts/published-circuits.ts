/**
 * The committed lock `circuits/artifacts.lock.json`: what every tier compiles to. The compiler is deterministic, so anybody who
 * builds finds the same digests, and an edit of a circuit shows in review. Keys are not in it: each set-up makes its own.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactLock } from "../prover/proof/artifact-lock.ts";
import { packageRoot } from "../prover/proof/tiers.ts";
import { writeAtomic } from "./tier-sources.ts";

export type PublishedCircuit = Omit<ArtifactLock, "tier" | "zkey" | "vkey" | "setup">;

const PATH = join(packageRoot(), "circuits/artifacts.lock.json");

export async function readPublished(): Promise<Record<string, PublishedCircuit>> {
  return JSON.parse(await readFile(PATH, "utf8"));
}

/** The part of a built tier's lock that does not depend on its key. */
export function publishedPart({ tier: _tier, zkey: _zkey, vkey: _vkey, setup: _setup, ...circuit }: ArtifactLock): PublishedCircuit {
  return circuit;
}

/** Replaces the entries of these tiers. */
export async function writePublished(locks: readonly ArtifactLock[]): Promise<void> {
  const published = await readPublished().catch(() => ({}));
  const entries = { ...published, ...Object.fromEntries(locks.map((lock) => [lock.tier, publishedPart(lock)])) };
  await writeAtomic(PATH, `${JSON.stringify(entries, null, 2)}\n`);
}
