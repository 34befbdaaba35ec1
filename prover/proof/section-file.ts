import { MarginProofError, type ErrorCode } from "../errors.ts";

/**
 * The container that r1cs, wtns and zkey files share: 4 bytes of magic, version and section count (u32),
 * then sections of type (u32), size (u64) and payload, all little-endian.
 */
export interface SectionFile {
  /** Payload of the only section of this type; views into the given bytes. */
  section(type: number): Uint8Array;
  has(type: number): boolean;
}

export interface SectionFormat {
  magic: string;
  version: number;
  /** What a damaged file is reported as, and the file it is about. */
  code: ErrorCode;
  path: string;
}

/** @throws MarginProofError with `format.code` when the bytes are not such a file, or are cut short. */
export function readSectionFile(bytes: Uint8Array, format: SectionFormat): SectionFile {
  const refuse = (problem: string): never => {
    throw new MarginProofError(format.code, problem, { path: format.path, hint: "build the file again: npm run build" });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== format.magic) refuse(`not a ${format.magic} file`);
  if (view.getUint32(4, true) !== format.version) refuse(`${format.magic} version ${view.getUint32(4, true)}, expected ${format.version}`);

  const sections = new Map<number, Uint8Array>();
  let at = 12;
  for (let i = view.getUint32(8, true); i > 0; i--) {
    if (at + 12 > bytes.length) refuse("cut short in a section header");
    const type = view.getUint32(at, true);
    const size = Number(view.getBigUint64(at + 4, true));
    at += 12;
    if (at + size > bytes.length) refuse(`cut short in section ${type}`);
    if (sections.has(type)) refuse(`section ${type} appears twice`);
    sections.set(type, bytes.subarray(at, at + size));
    at += size;
  }
  if (at !== bytes.length) refuse(`${bytes.length - at} bytes after the last section`);

  return {
    section: (type) => sections.get(type) ?? refuse(`section ${type} is missing`),
    has: (type) => sections.has(type),
  };
}

/** The opening of such a file. */
export function sectionFileHeader(magic: string, version: number, sections: number): Uint8Array {
  const out = Buffer.alloc(12, magic, "latin1");
  out.writeUInt32LE(version, 4);
  out.writeUInt32LE(sections, 8);
  return out;
}

/** The 12 bytes before a section's payload of `size` bytes. */
export function sectionHeader(type: number, size: number): Uint8Array {
  const out = Buffer.alloc(12);
  out.writeUInt32LE(type, 0);
  out.writeBigUInt64LE(BigInt(size), 4);
  return out;
}
