/** Makes what the package ships besides sources: JavaScript with types in dist/, ABIs and bytecodes. Run by `npm pack`. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY } from "./circom.ts";
import { compileContracts } from "./contracts.ts";
import { stage } from "./stages.ts";

const run = promisify(execFile);

/** @throws Error with the compiler's own report */
export async function compilePackage(): Promise<void> {
  await rm(join(REPOSITORY, "dist"), { recursive: true, force: true });
  const compiler = join(REPOSITORY, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: REPOSITORY }).catch((error: { stdout?: string }) => {
    throw new Error(`the package does not compile:\n${error.stdout ?? ""}`, { cause: error });
  });
}

if (import.meta.main) {
  await stage("compile contracts", compileContracts);
  await stage("compile the package", compilePackage);
}
