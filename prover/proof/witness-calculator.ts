import { MarginProofError } from "../errors.ts";
import { FIELD } from "../units.ts";
import { FIELD_BYTES, fieldBytes, modField, readField, writeField } from "./field-bytes.ts";
import { sectionFileHeader, sectionHeader } from "./section-file.ts";

/** A circuit input: an integer in (-FIELD, FIELD), or an array of inputs of any depth. Negative integers stand for FIELD - |x|. */
export type InputValue = bigint | readonly InputValue[];
export type CircuitInputs = Readonly<Record<string, InputValue>>;

/** What circom 2 exports from a witness generator. */
interface GeneratorExports {
  memory: WebAssembly.Memory;
  init(sanityCheck: number): void;
  getInputSize(): number;
  getInputSignalSize(hashHigh: number, hashLow: number): number;
  setInputSignal(hashHigh: number, hashLow: number, index: number): void;
  getWitnessSize(): number;
  getWitness(wire: number): void;
  getSharedRWMemoryStart(): number;
  getMessageChar(): number;
  getFieldNumLen32(): number;
  getRawPrime(): void;
}

const EXCEPTIONS: Record<number, string> = {
  1: "signal not found",
  2: "too many signals set",
  3: "signal already set",
  4: "assert failed",
  5: "not enough memory",
  6: "input signal array access exceeds the size",
};

/**
 * Named inputs to one 32-byte little-endian value per wire.
 * @throws ProvingFailed: unknown, missing or oversized inputs (path = input name); a refused constraint, whose message carries
 *         circom's template names and line numbers and never a value
 */
export type WitnessCalculator = (inputs: CircuitInputs) => Promise<Uint8Array>;

/** Compiles circom's witness generator once; every calculation then runs in an instance of its own, so they may overlap. */
export async function witnessCalculator(wasm: Uint8Array): Promise<WitnessCalculator> {
  const generator = await WebAssembly.compile(wasm);
  return (inputs) => calculateWitness(generator, inputs);
}

async function calculateWitness(generator: WebAssembly.Module, inputs: CircuitInputs): Promise<Uint8Array> {
  const { exports, messages } = await instantiate(generator);
  const shared = () => new Uint8Array(exports.memory.buffer, exports.getSharedRWMemoryStart(), FIELD_BYTES);
  checkPrime(exports, shared);
  exports.init(0);
  let given = 0;
  for (const [name, value] of Object.entries(inputs)) given += setInput(exports, shared, name, value, messages);
  if (given !== exports.getInputSize()) {
    throw failed(`${given} input values given, the circuit takes ${exports.getInputSize()}`, "inputs");
  }

  const witness = new Uint8Array(exports.getWitnessSize() * FIELD_BYTES);
  for (let wire = 0; wire * FIELD_BYTES < witness.length; wire++) {
    exports.getWitness(wire);
    witness.set(shared(), wire * FIELD_BYTES);
  }
  return witness;
}

async function instantiate(generator: WebAssembly.Module) {
  const messages: string[] = [];
  const readMessage = (): string => {
    let text = "";
    for (let c = exports.getMessageChar(); c !== 0; c = exports.getMessageChar()) text += String.fromCharCode(c);
    return text;
  };
  const instance = await WebAssembly.instantiate(generator, {
    runtime: {
      exceptionHandler: (code: number) => {
        throw failed([EXCEPTIONS[code] ?? `exception ${code}`, ...messages].join("; "));
      },
      printErrorMessage: () => void messages.push(readMessage().trim()),
      // log() in a circuit could print private values: it is read, as the generator expects, and dropped.
      writeBufferMessage: () => void readMessage(),
      showSharedRWMemory: () => {},
    },
  });
  const exports = instance.exports as unknown as GeneratorExports;
  return { exports, messages };
}

function checkPrime(exports: GeneratorExports, shared: () => Uint8Array): void {
  exports.getRawPrime();
  if (exports.getFieldNumLen32() * 4 !== FIELD_BYTES || readField(shared(), 0) !== FIELD) {
    throw failed("the circuit was compiled for another field than BN254");
  }
}

/** Sets every element of one input, row-major; returns how many there were. */
function setInput(exports: GeneratorExports, shared: () => Uint8Array, name: string, value: InputValue, messages: string[]): number {
  const values = (Array.isArray(value) ? value.flat(Infinity) : [value]) as bigint[];
  const [high, low] = hashName(name);
  const size = exports.getInputSignalSize(high, low);
  if (size <= 0) throw failed("not an input of this circuit", name);
  if (size !== values.length) throw failed(`${values.length} values given, the circuit takes ${size}`, name);
  values.forEach((v, i) => {
    if (v <= -FIELD || v >= FIELD) throw failed("outside the field", values.length === 1 ? name : `${name}[${i}]`);
    writeField(shared(), 0, modField(v));
    messages.length = 0;
    exports.setInputSignal(high, low, i);
  });
  return values.length;
}

/** circom finds inputs by the 64-bit FNV-1a hash of their name. */
function hashName(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name, "utf8")) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return [Number(hash >> 32n) | 0, Number(hash & 0xffffffffn) | 0];
}

/** The wtns file (version 2) that snarkjs reads. */
export function witnessFile(witness: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + FIELD_BYTES + 4);
  header.writeUInt32LE(FIELD_BYTES, 0);
  header.set(fieldBytes(FIELD), 4);
  header.writeUInt32LE(witness.length / FIELD_BYTES, 4 + FIELD_BYTES);
  return Buffer.concat([sectionFileHeader("wtns", 2, 2), sectionHeader(1, header.length), header, sectionHeader(2, witness.length), witness]);
}

/** The values of a witness, one per wire. */
export function witnessValues(witness: Uint8Array): bigint[] {
  return Array.from({ length: witness.length / FIELD_BYTES }, (_, wire) => readField(witness, wire * FIELD_BYTES));
}

/** The inverse of `witnessValues`. */
export function witnessBytes(values: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(values.length * FIELD_BYTES);
  values.forEach((value, wire) => writeField(out, wire * FIELD_BYTES, value));
  return out;
}

function failed(problem: string, path?: string): MarginProofError {
  return new MarginProofError("ProvingFailed", problem, { path, hint: "the inputs do not satisfy the circuit: run `check` to see the margin report" });
}
