import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { keccakInteger } from "../commitment/domain.ts";
import { requireUnsigned } from "../commitment/ranges.ts";
import { BITS } from "../units.ts";
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

/**
 * uint(keccak256(abi.encode(uint256 chainId, address registry, bytes32 policyId))) >> 8. twin: MarginHealthRegistry
 *
 * @throws OutOfRange for a chain id of more than 256 bits
 */
export function scopeOf({ chainId, registry, policyHash }: ScopeParts): bigint {
  const words = [requireUnsigned(chainId, 256, "chainId"), BigInt(registry), requireUnsigned(policyHash, BITS.identifier, "policyHash")];
  return keccakInteger(concatBytes(...words.map(word))) >> 8n;
}
