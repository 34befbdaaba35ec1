/** Compiles the contracts (Hardhat keeps its own cache) and writes the ABIs and bytecodes that the package ships. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";
import { CONTRACTS } from "../prover/chain/contracts.ts";
import { packageRoot } from "../prover/proof/tiers.ts";

/** @throws Error with solc's own report */
export async function compileContracts(): Promise<void> {
  await hre.tasks.getTask("build").run({ quiet: true });
  const folder = join(packageRoot(), "verifier-contracts/abi");
  await mkdir(folder, { recursive: true });
  for (const name of CONTRACTS) {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const text = `${JSON.stringify({ contractName: name, abi, bytecode }, null, 1)}\n`;
    const path = join(folder, `${name}.json`);
    if ((await readFile(path, "utf8").catch(() => "")) === text) continue;
    await writeFile(`${path}.partial`, text);
    await rename(`${path}.partial`, path);
  }
}

if (import.meta.main) await compileContracts();
