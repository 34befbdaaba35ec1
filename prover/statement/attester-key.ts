import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { pointJson } from "../commitment/json-fields.ts";
import type { Point } from "../commitment/curve.ts";
import { MarginProofError } from "../errors.ts";
import { derivePublicKey, signMessage } from "./eddsa-poseidon.ts";
import type { Signature } from "./signature.ts";

const HINT = "a key is 32 bytes: 64 hexadecimal digits, with or without 0x";

/** A venue's signing key. The secret leaves it only by `exportSecret`: printing, serialising or inspecting shows the public key. */
export class AttesterKey {
  readonly #secret: Buffer;
  readonly publicKey: Point;

  private constructor(secret: Buffer) {
    this.#secret = secret;
    const [x, y] = derivePublicKey(secret);
    this.publicKey = { x, y };
  }

  static generate(): AttesterKey {
    return new AttesterKey(randomBytes(32));
  }

  /** @throws InvalidSchema naming `path`, never the text */
  static fromHex(text: string, path = "key"): AttesterKey {
    const match = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text.trim());
    if (match === null) throw new MarginProofError("InvalidSchema", "not a key", { path, hint: HINT });
    return new AttesterKey(Buffer.from(match[1]!, "hex"));
  }

  /** @throws UnreadableFile, InvalidSchema */
  static fromFile(file: string): AttesterKey {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (cause) {
      throw new MarginProofError("UnreadableFile", "cannot read the key file", { path: file, hint: HINT, cause });
    }
    return AttesterKey.fromHex(text, file);
  }

  /** @throws InvalidSchema when the variable is missing or not a key */
  static fromEnvironment(variable: string, environment: Readonly<Record<string, string | undefined>> = process.env): AttesterKey {
    const text = environment[variable];
    if (text === undefined) throw new MarginProofError("InvalidSchema", "the variable is not set", { path: variable, hint: HINT });
    return AttesterKey.fromHex(text, variable);
  }

  /** EdDSA-Poseidon over one field element, as circomlib verifies it. Deterministic: the nonce comes from key and message. */
  sign(message: bigint): Signature {
    const { R8, S } = signMessage(this.#secret, message);
    return { R8: { x: R8[0], y: R8[1] }, S };
  }

  /** The secret as 64 hexadecimal digits, for a key file. Not for logs. */
  exportSecret(): string {
    return this.#secret.toString("hex");
  }

  toJSON(): { publicKey: [string, string] } {
    return { publicKey: pointJson(this.publicKey) };
  }

  toString(): string {
    return `AttesterKey(${pointJson(this.publicKey).join(", ")})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
