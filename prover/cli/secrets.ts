/**
 * Keys and salts come from files or environment variables, named as `key.hex` or `env:ATTESTER_KEY`, never from the command
 * line: other users of the machine can read that, and shells remember it. What is read is hidden from all output.
 */
import { existsSync, readFileSync } from "node:fs";
import { Wallet } from "ethers";
import { MarginProofError } from "../errors.ts";
import { AttesterKey } from "../statement/attester-key.ts";
import { randomSalt } from "../statement/statement.ts";
import { BITS } from "../units.ts";
import { outputFile } from "./output-file.ts";
import type { Terminal } from "./terminal.ts";

const ENVIRONMENT = "env:";

/** @throws UsageError for a secret in place of its file; UnreadableFile; InvalidSchema */
export function readAttesterKey(source: string, option: string, terminal: Terminal): AttesterKey {
  return AttesterKey.fromHex(readSecret(source, option, terminal), source);
}

/** The key of the account that sends a transaction. @throws as `readAttesterKey` */
export function readWallet(source: string, option: string, terminal: Terminal): Wallet {
  const digits = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(readSecret(source, option, terminal))?.[1];
  const invalid = () => new MarginProofError("InvalidSchema", "not a private key", { path: source, hint: "a private key is 64 hexadecimal digits, with or without 0x" });
  if (digits === undefined) throw invalid();
  try {
    return new Wallet(`0x${digits}`);
  } catch {
    throw invalid();
  }
}

/** @throws as `readAttesterKey`; OutOfRange */
export function readSalt(source: string, option: string, terminal: Terminal): bigint {
  const text = readSecret(source, option, terminal);
  const refuse = (problem: string) => new MarginProofError("InvalidSchema", problem, { path: source, hint: `a salt is one integer below 2^${BITS.salt}, written in digits` });
  if (!/^(?:0|[1-9][0-9]{0,74})$/.test(text)) throw refuse("not a salt");
  const salt = BigInt(text);
  if (salt >= 1n << BigInt(BITS.salt)) throw refuse("too large");
  return salt;
}

/** The salt in a file or variable; where the file is not there yet, a new salt is drawn and kept in it. @throws as `readSalt` */
export function readOrCreateSalt(source: string, option: string, terminal: Terminal): { readonly salt: bigint; readonly isNew: boolean } {
  const isNew = !source.startsWith(ENVIRONMENT) && !looksSecret(source) && !existsSync(source);
  if (isNew) outputFile(source, { privacy: "private" }).write(`${randomSalt()}\n`);
  return { salt: readSalt(source, option, terminal), isNew };
}

function readSecret(source: string, option: string, terminal: Terminal): string {
  if (looksSecret(source)) {
    terminal.hide(source);
    throw new MarginProofError("UsageError", "a secret on the command line", { path: option, hint: "write it to a file and give the file's name, or set a variable and give env:VARIABLE" });
  }
  const text = (source.startsWith(ENVIRONMENT) ? fromEnvironment(source) : fromFile(source)).trim();
  const digits = text.replace(/^0x/, "");
  terminal.hide(text, digits, digits.toLowerCase(), digits.toUpperCase());
  return text;
}

/** A key in hexadecimal, or a salt in digits, given where a file's name belongs; also when a part of it is missing. */
const looksSecret = (source: string): boolean => /^(?:(?:0x)?[0-9a-fA-F]{32,}|[0-9]{20,})$/.test(source);

function fromEnvironment(source: string): string {
  const text = process.env[source.slice(ENVIRONMENT.length)];
  if (text !== undefined) return text;
  throw new MarginProofError("UnreadableFile", "the variable is not set", { path: source, hint: "set it, or name a file" });
}

function fromFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new MarginProofError("UnreadableFile", "cannot be read", { path: file, hint: "name a file that holds the secret, or env:VARIABLE", cause });
  }
}
