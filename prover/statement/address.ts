import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import { requireUnsigned } from "../commitment/ranges.ts";
import { MarginProofError } from "../errors.ts";
import { refuse } from "../risk/schema.ts";

/** An EVM address in EIP-55 spelling: upper and lower case are a checksum. */
export type Address = `0x${string}`;

/** The EIP-55 spelling of 160 bits. @throws OutOfRange when they are more */
export function formatAddress(value: bigint): Address {
  const hex = requireUnsigned(value, 160, "address").toString(16).padStart(40, "0");
  const checksum = bytesToHex(keccak_256(utf8ToBytes(hex)));
  return `0x${[...hex].map((digit, i) => (checksum[i]! >= "8" ? digit.toUpperCase() : digit)).join("")}`;
}

/**
 * Reads an address. One case only is taken as unchecked, mixed case must carry the right checksum.
 *
 * @throws InvalidSchema naming `path`: a mistyped subject would get credit for somebody else's book
 */
export function parseAddress(text: unknown, path?: string): Address {
  if (typeof text !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(text)) {
    throw new MarginProofError("InvalidSchema", "not an address", { path, hint: "write 0x and 40 hexadecimal digits" });
  }
  const address = formatAddress(BigInt(text));
  const digits = text.slice(2);
  if (text !== address && digits !== digits.toLowerCase() && digits !== digits.toUpperCase()) {
    throw new MarginProofError("InvalidSchema", "the address's checksum is wrong", { path, hint: "a digit is mistyped; copy the address again" });
  }
  return address;
}

/** An address inside a JSON document, for `readJson`. */
export function addressField() {
  return z.string("expected an address").transform((text, context): Address => {
    try {
      return parseAddress(text);
    } catch (error) {
      if (error instanceof MarginProofError) return refuse(context, error.code, error.reason, error.hint);
      throw error;
    }
  });
}
