import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { keccakInteger } from "../commitment/domain.ts";
import { MarginProofError } from "../errors.ts";
import type { Address } from "./address.ts";

/** Where and under which policy a statement may be used. */
export interface ScopeParts {
  readonly chainId: bigint;
  /** The MarginHealthRegistry contract. */
  readonly registry: Address;
  /** 248 bits; the contract's `policyId` is bytes32 of it. */
  readonly policyHash: bigint;
}

const word = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(64, "0"));

/** uint(keccak256(abi.encode(uint256 chainId, address registry, bytes32 policyId))) >> 8. twin: MarginHealthRegistry */
export function scopeOf({ chainId, registry, policyHash }: ScopeParts): bigint {
  if (chainId < 0n || chainId >= 1n << 256n) throw new MarginProofError("OutOfRange", "a chain id has at most 256 bits", { path: "chainId" });
  return keccakInteger(concatBytes(word(chainId), word(BigInt(registry)), word(policyHash))) >> 8n;
}
