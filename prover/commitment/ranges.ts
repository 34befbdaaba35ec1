import { MarginProofError } from "../errors.ts";

/**
 * Returns `value` if it is in [0, 2^bits). Messages never carry the value: it may be a secret.
 *
 * @throws OutOfRange naming `path`
 */
export function requireUnsigned(value: bigint, bits: number, path: string): bigint {
  if (value >= 0n && value < 1n << BigInt(bits)) return value;
  throw new MarginProofError("OutOfRange", `does not fit ${bits} bits`, { path, hint: `use a whole number from 0 to 2^${bits} - 1` });
}

/** As `requireUnsigned`, for times and counters. @throws OutOfRange also for fractions */
export function requireWhole(value: number, bits: number, path: string): bigint {
  if (Number.isSafeInteger(value)) return requireUnsigned(BigInt(value), bits, path);
  throw new MarginProofError("OutOfRange", "is not a whole number", { path, hint: `use a whole number from 0 to 2^${bits} - 1` });
}
