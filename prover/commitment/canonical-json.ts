import canonicalize from "canonicalize";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { MarginProofError } from "../errors.ts";
import { keccakInteger } from "./domain.ts";

/** RFC 8785 (JCS): one text for one JSON value, whatever the order of keys or the spacing it was written with. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new MarginProofError("InvalidSchema", "not a JSON value", { hint: "pass what JSON.parse gives" });
  return text;
}

/** keccak256 of the canonical text, without its last byte: 248 bits, so that it fits the field. */
export function documentHash(value: unknown): bigint {
  return keccakInteger(utf8ToBytes(canonicalJson(value))) >> 8n;
}
