import type { CurveMemory } from "./curve-memory.ts";
import { signedDigits, type WindowTable } from "./window-table.ts";

/**
 * Multiplies the table's base by every scalar (32 bytes each, little-endian, below the group order).
 *
 * All sums grow together, one window at a time, so that the divisions of affine addition share one inversion: about 0.6 of
 * the cost of Jacobian coordinates. A sum that meets its own entry or the opposite one has no slope (the difference of the
 * x coordinates is zero) and goes through the complete addition instead.
 * @returns affine points in the order of the scalars, all zero for infinity
 */
export function multiplyBatch(curve: CurveMemory, table: WindowTable, scalars: Uint8Array): Uint8Array {
  const count = scalars.length / 32;
  const affine = 2 * table.group.coordinate;
  const rowBytes = 2 ** (table.width - 1) * affine;
  const digits = signedDigits(scalars, table.width);
  const mark = curve.mark();
  const sums = curve.allocate(count * affine);
  curve.bytes(sums, count * affine).fill(0);
  const adder = batchAdder(curve, table, sums, count);
  for (let window = 0; window < table.windows; window++) {
    const row = table.rows + window * rowBytes;
    for (let i = 0; i < count; i++) {
      const digit = digits[window * count + i]!;
      if (digit !== 0) adder.add(i, row + (Math.abs(digit) - 1) * affine, digit < 0);
    }
    adder.flush();
  }
  const out = curve.copyOut(sums, count * affine);
  // Scalars are secret: leave nothing behind that depends on them, nor in what batchInverse used beyond the free pointer.
  digits.fill(0);
  curve.bytes(sums, curve.mark() - sums + scratchSize(table, count)).fill(0);
  curve.release(mark);
  return out;
}

/** Bytes that batchInverse takes beyond the free pointer, without asking. */
function scratchSize({ group }: Pick<WindowTable, "group">, count: number): number {
  return (count + 1) * group.coordinate;
}

type Operation = (...addresses: number[]) => number;

/** Collects additions `sum[i] ± entry`, each sum at most once, and performs them together on `flush`. */
function batchAdder(curve: CurveMemory, { group }: Pick<WindowTable, "group">, sums: number, count: number) {
  const size = group.coordinate;
  const field = (name: string): Operation => curve.fn[`${group.field}_${name}`]!;
  const [sub, copy, neg, isZero, batchInverse] = [field("sub"), field("copy"), field("neg"), field("isZero"), field("batchInverse")];
  const isInfinity = curve.fn[`${group.points}_isZeroAffine`]!;
  const addTo = affineAddition(curve, group);
  const inverses = curve.allocate(count * size);
  const entry = curve.allocate(2 * size);
  const queue = { sum: new Int32Array(count), entry: new Int32Array(count), negate: new Uint8Array(count), length: 0 };
  curve.reserve(scratchSize({ group }, count));

  const load = (from: number, negate: boolean, to: number) => {
    copy(from, to);
    (negate ? neg : copy)(from + size, to + size);
  };
  return {
    add(i: number, from: number, negate: boolean): void {
      const sum = sums + i * 2 * size;
      if (isInfinity(sum)) return load(from, negate, sum);
      const k = queue.length++;
      queue.sum[k] = sum;
      queue.entry[k] = from;
      queue.negate[k] = negate ? 1 : 0;
      sub(from, sum, inverses + k * size);
    },
    flush(): void {
      if (queue.length > 0) batchInverse(inverses, size, queue.length, inverses, size);
      for (let k = 0; k < queue.length; k++) {
        load(queue.entry[k]!, queue.negate[k] === 1, entry);
        const inverse = inverses + k * size;
        // batchInverse leaves zero where there is no inverse.
        if (isZero(inverse)) addTo.complete(queue.sum[k]!, entry);
        else addTo.withInverse(queue.sum[k]!, entry, inverse);
      }
      queue.length = 0;
    },
  };
}

/** sum += entry, in place, for affine points at these addresses. */
function affineAddition(curve: CurveMemory, { points, field, coordinate: size }: WindowTable["group"]) {
  const [sub, mul, square] = [curve.fn[`${field}_sub`]!, curve.fn[`${field}_mul`]!, curve.fn[`${field}_square`]!];
  const [addAffine, toAffine] = [curve.fn[`${points}_addAffine`]!, curve.fn[`${points}_toAffine`]!];
  const slope = curve.allocate(3 * size);
  const x = slope + size;
  return {
    complete(sum: number, entry: number): void {
      addAffine(sum, entry, slope);
      toAffine(slope, sum);
    },
    /** `inverse` = 1 / (entry.x - sum.x) */
    withInverse(sum: number, entry: number, inverse: number): void {
      sub(entry + size, sum + size, slope);
      mul(slope, inverse, slope);
      square(slope, x);
      sub(x, sum, x);
      sub(x, entry, x);
      sub(entry, x, entry);
      mul(slope, entry, sum);
      sub(sum, entry + size, sum + size);
      curve.fn[`${field}_copy`]!(x, sum);
    },
  };
}
