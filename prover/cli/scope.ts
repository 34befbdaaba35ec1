import { policyHash } from "../commitment/snapshot.ts";
import { MarginProofError } from "../errors.ts";
import { scopeOf } from "../statement/scope.ts";
import type { Address } from "../statement/address.ts";
import { readPolicyOption } from "./documents.ts";

export interface ScopeOptions {
  readonly scope?: bigint;
  readonly chainId?: bigint;
  readonly registryAddress?: Address;
  readonly policy?: string;
}

/** The scope given as a number or by its parts; undefined when neither is there. @throws UsageError for some of the parts */
export function scopeFrom({ scope, chainId, registryAddress, policy }: ScopeOptions): bigint | undefined {
  if (scope !== undefined) return scope;
  if (chainId === undefined && registryAddress === undefined) return undefined;
  if (chainId === undefined || registryAddress === undefined || policy === undefined) {
    throw new MarginProofError("UsageError", "the scope is not complete", { path: "--scope", hint: "give --chain-id, --registry-address and --policy together, or --scope" });
  }
  return scopeOf({ chainId, registry: registryAddress, policyHash: policyHash(readPolicyOption(policy)) });
}
