/** The policies that come with the package. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../proof/tiers.ts";
import { parsePolicy, type Policy } from "../risk/policy.ts";

const folder = (): string => join(packageRoot(), "prover/risk/policies");

/** Names of the policies that come with the package, such as `grid-33`. */
export function policyNames(): readonly string[] {
  return readdirSync(folder()).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -".json".length)] : [])).sort();
}

/** The policy of this name; undefined when none comes with the package. */
export function readPolicy(name: string): Policy | undefined {
  return policyNames().includes(name) ? parsePolicy(JSON.parse(readFileSync(join(folder(), `${name}.json`), "utf8"))) : undefined;
}
