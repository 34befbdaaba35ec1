import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** keccak256 as an integer, big-endian. */
export function keccakInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(keccak_256(bytes))}`);
}

/** A 248-bit identifier of a text: keccak256(utf8) without its last byte, so that it always fits the field. */
export function identifier(text: string): bigint {
  return keccakInteger(utf8ToBytes(text)) >> 8n;
}

const tag = (purpose: string): bigint => identifier(`margin-health/v1/${purpose}`);

/**
 * Domain tags: each opens one kind of hash, so that a hash made for one purpose can never serve for another.
 * twin: circuits/lib/domain.circom
 */
export const TAGS = {
  snapshot: tag("snapshot"),
  account: tag("account"),
  accountSet: tag("account-set"),
  positions: tag("positions"),
  statement: tag("statement"),
  portfolio: tag("portfolio"),
  rules: tag("rules"),
  pairing: tag("pairing"),
} as const;
