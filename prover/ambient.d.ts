/** Types of what comes without its own: the parts we use, no more. */

declare namespace WebAssembly {
  class Module {
    private readonly opaque;
  }
  class Memory {
    constructor(limits: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  function compile(code: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Record<string, Record<string, unknown>>): Promise<Instance>;
}

declare module "ffjavascript" {
  /** A point or field element as its bytes, in the form the WASM code works on. */
  type Bytes = Uint8Array;
  interface Group {
    toObject(point: Bytes): unknown;
  }
  interface ThreadManager {
    /** The WASM code; only kept when single-threaded. */
    readonly code: Uint8Array;
    readonly pG1gen: number;
    readonly pG2gen: number;
    readonly workers: { addEventListener(type: "error" | "close", listener: (event: { message?: string; error?: unknown }) => void): void }[];
  }
  interface Curve {
    readonly tm: ThreadManager;
    readonly G1: Group;
    readonly G2: Group;
    readonly Gt: Group;
    pairing(g1: Bytes, g2: Bytes): Bytes;
    terminate(): Promise<void>;
  }
  export function buildBn128(singleThread?: boolean): Promise<Curve>;
}

declare module "snarkjs" {
  import type { Curve } from "ffjavascript";
  /** A path, or bytes in memory. */
  type Source = string | { type: "mem"; data?: Uint8Array };
  export interface SnarkjsProof {
    pi_a: string[];
    pi_b: string[][];
    pi_c: string[];
    protocol: string;
    curve: string;
  }
  export const curves: { getCurveFromName(name: "bn128"): Promise<Curve> };
  export const groth16: {
    prove(zkey: Source | Uint8Array, witness: Source | Uint8Array): Promise<{ proof: SnarkjsProof; publicSignals: string[] }>;
    verify(verificationKey: object, publicSignals: readonly string[], proof: object): Promise<boolean>;
  };
  export const wtns: {
    calculate(inputs: object, wasm: Source | Uint8Array, target: Source): Promise<void>;
  };
  export const zKey: {
    exportVerificationKey(zkey: Source | Uint8Array): Promise<unknown>;
    newZKey(r1cs: Source | Uint8Array, ptau: Source | Uint8Array, zkey: Source): Promise<unknown>;
    contribute(from: Source | Uint8Array, to: Source, name: string, entropy: string): Promise<unknown>;
  };
}
