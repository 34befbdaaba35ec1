import type { CurveMemory } from "./curve-memory.ts";

/** How a group lies in the WASM code's memory: an affine point is `2 * coordinate` bytes, all zero for infinity. */
export interface Group {
  readonly points: "g1m" | "g2m";
  readonly field: "f1m" | "f2m";
  readonly coordinate: number;
}

export type GroupName = "G1" | "G2";

export const GROUPS: Readonly<Record<GroupName, Group>> = {
  G1: { points: "g1m", field: "f1m", coordinate: 32 },
  G2: { points: "g2m", field: "f2m", coordinate: 64 },
};

/** Scalars are below 2^254; signed digits need one bit more for the last carry. */
const DIGIT_BITS = 255;

/** The multiples 1 … 2^(width-1) of 2^(width·j)·G, for every window j: `windows` rows of affine points from address `rows`. */
export interface WindowTable {
  readonly group: Group;
  readonly width: number;
  readonly windows: number;
  readonly rows: number;
}

/** The width for which building the table and multiplying `count` scalars with it costs fewest additions. */
export function bestWidth(count: number): number {
  // An entry costs about twice an addition of `multiplyBatch`: it goes through Jacobian coordinates.
  const cost = (width: number) => Math.ceil(DIGIT_BITS / width) * (count + 2 * 2 ** (width - 1));
  return [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].reduce((best, width) => (cost(width) < cost(best) ? width : best));
}

/** Builds the table for the affine point at address `base`. */
export function buildTable(curve: CurveMemory, group: Group, base: number, width: number): WindowTable {
  const call = (name: string, ...args: number[]) => curve.fn[`${group.points}_${name}`]!(...args);
  const affine = 2 * group.coordinate;
  const jacobian = 3 * group.coordinate;
  const windows = Math.ceil(DIGIT_BITS / width);
  const size = 2 ** (width - 1);
  const rows = curve.allocate(windows * size * affine);

  const mark = curve.mark();
  const step = curve.put(curve.copyOut(base, affine));
  const multiples = curve.allocate(size * jacobian);
  // batchToAffine takes this much beyond the free pointer, without asking.
  curve.reserve((2 * size + 1) * group.coordinate);
  const addMixed = curve.fn[`${group.points}_addMixed`]!;
  for (let window = 0; window < windows; window++) {
    const row = rows + window * size * affine;
    call("toJacobian", step, multiples);
    for (let k = 1; k < size; k++) addMixed(multiples + (k - 1) * jacobian, step, multiples + k * jacobian);
    call("batchToAffine", multiples, size, row);
    // The last multiple is 2^(width-1); twice that is the next window's base.
    call("doubleAffine", row + (size - 1) * affine, multiples);
    call("toAffine", multiples, step);
  }
  curve.release(mark);
  return { group, width, windows, rows };
}

/**
 * Splits scalars (32 bytes each, little-endian, below 2^254) into signed digits of `width` bits:
 * scalar = Σ_j digit_j · 2^(width·j) with -2^(width-1) < digit_j <= 2^(width-1).
 * @returns digits window by window: digit j of scalar i at j · count + i
 */
export function signedDigits(scalars: Uint8Array, width: number): Int32Array {
  const count = scalars.length / 32;
  const windows = Math.ceil(DIGIT_BITS / width);
  const digits = new Int32Array(windows * count);
  const view = new DataView(scalars.buffer, scalars.byteOffset, scalars.byteLength);
  const mask = 2 ** width - 1;
  const half = 2 ** (width - 1);
  for (let i = 0; i < count; i++) {
    let carry = 0;
    for (let j = 0; j < windows; j++) {
      const word = (j * width) >>> 5;
      const shift = (j * width) & 31;
      let bits = word < 8 ? view.getUint32(32 * i + 4 * word, true) >>> shift : 0;
      if (shift + width > 32 && word < 7) bits |= view.getUint32(32 * i + 4 * word + 4, true) << (32 - shift);
      const digit = (bits & mask) + carry;
      carry = digit > half ? 1 : 0;
      digits[j * count + i] = digit - carry * 2 ** width;
    }
  }
  return digits;
}
