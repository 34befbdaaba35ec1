import { EXTENDED_IDENTITY, toExtended } from "./curve.ts";
import type { ExtendedPoint, Point } from "./curve.ts";

const WIDTH = 6n;
const SPAN = 1 << Number(WIDTH);

/**
 * Multiples of one base, in signed 6-bit windows whose tables are made when first needed: entries of a risk vector are much
 * shorter than their bound of 64 bits, so most high windows never exist.
 */
export class FixedBase {
  readonly #windows: ExtendedPoint[][] = [];
  /** 2^(WIDTH · windows made so far) · base. */
  #next: ExtendedPoint;

  constructor(base: Point) {
    this.#next = toExtended(base);
  }

  /** total + scalar · base, for any signed scalar. */
  addMultiple(total: ExtendedPoint, scalar: bigint): ExtendedPoint {
    const negative = scalar < 0n;
    let rest = negative ? -scalar : scalar;
    for (let j = 0; rest > 0n; j++) {
      let digit = Number(BigInt.asUintN(Number(WIDTH), rest));
      rest >>= WIDTH;
      if (digit > SPAN / 2) {
        digit -= SPAN;
        rest += 1n;
      }
      if (digit === 0) continue;
      const multiple = this.#window(j)[Math.abs(digit)]!;
      total = negative === digit < 0 ? total.add(multiple) : total.subtract(multiple);
    }
    return total;
  }

  /** Multiples 0 to 2^(WIDTH − 1) of 2^(WIDTH · j) · base. */
  #window(j: number): ExtendedPoint[] {
    while (this.#windows.length <= j) {
      const multiples = [EXTENDED_IDENTITY];
      for (let i = 1; i <= SPAN / 2; i++) multiples.push(multiples[i - 1]!.add(this.#next));
      this.#windows.push(multiples);
      this.#next = multiples[SPAN / 2]!.double();
    }
    return this.#windows[j]!;
  }
}
