import { FIELD } from "../units.ts";

/** Bytes of one BN254 field element in r1cs, wtns and zkey files (little-endian). */
export const FIELD_BYTES = 32;

/** Reads the little-endian integer of 32 bytes at `at`. */
export function readField(bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FIELD_BYTES);
  const word = (i: number) => view.getBigUint64(8 * i, true);
  return word(0) | (word(1) << 64n) | (word(2) << 128n) | (word(3) << 192n);
}

/** Writes `value` (0 <= value < 2^256) as 32 little-endian bytes at `at`. */
export function writeField(bytes: Uint8Array, at: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FIELD_BYTES);
  for (let i = 0; i < 4; i++) view.setBigUint64(8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true);
}

export function fieldBytes(value: bigint): Uint8Array {
  const out = new Uint8Array(FIELD_BYTES);
  writeField(out, 0, value);
  return out;
}

/** The representative of `value` in [0, FIELD). */
export function modField(value: bigint): bigint {
  const rest = value % FIELD;
  return rest < 0n ? rest + FIELD : rest;
}

/** base^exponent modulo FIELD, for public values: time depends on the exponent. */
export function powerInField(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = modField(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD;
    square = (square * square) % FIELD;
  }
  return result;
}
