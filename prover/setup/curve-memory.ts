/**
 * An instance of ffjavascript's BN254 WASM code with its memory, driven directly: no copies, no task queue.
 * Addresses are byte offsets. Word 0 of the memory is the code's own free pointer, which this class shares:
 * some of its functions take scratch space from there without growing the memory, hence `reserve`.
 */

/** `prefix_name` functions of the WASM code, e.g. `frm_mul(a, b, out)`. Field elements are in Montgomery form. */
export type CurveFunctions = Record<string, (...args: number[]) => number>;

const PAGE = 65536;
/** The code's own constants and globals lie below this (its initial memory). */
const INITIAL_PAGES = 25;

export class CurveMemory {
  readonly fn: CurveFunctions;
  readonly #memory: WebAssembly.Memory;

  private constructor(fn: CurveFunctions, memory: WebAssembly.Memory) {
    this.fn = fn;
    this.#memory = memory;
  }

  static async instantiate(code: WebAssembly.Module): Promise<CurveMemory> {
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
    const { exports } = await WebAssembly.instantiate(code, { env: { memory } });
    return new CurveMemory(exports as CurveFunctions, memory);
  }

  /** Takes `size` bytes, 8-byte aligned. */
  allocate(size: number): number {
    const at = (this.mark() + 7) & ~7;
    this.release(at + size);
    this.reserve(0);
    return at;
  }

  /** Allocates and fills. */
  put(bytes: Uint8Array): number {
    const at = this.allocate(bytes.length);
    this.bytes(at, bytes.length).set(bytes);
    return at;
  }

  /** Makes sure that `size` bytes beyond the free pointer exist. */
  reserve(size: number): void {
    const missing = this.mark() + size - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
  }

  /** The free pointer: pass it to `release` to give back everything allocated since. */
  mark(): number {
    return new Uint32Array(this.#memory.buffer, 0, 1)[0]!;
  }

  release(mark: number): void {
    new Uint32Array(this.#memory.buffer, 0, 1)[0] = mark;
  }

  /** A view of the memory, good until the next allocation. */
  bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, size);
  }

  copyOut(at: number, size: number): Uint8Array {
    return this.bytes(at, size).slice();
  }

  /** Forgets everything, constants included: the instance cannot be used afterwards. */
  erase(): void {
    new Uint8Array(this.#memory.buffer).fill(0);
  }
}
