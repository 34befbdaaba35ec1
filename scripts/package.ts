/** Makes what the package ships besides sources: JavaScript with types in dist/, typed contracts, ABIs and bytecodes. Run by `npm pack`. */
import { execFile } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { runTypeChain } from "typechain";
import { REPOSITORY } from "./circom.ts";
import { compileContracts } from "./contracts.ts";
import { stage } from "./stages.ts";

const run = promisify(execFile);
const TYPED = "cache/typed";

/** TypeScript from the compiler's options. @throws Error with the compiler's own report */
async function compile(...options: readonly string[]): Promise<void> {
  const compiler = join(REPOSITORY, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [compiler, ...options], { cwd: REPOSITORY }).catch((error: { stdout?: string }) => {
    throw new Error(`the package does not compile:\n${error.stdout ?? ""}`, { cause: error });
  });
}

/** Factories and interfaces with types for ethers, one per ABI that ships. */
async function generateTyped(): Promise<void> {
  const folder = join(REPOSITORY, "verifier-contracts/abi");
  const files = (await readdir(folder)).toSorted().map((name) => join(folder, name));
  await rm(join(REPOSITORY, TYPED), { recursive: true, force: true });
  const flags = { alwaysGenerateOverloads: false, discriminateTypes: false, tsNocheck: false, environment: undefined, node16Modules: true };
  await runTypeChain({ cwd: REPOSITORY, filesToProcess: files, allFiles: files, outDir: TYPED, target: "ethers-v6", flags });
}

/** @throws Error with the compiler's own report */
export async function compilePackage(): Promise<void> {
  await rm(join(REPOSITORY, "dist"), { recursive: true, force: true });
  await generateTyped();
  await compile("-p", "tsconfig.build.json");
  await compile("-p", "tsconfig.typed.json");
}

if (import.meta.main) {
  await stage("compile contracts", compileContracts);
  await stage("compile the package", compilePackage);
}
