import { randomFillSync } from "node:crypto";
import { FIELD_BYTES, fieldBytes } from "../proof/field-bytes.ts";
import { FIELD } from "../units.ts";
import type { CurveMemory } from "./curve-memory.ts";

/** What nobody may know once the key exists ("toxic waste"): addresses of field elements in Montgomery form. */
export interface Secrets {
  readonly tau: number;
  readonly alpha: number;
  readonly beta: number;
  readonly delta: number;
}

/**
 * Draws all four uniformly from [2, FIELD), straight into the WASM memory and never into a JavaScript number, which could
 * not be overwritten. They end with `CurveMemory.erase`.
 */
export function drawSecrets(curve: CurveMemory): Secrets {
  return { tau: draw(curve), alpha: draw(curve), beta: draw(curve), delta: draw(curve) };
}

function draw(curve: CurveMemory): number {
  const at = curve.allocate(FIELD_BYTES);
  const bytes = curve.bytes(at, FIELD_BYTES);
  do {
    randomFillSync(bytes);
    bytes[FIELD_BYTES - 1]! &= 0x3f;
    // Drawn again when outside, so that every value is equally likely.
  } while (!isBelow(bytes, FIELD_LIMIT) || isBelow(bytes, TWO));
  curve.fn.frm_toMontgomery!(at, at);
  return at;
}

const FIELD_LIMIT = fieldBytes(FIELD);
const TWO = fieldBytes(2n);

/** Compares little-endian integers of equal length. */
function isBelow(bytes: Uint8Array, limit: Uint8Array): boolean {
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (bytes[i] !== limit[i]) return bytes[i]! < limit[i]!;
  }
  return false;
}
